#!/usr/bin/env python3
"""check_residual.py - nets with residuals against PyTorch in float64, on the same weights, which are read from a model file.

Compared: the probabilities with batch norm's running statistics, the loss of a training step, the running statistics behind
it; bp's gradients with autograd; the deltas and gradients of bp, fa and dfa with those of golden/residual_reference.py, which
are written by hand, without autograd, and for bp must be those of autograd too. Every distance is measured in units of the largest
value of its tensor.

A derivative of relu or max-pool jumps at a kink. Most nets have neither. For the others the inputs are drawn
again until no number in front of such a layer is nearer than KINK_MARGIN to its kink, which is a hundred times what rounding to
float32 moves it by, so that both sides take the same branch everywhere.

Negative controls, which must miss by more than PLAIN_MISS: a net whose shortcuts are dropped, and a delta that is
taken from the first follower alone.
"""
import os
import sys
import tempfile

import numpy as np
import torch
import torch.nn.functional as F

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "golden"))
import residual_reference as reference  # noqa: E402
from backless_library import Trainer  # noqa: E402

BOUND, HAND_BOUND, PLAIN_MISS = 1e-5, 1e-12, 1e-2
KINK_MARGIN = 1e-4
N, SHAPE, CLASSES = 8, (3, 8, 8), 5

TANH_BLOCKS = (
    "conv 6 3x3 pad 1 nobias, batchnorm, tanh, "
    "2 x (residual (conv 6 3x3 pad 1 nobias, batchnorm, tanh, conv 6 3x3 pad 1 nobias, batchnorm), tanh), "
    "residual (conv 8 3x3 stride 2 pad 1 nobias, batchnorm, tanh, conv 8 3x3 pad 1 nobias, batchnorm | "
    "conv 8 1x1 stride 2 nobias, batchnorm), tanh, "
    "residual (conv 8 3x3 pad 1 nobias, batchnorm, tanh, conv 8 3x3 pad 1 nobias, batchnorm), tanh, avgpool all, dense 5")
NETS = {
    "identity and option B": TANH_BLOCKS,
    "the same with relu": TANH_BLOCKS.replace("tanh", "relu"),
    # A bias that batch norm alone follows has the gradient 0, which has no size to measure a distance by:
    # such layers have none.
    "norm first": "conv 4 3x3 pad 1 nobias, "
                  "residual (batchnorm, tanh, conv 4 3x3 pad 1 nobias, batchnorm, tanh, conv 4 3x3 pad 1 nobias), "
                  "residual (batchnorm, tanh, conv 6 3x3 stride 2 pad 1 nobias | conv 6 1x1 stride 2 nobias), batchnorm, tanh, dense 5",
    "dense": "dense 20, tanh, residual (dense 15, tanh, dense 20), tanh, residual (dense 12, tanh, dense 9 | dense 9 nobias), "
             "tanh, dense 5",
    "nested": "dense 12, tanh, residual (residual (residual (dense 12, tanh), dense 12) | residual (dense 12)), tanh, dense 5",
    "pools": "conv 4 3x3 pad 1, tanh, maxpool 2, residual (avgpool 2, conv 5 1x1, tanh | maxpool 2, conv 5 1x1), "
             "maxpool 2, dense 5",
}
RULES = ("bp", "fa", "dfa")


def written_out(net):
    """Without "N x (...)", which the library writes out itself."""
    items = []
    for item in reference.split(net, ","):
        times, _, rest = item.partition(" x (")
        items += [rest[:-1]] * int(times) if rest else [item]
    return ", ".join(items)


# ---- The same net in PyTorch, by functions of PyTorch alone; blocks are counted as the text has them ----


class TorchNet:
    def __init__(self, text, p, is_training, drops_shortcuts=False):
        self.text, self.p, self.is_training, self.drops_shortcuts = text, p, is_training, drops_shortcuts
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
        is_weighted = first.split()[0] in reference.WEIGHTED
        self.block += 0 if is_weighted or reference.branches(first) else 1
        return self.run_list(text, x)

    def run_residual(self, parts, x):
        body = self.run_branch(parts[0], x)
        shortcut = x if parts[1] is None else self.run_branch(parts[1], x)
        self.block += 1
        return body if self.drops_shortcuts else body + shortcut

    def run_layer(self, item, x):
        word, *arguments = item.split()
        value = dict(zip(arguments, arguments[1:]))  # "stride 2": what follows each word
        if word == "conv":
            self.block += 1
            rows = cols = int(arguments[1].split("x")[0])
            W = self.p[f"{self.block}.conv.weight"].reshape(int(arguments[0]), x.shape[1], rows, cols)
            return F.conv2d(x, W, self.p.get(f"{self.block}.conv.bias"), int(value.get("stride", 1)), int(value.get("pad", 0)))
        if word == "dense":
            self.block += 1
            return F.linear(x.flatten(1), self.p[f"{self.block}.dense.weight"], self.p.get(f"{self.block}.dense.bias"))
        if word == "batchnorm":
            scale, shift, mean, variance = (self.p[f"{self.block}.batchnorm.{what}"]
                                            for what in ("scale", "shift", "mean", "variance"))
            return F.batch_norm(x, mean, variance, scale, shift, self.is_training)
        if word == "avgpool" and arguments == ["all"]:
            return x.mean(dim=(2, 3))
        if word in ("maxpool", "avgpool"):
            pool = F.max_pool2d if word == "maxpool" else F.avg_pool2d
            return pool(x, int(arguments[0]), int(value.get("stride", arguments[0])))
        return {"tanh": torch.tanh, "relu": torch.relu}[word](x)


def to_torch(tensors, needs_gradient):
    """Vectors of one number for each channel are flat."""
    p = {}
    for name, values in tensors.items():
        is_matrix = name.endswith((".weight", ".feedback"))
        p[name] = torch.tensor(values if is_matrix else values.reshape(-1), dtype=torch.float64)
        p[name].requires_grad_(needs_gradient and not name.endswith((".mean", ".variance", ".feedback")))
    return p


# ---- Comparing ----


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
    """Other numbers than a trainer's first ones for batch norm, whose statistics would be trivial."""
    for name, values in trainer.tensors():
        limits = {"scale": (0.5, 1.5), "shift": (-0.5, 0.5), "mean": (-0.5, 0.5), "variance": (0.5, 1.5)}.get(name.split(".")[-1])
        if limits:
            trainer.set(name, random.uniform(*limits, values.shape))


def draw_batch(blocks, p, random):
    """Away from kinks, in both modes."""
    labels = random.randint(CLASSES, size=N)
    for _ in range(1000):
        x = random.uniform(-1.5, 1.5, (N, *SHAPE)).astype(np.float32).astype(float)
        if all(reference.margin(blocks, reference.forward(blocks, p, x, mode)) > KINK_MARGIN for mode in (True, False)):
            return x, labels
    sys.exit("no batch stays away from the kinks")


def error_of(scores, labels):
    p = np.exp(scores - scores.max(axis=1, keepdims=True))
    return (p / p.sum(axis=1, keepdims=True) - np.eye(CLASSES)[labels]) / len(labels)


def autograd(text, tensors, x, labels, drops_shortcuts=False):
    """The loss of a training pass, its gradients by name, and the parameters with the statistics behind the pass."""
    p = to_torch(tensors, True)
    scores = TorchNet(text, p, True, drops_shortcuts).run(torch.tensor(x))
    loss = F.cross_entropy(scores, torch.tensor(labels))
    loss.backward()
    return loss.item(), {name: t.grad.numpy() for name, t in p.items() if t.grad is not None}, p


def hand(rule, blocks, p, x, labels, mistake=""):
    passed = reference.forward(blocks, p, x, True, "")
    e = error_of(reference.scores(passed), labels)
    return reference.teach(rule, blocks, p, passed, e, None, mistake)


def compare_rule(report, rule, text, trainer, path, random):
    blocks = reference.parse(text)
    draw_start(trainer, random)
    tensors = trainer.saved(path)
    p = {name: values if name.endswith((".weight", ".feedback")) else values.reshape(-1) for name, values in tensors.items()
         if name[0].isdigit()}
    x, labels = draw_batch(blocks, p, random)
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
            report.add("autograd's gradients by hand", name, distance(hand_gradients[name], values), HAND_BOUND)
        wrong_net = largest_gap(gradients, autograd(text, p, x, labels, True)[1])
        wrong_sum = largest_gap(gradients, hand("bp", blocks, p, x, labels, "one follower")[1])
        for what, miss in (("dropped shortcuts", wrong_net), ("deltas that are not summed", wrong_sum)):
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


def main():
    faults, random = 0, np.random.RandomState(14)
    with tempfile.TemporaryDirectory() as folder:
        for name, net in NETS.items():
            report, text = Report(), written_out(net)
            print(f"{name}: {net}")
            for rule in RULES:
                x = np.zeros((N, *SHAPE), np.float32)
                options = {"optimizer": "sgd", "lr": "1e-12", "init": "fanin", "feedback": "uniform 0.5", "seed": "14"}
                with Trainer(net, rule, x, np.zeros(N, int), CLASSES, **options) as trainer:
                    compare_rule(report, rule, text, trainer, os.path.join(folder, "model.safetensors"), random)
            for what, size in report.largest.items():
                print(f"  {what}: {size:.1e}")
            faults += report.faults
    print(f"{len(NETS)} nets, {faults} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
