"""Contexts, and the lifetimes of what is made from them.

A context of the library works on one thread at a time: `use` holds its lock. A handle may be dropped on any
thread and at any moment, also by the garbage collector in the middle of a call on its context: what it owns
is then released when the context is free again. The context itself goes last, whatever order Python chooses
for objects that die together.
"""

from __future__ import annotations

import ctypes
import threading
from collections import deque
from contextlib import contextmanager
from typing import Any, Callable, Iterator

from ._errors import error_of
from ._library import lib, text
from ._option_table import in_python


class Context:
    """A bl_context. threads: 0 for all that the process may use."""

    def __init__(self, threads: int = 0) -> None:
        self._lock = threading.RLock()
        self._depth = 0
        self._n_handles = 0
        self._is_dropped = False
        self._doomed: deque[Callable[[], None]] = deque()
        self._kept: list[object] = []
        self._free: Callable[[Any], None] = lib.bl_context_free
        self.address: int = lib.bl_context_new(None) or 0
        if not self.address:
            raise MemoryError("no memory for a context")
        self.call(lib.bl_context_use, self.address, None, threads)

    @contextmanager
    def use(self) -> Iterator[None]:
        with self._lock:
            self._depth += 1
            try:
                yield
            finally:
                self._depth -= 1
        self._sweep()

    def check(self, status: int) -> None:
        """Raises what the status means. Under `use`, so that the sentence is this failure's."""
        if status:
            raise error_of(status, in_python(text(lib.bl_why(self.address)) or ""))

    def call(self, function: Any, *arguments: Any) -> None:
        """Calls a function that gives a status."""
        with self.use():
            self.check(function(*arguments))

    def create(self, function: Any, free: Any, *arguments: Any) -> Handle:
        """Calls a function whose first argument is where a new object's pointer goes."""
        out = ctypes.c_void_p()
        self.call(function, ctypes.byref(out), *arguments)
        return Handle(self, out.value or 0, free)

    def keep(self, thing: object) -> None:
        """Keeps what the library borrows as long as the context."""
        self._kept.append(thing)

    def adopt(self) -> None:
        """One thing more that lives in the context."""
        with self._lock:
            self._n_handles += 1

    def doom(self, release: Callable[[], None]) -> None:
        """Releases a thing that was adopted, as soon as the context is free."""
        self._doomed.append(release)
        self._sweep()

    def _sweep(self) -> None:
        if (not self._doomed and not self._is_dropped) or not self._lock.acquire(blocking=False):
            return
        try:
            if self._depth > 0:
                return
            while self._doomed:
                self._doomed.popleft()()
                self._n_handles -= 1
            if self._is_dropped and self._n_handles == 0 and self.address:
                self._free(self.address)
                self.address = 0
        finally:
            self._lock.release()

    def __del__(self) -> None:
        self._is_dropped = True
        if hasattr(self, "address"):
            self._sweep()


class Handle:
    """An object of the library's that Python owns, and the context that it was made from."""

    def __init__(self, context: Context, address: int, free: Callable[[Any], None]) -> None:
        self.context = context
        self.address = address
        self._free = free
        context.adopt()

    def __del__(self) -> None:
        free, address = self._free, self.address
        self.context.doom(lambda: free(address))
