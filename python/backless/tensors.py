"""A model's tensors by their names, as NumPy arrays."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Mapping
from typing import Callable

import numpy as np
import numpy.typing as npt

from . import _structs
from ._arrays import Array, view
from ._context import Context
from ._library import lib


def tensor_view(tensor: _structs.Tensor, owner: object) -> Array:
    """A tensor as an array: matrices are rows x cols; tensors with one number per unit or channel have one
    dimension."""
    name = tensor.name.decode()
    is_row = tensor.rows == 1 and not name.endswith((".weight", ".feedback"))
    shape = (tensor.cols,) if is_row and "." in name else (tensor.rows, tensor.cols)
    return view(tensor.values, shape, owner)


class Tensors(Mapping[str, Array]):
    """Read-only views of the model's own memory, by names as in its file: "0.dense.weight" (units x inputs),
    "0.dense.bias", "0.feedback" (outputs x units). A view changes as training changes the tensor, and keeps
    the model alive; copy() keeps the current numbers. Assigning copies numbers into the model:
    tensors["0.dense.bias"] = array."""

    def __init__(self, context: Context, address: int, owner: object, belongs: Callable[[str], bool]) -> None:
        self._context, self._address, self._owner, self._belongs = context, address, owner, belongs

    def _found(self) -> Iterator[tuple[str, _structs.Tensor]]:
        tensor, i = _structs.Tensor(), 0
        while lib.bl_model_tensor(self._address, i, ctypes.byref(tensor)):
            name = tensor.name.decode()
            if self._belongs(name):
                yield name, tensor
            i += 1

    def __getitem__(self, name: str) -> Array:
        for found, tensor in self._found():
            if found == name:
                return tensor_view(tensor, self._owner)
        raise KeyError(f"{name!r}; there are {', '.join(self)}")

    def __setitem__(self, name: str, values: npt.ArrayLike) -> None:
        old = self[name]
        new = np.ascontiguousarray(values, dtype=np.float32)
        if new.shape != old.shape:
            raise ValueError(f"{name} is {old.shape}, but the values are {new.shape}")
        self._context.call(lib.bl_model_set_tensor, self._address, name.encode(), new.ctypes.data, new.size)

    def __iter__(self) -> Iterator[str]:
        return (name for name, _ in self._found())

    def __len__(self) -> int:
        return sum(1 for _ in self._found())

    def __repr__(self) -> str:
        lines = (f"{name}: {'x'.join(map(str, array.shape))}" for name, array in self.items())
        return f"<backless.Tensors {', '.join(lines)}>"


def is_weight(name: str) -> bool:
    """Whether the tensor belongs to the net and not to the rule."""
    return not is_feedback(name) and "rule" not in name.split(".")


def is_feedback(name: str) -> bool:
    return name.endswith(".feedback")


def is_rule_array(name: str) -> bool:
    return "rule" in name.split(".")[:2]
