"""Ctrl-C while the library works.

Python calls a signal handler when the main thread runs Python code: during a fit that is the callback, which
cannot pass exceptions through the library. The handler is therefore replaced by one that sets a flag; the fit
stops after the current step and saves its run folder, and then the previous handler is called. While the
program works, its process gets the signals in the same way.
"""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType
from typing import Any


class Interrupts:
    """A context manager that records SIGINT. is_requested: SIGINT was received. In other threads than the
    main one it has no effect, because they receive no signals."""

    def __init__(self) -> None:
        self.is_requested = False
        self._is_new = False
        self._before: Any = None

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self.is_requested = self._is_new = True

    def take_new(self) -> bool:
        """Whether SIGINT was received since this was asked before."""
        is_new, self._is_new = self._is_new, False
        return is_new

    def __enter__(self) -> Interrupts:
        before = signal.getsignal(signal.SIGINT)
        if threading.current_thread() is threading.main_thread() and callable(before):
            self._before = before
            signal.signal(signal.SIGINT, self._on_signal)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)

    def deliver(self) -> None:
        """Calls the previous handler, which by default raises KeyboardInterrupt, after a SIGINT. To be called
        outside of the library."""
        if self.is_requested:
            self._before(signal.SIGINT, None)
