"""Files of the library as bytes, because it saves to paths and loads from paths only."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Callable

_NAME = "saved.safetensors"


def saved_bytes(save: Callable[[Path], None]) -> bytes:
    """What save(path) writes."""
    with TemporaryDirectory() as folder:
        path = Path(folder, _NAME)
        save(path)
        return path.read_bytes()


@contextmanager
def as_file(saved: bytes) -> Iterator[Path]:
    """A file of these bytes, while the context lasts."""
    with TemporaryDirectory() as folder:
        path = Path(folder, _NAME)
        path.write_bytes(saved)
        yield path
