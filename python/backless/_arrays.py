"""Conversion of NumPy arrays to the forms that the library reads, and of the library's memory to NumPy
arrays."""

from __future__ import annotations

import ctypes
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from . import _structs

Array = npt.NDArray[Any]

# The bl_type of each element type that the library reads without a copy.
_TYPES = {np.dtype(np.float32): 0, np.dtype(np.float64): 1, np.dtype(np.uint8): 2}
_LARGEST_LABEL = 2**31 - 1


class Examples(NamedTuple):
    """Examples as bl_array describes them: rows that are contiguous, `stride` elements apart."""

    values: Array
    shape: tuple[int, int, int]
    stride: int

    @property
    def features(self) -> int:
        return self.shape[0] * self.shape[1] * self.shape[2]

    def described(self) -> _structs.Array:
        array = _structs.Array()
        array.size, array.values = ctypes.sizeof(array), self.values.ctypes.data
        array.type, array.stride = _TYPES[self.values.dtype], self.stride
        return array


def _numbers(x: object, name: str) -> Array:
    array = np.asarray(x)
    if array.dtype.kind == "O":
        try:
            array = array.astype(np.float64)
        except (TypeError, ValueError):
            raise TypeError(f"{name} has Python objects that are not numbers (dtype object)") from None
    if array.dtype.kind not in "fiub":
        raise TypeError(f"{name} has the dtype {array.dtype}, expected numbers")
    return array


def _of_known_type(array: Array) -> Array:
    """The array with a type that the library reads: float32, float64 and uint8 are unchanged, other types are
    converted to the smallest float type that holds them exactly, if there is one."""
    native = array.dtype.newbyteorder("=")
    if native in _TYPES:
        return array.astype(native, copy=False)
    is_narrow = native.kind == "b" or native.itemsize <= 2
    return array.astype(np.float32 if is_narrow else np.float64)


def _stride_of(array: Array) -> int | None:
    """The distance from one example to the next, in elements; None if the examples must be copied."""
    itemsize, step = array.itemsize, int(array.strides[0])
    if not array[0].flags.c_contiguous or not array.flags.aligned or step % itemsize:
        return None
    features = int(array[0].size)
    if len(array) == 1:
        return features
    return step // itemsize if step // itemsize >= features else None


def examples_of(x: object, name: str = "x") -> Examples:
    """x as Examples: n x features, n x rows x cols, or n x channels x rows x cols."""
    array = _numbers(x, name)
    if not 2 <= array.ndim <= 4:
        raise ValueError(
            f"{name} has {array.ndim} dimensions, expected n x features, n x rows x cols or "
            "n x channels x rows x cols; one example is an array of n = 1: x[None]"
        )
    if array.size == 0:
        raise ValueError(f"{name} is empty: its shape is {array.shape}")
    array = _of_known_type(array)
    stride = _stride_of(array)
    if stride is None:
        array = np.ascontiguousarray(array)
        stride = array[0].size
    sides = (1,) * (4 - array.ndim) + array.shape[1:]
    return Examples(array, (sides[0], sides[1], sides[2]), stride)


def is_labels(y: object) -> bool:
    """Whether y holds classes: integers and booleans are classes, floats are targets."""
    return np.asarray(y).dtype.kind in "iub"


def labels_of(y: object, n: int, name: str = "y") -> Array:
    """y as n classes, counted from 0, in int32."""
    array = np.asarray(y)
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.shape != (n,):
        raise ValueError(f"{name} has the shape {array.shape}, expected one class for each of {n} examples")
    if array.min() < 0 or array.max() > _LARGEST_LABEL:
        worst = array.min() if array.min() < 0 else array.max()
        raise ValueError(f"{name} holds the label {worst}; classes are counted from 0")
    return np.ascontiguousarray(array, dtype=np.int32)


def check_labels(labels: Array, classes: int, name: str = "y") -> None:
    """Raises ValueError unless all labels are in 0 to classes - 1."""
    least, most = int(labels.min()), int(labels.max())
    if most < classes:
        return
    hint = f"; they begin with 1: pass {name} - 1" if least == 1 and most == classes else ""
    raise ValueError(f"{name} holds the label {most}, but {classes} classes are 0 to {classes - 1}{hint}")


def targets_of(y: object, n: int, name: str = "y") -> Array:
    """y as n rows of targets in float32."""
    array = np.asarray(y)
    if array.dtype.kind not in "f":
        raise TypeError(
            f"{name} has the dtype {array.dtype}, expected whole numbers from 0 (classes) or floats "
            "(targets); "
            "names become classes by: names, y = numpy.unique(y, return_inverse=True)"
        )
    if array.ndim == 1:
        array = array[:, None]
    if array.ndim != 2 or len(array) != n or array.shape[1] == 0:
        raise ValueError(f"{name} has the shape {array.shape}, expected {n} rows of targets")
    return np.ascontiguousarray(array, dtype=np.float32)


def weights_of(weights: object, n: int, name: str = "sample_weight") -> Array:
    """weights as n numbers in float32; the library refuses negative and infinite ones."""
    array = np.ascontiguousarray(weights, dtype=np.float32)
    if array.shape != (n,):
        raise ValueError(f"{name} has the shape {array.shape}, expected one weight for each of {n} examples")
    return array


class _Memory:
    """Memory that belongs to the library, and the object that keeps it alive."""

    def __init__(self, interface: dict[str, Any], owner: object) -> None:
        self.__array_interface__ = interface
        self.owner = owner


def view(
    address: int,
    shape: tuple[int, ...],
    owner: object,
    typestr: str = "<f4",
    strides: tuple[int, ...] | None = None,
    is_writable: bool = False,
) -> Array:
    """The library's memory as an array that keeps `owner` alive."""
    interface = {
        "version": 3,
        "shape": shape,
        "typestr": np.dtype(typestr).newbyteorder("=").str,
        "data": (address, not is_writable),
        "strides": strides,
    }
    return np.asarray(_Memory(interface, owner))
