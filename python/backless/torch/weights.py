"""Weights between a model and the modules of PyTorch that its layers stand for."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import torch

from .._arrays import Array
from .._errors import Unsupported
from ..layers import LayerInfo
from ..model import Model
from .layers import Layer

# What PyTorch calls the tensors of a layer, in the library's order.
_ATTRIBUTES = {
    "dense": ("weight", "bias"),
    "conv": ("weight", "bias"),
    "batchnorm": ("weight", "bias", "running_mean", "running_var"),
    "layernorm": ("weight", "bias"),
}


class Pair(NamedTuple):
    """A tensor of a module, and the name of the model's."""

    tensor: Any
    name: str


def tensors_of(layers: list[Layer]) -> list[Any]:
    """The tensors of PyTorch, layer by layer."""
    found: list[Any] = []
    for layer in layers:
        tensors = (getattr(layer.module, name) for name in _ATTRIBUTES.get(layer.kind, ()))
        found += [tensor for tensor in tensors if tensor is not None]
    return found


def names_of(layers: list[LayerInfo]) -> list[str]:
    """The names of the model's tensors, likewise."""
    return [name for layer in layers for name in layer.tensors]


def pairs_of(model: Model, layers: list[Layer]) -> list[Pair]:
    """layers: those of the model's text, in its order. Unsupported: a batch norm of a flattened image has
    statistics of other sizes."""
    names, tensors = names_of(model.layers), tensors_of(layers)
    weights = model.weights
    assert len(names) == len(tensors), "both have the layers of one text"
    for name, tensor in zip(names, tensors):
        if weights[name].size != tensor.numel():
            raise Unsupported(
                f"{name} has {weights[name].size} numbers, but PyTorch's tensor {tensor.numel()}: a batch "
                "norm behind a flattened image has statistics of each channel in backless, of each number in "
                "PyTorch"
            )
    return [Pair(tensor, name) for tensor, name in zip(tensors, names)]


def blocks_of(model: Model, layers: list[Layer]) -> list[tuple[Any, int]]:
    """The tensors of PyTorch, each with the number of its block."""
    numbers = [layer.block for layer in model.layers for _ in layer.tensors]
    return list(zip(tensors_of(layers), numbers))


def read_tensors(layers: list[Layer]) -> list[Array]:
    """Copies, in the order of tensors_of."""
    return [np.array(tensor.detach().numpy(), dtype=np.float32) for tensor in tensors_of(layers)]


def put_arrays(model: Model, arrays: list[Array]) -> None:
    """Copies arrays, in the order of names_of, into the model."""
    weights = model.weights
    for name, array in zip(names_of(model.layers), arrays):
        weights[name] = array.reshape(weights[name].shape)


def put_tensors(model: Model, layers: list[Layer]) -> None:
    """Copies the model's weights into the modules."""
    weights = model.weights
    with torch.no_grad():
        for tensor, name in pairs_of(model, layers):
            tensor.copy_(torch.from_numpy(np.array(weights[name]).reshape(tuple(tensor.shape))))
