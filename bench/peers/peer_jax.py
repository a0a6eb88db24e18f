"""peer_jax.py - BP and DFA in JAX: one jitted step whose weights are donated, so that XLA may write in place.

Variants: nchw and nhwc, the layout of images and of their weights; dense nets have only the first.
"""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from peer_cases import CLASSES, EPSILON, RHO


def conv(params, x, layout):
    W, b = params
    numbers = ("NCHW", "OIHW", "NCHW") if layout == "nchw" else ("NHWC", "HWIO", "NHWC")
    window = (1, 1, 3, 3) if layout == "nchw" else (1, 3, 3, 1)
    stride = (1, 1, 2, 2) if layout == "nchw" else (1, 2, 2, 1)
    bias = b[:, None, None] if layout == "nchw" else b
    h = jnp.tanh(lax.conv_general_dilated(x, W, (1, 1), "SAME", dimension_numbers=numbers) + bias)
    return lax.reduce_window(h, -jnp.inf, lax.max, window, stride, "VALID")


def as_rows(x, layout):
    """Images as rows in the order channel, row, column, whatever the layout."""
    if x.ndim == 4 and layout == "nhwc":
        x = x.transpose(0, 3, 1, 2)
    return x.reshape(len(x), -1)


def block(params, x, layout, is_output):
    if params[0].ndim == 4:
        return conv(params, x, layout)
    a = as_rows(x, layout) @ params[0] + params[1]
    return a if is_output else jnp.tanh(a)


def gradients_bp(weights, B, x, labels, layout):
    def loss(weights):
        out = x
        for i, params in enumerate(weights):
            out = block(params, out, layout, i == len(weights) - 1)
        return -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(out), labels[:, None], 1))

    return jax.grad(loss)(weights)


def gradients_dfa(weights, B, x, labels, layout):
    """Applies jax.vjp to each block alone: it turns the signal at the output of the block into the gradients
    of its weights."""
    pulls, shapes, out = [], [], x
    for i, params in enumerate(weights):
        out, pull = jax.vjp(partial(block, x=out, layout=layout, is_output=i == len(weights) - 1), params)
        pulls.append(pull)
        shapes.append(out.shape)
    e = (jax.nn.softmax(out) - jax.nn.one_hot(labels, CLASSES)) / len(labels)
    signals = [from_rows(e @ part, shape, layout) for part, shape in zip(B, shapes)] + [e]
    return [pull(signal)[0] for pull, signal in zip(pulls, signals)]


def from_rows(signal, shape, layout):
    if len(shape) == 4 and layout == "nhwc":
        n, rows, cols, channels = shape
        return signal.reshape(n, channels, rows, cols).transpose(0, 2, 3, 1)
    return signal.reshape(shape)


@partial(jax.jit, static_argnames=("rule", "layout"), donate_argnames=("weights", "squares"))
def step(weights, squares, B, rate, x, labels, rule, layout):
    gradients = (gradients_dfa if rule == "dfa" else gradients_bp)(weights, B, x, labels, layout)
    squares = jax.tree.map(lambda m, g: RHO * m + (1 - RHO) * g * g, squares, gradients)
    return jax.tree.map(lambda w, m, g: w - rate * g / (jnp.sqrt(m) + EPSILON), weights, squares,
                        gradients), squares


class Peer:
    def __init__(self, net, rule, variant, threads, state, batches, rate):
        self.net, self.rule, self.layout, self.rate = net, rule, variant, jnp.float32(rate)
        self.weights = [(jnp.array(self.ours_to_jax(W, i)), jnp.array(b))
                        for i, (W, b) in enumerate(zip(*state[:2]))]
        self.squares = jax.tree.map(jnp.zeros_like, self.weights)
        self.B = [jnp.array(part) for part in state[2]] if rule == "dfa" else []
        self.batches = [(jnp.array(self.images(x)), jnp.array(labels)) for x, labels in batches]

    def images(self, x):
        if not self.net.convs:
            return x
        x = x.reshape(-1, *self.net.shape)
        return x if self.layout == "nchw" else x.transpose(0, 2, 3, 1)

    def ours_to_jax(self, W, i):
        if i >= len(self.net.convs):
            return np.ascontiguousarray(W.T)
        W = W.reshape(len(W), -1, 5, 5)
        return W if self.layout == "nchw" else W.transpose(2, 3, 1, 0)

    def jax_to_ours(self, W):
        if W.ndim == 2:
            return W.T
        W = W if self.layout == "nchw" else W.transpose(3, 2, 0, 1)
        return W.reshape(len(W), -1)

    def run(self, n):
        weights, squares = self.weights, self.squares
        for i in range(n):
            weights, squares = step(weights, squares, self.B, self.rate, *self.batches[i % len(self.batches)],
                                    rule=self.rule, layout=self.layout)
        self.weights, self.squares = jax.block_until_ready((weights, squares))

    def tensors(self):
        result = {}
        for i, (W, b) in enumerate(self.weights):
            result[f"W{i}"], result[f"b{i}"] = self.jax_to_ours(np.asarray(W)), np.asarray(b)
        return result

    def version(self):
        return f"jax {jax.__version__}"
