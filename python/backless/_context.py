"""Contexts of the library, and the lifetimes of the objects that are created from them.

A context of the library works on one thread at a time: `use` holds its lock. A handle may be dropped on any
thread and at any moment, also by the garbage collector in the middle of a call on its context: what it owns
is then released when the context is free again. The context itself is freed last, in whatever order Python
deletes the objects.
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
        self._n_objects = 0
        self._is_dropped = False
        self._to_release: deque[Callable[[], None]] = deque()
        self.threads = threads
        self.kept: list[object] = []
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
        """Raises the exception for a status other than 0. To be called within `use`, so that the message
        belongs to this failure."""
        if status:
            raise error_of(status, in_python(text(lib.bl_why(self.address)) or ""))

    def call(self, function: Any, *arguments: Any) -> None:
        """Calls a function that returns a status, and checks it."""
        with self.use():
            self.check(function(*arguments))

    def create(self, function: Any, free: Any, *arguments: Any) -> Handle:
        """Calls a function that stores the pointer of a new object through its first argument."""
        out = ctypes.c_void_p()
        self.call(function, ctypes.byref(out), *arguments)
        return Handle(self, out.value or 0, free)

    def keep(self, thing: object) -> None:
        """Keeps an object that the library borrows alive as long as the context."""
        self.kept.append(thing)

    def add_object(self) -> None:
        """Counts one more object that must be released before the context."""
        with self._lock:
            self._n_objects += 1

    def release_later(self, release: Callable[[], None]) -> None:
        """Releases a counted object as soon as no thread uses the context."""
        self._to_release.append(release)
        self._sweep()

    def _sweep(self) -> None:
        if (not self._to_release and not self._is_dropped) or not self._lock.acquire(blocking=False):
            return
        try:
            if self._depth > 0:
                return
            while self._to_release:
                self._to_release.popleft()()
                self._n_objects -= 1
            if self._is_dropped and self._n_objects == 0 and self.address:
                self._free(self.address)
                self.address = 0
        finally:
            self._lock.release()

    def __del__(self) -> None:
        self._is_dropped = True
        if hasattr(self, "address"):
            self._sweep()


class Handle:
    """An object of the library that Python owns, and the context that it was created from."""

    def __init__(self, context: Context, address: int, free: Callable[[Any], None]) -> None:
        self.context = context
        self.address = address
        self._free = free
        context.add_object()

    def __del__(self) -> None:
        free, address = self._free, self.address
        self.context.release_later(lambda: free(address))
