"""peer_cases.py - the nets that are compared, and the batches that every implementation is given.

A net is its input's shape, its convolutions (5x5, padding 2, then tanh and a 3x3 pool with stride 2) and its
hidden dense blocks (then tanh); ten classes at the end. Inputs and labels are random and the same in every
process: their values do not change the time as long as no number becomes denormal. For this reason the
weights are Glorot's, and TIMED_RATE is so small that thousands of steps on these few batches hardly change
them.
"""

from dataclasses import dataclass

import numpy as np

CLASSES = 10
CHECKED_RATE = 1e-4  # three steps are compared at this rate
TIMED_RATE = 1e-8
# RMSprop as in Torch7. The library's default epsilon is 1e-8; with this larger one a gradient that consists
# only of rounding errors changes no weight, so that two ways to compute a step give the same weights.
RHO, EPSILON = 0.99, 1e-6
POOL_BYTES = 16 << 20  # large enough that a step reads its inputs from memory, not from the L1 cache


@dataclass(frozen=True)
class Net:
    shape: tuple
    convs: tuple
    hidden: tuple

    def text(self):
        layers = [f"conv {n} 5x5 pad 2, tanh, maxpool 3 stride 2" for n in self.convs]
        layers += ["flatten"] if self.convs else []
        layers += [f"dense {n}, tanh" for n in self.hidden]
        return ", ".join(layers + [f"dense {CLASSES}"])

    def inputs(self):
        return self.shape[0] * self.shape[1] * self.shape[2]


MNIST, CIFAR = (1, 1, 784), (1, 1, 3072)
NETS = {
    "1x800": Net(MNIST, (), (800,)),
    "2x800": Net(MNIST, (), (800,) * 2),
    "4x800": Net(MNIST, (), (800,) * 4),
    "7x240": Net(MNIST, (), (240,) * 7),
    "100x240": Net(MNIST, (), (240,) * 100),
    "3x1000": Net(CIFAR, (), (1000,) * 3),
    "conv": Net((3, 32, 32), (96, 128, 256), (2048, 2048)),
    "tiny": Net((1, 1, 20), (), (16, 12)),  # for the self-test
    "tiny-conv": Net((2, 12, 12), (4, 6), (16,)),
}


def batches(net, batch):
    """A list of (x: batch x inputs, labels: batch)."""
    rng = np.random.default_rng(1)
    n = min(max(POOL_BYTES // (4 * batch * net.inputs()), 4), 64)
    return [(rng.random((batch, net.inputs()), dtype=np.float32),
             rng.integers(CLASSES, size=batch, dtype=np.int32)) for _ in range(n)]


def load_state(path):
    """Initial weights, biases and feedback as three lists with one entry per block; the last block has no
    feedback."""
    with np.load(path) as file:
        n = sum(name.startswith("W") for name in file.files)
        return ([file[f"W{i}"] for i in range(n)], [file[f"b{i}"] for i in range(n)],
                [file[f"B{i}"] for i in range(n - 1)])
