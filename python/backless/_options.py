"""Conversion of keyword arguments to the library's options, whose values are strings."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterable, Mapping

import numpy as np

from ._context import Context
from ._library import lib, text
from ._option_table import Option, options

__all__ = ["Config", "Option", "check_names", "key_of", "option_text", "options"]


def key_of(name: str) -> str:
    """The option's name for that of a keyword argument: max-norm for max_norm; lambda, a keyword of Python,
    for lambda_."""
    return name.rstrip("_").replace("_", "-")


def option_text(name: str, value: object) -> str:
    """A value as the string that the library reads. The elements of a list are joined by commas."""
    if isinstance(value, (bool, np.bool_)):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    if isinstance(value, (int, np.integer)):
        return str(int(value))
    if isinstance(value, (float, np.floating)):
        return repr(float(value))
    if isinstance(value, os.PathLike):
        return os.fsdecode(value)
    if isinstance(value, (list, tuple)):
        return ",".join(option_text(name, part) for part in value)
    raise TypeError(
        f"{name}={value!r}: an option's value is a text, a number, True or False, or a list of these"
    )


def _meant(key: str, keys: list[str]) -> str | None:
    alias = text(lib.bl_option_alias(key.encode(), None))
    if alias:
        return alias
    names = (ctypes.c_char_p * (len(keys) + 1))(*[k.encode() for k in keys], None)
    return text(lib.bl_nearest(key.encode(), names))


def check_names(caller: str, names: Iterable[str], keys: list[str]) -> None:
    """Raises TypeError for a keyword argument that is not an option of the caller."""
    for name in names:
        key = key_of(name)
        if key in keys:
            continue
        meant = _meant(key, keys)
        hint = f"; did you mean {meant.replace('-', '_')}?" if meant in keys else ""
        raise TypeError(f"{caller} has no option {name!r}{hint}")


class Config:
    """A bl_config with these options set; None leaves an option at its default."""

    def __init__(self, context: Context, chosen: Mapping[str, object]) -> None:
        self.handle = context.create(lib.bl_config_create, lib.bl_config_free, context.address)
        for name, value in chosen.items():
            if value is not None:
                self.set(key_of(name), option_text(name, value))

    @property
    def address(self) -> int:
        return self.handle.address

    def set(self, key: str, value: str) -> None:
        if "\0" in value:
            raise ValueError(f"{key}: a text with a zero byte")
        self.handle.context.call(lib.bl_config_set, self.address, key.encode(), value.encode())
