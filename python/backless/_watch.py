"""What the library calls during a fit: callbacks, and the requests to stop."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Callable

from . import _structs
from ._interrupts import Interrupts
from .records import Progress, progress_of

Callback = Callable[[Progress], object]


class Watch:
    """function: the bl_progress_fn. No exception passes through the library: the first one stops the fit and
    is kept in `error`."""

    def __init__(
        self, callbacks: Iterable[Callback], interrupts: Interrupts, failed: Callable[[], bool]
    ) -> None:
        self.epochs: list[Progress] = []
        self.error: BaseException | None = None
        self.function = _structs.OnProgress(self._on_progress)
        self._callbacks: Sequence[Callback] = tuple(callbacks)
        self._interrupts = interrupts
        self._failed = failed

    def _on_progress(self, user: int | None, now: Any) -> int:
        try:
            return int(self._tell(now.contents))
        except BaseException as error:
            self.error = self.error or error
            return 1

    def _tell(self, now: _structs.Progress) -> bool:
        """True: stop."""
        stops = self._interrupts.was_asked or self._failed()
        if not self._callbacks and not now.epoch_ended:
            return stops
        progress = progress_of(now)
        if progress.epoch_ended:
            self.epochs.append(progress)
        for callback in self._callbacks:
            stops = callback(progress) is True or stops
        return stops
