#!/usr/bin/env python3
"""make_golden.py - computes the numbers that the library must reach, by an independent implementation in
double precision.

    make_golden.py          writes NAME.npz for each case, and cases.txt
    make_golden.py --check  computes all cases again and compares them with the stored files

It is written from the equations of the papers, with one example per row, and shares no code with the library.
Each file contains the initial state of a case (exact in single precision), ten batches of different sizes,
and the results:

    0.dense.weight, 0.dense.bias, ...   initial values, units x inputs and units
    1.layernorm.scale, .shift, ...      initial values of a block that is a layer norm, units
    0.feedback, ...                     dfa, ifa: B of block l, outputs x units
                                        fa, usf, kp: the matrix used in place of the weights of block l in
                                        the backward pass, of their shape; pepita: outputs x inputs of the net
    sizes, x, labels                    sizes of the batches; the rows of all batches one after the other
    step1.0.dense.weight, step10. ...   the weights after that many steps
    losses                              mean loss over the examples of each step, before its update
    shape                               channels, rows and cols of an example; without it examples are rows of
                                        numbers

Nets with residuals, convolutions, pools and batch norm are computed by residual_reference.py; their tensors
are named as in a model file, batch norm's running statistics included. Each kind of layer except dropout,
whose masks are random numbers of the library, is in each position of a residual in one of these cases
(check_positions).

A case whose name begins with "wrong_" has the initial state of another case and the results of a deliberate
mistake, which the library must not reach.
"""
import io
import math
import os
import sys
import zipfile

import numpy as np

import residual_reference as reference

HERE = os.path.dirname(os.path.abspath(__file__))
SIZES = [8, 5, 8, 1, 8, 8, 3, 8, 8, 8]
SAVED = (1, 10)
INPUTS, CLASSES = 7, 4
# The largest distance of the same computation in single precision; a case with a larger one would be too
# sensitive to rounding.
SINGLE_BOUND = 3e-6
# The least distance of the inputs of relu and max-pool from points where the derivative jumps: thirty times
# their rounding error.
KINK_MARGIN = 1e-5
CHECK_BOUND = 1e-12  # allows for another BLAS or libm in double precision

TANH3 = "dense 6, tanh, dense 5, tanh, dense 5, tanh, dense 4"
MIXED = "dense 6, softplus, dense 5, relu, dense 5, leaky-relu 0.2, dense 4"
NORMED = "dense 6, layernorm, tanh, dense 5, tanh, layernorm, dense 5, gelu, dense 4"
STACKED = "dense 6, softplus, tanh, dense 5, dense 5, logistic, identity, dense 4"


def net_of(activation):
    return TANH3.replace("tanh", activation)


# ---- Nets with residuals, on examples of this shape ----

SHAPE = (2, 4, 4)
KEEP_SHAPE = ["tanh", "logistic", "relu", "leaky-relu 0.2", "gelu", "softplus", "identity", "batchnorm"]


def residual_net(i):
    """A net with layers that keep the shape; for i from 0 to 7 each of them is once in each position."""
    before, first, last, shortcut, after = (KEEP_SHAPE[(i + k) % len(KEEP_SHAPE)] for k in (0, 3, 6, 2, 4))
    return (f"conv 3 3x3 pad 1, {before}, residual ({first}, conv 2 3x3 pad 1, tanh, conv 3 1x1 nobias, "
            f"{last} | {shortcut}, "
            f"conv 3 1x1), {after}, conv 2 2x2 stride 2, tanh, dense 4")


OPTION_B = ("conv 3 3x3 pad 1 nobias, batchnorm, tanh, "
            "residual (conv 3 3x3 pad 1 nobias, batchnorm, tanh, conv 3 3x3 pad 1 nobias, batchnorm), tanh, "
            "residual (conv 4 3x3 stride 2 pad 1 nobias, batchnorm, tanh, conv 4 3x3 pad 1 nobias, batchnorm "
            "| "
            "conv 4 1x1 stride 2 nobias, batchnorm), tanh, avgpool all, dense 4")
DENSE_RESIDUAL = ("dense 6, residual (dense 5, tanh, dense 6), dense 5, tanh, residual (dense 7, tanh | "
                  "dense 7 nobias), "
                  "softplus, dense 4")
NESTED = ("conv 2 3x3 pad 1, tanh, residual (residual (residual (conv 2 3x3 pad 1), tanh), conv 2 1x1 | "
          "residual (conv 2 1x1, tanh)), "
          "tanh, residual (tanh), dense 4")
CONVS = ("conv 3 3x3 pad 1, residual (conv 2 3x3 pad 1, tanh, conv 2 3x3 pad 1 | conv 2 1x1), conv 3 2x2 "
         "stride 2, tanh, "
         "residual (conv 3 1x1), maxpool all, dense 4")
MAX_FIRST = ("conv 2 3x3 pad 1, avgpool 2 stride 1, residual (maxpool 2 stride 1, conv 3 1x1, tanh | conv 3 "
             "1x1, avgpool 2 stride 1), "
             "maxpool 2, dense 4")
MEAN_FIRST = ("conv 2 3x3 pad 2, maxpool 2, residual (avgpool 2 stride 1, conv 3 1x1, tanh | conv 3 1x1, "
              "maxpool 2 stride 1), "
              "avgpool 2, dense 4")
POOLS_LAST = ("conv 2 3x3 pad 1, tanh, residual (conv 3 1x1, maxpool 2 | conv 3 2x2 stride 2), tanh, "
              "residual (conv 2 1x1, avgpool 2 | conv 2 2x2), tanh, dense 4")
FLATTENED = ("conv 2 3x3 pad 1, tanh, flatten, residual (dense 6, tanh | flatten, dense 6), tanh, dense 8, "
             "tanh, "
             "residual (flatten, dense 5, flatten | dense 5), flatten, dense 4")
NORMED_RESIDUAL = ("conv 3 3x3 pad 1, layernorm, residual (layernorm, conv 2 3x3 pad 1, tanh, conv 3 1x1 "
                   "nobias, layernorm | "
                   "layernorm, conv 3 1x1), layernorm, tanh, dense 6, tanh, residual (layernorm, dense 6), "
                   "layernorm, dense 4")
OPTION_A = ("conv 3 3x3 pad 1, subsample 1, residual (subsample 1, conv 4 3x3 stride 2 pad 1, tanh, conv 6 "
            "1x1, subsample 1 | "
            "subsample 2 pad-channels 6), subsample 1 pad-channels 7, tanh, dense 4")

# name, rule, net, loss, reduction, optimizer, lr; `zero`: all weights begin as 0; `slope`, `lambda`: the
# options of these names; `mistake`: the mistake of a wrong case; `shape`: the shape of an example, for nets
# of residual_reference.py; `seed`: the seed of the initial state.
CASES = [
    ("bp_sgd", "bp", TANH3, "ce", "mean", "sgd", 0.5, {}),
    ("fa_sgd", "fa", net_of("logistic"), "bce", "mean", "sgd", 0.5, {}),
    ("dfa_sgd", "dfa", TANH3, "ce", "mean", "sgd", 0.5, {}),
    ("ifa_sgd", "ifa", TANH3, "mse", "mean", "sgd", 0.3, {}),
    ("frozen_sgd", "frozen", net_of("relu"), "bce", "mean", "sgd", 0.5, {}),
    ("linear_sgd", "linear", TANH3, "mse", "sum", "sgd", 0.02, {}),
    ("bp_rmsprop", "bp", TANH3, "bce", "sum", "rmsprop", 1e-3, {}),
    ("fa_rmsprop", "fa", net_of("softplus"), "ce", "mean", "rmsprop", 1e-3, {}),
    ("dfa_rmsprop", "dfa", TANH3, "bce", "sum", "rmsprop", 1e-3, {}),
    ("ifa_rmsprop", "ifa", net_of("logistic"), "ce", "mean", "rmsprop", 1e-3, {}),
    ("frozen_rmsprop", "frozen", TANH3, "mse", "mean", "rmsprop", 1e-3, {}),
    ("linear_rmsprop", "linear", TANH3, "bce", "mean", "rmsprop", 1e-3, {}),
    ("dfa_momentum", "dfa", TANH3, "ce", "mean", "sgd momentum 0.9", 0.1, {}),
    ("dfa_nesterov", "dfa", TANH3, "ce", "mean", "sgd momentum 0.9 nesterov decay 0.01", 0.1, {}),
    ("dfa_decay", "dfa", net_of("relu"), "bce", "sum", "rmsprop decay 0.01", 1e-3, {}),
    ("dfa_initial", "dfa", TANH3, "mse", "mean", "rmsprop rho 0.9 epsilon 0.01 initial 0.01", 1e-2, {}),
    ("dfa_adam", "dfa", net_of("softplus"), "ce", "mean", "adam", 1e-2, {}),
    ("dfa_adam_decay", "dfa", TANH3, "mse", "sum",
     "adam beta1 0.8 beta2 0.99 epsilon 0.01 decay 0.005", 1e-3, {}),
    ("dfa_identity", "dfa", net_of("identity"), "mse", "mean", "sgd", 0.1, {}),
    ("bp_gelu", "bp", net_of("gelu"), "ce", "mean", "sgd", 0.5, {}),
    ("adfa_gelu", "adfa", net_of("gelu"), "ce", "mean", "sgd", 0.3, {"slope": "cos a"}),
    ("dfa_leaky", "dfa", net_of("leaky-relu"), "ce", "sum", "sgd", 0.05, {}),
    ("dfa_zero", "dfa", TANH3, "bce", "sum", "rmsprop", 1e-3, {"zero": True}),
    ("bp_mixed", "bp", MIXED, "mse", "sum", "sgd", 0.02, {}),
    ("bp_stacked", "bp", STACKED, "ce", "sum", "sgd", 0.1, {}),
    ("usf_sgd", "usf", TANH3, "ce", "mean", "sgd", 0.5, {}),
    ("usf_rmsprop", "usf", TANH3, "bce", "sum", "rmsprop", 1e-3, {}),
    ("kp_sgd", "kp", TANH3, "ce", "mean", "sgd momentum 0.9 decay 0.02", 0.1, {}),
    ("kp_rmsprop", "kp", net_of("logistic"), "bce", "sum", "rmsprop decay 0.01", 1e-3, {}),
    ("dkp_sgd", "dkp", TANH3, "ce", "mean", "sgd decay 0.02", 0.3, {}),
    ("dkp_rmsprop", "dkp", net_of("softplus"), "mse", "mean", "rmsprop decay 0.01", 1e-3, {}),
    ("drtp_sgd", "drtp", TANH3, "ce", "mean", "sgd", 0.3, {}),
    ("drtp_rmsprop", "drtp", net_of("logistic"), "bce", "sum", "rmsprop", 1e-3, {}),
    ("adfa_sgd", "adfa", TANH3, "ce", "mean", "sgd", 0.3, {"slope": "cos f"}),
    ("adfa_rmsprop", "adfa", net_of("relu"), "bce", "mean", "rmsprop", 1e-3, {"slope": "cos f"}),
    ("adfa_cos_a", "adfa", TANH3, "ce", "mean", "sgd", 0.3, {"slope": "cos a"}),
    ("adfa_stacked", "adfa", STACKED, "bce", "sum", "rmsprop", 1e-3, {"slope": "cos a"}),
    ("adfa_one", "adfa", net_of("relu"), "ce", "mean", "sgd", 0.1, {"slope": "1"}),
    ("adfa_exact", "adfa", net_of("softplus"), "ce", "mean", "sgd", 0.3, {"slope": "f'"}),
    ("dfa_sgd_weight_decay", "dfa", TANH3, "ce", "mean", "sgd momentum 0.9 weight-decay 0.2", 0.1, {}),
    ("dfa_rmsprop_weight_decay", "dfa", TANH3, "ce", "mean", "rmsprop weight-decay 5", 1e-3, {}),
    ("dfa_adamw", "dfa", net_of("softplus"), "ce", "mean", "adam weight-decay 0.5", 1e-2, {}),
    ("dfa_sgd_l2", "dfa", TANH3, "ce", "mean", "sgd momentum 0.9 nesterov l2 0.2", 0.1, {}),
    ("dfa_rmsprop_l2", "dfa", TANH3, "bce", "sum", "rmsprop l2 0.1", 1e-3, {}),
    ("dfa_adam_l2", "dfa", net_of("softplus"), "ce", "mean", "adam l2 0.1", 1e-3, {}),
    ("kp_lambda", "kp", TANH3, "ce", "mean", "sgd momentum 0.9 weight-decay 0.1", 0.1, {"lambda": "0.02"}),
    ("kp_l2", "kp", TANH3, "ce", "mean", "rmsprop l2 0.1", 1e-3, {"lambda": "0.01"}),
    ("dkp_lambda", "dkp", TANH3, "ce", "mean", "adam weight-decay 0.5", 1e-2, {"lambda": "0.02"}),
    ("pepita_sgd", "pepita", net_of("relu"), "ce", "mean", "sgd momentum 0.9", 0.1, {}),
    ("pepita_rmsprop", "pepita", TANH3, "bce", "sum", "rmsprop", 1e-3, {}),
    ("residual_0", "bp", residual_net(0), "ce", "mean", "sgd", 0.1, {"shape": SHAPE}),
    ("residual_1", "dfa", residual_net(1), "ce", "mean", "sgd momentum 0.9", 0.05, {"shape": SHAPE}),
    ("residual_2", "fa", residual_net(2), "bce", "mean", "sgd", 0.1, {"shape": SHAPE}),
    ("residual_3", "kp", residual_net(3), "ce", "mean", "sgd momentum 0.9 decay 0.02", 0.05,
     {"shape": SHAPE}),
    ("residual_4", "dkp", residual_net(4), "mse", "mean", "sgd decay 0.02", 0.1, {"shape": SHAPE}),
    ("residual_5", "drtp", residual_net(5), "ce", "mean", "sgd", 0.1, {"shape": SHAPE}),
    ("residual_6", "usf", residual_net(6), "ce", "sum", "sgd", 0.02, {"shape": SHAPE}),
    ("residual_7", "bp", residual_net(7), "mse", "sum", "sgd", 0.02, {"shape": SHAPE}),
    ("residual_option_b", "bp", OPTION_B, "ce", "mean", "sgd momentum 0.9", 0.05, {"shape": SHAPE}),
    ("residual_option_b_dfa", "dfa", OPTION_B, "ce", "mean", "sgd", 0.1, {"shape": SHAPE}),
    ("residual_dense", "bp", DENSE_RESIDUAL, "ce", "mean", "adam", 1e-2, {"shape": SHAPE}),
    ("residual_dense_dfa", "dfa", DENSE_RESIDUAL, "bce", "mean", "rmsprop", 1e-3, {"shape": SHAPE}),
    ("residual_nested", "kp", NESTED, "ce", "mean", "sgd decay 0.02", 0.1, {"shape": SHAPE}),
    ("residual_nested_dkp", "dkp", NESTED, "ce", "mean", "sgd decay 0.02", 0.1, {"shape": SHAPE}),
    ("residual_convs", "fa", CONVS, "ce", "mean", "sgd", 0.1, {"shape": SHAPE}),
    ("residual_max_first", "bp", MAX_FIRST, "ce", "mean", "sgd", 0.1, {"shape": SHAPE}),
    ("residual_mean_first", "dfa", MEAN_FIRST, "ce", "mean", "sgd", 0.1, {"shape": SHAPE}),
    ("residual_pools_last", "usf", POOLS_LAST, "ce", "mean", "sgd", 0.1, {"shape": SHAPE}),
    ("residual_flattened", "bp", FLATTENED, "ce", "mean", "sgd", 0.1, {"shape": SHAPE}),
    ("residual_layernorm", "bp", NORMED_RESIDUAL, "ce", "mean", "sgd", 0.1, {"shape": SHAPE}),
    ("residual_layernorm_dfa", "dfa", NORMED_RESIDUAL, "ce", "mean", "sgd momentum 0.9", 0.05,
     {"shape": SHAPE}),
    ("residual_layernorm_kp", "kp", NORMED_RESIDUAL, "ce", "mean", "sgd decay 0.02", 0.05, {"shape": SHAPE}),
    ("residual_option_a", "bp", OPTION_A, "ce", "mean", "sgd", 0.1, {"shape": SHAPE}),
    ("residual_option_a_dkp", "dkp", OPTION_A, "ce", "mean", "sgd decay 0.02", 0.1, {"shape": SHAPE}),
    ("wrong_shortcut", "bp", OPTION_B, "ce", "mean", "sgd momentum 0.9", 0.05,
     {"shape": SHAPE, "mistake": "no shortcut"}),
    ("wrong_follower", "bp", DENSE_RESIDUAL, "ce", "mean", "adam", 1e-2,
     {"shape": SHAPE, "mistake": "one follower"}),
    ("bp_layernorm", "bp", NORMED, "ce", "mean", "sgd", 0.1, {}),
    ("fa_layernorm", "fa", NORMED, "ce", "mean", "rmsprop", 1e-3, {}),
    ("dfa_layernorm", "dfa", NORMED, "ce", "mean", "sgd momentum 0.9", 0.05, {}),
    ("dkp_layernorm", "dkp", NORMED, "ce", "mean", "sgd weight-decay 0.1", 0.1, {"lambda": "0.02"}),
    ("wrong_usf", "usf", TANH3, "ce", "mean", "sgd", 0.5, {"mistake": "weights"}),
    ("wrong_kp", "kp", TANH3, "ce", "mean", "sgd momentum 0.9 decay 0.02", 0.1, {"mistake": "still"}),
    ("wrong_dkp", "dkp", TANH3, "ce", "mean", "sgd decay 0.02", 0.3, {"mistake": "still"}),
    ("wrong_drtp", "drtp", TANH3, "ce", "mean", "sgd", 0.3, {"mistake": "sign"}),
    ("wrong_adfa", "adfa", TANH3, "ce", "mean", "sgd", 0.3, {"mistake": "exact", "slope": "cos f"}),
    ("wrong_cos_a", "adfa", net_of("relu"), "ce", "mean", "sgd", 0.3,
     {"mistake": "output", "slope": "cos a"}),
    ("wrong_l2", "dfa", TANH3, "ce", "mean", "sgd momentum 0.9 l2 0.2", 0.1, {"mistake": "decoupled"}),
    ("wrong_pepita", "pepita", net_of("relu"), "ce", "mean", "sgd momentum 0.9", 0.1,
     {"mistake": "first inputs"}),
    ("wrong_layernorm", "bp", NORMED, "ce", "mean", "sgd", 0.1, {"mistake": "still moments"}),
    ("wrong_transpose", "fa", net_of("logistic"), "bce", "mean", "sgd", 0.5, {"mistake": "transpose"}),
    ("wrong_slope", "dfa", TANH3, "ce", "mean", "sgd", 0.5, {"mistake": "slope"}),
    ("wrong_softmax", "dfa", TANH3, "ce", "mean", "sgd", 0.5, {"mistake": "softmax"}),
]

# ---- activations ----


def activate(word, a):
    """f(a) and f'(a)"""
    return reference.activate(reference.Layer(word), a)


# ---- net ----


def parse_net(text, rule):
    """The net as [(units, [activation, ...]), ...], one pair for each block; units None: a layer norm."""
    blocks = []
    for word in text.split(", "):
        if word.startswith("dense "):
            blocks.append((int(word.split()[1]), []))
        elif word == "layernorm":
            blocks.append((None, []))
        else:
            blocks[-1][1].append(word)
    return blocks[-1:] if rule == "linear" else blocks


def stand_in(kind, a, h, derivative):
    """What adfa uses in place of the derivative of h = f(a)."""
    return {"cos a": np.cos(a), "cos f": np.cos(h), "1": np.ones_like(a), "f'": derivative}[kind]


def normal_of(h):
    """The normalised example x^ = (h - mean) / sqrt(variance + epsilon), and 1 / sqrt(variance + epsilon),
    for each example."""
    away = h - h.mean(axis=1, keepdims=True)
    inverse = 1 / np.sqrt((away**2).mean(axis=1, keepdims=True) + h.dtype.type(1e-5))
    return away * inverse, inverse


def through_norm(delta, scale, h, mistake):
    """The derivative at the input h of a layer norm (Ba, Kiros, Hinton 2016). The mistake "still moments"
    treats mean and variance as constants."""
    normal, inverse = normal_of(h)
    d = delta * scale
    if mistake == "still moments":
        return d * inverse
    return inverse * (d - d.mean(axis=1, keepdims=True) - normal * (d * normal).mean(axis=1, keepdims=True))


def forward(blocks, W, b, x, kind="cos f"):
    """The inputs of each block, f' of each block, what adfa uses in its place, and the scores. W and b of a
    layer norm are its scale and shift."""
    h, inputs, slopes, cosines = x, [], [], []
    for (units, behind), W_l, b_l in zip(blocks, W, b):
        inputs.append(h)
        h = h @ W_l.T + b_l if units else normal_of(h)[0] * W_l + b_l
        slope, cosine = np.ones_like(h), np.ones_like(h)
        for word in behind:
            a = h
            h, derivative = activate(word, a)
            if word != "identity":
                cosine = cosine * stand_in(kind, a, h, derivative)
            slope = slope * derivative
        slopes.append(slope)
        cosines.append(cosine)
    return inputs, slopes, cosines, h


def loss_and_error(loss, a, y):
    """J of each example, and dJ/da."""
    if loss == "ce":
        p = np.exp(a - a.max(axis=1, keepdims=True))
        p = p / p.sum(axis=1, keepdims=True)
        return -np.log((p * y).sum(axis=1)), p - y
    if loss == "bce":
        return (np.log1p(np.exp(a)) - y * a).sum(axis=1), reference.logistic(a) - y
    return ((a - y) ** 2).sum(axis=1) / 2, a - y


# ---- rules: the delta of each block; that of the last block is e, the derivative at the output's
# pre-activation


def chain(e, slopes, backward):
    """delta_l = (delta_(l+1) M_(l+1)) f'(a_l), with M the matrix used in place of W."""
    delta = [e]
    for l in reversed(range(len(slopes) - 1)):
        delta.insert(0, (delta[0] @ backward[l + 1]) * slopes[l])
    return delta


def signs_of(W):
    """sqrt(2 / (inputs + outputs)) sign(W)"""
    return [W_l.dtype.type(np.sqrt(2 / sum(W_l.shape))) * np.sign(W_l) for W_l in W]


def deltas(rule, e, W, B, slopes):
    last = len(W) - 1
    if rule == "bp":
        return chain(e, slopes, W)
    if rule in ("fa", "kp"):
        return chain(e, slopes, B)
    if rule == "usf":
        return chain(e, slopes, signs_of(W))
    if rule in ("dfa", "dkp"):
        return [(e @ B[l]) * slopes[l] for l in range(last)] + [e]
    if rule == "ifa":
        delta = [(e @ B[0]) * slopes[0]]
        for l in range(1, last):
            delta.append((delta[-1] @ W[l].T) * slopes[l])
        return delta + [e]
    return [None] * last + [e]  # frozen, linear


def deltas_with_norms(rule, e, W, B, slopes, blocks, inputs, mistake):
    """The deltas of nets with layer norm: before a layer norm the exact derivative, before weights the signal
    of the rule."""
    delta = [e]
    for l in reversed(range(len(blocks) - 1)):
        if blocks[l + 1][0] is None:
            signal = through_norm(delta[0], W[l + 1], inputs[l + 1], mistake)
        elif rule in ("dfa", "dkp"):
            signal = e @ B[l]
        else:
            signal = delta[0] @ (W if rule == "bp" else B)[l + 1]
        delta.insert(0, signal * slopes[l])
    return delta


def mistaken_deltas(rule, mistake, e, y, scale, W, B, slopes):
    if mistake == "still":  # feedback that does not learn
        return deltas(rule, e, W, B, slopes)
    if mistake in ("transpose", "weights"):  # fa and usf must not use the weights
        return chain(e, slopes, W)
    if mistake == "sign":
        return deltas("dfa", y * scale, W, B, slopes)[:-1] + [e]
    if mistake in ("exact", "decoupled"):
        return deltas("dfa", e, W, B, slopes)
    if mistake == "slope":
        return deltas("dfa", e, W, B, [np.ones_like(s) for s in slopes])
    return deltas("dfa", -y * scale, W, B, slopes)[:-1] + [e]  # derivative after the log-softmax


# ---- optimisers ----


def words_to_options(text, defaults):
    options, words = dict(defaults), text.split()[1:]
    while words:
        word = words.pop(0)
        options[word] = True if word == "nesterov" else float(words.pop(0))
    return options


DECAYS = {"decay": 0.0, "weight-decay": 0.0, "l2": 0.0}


class Sgd:
    def __init__(self, text, like):
        self.o = words_to_options(text, {"momentum": 0.0, "nesterov": False, **DECAYS})
        self.v = np.zeros_like(like)

    def change(self, g, rate, t):
        self.v = self.o["momentum"] * self.v + g
        return rate * (g + self.o["momentum"] * self.v if self.o["nesterov"] else self.v)


class Rmsprop:
    def __init__(self, text, like):
        self.o = words_to_options(text, {"rho": 0.99, "epsilon": 1e-8, "initial": 0.0, **DECAYS})
        self.m = np.full_like(like, self.o["initial"])

    def change(self, g, rate, t):
        self.m = self.o["rho"] * self.m + (1 - self.o["rho"]) * g**2
        return rate * g / (np.sqrt(self.m) + self.o["epsilon"])


class Adam:
    def __init__(self, text, like):
        self.o = words_to_options(text, {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, **DECAYS})
        self.m, self.v = np.zeros_like(like), np.zeros_like(like)

    def change(self, g, rate, t):
        self.m = self.o["beta1"] * self.m + (1 - self.o["beta1"]) * g
        self.v = self.o["beta2"] * self.v + (1 - self.o["beta2"]) * g**2
        m, v = self.m / (1 - self.o["beta1"] ** t), self.v / (1 - self.o["beta2"] ** t)
        return rate * m / (np.sqrt(v) + self.o["epsilon"])


OPTIMISERS = {"sgd": Sgd, "rmsprop": Rmsprop, "adam": Adam}



def stepped(w, g, of_w, rate, t, lambda_, mistake=""):
    """Weights or learned feedback after a step with the gradient g."""
    o = of_w.o
    kept = 1 - o["decay"] - lambda_ - rate * o["weight-decay"]
    if mistake == "decoupled":
        return (kept - rate * o["l2"]) * w - of_w.change(g, rate, t)
    return kept * w - of_w.change(g + o["l2"] * w, rate, t)


# ---- cases ----


def uniform(random, limit, shape):
    return random.uniform(-limit, limit, shape).astype(np.float32)


def start_of(case):
    """The initial arrays of a case. Wrong cases have the random numbers of the others, because the seeds are
    equal."""
    _, rule, text, _, _, _, _, more = case
    random = np.random.RandomState(more.get("seed", 2016))
    if "shape" in more:
        draw = lambda limit, shape: uniform(random, limit, shape)
        start = reference.draw_parameters(reference.parse(text), rule, more["shape"], draw)
        start["shape"] = np.array(more["shape"], np.float32)
        return add_examples(start, random, math.prod(more["shape"]))
    blocks = parse_net(text, rule)
    start, n_inputs = {}, INPUTS
    for l, (units, _) in enumerate(blocks):
        if units is None:
            start[f"{l}.layernorm.scale"] = 1 + uniform(random, 0.3, n_inputs)
            start[f"{l}.layernorm.shift"] = uniform(random, 0.3, n_inputs)
            blocks[l] = (n_inputs, [])
            continue
        limit = 0.0 if more.get("zero") else 1.5 / np.sqrt(n_inputs)
        start[f"{l}.dense.weight"] = uniform(random, limit, (units, n_inputs))
        start[f"{l}.dense.bias"] = uniform(random, limit, units)
        n_inputs = units
    hidden = [units for units, _ in blocks[:-1]]
    if rule in ("dfa", "ifa", "dkp", "drtp", "adfa"):
        for l, units in enumerate(hidden[: 1 if rule == "ifa" else None]):
            if f"{l + 1}.dense.weight" in start:
                start[f"{l}.feedback"] = uniform(random, 1.0, (CLASSES, units))
    if rule == "pepita":
        start["0.feedback"] = uniform(random, 0.1, (CLASSES, INPUTS))
    if rule in ("fa", "usf", "kp"):
        for l in range(1, len(blocks)):
            if f"{l}.dense.weight" in start:
                start[f"{l}.feedback"] = uniform(random, 1.0, (blocks[l][0], blocks[l - 1][0]))
    return add_examples(start, random, INPUTS)


def add_examples(start, random, inputs):
    start["sizes"] = np.array(SIZES, np.float32)
    start["x"] = uniform(random, 2.0, (sum(SIZES), inputs))
    start["labels"] = random.randint(CLASSES, size=sum(SIZES)).astype(np.float32)
    return start


def run(case, start, dtype):
    """The results of a case, computed in `dtype`."""
    _, rule, text, loss, reduction, optimizer, rate, more = case
    blocks = parse_net(text, rule)
    rows = range(len(blocks))
    has_norm = any(units is None for units, _ in blocks)
    names = [("layernorm.scale", "layernorm.shift") if units is None else ("dense.weight", "dense.bias")
             for units, _ in blocks]
    W = [start[f"{l}.{names[l][0]}"].astype(dtype) for l in rows]
    b = [start[f"{l}.{names[l][1]}"].astype(dtype) for l in rows]
    B = [start.get(f"{l}.feedback", np.zeros(0)).astype(dtype) for l in rows]
    make = OPTIMISERS[optimizer.split()[0]]
    steppers = [(make(optimizer, W[l]), make(optimizer, b[l])) for l in rows]
    of_B = [make(optimizer, B[l]) for l in rows]
    end, losses, at = {}, [], 0
    mistake, lambda_ = more.get("mistake", ""), float(more.get("lambda", 0))
    kind = "cos f" if mistake == "output" else more.get("slope", "cos f")
    for t, n in enumerate(SIZES, 1):
        x = start["x"][at : at + n].astype(dtype)
        y = np.eye(CLASSES, dtype=dtype)[start["labels"][at : at + n].astype(int)]
        at += n
        inputs, slopes, cosines, a = forward(blocks, W, b, x, kind)
        J, e = loss_and_error(loss, a, y)
        scale = dtype(1 / n if reduction == "mean" else 1)
        losses.append(J.mean())
        h = inputs[1:]
        if rule == "pepita":
            second = forward(blocks, W, b, x + e @ B[0])[0]
            delta = [(h_l - again) * scale for h_l, again in zip(h, second[1:])] + [e * scale]
            inputs = inputs if mistake else second
        elif has_norm:
            delta = deltas_with_norms(rule, e * scale, W, B, slopes, blocks, inputs, mistake)
        elif mistake and mistake != "output":
            delta = mistaken_deltas(rule, mistake, e * scale, y, scale, W, B, slopes)
        elif rule == "drtp":
            delta = deltas("dfa", -y * scale, W, B, slopes)[:-1] + [e * scale]
        elif rule == "adfa":
            delta = deltas("dfa", e * scale, W, B, cosines)
        else:
            delta = deltas(rule, e * scale, W, B, slopes)
        for l in rows:
            if delta[l] is None:
                continue
            of_W, of_b = steppers[l]
            if blocks[l][0] is None:
                gain = (delta[l] * normal_of(inputs[l])[0]).sum(axis=0)
                W[l] = W[l] - of_W.change(gain, rate, t)
                b[l] = b[l] - of_b.change(delta[l].sum(axis=0), rate, t)
                continue
            W[l] = stepped(W[l], delta[l].T @ inputs[l], of_W, rate, t, lambda_, mistake)
            b[l] = b[l] - of_b.change(delta[l].sum(axis=0), rate, t)
            if rule == "kp" and l > 0 and not mistake:  # takes the step of the weights
                B[l] = stepped(B[l], delta[l].T @ inputs[l], of_B[l], rate, t, lambda_)
        for l in rows[:-1]:
            if rule == "dkp" and B[l].size and not mistake:
                B[l] = stepped(B[l], (e * scale).T @ h[l], of_B[l], rate, t, lambda_)
        if t in SAVED:
            for l in rows:
                end[f"step{t}.{l}.{names[l][0]}"], end[f"step{t}.{l}.{names[l][1]}"] = W[l], b[l]
                if rule in ("kp", "dkp") and B[l].size:
                    end[f"step{t}.{l}.feedback"] = B[l]
    end["losses"] = np.array(losses)
    return end


def batches_of(start, dtype):
    at = 0
    for n in SIZES:
        labels = start["labels"][at : at + n].astype(int)
        yield start["x"][at : at + n].astype(dtype), np.eye(CLASSES, dtype=dtype)[labels]
        at += n


def run_residual(case, start, dtype):
    """The same as run, for nets of residual_reference.py."""
    name, rule, text, loss, reduction, optimizer, rate, more = case
    blocks = reference.parse(text)
    p = {key: values.astype(dtype) for key, values in start.items() if key[0].isdigit()}
    steppers, end, losses = {}, {}, []
    mistake = more.get("mistake", "")
    for t, (x, y) in enumerate(batches_of(start, dtype), 1):
        passed = reference.forward(blocks, p, x.reshape(len(x), *more["shape"]), True, mistake)
        if not reference.margin(blocks, passed) > KINK_MARGIN:
            sys.exit(f"{name}: step {t} comes too near to a kink: choose other numbers")
        J, e = loss_and_error(loss, reference.scores(passed), y)
        losses.append(J.mean())
        scale = dtype(1 / len(x) if reduction == "mean" else 1)
        _, gradients = reference.teach(rule, blocks, p, passed, e * scale, y * scale, mistake)
        reference.keep_running(blocks, p, passed)
        for key, g in gradients.items():
            of = steppers.setdefault(key, OPTIMISERS[optimizer.split()[0]](optimizer, p[key]))
            is_matrix = key.endswith((".weight", ".feedback"))
            p[key] = stepped(p[key], g, of, rate, t, 0.0) if is_matrix else p[key] - of.change(g, rate, t)
        if t in SAVED:
            learns = rule in ("kp", "dkp")
            end.update({f"step{t}.{key}": values.copy() for key, values in p.items()
                        if learns or not key.endswith(".feedback")})
    end["losses"] = np.array(losses)
    return end


def check_positions():
    """Messages about kinds of layers that no case has in some position of a residual."""
    texts = [text for _, _, text, _, _, _, _, more in CASES if "shape" in more and not more.get("mistake")]
    found = set().union(*map(reference.positions, texts))
    kinds = ["dense", "conv", "maxpool", "avgpool", "flatten", "layernorm", "subsample"]
    kinds += [text.split()[0] for text in KEEP_SHAPE]
    return [f"no case has {kind} {place} a residual" for kind in kinds for place in reference.POSITIONS
            if (kind, place) not in found]


def make_case(case):
    start = start_of(case)
    compute = run_residual if "shape" in case[-1] else run
    end, single = compute(case, start, np.float64), compute(case, start, np.float32)
    for name, values in end.items():
        distance = np.abs(values - single[name]).max()
        if not distance <= SINGLE_BOUND:
            sys.exit(f"{case[0]}: {name} moves by {distance:.2g} in single precision: choose other numbers")
    return {**start, **end}


def cases_text():
    lines = ["# Written by make_golden.py.  name ; rule ; net ; loss ; reduction ; optimizer ; lr ; slope ; "
             "lambda"]
    for name, rule, text, loss, reduction, optimizer, rate, more in CASES:
        lines.append(" ; ".join([name, rule, text, loss, reduction, optimizer, f"{rate:g}",
                                 more.get("slope", "-"), more.get("lambda", "-")]))
    return "\n".join(lines) + "\n"


# ---- files ----


def path_of(name):
    return os.path.join(HERE, name)


def write_npz(path, arrays):
    """numpy.savez_compressed with a fixed time of day, so that equal arrays are equal files."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, values in arrays.items():
            entry = zipfile.ZipInfo(name + ".npy", (1980, 1, 1, 0, 0, 0))
            entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, 3
            entry.external_attr = 0o644 << 16
            text = io.BytesIO()
            np.lib.format.write_array(text, np.ascontiguousarray(values), version=(1, 0))
            archive.writestr(entry, text.getvalue())


def write_all():
    total = 0
    for case in CASES:
        write_npz(path_of(case[0] + ".npz"), make_case(case))
        total += os.path.getsize(path_of(case[0] + ".npz"))
    with open(path_of("cases.txt"), "w", encoding="ascii") as file:
        file.write(cases_text())
    print(f"{len(CASES)} cases, {total} bytes")


def compare(name, arrays):
    """Compares the arrays with the stored ones; returns a message, or None if they are equal."""
    if not os.path.exists(path_of(name + ".npz")):
        return f"{name}.npz: not there"
    with np.load(path_of(name + ".npz")) as file:
        if sorted(file.files) != sorted(arrays):
            return f"{name}.npz: other arrays"
        for key, values in arrays.items():
            if file[key].shape != values.shape or file[key].dtype != values.dtype:
                return f"{name}.npz: {key} has another shape or type"
            bound = CHECK_BOUND if values.dtype == np.float64 else 0
            if not np.abs(file[key] - values).max() <= bound:
                return f"{name}.npz: {key} differs"
    return None


def check_all():
    faults = check_positions() + [compare(case[0], make_case(case)) for case in CASES]
    known = {case[0] + ".npz" for case in CASES}
    there = {name for name in os.listdir(HERE) if name.endswith(".npz")}
    faults += [f"{name}: no case makes it" for name in sorted(there - known)]
    with open(path_of("cases.txt"), encoding="ascii") as file:
        if file.read() != cases_text():
            faults.append("cases.txt: differs")
    faults = [fault for fault in faults if fault]
    for fault in faults:
        print(fault)
    print(f"{len(CASES)} cases compared, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    if sys.argv[1:] == ["--check"]:
        sys.exit(check_all())
    if sys.argv[1:]:
        sys.exit("usage: make_golden.py [--check]")
    write_all()
