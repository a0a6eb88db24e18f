#!/usr/bin/env python3
"""check_resnet20.py FOLDER [RATE] - the net "resnet20" against PyTorch's own modules on CIFAR-10: 272,474 parameters, and with
PyTorch's initial weights and its order of the examples the same losses in bp's first 20 steps.

FOLDER: cifar-10-batches-bin. Batch 128, SGD with momentum 0.9, pixels scaled to mean 0 and variance 1 in each channel. The net is
trained three times: here in float32, by PyTorch in float64, and by PyTorch in float32. The last one tells how far rounding alone
drives a run of such steps; printed, not judged. Negative control: the same modules without their shortcuts must miss.
"""
import copy
import os
import sys

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from backless_library import Trainer, count_parameters

BATCH, STEPS, RATE, BOUND = 128, 20, 0.1, 1e-3  # the bound is relative to the loss
PARAMETERS = 272474


class Residual(nn.Module):
    """He and others 2015 (arXiv:1512.03385), figure 2, with a projection (option B) where the shape changes."""

    def __init__(self, before, channels, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(before, channels, 3, stride, 1, bias=False)
        self.norm1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, 1, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(channels)
        projection = nn.Sequential(nn.Conv2d(before, channels, 1, stride, bias=False), nn.BatchNorm2d(channels))
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
    mean, deviation = (np.stack([f(x[:, c] / 255.0) for c in range(3)]).reshape(3, 1, 1) for f in (np.mean, np.std))
    return ((x[order] / 255.0 - mean) / deviation).astype(np.float32), rows[order, 0].astype(np.int64)


def batches(x, labels):
    for at in range(0, STEPS * BATCH, BATCH):
        yield x[at : at + BATCH], labels[at : at + BATCH]


def torch_losses(net, dtype, x, labels, rate, steps=STEPS):
    net, losses = copy.deepcopy(net).to(dtype), []
    optimizer = torch.optim.SGD(net.parameters(), lr=rate, momentum=0.9)
    for _, (images, classes) in zip(range(steps), batches(x, labels)):
        optimizer.zero_grad()
        loss = F.cross_entropy(net(torch.tensor(images, dtype=dtype)), torch.tensor(classes))
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def set_parameters(trainer, net):
    """PyTorch's parameters, in the order of its modules, are the library's in the order of the net's text."""
    kinds = {"conv.weight": 4, "batchnorm.scale": 1, "batchnorm.shift": 1, "dense.weight": 2, "dense.bias": 1}
    ours = [(name, values) for name, values in trainer.tensors() if name.split(".", 1)[1] in kinds]
    theirs = [parameter.detach().numpy() for parameter in net.parameters()]
    if len(ours) != len(theirs):
        sys.exit(f"{len(ours)} tensors, expected {len(theirs)}")
    for (name, values), parameter in zip(ours, theirs):
        if values.size != parameter.size or parameter.ndim != kinds[name.split(".", 1)[1]]:
            sys.exit(f"{name} has {values.shape}, expected {parameter.shape}")
        trainer.set(name, parameter)


def our_losses(net, x, labels, rate):
    options = {"optimizer": "sgd momentum 0.9", "lr": repr(rate)}
    with Trainer("resnet20", "bp", x[:BATCH], labels[:BATCH], 10, **options) as trainer:
        set_parameters(trainer, net)
        return [trainer.step(images, classes) for images, classes in batches(x, labels)]


def main():
    folder, rate = sys.argv[1], float(sys.argv[2]) if len(sys.argv) > 2 else RATE
    torch.manual_seed(20)
    net = ResNet20()
    counts = count_parameters("resnet20", (3, 32, 32), 10), sum(p.numel() for p in net.parameters())
    print(f"parameters: {counts[0]}, in PyTorch {counts[1]}")
    if counts != (PARAMETERS, PARAMETERS):
        sys.exit(f"expected {PARAMETERS}")
    x, labels = read_cifar(folder)
    ours = our_losses(net, x, labels, rate)
    exact, single = (torch_losses(net, dtype, x, labels, rate) for dtype in (torch.float64, torch.float32))
    print(f"rate {rate:g}\nstep  PyTorch float64    ours - it  float32 - it   (relative to the loss)")
    for step, (a, b, c) in enumerate(zip(ours, exact, single), 1):
        print(f"{step:4}  {b:15.7f}  {abs(a - b) / b:11.1e}  {abs(c - b) / b:12.1e}")
    largest = max(abs(a - b) / b for a, b in zip(ours, exact))
    for block in net.blocks:
        block.is_dropped = True
    dropped = torch_losses(net, torch.float64, x, labels, rate, 1)[0]
    control = abs(ours[0] - dropped) / dropped
    print(f"largest distance {largest:.1e}, allowed {BOUND:g}; without shortcuts step 1 misses by {control:.1e}")
    return 1 if not largest <= BOUND or control <= 10 * BOUND else 0


if __name__ == "__main__":
    sys.exit(main())
