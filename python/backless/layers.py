"""The layers of a model's net, as the library describes them."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from typing import NamedTuple

from . import _structs
from ._library import lib, text


class LayerInfo(NamedTuple):
    """A layer of a net, in the order of the net's text; a sum of residuals follows its branches.

    kind: "dense", "conv", "relu", ...; "add": the sum of a residual's branches. text: as in the net's text.
    block: the block that it belongs to; -1: it precedes the first weights. inputs: the layers that it reads,
    -1 for the batch. input_shape, output_shape: channels, rows and columns. window, stride, pad: of conv,
    pools and subsample. slope: of leaky-relu below 0. rate: of dropout. tensors: the names of its weights:
    weight and bias, or scale, shift and, for batchnorm, mean and variance."""

    kind: str
    text: str
    block: int
    inputs: tuple[int, ...]
    input_shape: tuple[int, int, int]
    output_shape: tuple[int, int, int]
    window: tuple[int, int]
    stride: int
    pad: int
    slope: float
    rate: float
    tensors: tuple[str, ...]


def _sides(shape: _structs.Shape) -> tuple[int, int, int]:
    return shape.channels, shape.rows, shape.cols


def _tensor_name(model: int, i: int) -> str:
    tensor = _structs.Tensor()
    lib.bl_model_tensor(model, i, ctypes.byref(tensor))
    return text(tensor.name) or ""


def layers_of(model: int) -> Iterator[LayerInfo]:
    """model: its address."""
    found, i = _structs.Layer(size=ctypes.sizeof(_structs.Layer)), 0
    while lib.bl_model_layer(model, i, ctypes.byref(found)):
        yield LayerInfo(
            text(found.kind) or "",
            text(found.text) or "",
            found.block,
            tuple(found.inputs[: found.n_inputs]),
            _sides(getattr(found, "in")),  # a word of Python's
            _sides(found.out),
            (found.rows, found.cols),
            found.stride,
            found.pad,
            found.slope,
            found.rate,
            tuple(_tensor_name(model, t) for t in found.tensors[: found.n_tensors]),
        )
        i += 1
