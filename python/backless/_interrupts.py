"""Ctrl-C while the library works.

Python calls a signal's handler when the main thread runs Python code: in a fit that is the callback, out of
which no exception can pass. The handler is therefore replaced by one that takes a note; the fit stops after
the current step, saves its run folder, and the handler of before is called then.
"""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType
from typing import Any


class Interrupts:
    """A context manager; was_asked: SIGINT has come. Other threads than the main one get no signals."""

    def __init__(self) -> None:
        self.was_asked = False
        self._before: Any = None

    def _take_note(self, number: int, frame: FrameType | None) -> None:
        self.was_asked = True

    def __enter__(self) -> Interrupts:
        before = signal.getsignal(signal.SIGINT)
        if threading.current_thread() is threading.main_thread() and callable(before):
            self._before = before
            signal.signal(signal.SIGINT, self._take_note)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)

    def deliver(self) -> None:
        """Outside of the library again: the handler of before, which by default raises KeyboardInterrupt."""
        if self.was_asked:
            self._before(signal.SIGINT, None)
