"""residual_reference.py - nets with residuals in NumPy, written from the equations, without automatic
differentiation and without code of the library. make_golden.py computes golden cases with it;
tests/torch/check_residual.py compares it with PyTorch's autograd.

The text of a net becomes a list of blocks, in text order. A block is a head (dense, conv, layernorm,
subsample, or the sum of one or two earlier outputs) and the other layers after it. A body or a shortcut that
begins with another layer begins with a sum of one input. Arrays are n x channels x rows x cols; units are n x
units x 1 x 1. Parameters are named as in a model file: BLOCK.LAYER.WHAT, weights as matrices of one row for
each unit or channel.
"""
import math

import numpy as np

EPSILON, MOMENTUM = 1e-5, 0.1  # of batch norm; layer norm has the same epsilon
WEIGHTED = ("dense", "conv")
# Heads without weights, whose derivative is exact under every rule.
READS_ALL = ("layernorm", "subsample")
HEADS = WEIGHTED + READS_ALL


# ---- Text ----


def split(text, separator):
    """The pieces of the text between separators that are outside of parentheses."""
    pieces, depth = [""], 0
    for letter in text:
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if letter == separator and depth == 0:
            pieces.append("")
        else:
            pieces[-1] += letter
    return [piece.strip() for piece in pieces]


def branches(item):
    """The texts of body and shortcut in "residual (BODY | SHORTCUT)"; None for other items."""
    if not item.startswith("residual"):
        return None
    inner = split(item[item.index("(") + 1 : item.rindex(")")], "|")
    return inner[0], inner[1] if len(inner) > 1 else None


class Layer:
    def __init__(self, text):
        self.kind, *words = text.split()
        self.has_bias = "nobias" not in words
        named = {key: int(words[words.index(key) + 1]) for key in ("stride", "pad", "pad-channels")
                 if key in words}
        is_windowed = words and self.kind in ("conv", "maxpool", "avgpool")
        size = words[0 if "pool" in self.kind else 1] if is_windowed else None
        self.is_all = size == "all"
        self.size = tuple(int(n) for n in (size.split("x") * 2)[:2]) if size and not self.is_all else None
        is_pool = "pool" in self.kind
        self.stride = named.get("stride", self.size[0] if is_pool and self.size else 1)
        self.pad = named.get("pad", 0)
        self.channels = int(words[0]) if self.kind in WEIGHTED else named.get("pad-channels")
        self.step = int(words[0]) if self.kind == "subsample" else None
        self.slope = 0.0 if self.kind == "relu" else 0.01
        if self.kind == "leaky-relu" and words:
            self.slope = float(words[0])


class Block:
    def __init__(self, head, sources):
        # head: a Layer, or None for a sum; sources: numbers of blocks, or None for the net's input
        self.head, self.sources = head, sources
        self.behind, self.followers = [], []
        self.module = None
        self.is_weighted = head is not None and head.kind in WEIGHTED


def parse_list(text, blocks, at):
    """Appends the blocks of the text, whose input is block `at`; returns the number of the last one."""
    for item in split(text, ","):
        parts = branches(item)
        if parts:
            ends = [at if part is None else parse_branch(part, blocks, at) for part in parts]
            blocks.append(Block(None, ends))
            at = len(blocks) - 1
        elif item.split()[0] in HEADS:
            blocks.append(Block(Layer(item), [at]))
            at = len(blocks) - 1
        else:
            blocks[at].behind.append(Layer(item))
    return at


def parse_branch(text, blocks, at):
    first = split(text, ",")[0]
    if not branches(first) and first.split()[0] not in HEADS:
        blocks.append(Block(None, [at]))
        at = len(blocks) - 1
    return parse_list(text, blocks, at)


def parse(text):
    blocks = []
    parse_list(text, blocks, None)
    for l, block in enumerate(blocks):
        for source in block.sources:
            if source is not None:
                blocks[source].followers.append(l)
    for l in reversed(range(len(blocks))):  # a module ends before several followers or a weighted one
        alone = blocks[l].followers[0] if len(blocks[l].followers) == 1 else None
        blocks[l].module = l if alone is None or blocks[alone].is_weighted else blocks[alone].module
    return blocks


def is_taught(blocks, l):
    """Whether block l is the last one of a hidden module that owns parameters."""
    members = [block for block in blocks if block.module == l]
    has_any = any(block.is_weighted or (block.head and block.head.kind == "layernorm") or
                  any(layer.kind == "batchnorm" for layer in block.behind) for block in members)
    return has_any and l < len(blocks) - 1


# ---- Layers with weights ----


def windows(x, size, stride):
    """The windows of x: n x channels x rows x cols of positions x size."""
    return np.lib.stride_tricks.sliding_window_view(x, size, axis=(2, 3))[:, :, ::stride, ::stride]


def padded(x, pad):
    return np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))


def kernel_of(layer, W):
    return W.reshape(len(W), -1, *layer.size)


def weighted_forward(layer, W, x):
    if layer.kind == "dense":
        return (x.reshape(len(x), -1) @ W.T)[:, :, None, None]
    return np.einsum("nchwij,kcij->nkhw", windows(padded(x, layer.pad), layer.size, layer.stride),
                     kernel_of(layer, W), optimize=True)


def pull(layer, M, delta, shape):
    """The derivative at an input of this shape, with M in place of the weights."""
    if layer.kind == "dense":
        return (delta[:, :, 0, 0] @ M).reshape(shape)
    K, s, pad = kernel_of(layer, M), layer.stride, layer.pad
    canvas = np.zeros((shape[0], shape[1], shape[2] + 2 * pad, shape[3] + 2 * pad), delta.dtype)
    rows, cols = delta.shape[2:]
    for i in range(layer.size[0]):
        for j in range(layer.size[1]):
            part = np.einsum("nkhw,kc->nchw", delta, K[:, :, i, j])
            canvas[:, :, i : i + s * rows : s, j : j + s * cols : s] += part
    return canvas[:, :, pad : pad + shape[2], pad : pad + shape[3]]


def weight_gradient(layer, delta, x):
    if layer.kind == "dense":
        return delta[:, :, 0, 0].T @ x.reshape(len(x), -1)
    seen = windows(padded(x, layer.pad), layer.size, layer.stride)
    return np.einsum("nkhw,nchwij->kcij", delta, seen, optimize=True).reshape(delta.shape[1], -1)


# ---- Heads without weights that read all numbers of their input ----


def example_moments(x):
    """Mean and 1 / sqrt(variance + epsilon) over all numbers of each example."""
    axes = (1, 2, 3)
    return x.mean(axis=axes, keepdims=True), 1 / np.sqrt(x.var(axis=axes, keepdims=True) +
                                                         x.dtype.type(EPSILON))


def maps_before(layer, channels):
    """The number of added maps of zeros, and how many of them are before the maps of the input."""
    zeros = (layer.channels or channels) - channels
    return zeros, zeros // 2


def exact_forward(layer, l, p, x):
    if layer.kind == "subsample":
        zeros, before = maps_before(layer, x.shape[1])
        return np.pad(x[:, :, :: layer.step, :: layer.step],
                      ((0, 0), (before, zeros - before), (0, 0), (0, 0)))
    mean, inverse = example_moments(x)
    scale, shift = (p[f"{l}.layernorm.{what}"].reshape(x.shape[1:]) for what in ("scale", "shift"))
    return (x - mean) * inverse * scale + shift


def exact_pull(layer, l, p, x, dy):
    """The exact derivative at the input x of a head without weights (layer norm: Ba, Kiros, Hinton 2016,
    equation 4)."""
    if layer.kind == "subsample":
        before, dx = maps_before(layer, x.shape[1])[1], np.zeros_like(x)
        dx[:, :, :: layer.step, :: layer.step] = dy[:, before : before + x.shape[1]]
        return dx
    mean, inverse = example_moments(x)
    hat, d, axes = (x - mean) * inverse, dy * p[f"{l}.layernorm.scale"].reshape(x.shape[1:]), (1, 2, 3)
    return inverse * (d - d.mean(axis=axes, keepdims=True) - hat * (d * hat).mean(axis=axes, keepdims=True))


def exact_gradients(layer, l, x, dy, gradients):
    if layer.kind == "layernorm":
        mean, inverse = example_moments(x)
        gradients[f"{l}.layernorm.scale"] = (dy * (x - mean) * inverse).sum(axis=0).reshape(-1)
        gradients[f"{l}.layernorm.shift"] = dy.sum(axis=0).reshape(-1)


# ---- Layers after the head: forward returns the output and what backward needs ----


def normalise(x, scale, shift, statistics):
    mean, variance = statistics
    inverse = 1 / np.sqrt(variance + x.dtype.type(EPSILON))
    hat = (x - mean[:, None, None]) * inverse[:, None, None]
    return scale[:, None, None] * hat + shift[:, None, None], (hat, inverse, scale)


def normalise_backward(dy, kept):
    hat, inverse, scale = kept
    count = dy.size // dy.shape[1]
    dshift, dscale = dy.sum(axis=(0, 2, 3)), (dy * hat).sum(axis=(0, 2, 3))
    rest = dy - (dshift[:, None, None] + hat * dscale[:, None, None]) / dy.dtype.type(count)
    return (scale * inverse)[:, None, None] * rest, dscale, dshift


def batch_statistics(x):
    return x.mean(axis=(0, 2, 3)), x.var(axis=(0, 2, 3))


def pool_windows(layer, x):
    size = x.shape[2:] if layer.is_all else layer.size
    seen = windows(x, size, layer.stride)
    return seen.reshape(*seen.shape[:4], -1), size


def pool_forward(layer, x):
    seen, _ = pool_windows(layer, x)
    return seen.max(axis=-1) if layer.kind == "maxpool" else seen.mean(axis=-1)


def pool_backward(layer, x, dy):
    seen, (rows, cols) = pool_windows(layer, x)
    dx, largest = np.zeros_like(x), seen.argmax(axis=-1)
    for i in range(rows):
        for j in range(cols):
            share = largest == i * cols + j if layer.kind == "maxpool" else dy.dtype.type(1 / (rows * cols))
            end = i + layer.stride * (dy.shape[2] - 1) + 1, j + layer.stride * (dy.shape[3] - 1) + 1
            dx[:, :, i : end[0] : layer.stride, j : end[1] : layer.stride] += dy * share
    return dx


def logistic(a):
    return 1 / (1 + np.exp(-a))


def activate(layer, a):
    """f(a) and f'(a)."""
    if layer.kind == "tanh":
        return np.tanh(a), 1 - np.tanh(a) ** 2
    if layer.kind == "logistic":
        return logistic(a), logistic(a) * (1 - logistic(a))
    if layer.kind == "softplus":
        return np.log1p(np.exp(a)), logistic(a)
    if layer.kind == "gelu":
        wide = a.astype(float)
        normal = np.vectorize(math.erfc, otypes=[float])(-wide / math.sqrt(2)) / 2
        slope = normal + wide * np.exp(-wide * wide / 2) / math.sqrt(2 * math.pi)
        return (wide * normal).astype(a.dtype), slope.astype(a.dtype)
    if layer.kind == "identity":
        return a, np.ones_like(a)
    if layer.kind in ("relu", "leaky-relu"):
        slope = a.dtype.type(layer.slope)
        return np.where(a > 0, a, slope * a), np.where(a > 0, a.dtype.type(1), slope)
    raise ValueError(layer.kind)


def kink_distance(layer, x):
    """The least distance of a number from a point where the derivative jumps."""
    if layer.kind in ("relu", "leaky-relu"):
        return np.abs(x).min()
    if layer.kind == "maxpool":
        two = np.sort(pool_windows(layer, x)[0], axis=-1)[..., -2:]
        return (two[..., 1] - two[..., 0]).min()
    return np.inf


# ---- Forward pass of a batch ----


class Passed:
    """The forward pass of a block: its input, the input and saved values of each layer after the head, and
    its output."""

    def __init__(self, x):
        self.x, self.inputs, self.kept, self.y = x, [], [], None


def layer_forward(layer, l, p, x, is_training):
    if layer.kind == "batchnorm":
        running = p[f"{l}.batchnorm.mean"], p[f"{l}.batchnorm.variance"]
        statistics = batch_statistics(x) if is_training else running
        y, kept = normalise(x, p[f"{l}.batchnorm.scale"], p[f"{l}.batchnorm.shift"], statistics)
        return y, (kept, statistics)
    if "pool" in layer.kind:
        return pool_forward(layer, x), None
    if layer.kind == "flatten":
        return x.reshape(len(x), -1, 1, 1), None
    return activate(layer, x)


def layer_backward(layer, l, x, kept, dy, gradients):
    if layer.kind == "batchnorm":
        dx, scale, shift = normalise_backward(dy, kept[0])
        gradients[f"{l}.batchnorm.scale"], gradients[f"{l}.batchnorm.shift"] = scale, shift
        return dx
    if "pool" in layer.kind:
        return pool_backward(layer, x, dy)
    return dy.reshape(x.shape) if layer.kind == "flatten" else dy * kept


def forward(blocks, p, x, is_training=True, mistake=""):
    """The forward pass: a Passed for each block. x: n x channels x rows x cols."""
    passed = []
    for l, block in enumerate(blocks):
        sources = [x if s is None else passed[s].y for s in block.sources]
        if mistake == "no shortcut":
            sources = sources[:1]
        at = Passed(sources[0] if block.head else sum(sources[1:], sources[0]))
        y = at.x
        if block.head and not block.is_weighted:
            y = exact_forward(block.head, l, p, at.x)
        elif block.head:
            y = weighted_forward(block.head, p[f"{l}.{block.head.kind}.weight"], at.x)
            y = y + p[f"{l}.{block.head.kind}.bias"].reshape(1, -1, 1, 1) if block.head.has_bias else y
        for layer in block.behind:
            at.inputs.append(y)
            y, kept = layer_forward(layer, l, p, y, is_training)
            at.kept.append(kept)
        at.y = y
        passed.append(at)
    return passed


def scores(passed):
    return passed[-1].y[:, :, 0, 0]


def margin(blocks, passed):
    """The least distance from a kink over all relu and max-pool layers."""
    return min((kink_distance(layer, x) for block, at in zip(blocks, passed)
                for layer, x in zip(block.behind, at.inputs)), default=np.inf)


def keep_running(blocks, p, passed):
    """Updates batch norm's running statistics in p by this batch."""
    for l, (block, at) in enumerate(zip(blocks, passed)):
        for layer, x, kept in zip(block.behind, at.inputs, at.kept):
            if layer.kind == "batchnorm":
                count, (mean, variance) = x.size // x.shape[1], kept[1]
                unbiased = variance * x.dtype.type(count / max(count - 1, 1))
                for name, new in ((f"{l}.batchnorm.mean", mean), (f"{l}.batchnorm.variance", unbiased)):
                    p[name] = x.dtype.type(1 - MOMENTUM) * p[name] + x.dtype.type(MOMENTUM) * new


# ---- Rules ----


def fan(layer, W):
    """Fan-in and fan-out: inputs of a unit or channel; units of a dense layer, or channels x window of a
    convolution."""
    return W.shape[1], len(W) * (math.prod(layer.size) if layer.kind == "conv" else 1)


def matrices_of(rule, blocks, p):
    """The matrix that the rule uses in place of the weights of each weighted block in the backward pass."""
    matrices = {}
    for l, block in enumerate(blocks):
        if not block.is_weighted or l == 0:
            continue
        W = p[f"{l}.{block.head.kind}.weight"]
        if rule == "bp":
            matrices[l] = W
        elif rule == "usf":
            matrices[l] = W.dtype.type(np.sqrt(2 / sum(fan(block.head, W)))) * np.sign(W)
        else:
            matrices[l] = p[f"{l}.feedback"]
    return matrices


def pull_from(blocks, f, p, passed, delta, matrices):
    """The derivative at the input of block f: by its matrix, or exact without weights."""
    head, x = blocks[f].head, passed[f].x
    if blocks[f].is_weighted:
        return pull(head, matrices[f], delta[f], x.shape)
    return exact_pull(head, f, p, x, delta[f]) if head else delta[f]


def chain_signal(blocks, l, p, passed, delta, matrices, mistake):
    """The signal of block l: the sum over its followers, in text order."""
    signal = None
    for f in blocks[l].followers[: 1 if mistake == "one follower" else None]:
        term = pull_from(blocks, f, p, passed, delta, matrices)
        signal = term if signal is None else signal + term
    return signal


DIRECT, CHAIN = ("dfa", "dkp", "drtp"), ("bp", "fa", "kp", "usf")


def teach(rule, blocks, p, passed, e, y, mistake=""):
    """delta of each block (None: nothing arrives), at its head's output, and the gradients by name. e: n x
    outputs, the loss's derivative at the scores; y: the targets, times the same scale."""
    n, delta, gradients = len(e), [None] * len(blocks), {}
    matrices = matrices_of(rule, blocks, p) if rule in CHAIN else None
    for l in reversed(range(len(blocks))):
        block, at = blocks[l], passed[l]
        if l == len(blocks) - 1:
            signal = e.reshape(at.y.shape)
        elif block.module != l:  # exact inside a module; None if the module receives no signal
            follower = block.followers[0]
            signal = None
            if delta[follower] is not None:
                signal = pull_from(blocks, follower, p, passed, delta, matrices)
        elif rule in CHAIN:
            signal = chain_signal(blocks, l, p, passed, delta, matrices, mistake)
        elif is_taught(blocks, l):
            signal = ((-y if rule == "drtp" else e) @ p[f"{l}.feedback"]).reshape(at.y.shape)
        else:
            continue
        if signal is None:
            continue
        for layer, x, kept in reversed(list(zip(block.behind, at.inputs, at.kept))):
            signal = layer_backward(layer, l, x, kept, signal, gradients)
        delta[l] = signal
        if block.head and not block.is_weighted:
            exact_gradients(block.head, l, at.x, signal, gradients)
        elif block.head:
            gradients[f"{l}.{block.head.kind}.weight"] = weight_gradient(block.head, signal, at.x)
            if block.head.has_bias:
                gradients[f"{l}.{block.head.kind}.bias"] = signal.sum(axis=(0, 2, 3))
    if rule == "dkp":
        for l in range(len(blocks) - 1):
            if is_taught(blocks, l):
                gradients[f"{l}.feedback"] = e.T @ passed[l].y.reshape(n, -1)
    if rule == "kp":
        for l in matrices:
            gradients[f"{l}.feedback"] = gradients[f"{l}.{blocks[l].head.kind}.weight"]
    return delta, gradients


# ---- Initial parameters ----


def draw_parameters(blocks, rule, shape, draw):
    """Parameters and feedback by name. draw(limit, shape): an array of uniform numbers. shape: channels,
    rows, cols."""
    p, y = {}, []
    outputs = blocks[-1].head.channels
    for l, block in enumerate(blocks):
        x = np.zeros((1, *shape)) if block.sources[0] is None else y[block.sources[0]]
        if block.head and not block.is_weighted:
            if block.head.kind == "layernorm":
                half, numbers = np.float32(0.5), (math.prod(x.shape[1:]),)
                p[f"{l}.layernorm.scale"] = 1 + half * draw(1.0, numbers)
                p[f"{l}.layernorm.shift"] = draw(0.5, numbers)
            x = exact_forward(block.head, l, p, x)
        elif block.head:
            head = block.head
            fan_in = x.size if head.kind == "dense" else x.shape[1] * math.prod(head.size)
            p[f"{l}.{head.kind}.weight"] = draw(1.5 / math.sqrt(fan_in), (head.channels, fan_in))
            if head.has_bias:
                p[f"{l}.{head.kind}.bias"] = draw(1.5 / math.sqrt(fan_in), (head.channels,))
            if rule in ("fa", "kp", "usf") and l > 0:
                p[f"{l}.feedback"] = draw(1.5 / math.sqrt(fan_in), (head.channels, fan_in))
            x = weighted_forward(head, p[f"{l}.{head.kind}.weight"], x)
        for layer in block.behind:
            if layer.kind == "batchnorm":
                half, channels = np.float32(0.5), (x.shape[1],)
                p[f"{l}.batchnorm.scale"] = 1 + half * draw(1.0, channels)
                p[f"{l}.batchnorm.shift"] = draw(0.5, channels)
                p[f"{l}.batchnorm.mean"] = draw(0.5, channels)
                p[f"{l}.batchnorm.variance"] = 1 + half * draw(1.0, channels)
            x = layer_forward(layer, l, p, x, False)[0]
        y.append(x)
    for l in range(len(blocks)):
        if rule in DIRECT and is_taught(blocks, l):
            p[f"{l}.feedback"] = draw(1.0, (outputs, y[l].size))
    return p


# ---- Positions of layers ----

POSITIONS = ("before", "body first", "body last", "shortcut", "after")


def positions(text):
    """Pairs of the kind of a layer and its position relative to a residual."""
    found, items = set(), split(text, ",")
    for i, item in enumerate(items):
        parts = branches(item)
        if not parts:
            continue
        body = split(parts[0], ",")
        near = [(items[i - 1], "before"), (body[0], "body first"), (body[-1], "body last")]
        near += [(items[i + 1], "after")] if i + 1 < len(items) else []
        near += [(layer, "shortcut") for layer in split(parts[1], ",")] if parts[1] else []
        found |= {(layer.split()[0], place) for layer, place in near}
        for part in parts:
            found |= positions(part) if part else set()
    return found
