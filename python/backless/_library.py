"""Finds and loads the shared library: the file that $BACKLESS_LIBRARY names, else the one beside this module
(in a wheel), else the system's."""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from ._signatures import SIGNATURES

# The header that _structs.py and _signatures.py describe: libraries with the same major and minor number are
# compatible.
HEADER_VERSION = (0, 2)

_SUFFIX = ".dylib" if sys.platform == "darwin" else ".so"
_INTERFACE = ".".join(map(str, HEADER_VERSION))
_SONAME = f"libbackless.{_INTERFACE}.dylib" if sys.platform == "darwin" else f"libbackless.so.{_INTERFACE}"


def _place() -> str:
    named = os.environ.get("BACKLESS_LIBRARY")
    if named:
        return named
    beside = Path(__file__).with_name("libbackless" + _SUFFIX)
    return str(beside) if beside.exists() else _SONAME


def _declared(library: ctypes.CDLL, place: str, name: str) -> Any:
    try:
        function = getattr(library, name)
    except AttributeError:
        raise ImportError(f"{place}: has no function {name}: not a libbackless of this version") from None
    function.restype, function.argtypes = SIGNATURES[name]
    return function


def _check_version(library: ctypes.CDLL, place: str) -> None:
    number = int(_declared(library, place, "bl_version_number")())
    found = (number // 1_000_000, number // 1_000 % 1_000)
    if found != HEADER_VERSION:
        raise ImportError(
            f"{place}: is version {_declared(library, place, 'bl_version')().decode()} of libbackless, but "
            f"this package needs {HEADER_VERSION[0]}.{HEADER_VERSION[1]}.x"
        )


def _load() -> SimpleNamespace:
    """The library with the functions of SIGNATURES only, because ctypes would guess the arguments of
    others."""
    place = _place()
    try:
        library = ctypes.CDLL(place)
    except OSError as error:
        raise ImportError(
            f"the shared library of backless was not loaded ({error}); install the package from a wheel or "
            "with pip install ., or set BACKLESS_LIBRARY to the file"
        ) from error
    _check_version(library, place)
    return SimpleNamespace(**{name: _declared(library, place, name) for name in SIGNATURES})


lib = _load()


def text(value: bytes | None) -> str | None:
    """A string of the library as str; None for NULL."""
    return None if value is None else value.decode("utf-8", "replace")


def path_bytes(path: str | os.PathLike[str]) -> bytes:
    """A path in the encoding that the library expects."""
    encoded = os.fsencode(path)
    if b"\0" in encoded:
        raise ValueError("a path with a zero byte")
    return encoded
