"""Nets: the text of a net, and its size for examples of a given shape."""

from __future__ import annotations

import ctypes
import re
from dataclasses import dataclass

from . import _structs
from ._context import Context
from ._library import lib, text
from ._options import Config

_LAST_UNITS = re.compile(r"\bdense\s+(\d+)(?:\s+nobias)?\s*$")


@dataclass(frozen=True)
class NetSize:
    """The size of a net. parameters: trained numbers; multiply_accumulates: those of a forward pass of one
    example."""

    layers: int
    blocks: int
    parameters: int
    multiply_accumulates: float


@dataclass(frozen=True)
class NamedNet:
    """A net of the literature; shape: channels, rows and columns of the examples that its paper gives it."""

    name: str
    text: str
    about: str
    shape: tuple[int, int, int]


def shape_of(sides: tuple[int, ...]) -> _structs.Shape:
    """The shape of an example from (features,), (rows, cols) or (channels, rows, cols)."""
    if not 1 <= len(sides) <= 3:
        raise ValueError(f"shape {sides}, expected (features,), (rows, cols) or (channels, rows, cols)")
    return _structs.Shape(*((1,) * (3 - len(sides)) + tuple(int(side) for side in sides)))


def named_nets() -> list[NamedNet]:
    """The nets that Net() knows by their names."""
    nets: list[NamedNet] = []
    found = _structs.NamedNet(size=ctypes.sizeof(_structs.NamedNet))
    while lib.bl_net_at(len(nets), ctypes.byref(found)):
        shape = found.shape
        nets.append(
            NamedNet(
                text(found.name) or "",
                text(found.text) or "",
                text(found.about) or "",
                (shape.channels, shape.rows, shape.cols),
            )
        )
    return nets


class Net:
    """Layers with commas between them, from the input to the output: "dense 800, tanh, dense 10", or a name
    of named_nets(). "dense C" at the end has as many units as there are classes or columns of the targets.
    docs/python.md lists the layers. ValueError: the text is no net."""

    def __init__(self, layers: str) -> None:
        if not isinstance(layers, str):
            raise TypeError(f"a net is a text of layers, not {type(layers).__name__}")
        self.text = layers
        self._context = Context(threads=1)
        Config(self._context, {"net": layers})

    def __reduce__(self) -> tuple[object, ...]:
        return Net, (self.text,)

    @property
    def outputs(self) -> int | None:
        """Units of the last layer; None: as many as there are classes or targets."""
        written = {net.name: net.text for net in named_nets()}.get(self.text.strip(), self.text)
        found = _LAST_UNITS.search(written)
        return int(found.group(1)) if found else None

    def measure(self, *shape: int, outputs: int = 1) -> NetSize:
        """Size for examples of (features), (rows, cols) or (channels, rows, cols). outputs: the value of C.
        ValueError: the net does not fit the shape."""
        size = _structs.NetSize(size=ctypes.sizeof(_structs.NetSize))
        context = self._context
        context.call(
            lib.bl_net_measure,
            context.address,
            self.text.encode(),
            shape_of(shape),
            outputs,
            ctypes.byref(size),
        )
        return NetSize(size.layers, size.blocks, size.parameters, size.multiply_accumulates)

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"Net({self.text!r})"
