"""peer_torch_hand.py - DFA and BP in PyTorch without autograd: each product is called explicitly and writes
into memory that is allocated once.

Variants, each also with -cl, for channels_last images:
    foreach   RMSprop by torch._foreach_*, over all tensors
    chunks    RMSprop in place, over pieces that stay in a core's cache through its five passes
    fused     RMSprop in one pass: torch._fused_adam_ with beta1 = 0 and a step count so large that its
              corrections are 1
    compile   the whole step as one function under torch.compile
"""

import torch
import torch.nn.functional as F

from peer_cases import CLASSES, EPSILON, RHO
from peer_torch import images

aten = torch.ops.aten
CHUNK = 1 << 16  # floats


class Dense:
    """h = tanh(x Wᵀ + b); at the output without tanh. W: units x inputs."""

    def __init__(self, W, b, batch, is_output):
        self.W, self.b, self.is_output = W, b, is_output
        self.gW, self.gb = torch.empty_like(W), torch.empty_like(b)
        self.h, self.delta, self.below = (torch.empty(batch, n) for n in (len(b), len(b), W.shape[1]))

    def forward(self, x):
        self.x = x.flatten(1)
        torch.addmm(self.b, self.x, self.W.t(), out=self.h)
        return self.h if self.is_output else self.h.tanh_()

    def local_backward(self, signal):
        if self.is_output:
            self.delta = signal
        else:
            aten.tanh_backward.grad_input(signal, self.h, grad_input=self.delta)

    def gradient(self):
        torch.mm(self.delta.t(), self.x, out=self.gW)
        torch.sum(self.delta, 0, out=self.gb)

    def input_gradient(self):
        return torch.mm(self.delta, self.W, out=self.below)


class Conv:
    """A convolution (5x5, padding 2), tanh, and a 3x3 pool with stride 2."""

    def __init__(self, W, b, memory_format):
        self.W, self.b, self.memory_format = W, b, memory_format

    def forward(self, x):
        self.x = x
        self.h = F.conv2d(x, self.W, self.b, padding=2).tanh_()
        self.out, self.places = aten.max_pool2d_with_indices(self.h, [3, 3], [2, 2])
        return self.out

    def local_backward(self, signal):
        signal = signal.reshape(self.out.shape).contiguous(memory_format=self.memory_format)
        unpooled = aten.max_pool2d_with_indices_backward(signal, self.h, [3, 3], [2, 2], [0, 0], [1, 1],
                                                         False, self.places)
        self.delta = aten.tanh_backward(unpooled, self.h)

    def derivative(self, of_input):
        return aten.convolution_backward(self.delta, self.x, self.W, [len(self.b)], [1, 1], [2, 2], [1, 1],
                                         False, [0, 0], 1, [of_input, not of_input, not of_input])

    def gradient(self):
        _, gW, self.gb = self.derivative(False)
        # The memory order of W: in another order "fused" would combine elements that do not belong together.
        self.gW = gW.contiguous(memory_format=self.memory_format)

    def input_gradient(self):
        return self.derivative(True)[0]


def backward(blocks, e):
    for above, block in zip(blocks[:0:-1], blocks[-2::-1]):
        block.local_backward(above.input_gradient())


def direct(blocks, B):
    """The feedback of all blocks side by side, so that one product computes all signals."""
    sizes = [part.shape[1] for part in B]
    B = torch.cat(B, 1)

    def teach(blocks, e):
        for block, signal in zip(blocks, torch.mm(e, B).split(sizes, 1)):
            block.local_backward(signal)

    return teach


def update_foreach(weights, squares, rate):
    def update(gradients):
        torch._foreach_mul_(squares, RHO)
        torch._foreach_addcmul_(squares, gradients, gradients, 1 - RHO)
        roots = torch._foreach_sqrt(squares)
        torch._foreach_add_(roots, EPSILON)
        torch._foreach_addcdiv_(weights, gradients, roots, -rate)

    return update


def update_chunks(weights, squares, rate):
    scratch = torch.empty(CHUNK)
    pieces = [[(w, m, scratch[: len(w)]) for w, m in zip(flat(W).split(CHUNK), flat(M).split(CHUNK))]
              for W, M in zip(weights, squares)]

    def update(gradients):
        for row, gradient in zip(pieces, gradients):
            for (w, m, root), g in zip(row, flat(gradient).split(CHUNK)):
                m.mul_(RHO).addcmul_(g, g, value=1 - RHO)
                torch.sqrt(m, out=root)
                w.addcdiv_(g, root.add_(EPSILON), value=-rate)

    return update


def update_fused(weights, squares, rate):
    means, steps = [torch.zeros_like(w) for w in weights], [torch.tensor(1e9) for _ in weights]

    def update(gradients):
        torch._fused_adam_(weights, gradients, means, squares, [], steps, lr=rate, beta1=0.0, beta2=RHO,
                           weight_decay=0.0, eps=EPSILON, amsgrad=False, maximize=False)

    return update


def flat(tensor):
    """The elements as a vector, in the order of memory."""
    is_images = tensor.dim() == 4 and not tensor.is_contiguous()
    return (tensor.permute(0, 2, 3, 1) if is_images else tensor).reshape(-1)


def eager_step(blocks, teach, update):
    def step(x, target):
        for block in blocks:
            x = block.forward(x)
        e = torch.softmax(x, 1).sub_(target).div_(len(target))
        blocks[-1].local_backward(e)
        teach(blocks, e)
        for block in blocks:
            block.gradient()
        update([g for block in blocks for g in (block.gW, block.gb)])

    return step


def compiled_step(blocks, B, rate):
    """The same step in functions that return new tensors: the compiler decides which of them are stored."""
    weights = [(block.W, block.b) for block in blocks]
    squares = [(torch.zeros_like(W), torch.zeros_like(b)) for W, b in weights]
    rate = torch.tensor(-rate)

    @torch.compile(dynamic=False, fullgraph=True)
    def step(weights, squares, B, rate, x, target):
        kept, n = [], len(weights)
        for i, (W, b) in enumerate(weights):
            if W.dim() == 4:
                h = torch.tanh(F.conv2d(x, W, b, padding=2))
                out, places = aten.max_pool2d_with_indices(h, [3, 3], [2, 2])
            else:
                x = x.flatten(1)
                a = torch.addmm(b, x, W.t())
                out = h = torch.tanh(a) if i < n - 1 else a
                places = None
            kept.append((x, h, out, places))
            x = out
        e = signal = (torch.softmax(x, 1) - target) / len(target)
        for i in reversed(range(n)):
            (W, b), (x, h, out, places) = weights[i], kept[i]
            if i < n - 1 and B:
                signal = torch.mm(e, B[i]).view(out.shape)
            if places is not None:
                signal = aten.max_pool2d_with_indices_backward(signal.view(out.shape), h, [3, 3], [2, 2],
                                                               [0, 0], [1, 1], False, places)
            delta = signal * (1 - h * h) if i < n - 1 else signal
            if W.dim() == 4:
                signal, gW, gb = aten.convolution_backward(delta, x, W, [len(b)], [1, 1], [2, 2], [1, 1],
                                                           False, [0, 0], 1, [i > 0 and not B, True, True])
            else:
                gW, gb = torch.mm(delta.t(), x), delta.sum(0)
                signal = torch.mm(delta, W) if i > 0 and not B else None
            for w, m, g in zip(weights[i], squares[i], (gW, gb)):
                m.mul_(RHO).add_(g * g, alpha=1 - RHO)
                w.add_(rate * g / (m.sqrt() + EPSILON))

    return lambda x, target: step(weights, squares, B, rate, x, target)


UPDATES = {"foreach": update_foreach, "chunks": update_chunks, "fused": update_fused}


class Peer:
    def __init__(self, net, rule, variant, threads, state, batches, rate):
        torch.set_num_threads(threads)
        torch._dynamo.reset()
        memory_format = torch.channels_last if variant.endswith("-cl") else torch.contiguous_format
        self.batches = [(x, F.one_hot(labels, CLASSES).float())
                        for x, labels in images(net, batches, memory_format)]
        self.blocks = self.build(net, state, len(batches[0][1]), memory_format)
        B = [torch.from_numpy(part) for part in state[2]] if rule == "dfa" else []
        kind = variant.removesuffix("-cl")
        if kind == "compile":
            self.step = compiled_step(self.blocks, B, rate)
        else:
            weights = [w for block in self.blocks for w in (block.W, block.b)]
            squares = [torch.zeros_like(w) for w in weights]
            self.step = eager_step(self.blocks, direct(self.blocks, B) if B else backward,
                                   UPDATES[kind](weights, squares, rate))

    @staticmethod
    def build(net, state, batch, memory_format):
        blocks, channels = [], net.shape[0]
        for i, (W, b) in enumerate(zip(*(map(torch.from_numpy, part) for part in state[:2]))):
            if i < len(net.convs):
                W = W.view(len(b), channels, 5, 5).contiguous(memory_format=memory_format)
                blocks.append(Conv(W, b, memory_format))
                channels = len(b)
            else:
                blocks.append(Dense(W, b, batch, is_output=i == len(state[0]) - 1))
        return blocks

    @torch.no_grad()
    def run(self, n):
        for i in range(n):
            self.step(*self.batches[i % len(self.batches)])

    def tensors(self):
        result = {}
        for i, block in enumerate(self.blocks):
            result[f"W{i}"], result[f"b{i}"] = block.W.contiguous().flatten(1).numpy(), block.b.numpy()
        return result

    def version(self):
        return f"torch {torch.__version__}"
