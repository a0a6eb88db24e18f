"""Data: examples with a class or targets for each, from NumPy arrays or as the library's readers give
them."""

from __future__ import annotations

import ctypes
import os
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from . import _structs
from ._arrays import (
    Array,
    Examples,
    check_labels,
    examples_of,
    is_labels,
    labels_of,
    targets_of,
    view,
    weights_of,
)
from ._context import Context, Handle
from ._library import lib, text
from ._option_table import in_python
from ._options import Config, check_names, options


class DataSets(NamedTuple):
    """What Data.load() reads; None: there is no such set."""

    train: Data
    val: Data | None
    test: Data | None


class Data:
    """Examples of arrays, without a copy where x is float32, float64 or uint8 and its examples are
    C-contiguous.

    x: n x features, n x rows x cols, or n x channels x rows x cols. uint8 is scaled to x / 255, because it is
    assumed to hold pixels; other types are used unscaled. y: n whole numbers from 0 are classes, floats (n,
    or n x outputs) are targets; None: unknown, for predictions alone. classes: the number of classes, if y
    does not contain all of them. weights: one for each example, for training (only their ratios count).

    The arrays are read when the data are used, and must not be changed by another thread meanwhile.
    """

    def __init__(
        self,
        x: npt.ArrayLike,
        y: npt.ArrayLike | None = None,
        *,
        classes: int | None = None,
        weights: npt.ArrayLike | None = None,
    ) -> None:
        examples = examples_of(x)
        self.context = Context(threads=1)
        self._keep: list[Any] = []
        if y is None or is_labels(y):
            self._handle = self._wrap_classes(examples, y, classes)
        else:
            self._handle = self._wrap_targets(examples, y)
        if weights is not None:
            self._set_weights(weights)

    def _wrap_classes(self, examples: Examples, y: npt.ArrayLike | None, classes: int | None) -> Handle:
        n = len(examples.values)
        labels = None if y is None else labels_of(y, n)
        if labels is not None and classes is None:
            classes = max(2, int(labels.max()) + 1)
        elif labels is not None and classes is not None:
            check_labels(labels, classes)
        self._keep += [examples.values, labels]
        address = None if labels is None else labels.ctypes.data
        return self.context.create(
            lib.bl_data_wrap_array,
            lib.bl_data_free,
            self.context.address,
            ctypes.byref(examples.described()),
            address,
            n,
            _structs.Shape(*examples.shape),
            classes or 1,
        )

    def _wrap_targets(self, examples: Examples, y: npt.ArrayLike) -> Handle:
        n = len(examples.values)
        targets = targets_of(y, n)
        floats = as_floats(examples)
        self._keep += [floats]  # the targets are copied
        return self.context.create(
            lib.bl_data_wrap_targets,
            lib.bl_data_free,
            self.context.address,
            floats.ctypes.data,
            targets.ctypes.data,
            n,
            _structs.Shape(*examples.shape),
            targets.shape[1],
        )

    def _set_weights(self, weights: npt.ArrayLike) -> None:
        array = weights_of(weights, len(self), "weights")
        self.context.call(lib.bl_data_set_weights, self.address, array.ctypes.data, len(array))

    @classmethod
    def load(cls, data: str | os.PathLike[str], **reader: object) -> DataSets:
        """Reads a file, a folder or a set that is known by its name ("mnist"), as `backless train --data`
        does; reader: the options of the group "data" (test, val, label, ...). Scaling is fitted on the
        training set and applied to all."""
        check_names(
            "Data.load()", reader, [o.key for o in options() if o.group == "data" and o.key != "data"]
        )
        context = Context(threads=1)
        config = Config(context, {"data": data, **reader})
        pointers = [ctypes.c_void_p() for _ in range(3)]
        context.call(lib.bl_data_load, *map(ctypes.byref, pointers), context.address, config.address)
        train, val, test = (cls._of(context, pointer.value) for pointer in pointers)
        assert train is not None
        return DataSets(train, val, test)

    @classmethod
    def _of(cls, context: Context, address: int | None) -> Data | None:
        if not address:
            return None
        data = cls.__new__(cls)
        data.context, data._keep = context, []
        data._handle = Handle(context, address, lib.bl_data_free)
        return data

    @classmethod
    def open(cls, context: Context, function: Any, *arguments: Any) -> Data:
        """Data from a function of the library that stores the pointer of new data through its first
        argument."""
        data = cls.__new__(cls)
        data.context, data._keep = context, []
        data._handle = context.create(function, lib.bl_data_free, *arguments)
        return data

    @property
    def address(self) -> int:
        return self._handle.address

    @property
    def shape(self) -> tuple[int, int, int]:
        """Channels, rows and columns of an example; a vector of n is (1, 1, n)."""
        shape = lib.bl_data_shape(self.address)
        return shape.channels, shape.rows, shape.cols

    @property
    def outputs(self) -> int:
        """Classes, or columns of the targets."""
        return int(lib.bl_data_outputs(self.address))

    @property
    def labels(self) -> Array | None:
        """The class of each example, read-only; None: targets, or none known."""
        address = lib.bl_data_labels(self.address)
        return view(address, (len(self),), self._holder(), "<i4") if address else None

    @property
    def class_names(self) -> list[str | None]:
        """The names of the classes; None for a class without a name."""
        return [text(lib.bl_data_class_name(self.address, i)) for i in range(self.outputs)]

    @property
    def column_names(self) -> list[str | None]:
        """The names of the features; None for a feature without a name."""
        channels, rows, cols = self.shape
        return [text(lib.bl_data_column_name(self.address, i)) for i in range(channels * rows * cols)]

    @property
    def source(self) -> str:
        """Where the data came from, for messages."""
        return text(lib.bl_data_source(self.address)) or ""

    @property
    def notes(self) -> list[str]:
        """The decisions of the reader, one sentence each."""
        notes: list[str] = []
        while True:
            note = text(lib.bl_data_note(self.address, len(notes)))
            if note is None:
                return notes
            notes.append(in_python(note))

    def rows(self, first: int = 0, n: int | None = None) -> Array:
        """Examples as they are trained on, scaled: n x channels x rows x cols, float32, a copy."""
        return self._rows(lib.bl_data_rows, np.float32, first, n)

    def raw_rows(self, first: int = 0, n: int | None = None) -> Array:
        """Examples as they were read: n x channels x rows x cols, float64, a copy; NaN: missing."""
        return self._rows(lib.bl_data_raw_rows, np.float64, first, n)

    def _rows(self, read: Any, dtype: Any, first: int, n: int | None) -> Array:
        n = len(self) - first if n is None else n
        if first < 0 or n < 0 or first + n > len(self):
            raise IndexError(f"examples {first} to {first + n}, but there are {len(self)}")
        out = np.empty((n, *self.shape), dtype)
        self.context.call(read, self.address, first, n, out.ctypes.data)
        return out

    def _holder(self) -> tuple[Handle, list[Any]]:
        return self._handle, self._keep

    def __len__(self) -> int:
        return int(lib.bl_data_count(self.address))

    def __repr__(self) -> str:
        return f"<backless.Data {self.source}: {len(self)} examples of {self.shape}, {self.outputs} outputs>"


def as_floats(examples: Examples) -> Array:
    """The examples as n x features, float32, contiguous; bytes are divided by 255."""
    values = examples.values
    if values.dtype == np.uint8:
        values = values.astype(np.float32) * np.float32(1.0 / 255.0)
    return np.ascontiguousarray(values, dtype=np.float32)
