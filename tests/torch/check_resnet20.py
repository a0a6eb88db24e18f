#!/usr/bin/env python3
"""check_resnet20.py FOLDER [RATE] - the net "resnet20" against PyTorch's own modules on CIFAR-10: 272,474
parameters, and bp's first 20 steps from PyTorch's initial weights, on its order of the examples.

FOLDER: cifar-10-batches-bin. Batch 128, SGD with momentum 0.9, pixels scaled to mean 0 and variance 1 in each
channel.

1. Independent runs: the net is trained by the library, by PyTorch in float64, and by PyTorch in float32, and
   the losses of the first two must agree. The distance of the third from the second is printed: it shows the
   effect of rounding alone, which grows from step to step, and faster with a larger learning rate. Within 20
   steps PyTorch in float32 differs from PyTorch in float64 by 0.07 at the rate 0.1, 0.03 at 0.01 and 0.0004
   at 0.001; the library differs by similar amounts (0.11, 0.02, 0.001). Therefore the rate is 0.0003.
2. The same path: before each step at the rate 0.1 the library's weights are set to those of PyTorch in
   float64, so that differences do not grow. The losses must agree, and so must the change of all weights in
   the step, momentum included.

Negative control: the same modules without their shortcuts must not agree.
"""
import copy
import os
import sys

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from backless_library import Trainer, count_parameters

BATCH, STEPS, BOUND = 128, 20, 1e-3  # the bound is relative to the loss
RATE, PATH_RATE = 0.0003, 0.1
# Bounds on the same path. A loss is rounded by about 1e-8; the change of the weights by more, because a relu
# near its kink may be on either side of it: PyTorch's gradient in float32 is 1e-3 from that in float64.
PATH_LOSS_BOUND, PATH_CHANGE_BOUND = 1e-6, 1e-2
PARAMETERS = 272474


class Residual(nn.Module):
    """He and others 2015 (arXiv:1512.03385), figure 2, with a projection (option B) where the shape
    changes."""

    def __init__(self, before, channels, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(before, channels, 3, stride, 1, bias=False)
        self.norm1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, 1, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(channels)
        projection = nn.Sequential(nn.Conv2d(before, channels, 1, stride, bias=False),
                                   nn.BatchNorm2d(channels))
        self.shortcut = nn.Identity() if stride == 1 else projection
        self.is_dropped = False

    def forward(self, x):
        body = self.norm2(self.conv2(torch.relu(self.norm1(self.conv1(x)))))
        return torch.relu(body if self.is_dropped else body + self.shortcut(x))


class ResNet20(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.norm = nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16)
        shapes = [(16, 16, 1)] * 3 + [(16, 32, 2)] + [(32, 32, 1)] * 2 + [(32, 64, 2)] + [(64, 64, 1)] * 2
        self.blocks = nn.Sequential(*(Residual(*shape) for shape in shapes))
        self.dense = nn.Linear(64, 10)

    def forward(self, x):
        return self.dense(self.blocks(torch.relu(self.norm(self.conv(x)))).mean(dim=(2, 3)))


def read_cifar(folder):
    files = [os.path.join(folder, f"data_batch_{i}.bin") for i in range(1, 6)]
    rows = np.concatenate([np.fromfile(name, np.uint8) for name in files]).reshape(-1, 3073)
    x = rows[:, 1:].reshape(-1, 3, 32, 32)
    order = torch.randperm(len(x), generator=torch.Generator().manual_seed(20)).numpy()[: STEPS * BATCH]
    mean, deviation = (np.stack([f(x[:, c] / 255.0) for c in range(3)]).reshape(3, 1, 1)
                       for f in (np.mean, np.std))
    return ((x[order] / 255.0 - mean) / deviation).astype(np.float32), rows[order, 0].astype(np.int64)


def batches(x, labels):
    for at in range(0, STEPS * BATCH, BATCH):
        yield x[at : at + BATCH], labels[at : at + BATCH]


def torch_steps(net, dtype, x, labels, rate):
    """Yields the net and the loss after each step, so that the caller can inspect a run between its steps."""
    net = copy.deepcopy(net).to(dtype)
    optimizer = torch.optim.SGD(net.parameters(), lr=rate, momentum=0.9)
    for images, classes in batches(x, labels):
        optimizer.zero_grad()
        loss = F.cross_entropy(net(torch.tensor(images, dtype=dtype)), torch.tensor(classes))
        loss.backward()
        optimizer.step()
        yield net, loss.item()


def set_parameters(trainer, net):
    """Copies PyTorch's parameters to the library; the order of its modules is that of the net's text."""
    kinds = {"conv.weight": 4, "batchnorm.scale": 1, "batchnorm.shift": 1, "dense.weight": 2, "dense.bias": 1}
    ours = [(name, values) for name, values in trainer.tensors() if name.split(".", 1)[1] in kinds]
    theirs = [parameter.detach().numpy() for parameter in net.parameters()]
    if len(ours) != len(theirs):
        sys.exit(f"{len(ours)} tensors, expected {len(theirs)}")
    for (name, values), parameter in zip(ours, theirs):
        if values.size != parameter.size or parameter.ndim != kinds[name.split(".", 1)[1]]:
            sys.exit(f"{name} has {values.shape}, expected {parameter.shape}")
        trainer.set(name, parameter)


def make_trainer(x, labels, rate):
    options = {"optimizer": "sgd momentum 0.9", "lr": repr(rate)}
    return Trainer("resnet20", "bp", x[:BATCH], labels[:BATCH], 10, **options)


def parameters_of(net):
    return np.concatenate([parameter.detach().numpy().astype(float).ravel()
                           for parameter in net.parameters()])


def our_parameters(trainer):
    kept = (".mean", ".variance")
    return np.concatenate([values.ravel() for name, values in trainer.tensors() if not name.endswith(kept)])


def compare_runs(net, x, labels, rate):
    """The largest relative distance of a loss, and the library's first loss."""
    print(f"each for itself, rate {rate:g}\nstep  PyTorch float64    ours - it  float32 - it   (relative to "
          f"the loss)")
    distances, first = [], None
    with make_trainer(x, labels, rate) as trainer:
        set_parameters(trainer, net)
        runs = (torch_steps(net, dtype, x, labels, rate) for dtype in (torch.float64, torch.float32))
        for batch, (_, exact), (_, single) in zip(batches(x, labels), *runs):
            ours = trainer.step(*batch)
            first = first or ours
            distances.append(abs(ours - exact) / exact)
            print(f"{len(distances):4}  {exact:15.7f}  {distances[-1]:11.1e}  "
                  f"{abs(single - exact) / exact:12.1e}", flush=True)
    return max(distances), first


def compare_path(net, x, labels, rate):
    """The largest relative distance of a loss, and that of a step's change of all weights, relative to its
    norm."""
    print(f"on one path, rate {rate:g}\nstep  PyTorch float64    ours - it  change of the weights")
    losses, changes, theirs = [], [], net
    with make_trainer(x, labels, rate) as trainer:
        for batch, (after, exact) in zip(batches(x, labels),
                                         torch_steps(net, torch.float64, x, labels, rate)):
            set_parameters(trainer, theirs)
            before = our_parameters(trainer)
            losses.append(abs(trainer.step(*batch) - exact) / exact)
            change = parameters_of(after) - parameters_of(theirs)
            changes.append(np.linalg.norm(our_parameters(trainer) - before - change) / np.linalg.norm(change))
            theirs = copy.deepcopy(after)
            print(f"{len(losses):4}  {exact:15.7f}  {losses[-1]:11.1e}  {changes[-1]:21.1e}", flush=True)
    return max(losses), max(changes)


def main():
    folder, rate = sys.argv[1], float(sys.argv[2]) if len(sys.argv) > 2 else RATE
    torch.manual_seed(20)
    net = ResNet20()
    counts = count_parameters("resnet20", (3, 32, 32), 10), sum(p.numel() for p in net.parameters())
    print(f"parameters: {counts[0]}, in PyTorch {counts[1]}")
    if counts != (PARAMETERS, PARAMETERS):
        sys.exit(f"expected {PARAMETERS}")
    x, labels = read_cifar(folder)
    path_loss, path_change = compare_path(net, x, labels, PATH_RATE)
    largest, first = compare_runs(net, x, labels, rate)
    for block in net.blocks:
        block.is_dropped = True
    _, dropped = next(torch_steps(net, torch.float32, x, labels, rate))
    control = abs(first - dropped) / dropped
    print(f"losses: {largest:.1e}, allowed {BOUND:g}; on one path {path_loss:.1e}, allowed "
          f"{PATH_LOSS_BOUND:g}, and changes "
          f"{path_change:.1e}, allowed {PATH_CHANGE_BOUND:g}; without shortcuts step 1 misses by "
          f"{control:.1e}")
    is_right = largest <= BOUND and path_loss <= PATH_LOSS_BOUND and path_change <= PATH_CHANGE_BOUND
    return 0 if is_right and control > 10 * BOUND else 1


if __name__ == "__main__":
    sys.exit(main())
