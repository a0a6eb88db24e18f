"""Modules of PyTorch from models."""

from __future__ import annotations

import operator
from typing import Any, Callable

import torch
from torch import fx, nn

from ..layers import LayerInfo
from ..model import Model
from ..trainer import Trainer
from .from_module import TorchTrainer
from .layers import EPSILON, MOMENTUM, Layer
from .weights import put_tensors


class Subsample(nn.Module):
    """x[:, :, ::stride, ::stride] with channels of zeros, half of them before the others."""

    def __init__(self, stride: int, before: int, after: int) -> None:
        super().__init__()
        self.stride, self.before, self.after = stride, before, after

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        taken = x[:, :, :: self.stride, :: self.stride]
        return nn.functional.pad(taken, (0, 0, 0, 0, self.before, self.after))


def _example_shape(layer: LayerInfo) -> tuple[int, ...]:
    channels, rows, cols = layer.input_shape
    return (cols,) if (channels, rows) == (1, 1) else (channels, rows, cols)


def _conv(layer: LayerInfo) -> nn.Module:
    return nn.Conv2d(
        layer.input_shape[0],
        layer.output_shape[0],
        layer.window,
        layer.stride,
        layer.pad,
        bias=len(layer.tensors) > 1,
    )


def _dense(layer: LayerInfo) -> nn.Module:
    channels, rows, cols = layer.input_shape
    return nn.Linear(channels * rows * cols, layer.output_shape[2], bias=len(layer.tensors) > 1)


def _batchnorm(layer: LayerInfo) -> nn.Module:
    is_vector = len(_example_shape(layer)) == 1
    channels = layer.input_shape[2] if is_vector else layer.input_shape[0]
    kind = nn.BatchNorm1d if is_vector else nn.BatchNorm2d
    return kind(channels, eps=EPSILON, momentum=MOMENTUM)


def _subsample(layer: LayerInfo) -> nn.Module:
    added = layer.output_shape[0] - layer.input_shape[0]
    return Subsample(layer.stride, added // 2, added - added // 2)


_MODULES: dict[str, Callable[[LayerInfo], nn.Module]] = {
    "dense": _dense,
    "conv": _conv,
    "batchnorm": _batchnorm,
    "layernorm": lambda layer: nn.LayerNorm(_example_shape(layer), eps=EPSILON),
    "subsample": _subsample,
    "maxpool": lambda layer: nn.MaxPool2d(layer.window, layer.stride),
    "avgpool": lambda layer: nn.AvgPool2d(layer.window, layer.stride),
    "dropout": lambda layer: nn.Dropout(layer.rate),
    "flatten": lambda layer: nn.Flatten(),
    "leaky-relu": lambda layer: nn.LeakyReLU(layer.slope),
    "relu": lambda layer: nn.ReLU(),
    "tanh": lambda layer: nn.Tanh(),
    "logistic": lambda layer: nn.Sigmoid(),
    "gelu": lambda layer: nn.GELU(),
    "softplus": lambda layer: nn.Softplus(),
    "identity": lambda layer: nn.Identity(),
}


def _modules_of(layer: LayerInfo) -> list[nn.Module]:
    """A dense layer takes an image as a vector."""
    module = _MODULES[layer.kind](layer)
    is_image = layer.kind == "dense" and len(_example_shape(layer)) > 1
    return [nn.Flatten(), module] if is_image else [module]


def _chain(layers: list[LayerInfo], modules: list[list[nn.Module]]) -> nn.Module:
    return nn.Sequential(*(module for of_layer in modules for module in of_layer))


def _graph(layers: list[LayerInfo], modules: list[list[nn.Module]]) -> nn.Module:
    """A module whose `code` shows what it computes."""
    root, graph = nn.Module(), fx.Graph()
    outputs: dict[int, Any] = {-1: graph.placeholder("x")}
    for i, layer in enumerate(layers):
        at = outputs[layer.inputs[0]]
        if len(layer.inputs) == 2:
            at = graph.call_function(operator.add, (at, outputs[layer.inputs[1]]))
        for k, module in enumerate(modules[i]):
            name = f"layer{i}_{layer.kind.replace('-', '_')}" + (
                "" if k + 1 == len(modules[i]) else "_flatten"
            )
            root.add_module(name, module)
            at = graph.call_module(name, (at,))
        outputs[i] = at
    graph.output(outputs[len(layers) - 1])
    return fx.GraphModule(root, graph, "BacklessNet")


def _new_module(model: Model) -> nn.Module:
    layers = model.layers
    modules = [[] if layer.kind == "add" else _modules_of(layer) for layer in layers]
    is_chain = not any(layer.kind == "add" for layer in layers)
    module = (_chain if is_chain else _graph)(layers, modules)
    put_tensors(model, [Layer(layer.text, m[-1]) for layer, m in zip(layers, modules) if m])
    return module


def to_torch(model: Model | Trainer, module: nn.Module | None = None) -> nn.Module:
    """A module with the weights of a model. Its outputs are the numbers before softmax, and its inputs the
    numbers that the net is given: those of arrays as they are, pixels divided by 255.

    A trainer of from_torch() copies its weights into the module that it was made from, or into `module`,
    which must have the same layers. Of any other model or trainer a new module is made, in evaluation mode:
    an nn.Sequential, or a module of torch.fx where the net has residuals. Unsupported: a batch norm behind a
    flattened image, which has statistics of each channel in backless, of each number in PyTorch."""
    if isinstance(model, TorchTrainer):
        return model.copy_to(module)
    if module is not None:
        raise TypeError("module= is for trainers of from_torch(); of other models to_torch() makes a module")
    return _new_module(model.model if isinstance(model, Trainer) else model).eval()
