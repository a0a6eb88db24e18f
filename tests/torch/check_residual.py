#!/usr/bin/env python3
"""check_residual.py - nets with residuals, layer norm and subsampling, and the net "resnet20a", against
PyTorch in float64, on the same weights, which are read from a model file.

Compared are the probabilities with batch norm's running statistics, the loss of a training step, and the
running statistics after it; the gradients of bp with autograd; the deltas and gradients of bp, fa and dfa
with those of golden/residual_reference.py, which does not use autograd and for bp must agree with it too.
Every distance is measured in units of the largest value of its tensor.

A derivative of relu or max-pool jumps at a kink. Most nets have neither. For the others the inputs are drawn
again until no input of such a layer is nearer than KINK_MARGIN to its kink, which is a hundred times its
rounding error in float32, so that both sides take the same branch everywhere. resnet20a has so many relus
that its margin is narrower and its images have 8 x 8 pixels, with the same parameters as on 32 x 32.

Negative controls, whose distance must exceed PLAIN_MISS: a net without its shortcuts; a delta from the first
follower only; a layer norm whose mean and variance are constants in the backward pass; a subsampled shortcut
whose zeros are all after its maps.
"""
import os
import sys
import tempfile

import numpy as np
import torch
import torch.nn.functional as F

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "golden"))
import residual_reference as reference  # noqa: E402
from backless_library import Trainer, count_parameters  # noqa: E402

BOUND, HAND_BOUND, PLAIN_MISS = 1e-5, 1e-12, 1e-2
KINK_MARGIN, MARGIN_OF_MANY = 1e-4, 1e-5
N, SHAPE = 8, (3, 8, 8)

TANH_BLOCKS = (
    "conv 6 3x3 pad 1 nobias, batchnorm, tanh, "
    "2 x (residual (conv 6 3x3 pad 1 nobias, batchnorm, tanh, conv 6 3x3 pad 1 nobias, batchnorm), tanh), "
    "residual (conv 8 3x3 stride 2 pad 1 nobias, batchnorm, tanh, conv 8 3x3 pad 1 nobias, batchnorm | "
    "conv 8 1x1 stride 2 nobias, batchnorm), tanh, "
    "residual (conv 8 3x3 pad 1 nobias, batchnorm, tanh, conv 8 3x3 pad 1 nobias, batchnorm), tanh, avgpool "
    "all, dense 5")
NETS = {
    "identity and option B": TANH_BLOCKS,
    "the same with relu": TANH_BLOCKS.replace("tanh", "relu"),
    # A bias before batch norm has the gradient 0, which has no size to measure a distance by: such layers
    # have no bias.
    "norm first": "conv 4 3x3 pad 1 nobias, "
                  "residual (batchnorm, tanh, conv 4 3x3 pad 1 nobias, batchnorm, tanh, conv 4 3x3 pad 1 "
                  "nobias), "
                  "residual (batchnorm, tanh, conv 6 3x3 stride 2 pad 1 nobias | conv 6 1x1 stride 2 "
                  "nobias), batchnorm, tanh, dense 5",
    "dense": "dense 20, tanh, residual (dense 15, tanh, dense 20), tanh, residual (dense 12, tanh, dense 9 | "
             "dense 9 nobias), "
             "tanh, dense 5",
    "nested": "dense 12, tanh, residual (residual (residual (dense 12, tanh), dense 12) | residual (dense "
              "12)), tanh, dense 5",
    "pools": "conv 4 3x3 pad 1, tanh, maxpool 2, residual (avgpool 2, conv 5 1x1, tanh | maxpool 2, conv 5 "
             "1x1), "
             "maxpool 2, dense 5",
    "layer norm of rows": "dense 20, layernorm, tanh, residual (layernorm, dense 15, gelu, dense 20), tanh, "
                          "residual (dense 9, layernorm | layernorm, dense 9), layernorm, tanh, dense 5",
    "layer norm of images": "conv 4 3x3 pad 1, layernorm, tanh, residual (layernorm, conv 4 3x3 pad 1 "
                            "nobias, layernorm, tanh, "
                            "conv 4 3x3 pad 1), layernorm, tanh, avgpool 2, dense 5",
    "subsample": "conv 4 3x3 pad 1, tanh, residual (conv 7 3x3 stride 2 pad 1 nobias, batchnorm, tanh, conv "
                 "7 3x3 pad 1 | "
                 "subsample 2 pad-channels 7), tanh, subsample 1, residual (subsample 3, conv 9 1x1 | conv 9 "
                 "1x1 stride 3), tanh, "
                 "subsample 1 pad-channels 12, dense 5",
}
SAME = "residual (conv {0} 3x3 pad 1 nobias, batchnorm, relu, conv {0} 3x3 pad 1 nobias, batchnorm), relu"
HALF = ("residual (conv {0} 3x3 stride 2 pad 1 nobias, batchnorm, relu, conv {0} 3x3 pad 1 nobias, batchnorm "
        "| "
        "subsample 2 pad-channels {0}), relu")
# The text of the net named resnet20a: He and others 2015 (arXiv:1512.03385), section 4.2, with option A.
RESNET20A = ", ".join(["conv 16 3x3 pad 1 nobias, batchnorm, relu", *[SAME.format(16)] * 3, HALF.format(32),
                       *[SAME.format(32)] * 2, HALF.format(64), *[SAME.format(64)] * 2,
                       "avgpool all, dense 10"])
RESNET20A_PARAMETERS = 269722
RULES = ("bp", "fa", "dfa")


def written_out(net):
    """The text of the net with each "N x (...)" expanded, as the library does."""
    items = []
    for item in reference.split(net, ","):
        times, _, rest = item.partition(" x (")
        items += [rest[:-1]] * int(times) if rest else [item]
    return ", ".join(items)


# ---- The same net with functions of PyTorch; blocks are numbered in text order ----


class TorchNet:
    def __init__(self, text, p, is_training, mistake=""):
        self.text, self.p, self.is_training, self.mistake = text, p, is_training, mistake
        self.block = -1

    def run(self, x):
        self.block = -1
        return self.run_list(self.text, x).flatten(1)

    def run_list(self, text, x):
        for item in reference.split(text, ","):
            parts = reference.branches(item)
            x = self.run_residual(parts, x) if parts else self.run_layer(item, x)
        return x

    def run_branch(self, text, x):
        first = reference.split(text, ",")[0]
        is_head = first.split()[0] in reference.HEADS
        self.block += 0 if is_head or reference.branches(first) else 1
        return self.run_list(text, x)

    def run_residual(self, parts, x):
        body = self.run_branch(parts[0], x)
        shortcut = x if parts[1] is None else self.run_branch(parts[1], x)
        self.block += 1
        return body if self.mistake == "dropped shortcuts" else body + shortcut

    def run_layer(self, item, x):
        word, *arguments = item.split()
        value = dict(zip(arguments, arguments[1:]))  # maps each word to the next one, as in "stride 2"
        if word == "conv":
            self.block += 1
            rows = cols = int(arguments[1].split("x")[0])
            W = self.p[f"{self.block}.conv.weight"].reshape(int(arguments[0]), x.shape[1], rows, cols)
            return F.conv2d(x, W, self.p.get(f"{self.block}.conv.bias"), int(value.get("stride", 1)),
                            int(value.get("pad", 0)))
        if word == "dense":
            self.block += 1
            return F.linear(x.flatten(1), self.p[f"{self.block}.dense.weight"],
                            self.p.get(f"{self.block}.dense.bias"))
        if word == "layernorm":
            self.block += 1
            return self.layer_norm(x)
        if word == "subsample":
            self.block += 1
            stride, zeros = int(arguments[0]), int(value.get("pad-channels", x.shape[1])) - x.shape[1]
            before = 0 if self.mistake == "zeros behind" else zeros // 2
            return F.pad(x[:, :, ::stride, ::stride], (0, 0, 0, 0, before, zeros - before))
        if word == "batchnorm":
            scale, shift, mean, variance = (self.p[f"{self.block}.batchnorm.{what}"]
                                            for what in ("scale", "shift", "mean", "variance"))
            return F.batch_norm(x, mean, variance, scale, shift, self.is_training)
        if word == "avgpool" and arguments == ["all"]:
            return x.mean(dim=(2, 3))
        if word in ("maxpool", "avgpool"):
            pool = F.max_pool2d if word == "maxpool" else F.avg_pool2d
            return pool(x, int(arguments[0]), int(value.get("stride", arguments[0])))
        return {"tanh": torch.tanh, "relu": torch.relu, "gelu": F.gelu}[word](x)

    def layer_norm(self, x):
        scale, shift = (self.p[f"{self.block}.layernorm.{what}"].reshape(x.shape[1:])
                        for what in ("scale", "shift"))
        if self.mistake != "constant moments":
            return F.layer_norm(x, x.shape[1:], scale, shift)
        still, axes = x.detach(), tuple(range(1, x.dim()))
        mean, variance = still.mean(axes, keepdim=True), still.var(axes, unbiased=False, keepdim=True)
        return (x - mean) / torch.sqrt(variance + reference.EPSILON) * scale + shift


def to_torch(tensors, needs_gradient):
    """The tensors in PyTorch; those with one number per channel become vectors."""
    p = {}
    for name, values in tensors.items():
        is_matrix = name.endswith((".weight", ".feedback"))
        p[name] = torch.tensor(values if is_matrix else values.reshape(-1), dtype=torch.float64)
        p[name].requires_grad_(needs_gradient and not name.endswith((".mean", ".variance", ".feedback")))
    return p


# ---- Comparison ----


class Report:
    def __init__(self):
        self.largest, self.faults = {}, 0

    def add(self, what, name, distance, bound=BOUND):
        self.largest[what] = max(self.largest.get(what, 0.0), distance)
        if not distance <= bound:
            self.faults += 1
            print(f"  {what}: {name} is off by {distance:.2g}")


def distance(ours, theirs):
    theirs = np.asarray(theirs, float)
    return np.abs(np.asarray(ours).reshape(theirs.shape) - theirs).max() / np.abs(theirs).max()


def largest_gap(ours, theirs):
    return max(distance(ours[name], values) for name, values in theirs.items())


def draw_start(trainer, random):
    """Draws the initial tensors, with non-trivial parameters and statistics of batch norm."""
    for name, values in trainer.tensors():
        limits = {"scale": (0.5, 1.5), "shift": (-0.5, 0.5), "mean": (-0.5, 0.5),
                  "variance": (0.5, 1.5)}.get(name.split(".")[-1])
        if limits:
            trainer.set(name, random.uniform(*limits, values.shape))


def classes_of(blocks):
    return blocks[-1].head.channels


def draw_batch(blocks, p, random, margin):
    """Draws a batch whose numbers are away from kinks in training and in evaluation."""
    labels = random.randint(classes_of(blocks), size=N)
    for _ in range(1000):
        x = random.uniform(-1.5, 1.5, (N, *SHAPE)).astype(np.float32).astype(float)
        if all(reference.margin(blocks, reference.forward(blocks, p, x, mode)) > margin
               for mode in (True, False)):
            return x, labels
    sys.exit("no batch stays away from the kinks")


def error_of(scores, labels):
    p = np.exp(scores - scores.max(axis=1, keepdims=True))
    return (p / p.sum(axis=1, keepdims=True) - np.eye(scores.shape[1])[labels]) / len(labels)


def autograd(text, tensors, x, labels, mistake=""):
    """The loss of a training pass, its gradients by name, and the parameters with the statistics after the
    pass."""
    p = to_torch(tensors, True)
    scores = TorchNet(text, p, True, mistake).run(torch.tensor(x))
    loss = F.cross_entropy(scores, torch.tensor(labels))
    loss.backward()
    return loss.item(), {name: t.grad.numpy() for name, t in p.items() if t.grad is not None}, p


def hand(rule, blocks, p, x, labels, mistake=""):
    passed = reference.forward(blocks, p, x, True, "")
    e = error_of(reference.scores(passed), labels)
    return reference.teach(rule, blocks, p, passed, e, None, mistake)


def misses(text, blocks, p, x, labels, gradients):
    """For each mistake that the net allows, the distance of the library's gradients from those with the
    mistake."""
    has = {"dropped shortcuts": "residual", "constant moments": "layernorm", "zeros behind": "pad-channels"}
    for mistake in [mistake for mistake, layer in has.items() if layer in text]:
        yield mistake, largest_gap(gradients, autograd(text, p, x, labels, mistake)[1])
    yield "deltas that are not summed", largest_gap(gradients,
                                                    hand("bp", blocks, p, x, labels, "one follower")[1])


def compare_rule(report, rule, text, trainer, path, random, margin):
    blocks = reference.parse(text)
    draw_start(trainer, random)
    tensors = trainer.saved(path)
    p = {name: values if name.endswith((".weight", ".feedback")) else values.reshape(-1)
         for name, values in tensors.items() if name[0].isdigit()}
    x, labels = draw_batch(blocks, p, random, margin)
    delta, gradients = trainer.inspect(x, labels)
    hand_delta, hand_gradients = hand(rule, blocks, p, x, labels)
    if sorted(gradients) != sorted(hand_gradients):
        report.add(rule, f"the list of gradients: {sorted(set(gradients) ^ set(hand_gradients))}", np.inf)
    for name, values in hand_gradients.items():
        report.add(f"{rule}'s gradients by hand", name, distance(gradients[name], values))
    for l, values in enumerate(hand_delta):
        if values is not None:
            report.add(f"{rule}'s deltas by hand", f"of block {l}", distance(delta[l], values))
    loss, theirs, after = autograd(text, p, x, labels)
    if rule == "bp":
        for name, values in theirs.items():
            report.add("bp's gradients by autograd", name, distance(gradients[name], values))
            report.add("autograd's gradients by hand", name, distance(hand_gradients[name], values),
                       HAND_BOUND)
        for what, miss in misses(text, blocks, p, x, labels, gradients):
            if not miss > PLAIN_MISS:
                report.add(f"control: {what}", f"passes, by {miss:.2g}, and something", np.inf)
            print(f"  control: {what} miss by {miss:.2g}")
    with torch.no_grad():
        ours = torch.softmax(TorchNet(text, to_torch(p, False), False).run(torch.tensor(x)), 1)
    report.add("probabilities", "of the batch", distance(trainer.predict(x), ours.numpy()))
    report.add("loss", "of a step", abs(trainer.step(x, labels) - loss) / abs(loss))
    for name, values in trainer.tensors():
        if name.endswith((".mean", ".variance")):
            report.add("running statistics", name, distance(values, after[name].detach().numpy()))


def compare_net(net, text, margin, folder, random):
    """The number of faults of the net with this name or text; `text` is its expanded text."""
    report, classes = Report(), classes_of(reference.parse(text))
    for rule in RULES:
        x = np.zeros((N, *SHAPE), np.float32)
        options = {"optimizer": "sgd", "lr": "1e-12", "init": "fanin", "feedback": "uniform 0.5",
                   "seed": "14"}
        with Trainer(net, rule, x, np.zeros(N, int), classes, **options) as trainer:
            compare_rule(report, rule, text, trainer, os.path.join(folder, "model.safetensors"), random,
                         margin)
    for what, size in report.largest.items():
        print(f"  {what}: {size:.1e}")
    return report.faults


def main():
    faults, random = 0, np.random.RandomState(14)
    with tempfile.TemporaryDirectory() as folder:
        for name, net in NETS.items():
            print(f"{name}: {net}")
            faults += compare_net(net, written_out(net), KINK_MARGIN, folder, random)
        count = count_parameters("resnet20a", (3, 32, 32), 10)
        print(f"resnet20a: {count} parameters")
        faults += count != RESNET20A_PARAMETERS
        faults += compare_net("resnet20a", RESNET20A, MARGIN_OF_MANY, folder, random)
    print(f"{len(NETS) + 1} nets, {faults} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
