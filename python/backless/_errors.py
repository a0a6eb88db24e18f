"""Exceptions: one class for each status of the library, with the library's sentence as its message."""

from __future__ import annotations


class Error(Exception):
    """A function of the library failed."""


class BadValue(Error, ValueError):
    """An argument or option out of range, or shapes that do not fit together."""


class OutOfMemory(Error, MemoryError):
    """Memory could not be allocated."""


class FileError(Error, OSError):
    """A file exists or could be created, but could not be read or written."""


class BadData(Error, ValueError):
    """A data set or model is missing, or its content is invalid."""


class Unsupported(Error, NotImplementedError):
    """Not available in this build or on this machine."""


class Stopped(Error):
    """Training was stopped by a callback. fit() does not raise this: it returns a history with the reason."""


class Diverged(Error, ArithmeticError):
    """A weight or the loss is NaN or infinite."""


class NotDefined(Error, ValueError):
    """The learning rule is not defined for this net, these data or these options."""


STOPPED = 7

_BY_STATUS: dict[int, type[Error]] = {
    1: BadValue,
    2: OutOfMemory,
    3: FileError,
    4: BadData,
    5: Unsupported,
    STOPPED: Stopped,
    8: Diverged,
    9: NotDefined,
}


def error_of(status: int, why: str) -> Error:
    """The exception for a status other than 0."""
    return _BY_STATUS.get(status, Error)(why)
