"""peer_torch.py - backpropagation in PyTorch as its tutorials write it, and compiled.

Variants, each also with -cl, for channels_last images:
    eager          nn.Sequential, loss.backward(), torch.optim.RMSprop with foreach
    compile        net with loss, and the optimiser's step, each under torch.compile
    compile-whole  forward, gradient and RMSprop as one function under torch.compile, without the optimiser's
                   class
"""

import torch
import torch.nn.functional as F
from torch import nn

from peer_cases import CLASSES, EPSILON, RHO


def build(net, state):
    layers, channels = [], net.shape[0]
    for n in net.convs:
        layers += [nn.Conv2d(channels, n, 5, padding=2), nn.Tanh(), nn.MaxPool2d(3, 2)]
        channels = n
    layers += [nn.Flatten()]
    first = len(net.convs)
    for i, n in enumerate((*net.hidden, CLASSES), start=first):
        layers += [nn.Linear(state[0][i].shape[1], n), nn.Tanh()]
    model = nn.Sequential(*layers[:-1])
    with torch.no_grad():
        for layer, W, b in zip(weighted(model), *state[:2]):
            layer.weight.copy_(torch.from_numpy(W).view_as(layer.weight))
            layer.bias.copy_(torch.from_numpy(b))
    return model


def weighted(model):
    return [layer for layer in model if hasattr(layer, "weight")]


def images(net, batches, memory_format):
    shape = net.shape if net.convs else (net.inputs(),)
    return [(torch.from_numpy(x).view(-1, *shape).contiguous(memory_format=memory_format),
             torch.from_numpy(labels).long()) for x, labels in batches]


def usual_step(model, rate, compiles):
    optimizer = torch.optim.RMSprop(model.parameters(), lr=rate, alpha=RHO, eps=EPSILON, foreach=True)
    loss_of, update = (lambda x, y: F.cross_entropy(model(x), y)), optimizer.step
    if compiles:
        loss_of, update = torch.compile(loss_of, dynamic=False), torch.compile(update, dynamic=False)

    def step(x, y):
        loss_of(x, y).backward()
        update()
        optimizer.zero_grad(set_to_none=True)

    return step


def whole_step(model, rate):
    names, weights = zip(*((name, w.detach()) for name, w in model.named_parameters()))
    squares = [torch.zeros_like(w) for w in weights]
    rate = torch.tensor(-rate)

    def loss_of(weights, x, y):
        return F.cross_entropy(torch.func.functional_call(model, dict(zip(names, weights)), (x,)), y)

    @torch.compile(dynamic=False, fullgraph=True)
    def step(weights, squares, rate, x, y):
        gradients = torch.func.grad(loss_of)(weights, x, y)
        for w, m, g in zip(weights, squares, gradients):
            m.mul_(RHO).add_(g * g, alpha=1 - RHO)
            w.add_(rate * g / (m.sqrt() + EPSILON))

    def run(x, y):
        with torch.no_grad():
            step(weights, squares, rate, x, y)

    return run


class Peer:
    def __init__(self, net, rule, variant, threads, state, batches, rate):
        torch.set_num_threads(threads)
        torch._dynamo.reset()
        kind, _, layout = variant.partition("-cl")
        memory_format = torch.channels_last if variant.endswith("-cl") else torch.contiguous_format
        self.model = build(net, state).to(memory_format=memory_format)
        self.batches = images(net, batches, memory_format)
        self.step = whole_step(self.model, rate) if kind == "compile-whole" else usual_step(
            self.model, rate, kind == "compile")

    def run(self, n):
        for i in range(n):
            self.step(*self.batches[i % len(self.batches)])

    def tensors(self):
        result = {}
        for i, layer in enumerate(weighted(self.model)):
            result[f"W{i}"] = layer.weight.detach().contiguous().flatten(1).numpy()
            result[f"b{i}"] = layer.bias.detach().numpy()
        return result

    def version(self):
        return f"torch {torch.__version__}"
