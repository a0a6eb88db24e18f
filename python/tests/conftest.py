"""Fixtures of the tests: small data, and the program if there is one."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path

import numpy as np
import pytest

import backless

# A shell makes commands that it starts in the background ignore SIGINT. Processes inherit that, and the tests
# of Ctrl-C would wait in vain.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def pixels():
    """256 images of 8 x 8 bytes in three classes that a net can learn."""
    random = np.random.default_rng(0)
    x = random.integers(0, 256, (256, 8, 8), dtype=np.uint8)
    y = random.integers(0, 3, 256)
    x[y == 1, :4] //= 4
    x[y == 2, 4:] //= 4
    return x, y


@pytest.fixture(scope="session")
def floats(pixels):
    """The same images as rows of float32, with the bits of the library's division by 255."""
    x, y = pixels
    return x.reshape(len(x), -1).astype(np.float32) * np.float32(1 / 255), y


@pytest.fixture(scope="session")
def program():
    """The program `backless`: $BACKLESS_PROGRAM, else the one in the package, else the one in PATH."""
    beside = Path(backless.__file__).parent / "bin" / "backless"
    in_package = str(beside) if beside.is_file() else None
    found = os.environ.get("BACKLESS_PROGRAM") or in_package or shutil.which("backless")
    if not found:
        pytest.skip("the program is not here: set BACKLESS_PROGRAM")
    return str(Path(found).resolve())
