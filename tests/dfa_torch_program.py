#!/usr/bin/env python3
"""dfa_torch_program.py - the published program of Nøkland 2016 (github.com/anokland/dfa-torch), implemented
a second time: module by module, as Torch7 computes them, in double precision.

    dfa_torch_program.py DATA.npz START END [MISTAKE...] [-- DATA.npz START END [MISTAKE...]]...

START and END are run folders of `backless train` on DATA as one batch, with no epoch and with some. The
weights and the feedback of START must be such as the program draws. From there the program is run for the
epochs of END, one step each, and must end with its weights. Prints the largest distance; exits with 1 if
something differs. With each MISTAKE, a deliberate one, the weights must end elsewhere. Several comparisons in
one process are faster, because Python and NumPy take longer to start than to compare.

As in Torch7, the criterion gives the derivative at the output of the last module, each module pulls it to its
own input, and ErrorFeedback replaces it by the criterion's derivative times a matrix. So with LogSoftMax at
the end, ErrorFeedback gets the derivative behind LogSoftMax, which is the negative target.
"""
import json
import os
import sys

import numpy as np
from safetensors.numpy import load_file

# In single precision the weights end up to 1e-7 away; the training moves those of each layer by more than
# 1e-3.
BOUND = 2e-6
MISTAKES = ("independent", "follows", "all-zero", "error", "initial-1")
SLOPES = {  # of each activation, from its output
    "tanh": (np.tanh, lambda y: 1 - y * y),
    "logistic": (lambda a: 1 / (1 + np.exp(-a)), lambda y: y * (1 - y)),
    "relu": (lambda a: np.maximum(a, 0), lambda y: (y > 0).astype(float)),
}


class Linear:
    """nn.Linear; with a feedback matrix, the program's own Linear, which pulls through that."""

    def __init__(self, W, b, B=None):
        self.W, self.b, self.B = W, b, B

    def forward(self, x):
        self.x = x
        return x @ self.W.T + self.b

    def backward(self, d, _):
        self.gradients = [d.T @ self.x, d.sum(axis=0)]
        return d @ (self.W if self.B is None else self.B)


class Activation:
    def __init__(self, name):
        self.f, self.slope = SLOPES[name]

    def forward(self, x):
        self.y = self.f(x)
        return self.y

    def backward(self, d, _):
        return d * self.slope(self.y)


class LogSoftMax:
    def forward(self, x):
        x = x - x.max(axis=1, keepdims=True)
        self.y = x - np.log(np.exp(x).sum(axis=1, keepdims=True))
        return self.y

    def backward(self, d, _):
        return d - np.exp(self.y) * d.sum(axis=1, keepdims=True)


class ErrorFeedback:
    def __init__(self, B):
        self.B = B

    def forward(self, x):
        return x

    def backward(self, _, at_output):
        return at_output @ self.B


def fail(text):
    sys.exit(f"dfa_torch_program: {text}")


def load_model(folder):
    """The weights and feedback of a run, without the optimiser's state."""
    tensors = load_file(f"{folder}/model.safetensors")
    return {name: values for name, values in tensors.items() if name[0].isdigit()}


def block_of(name):
    return int(name.split(".")[0])


def layers_of(tensors):
    """The names of the weights, in order of the blocks."""
    return sorted((name for name in tensors if name.endswith(".weight")), key=block_of)


def check_drawn(what, values, terms):
    """U(-limit, limit) with limit 1 / sqrt(terms)."""
    largest, limit = np.abs(values).max(), 1 / np.sqrt(terms)
    if not 0.7 * limit < largest <= limit:
        fail(f"{what}: the largest number is {largest:.4g}, expected one below {limit:.4g}, and near it")


def check_start(tensors, gradient, nonlinearity):
    """The weights of mlp.lua and conv.lua: drawn, then set to 0 for tanh and logistic units in the modules
    that the program finds by their names. Its feedback-alignment nets begin with an nn.Linear in mlp.lua,
    which it does not look for, and with its own convolution in conv.lua, which it does."""
    zeroes = nonlinearity != "relu" and gradient != "bp"
    for i, name in enumerate(layers_of(tensors)):
        l, kind, _ = name.split(".")
        W, b = tensors[name], tensors[f"{l}.{kind}.bias"]
        n_out, fan_in = W.shape[0], W[0].size
        if zeroes and not (gradient == "fa" and i == 0 and kind == "dense"):
            if W.any() or b.any():
                fail(f"{name} does not begin as 0")
        else:
            check_drawn(name, W, fan_in)
            if not 0 < np.abs(b).max() <= 1 / np.sqrt(fan_in):
                fail(f"the biases of {name} are not drawn")
        B = tensors.get(f"{l}.feedback")
        if gradient == "dfa" and i + 1 < len(layers_of(tensors)):
            check_drawn(f"feedback {l}", B, B.shape[1])
        if gradient == "fa" and i > 0:
            check_drawn(f"feedback {l}", B, fan_in)
            if (nonlinearity == "relu") != np.array_equal(B.ravel(), W.ravel()):
                fail(f"feedback {l} is {'no' if nonlinearity == 'relu' else 'a'} copy of the weights")
        if gradient == "bp" and B is not None:
            fail("bp has feedback")


def build(tensors, gradient, nonlinearity, criterion, mistake):
    names, modules = layers_of(tensors), []
    random = np.random.RandomState(1)
    for i, name in enumerate(names):
        l = name.split(".")[0]
        keys = name, name[:-6] + "bias", f"{l}.feedback"
        W, b, B = (np.array(tensors.get(key, 0), float) for key in keys)
        if mistake == "independent" and B.ndim:
            B = random.uniform(-np.abs(B).max(), np.abs(B).max(), B.shape)
        if mistake == "all-zero":
            W, b = 0 * W, 0 * b
        own = gradient == "fa" and i > 0 and mistake != "follows"
        modules.append(Linear(W, b, B if own else None))
        if i + 1 < len(names):
            modules.append(Activation(nonlinearity))
            if gradient == "dfa":
                modules.append(ErrorFeedback(B))
    return modules + ([LogSoftMax()] if criterion == "ce" else [])


def derivative(criterion, y, onehot):
    """The program's BCECriterion does not divide by the batch; nn.ClassNLLCriterion does."""
    return 1 / (1 + np.exp(-y)) - onehot if criterion == "bce" else -onehot / len(y)


def train(modules, x, onehot, criterion, rate, steps, mistake):
    """optim.rmsprop with its defaults: alpha 0.99, epsilon 1e-8 outside the root, mean squares from 0."""
    linear = [module for module in modules if isinstance(module, Linear)]
    initial = float(mistake == "initial-1")
    squares = [[np.full_like(m.W, initial), np.full_like(m.b, initial)] for m in linear]
    for _ in range(steps):
        y = x
        for module in modules:
            y = module.forward(y)
        at_output = d = derivative(criterion, y, onehot)
        if mistake == "error":
            at_output = modules[-1].backward(d, d)
        for module in reversed(modules):
            d = module.backward(d, at_output)
        for module, m in zip(linear, squares):
            for w, g, k in zip((module.W, module.b), module.gradients, (0, 1)):
                m[k] = 0.99 * m[k] + 0.01 * g * g
                w -= rate * g / (np.sqrt(m[k]) + 1e-8)
    return linear


def compare(data, start, end, *mistakes):
    if not set(mistakes) <= set(MISTAKES):
        fail(f"the mistakes are {MISTAKES}")
    with open(f"{start}/config.json", encoding="utf-8") as file:
        options = json.load(file)["options"]
    with open(f"{end}/result.json", encoding="utf-8") as file:
        steps = json.load(file)["epoch"]
    nonlinearity = next(name for name in SLOPES if name in options["net"])
    # What the program calls dfa with its criterion ce has a name of its own here.
    gradient = "dfa" if options["rule"] == "drtp" else options["rule"]
    tensors, after = load_model(start), load_model(end)
    check_start(tensors, gradient, nonlinearity)
    if "conv" in options["net"]:
        return print(f"{os.path.dirname(start)}: begins as in conv.lua")
    arrays, names = np.load(data), layers_of(tensors)
    x, onehot = arrays["x"].astype(float), np.eye(arrays["y"].max() + 1)[arrays["y"]]

    def distance(mistake):
        modules = build(tensors, gradient, nonlinearity, options["loss"], mistake)
        linear = train(modules, x, onehot, options["loss"], float(options["lr"]), steps, mistake)
        return max(np.abs(m.W - after[name]).max() for m, name in zip(linear, names))

    moved = min(np.abs(after[name] - tensors[name]).max() for name in names)
    found = {mistake or "no mistake": distance(mistake) for mistake in ["", *mistakes]}
    print(f"{os.path.dirname(start)}: {steps} steps, moved by {moved:.2g}, distance with",
          ", ".join(f"{name} {value:.2g}" for name, value in found.items()))
    for name, value in found.items():
        if (value <= BOUND) != (name == "no mistake"):
            fail("the weights are others" if name == "no mistake" else f"the mistake {name} is not seen")
    if not moved > 1000 * BOUND:
        fail("the training moves the weights too little to show anything")
    for key in tensors:
        if key.endswith("feedback") and not np.array_equal(tensors[key], after[key]):
            fail(f"{key} is not fixed")


def main():
    compared = []
    for word in sys.argv[1:]:
        if word == "--":
            compare(*compared)
            compared = []
        else:
            compared.append(word)
    compare(*compared)


main()
