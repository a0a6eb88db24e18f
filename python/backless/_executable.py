"""Finds and runs the program `backless`: the file that $BACKLESS_PROGRAM names, else the one in the folder
bin beside this module (in a wheel), else the one in PATH.

Comparisons, reproductions and reports are the program's: the package has no second implementation of them
that could give other figures.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import IO, NamedTuple

from ._errors import BadData, BadValue, Diverged, Error, FileError, Stopped, Unsupported
from ._interrupts import Interrupts
from ._library import lib
from ._option_table import Option, in_python

# The exit codes of the program (cli/command.h) and their exceptions; others are Error.
_DIVERGED = 5
_ERRORS: dict[int, type[Error]] = {2: BadValue, 3: BadData, 4: FileError, _DIVERGED: Diverged, 75: Stopped}
_PREFIX = "backless: "

_SECONDS_BETWEEN_CHECKS = 0.05  # whether Ctrl-C was pressed


class Output(NamedTuple):
    """What the program wrote on standard output, and its messages as lines."""

    text: str
    messages: list[str]


def program_path() -> str:
    """The path of the program. Unsupported: there is none, or it is of another version than the library."""
    named = os.environ.get("BACKLESS_PROGRAM")
    beside = Path(__file__).parent / "bin" / ("backless" + (".exe" if sys.platform == "win32" else ""))
    found = named or (str(beside) if beside.is_file() else shutil.which("backless"))
    if not found:
        raise Unsupported(
            "the program backless was not found beside the package or in PATH; comparisons, reproductions "
            "and reports are its work: install it, or set BACKLESS_PROGRAM to the file"
        )
    _check_version(found)
    return found


@cache
def _check_version(path: str) -> None:
    """The figures of another version may differ from those of the library."""
    try:
        done = subprocess.run([path, "--version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise Unsupported(f"{path}: could not be run as the program backless: {error}") from error
    version = lib.bl_version().decode()
    if done.stdout.split()[:2] != ["backless", version]:
        raise Unsupported(
            f"{path}: says it is {done.stdout.strip()!r}, but the library of this package is backless "
            f"{version}; install a program of the same version, or set BACKLESS_PROGRAM to one"
        )


def _read(stream: IO[str], lines: list[str], shows: bool) -> None:
    for line in stream:
        lines.append(line.rstrip("\n"))
        if shows:
            print(line, end="", file=sys.stderr, flush=True)


def _work(
    process: subprocess.Popen[str], readers: Sequence[threading.Thread], interrupts: Interrupts
) -> None:
    """Reads until the program has ended, and passes each Ctrl-C on to it: after the first one it saves its
    run folders, the second one ends it at once."""
    try:
        for reader in readers:
            reader.start()
        for reader in readers:
            while reader.is_alive():
                reader.join(_SECONDS_BETWEEN_CHECKS)
                if interrupts.take_new():
                    process.send_signal(signal.SIGINT)
        process.wait()
    except BaseException:  # of another signal handler
        process.send_signal(signal.SIGINT)
        for reader in readers:
            if reader.ident is not None:
                reader.join()
        raise


def run_program(arguments: Sequence[str], own: Iterable[Option] = (), *, progress: bool = False) -> Output:
    """Runs the program. own: the options of the command, for messages in Python's words. progress: shows
    messages on standard error as they come. A command that printed rows of trainings that diverged has not
    failed.

    The program is in a session of its own, because Ctrl-C in a terminal would otherwise reach it twice, and
    the second one ends it before it has saved its runs. The library's options in the environment, such as
    BACKLESS_LR, are not passed on, because Trainer does not read them either."""
    text: list[str] = []
    messages: list[str] = []
    path = program_path()
    # KeyboardInterrupt in the constructor of Popen would leave the program without anyone who stops it.
    with Interrupts() as interrupts, subprocess.Popen(
        [path, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
        env=_environment(),
        start_new_session=True,
    ) as process:
        assert process.stdout and process.stderr
        readers = [
            threading.Thread(target=_read, args=(process.stdout, text, False)),
            threading.Thread(target=_read, args=(process.stderr, messages, progress)),
        ]
        _work(process, readers, interrupts)
    interrupts.deliver()
    if process.returncode not in (0, _DIVERGED) or (process.returncode and not text):
        kind = _ERRORS.get(process.returncode, Error)
        raise kind(in_python(_failure(messages, process.returncode), own))
    return Output("\n".join(text), [in_python(line, own) for line in messages])


def _environment() -> dict[str, str]:
    kept = ("BACKLESS_DATA", "BACKLESS_DATA_DIR")  # where data sets are found
    return {k: v for k, v in os.environ.items() if not k.startswith("BACKLESS_") or k in kept}


def _failure(messages: list[str], code: int) -> str:
    """The sentences about a failure; other messages precede them."""
    said = [line[len(_PREFIX) :] for line in messages if line.startswith(_PREFIX)]
    return "; ".join(said) or "\n".join(messages[-3:]) or f"the program ended with the exit code {code}"
