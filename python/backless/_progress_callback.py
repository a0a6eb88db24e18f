"""The function that the library calls during a fit: it runs the user's callbacks and requests stops."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Callable

import numpy as np

from . import _structs
from ._interrupts import Interrupts
from .records import Progress, progress_of

Callback = Callable[[Progress], object]


def is_true(result: object) -> bool:
    """Whether the result of a callback asks for a stop: True, also that of NumPy. Other results do not."""
    return isinstance(result, (bool, np.bool_)) and bool(result)


class ProgressCallback:
    """function: the bl_progress_fn. Exceptions cannot pass through the library: the first one stops the fit
    and is kept in `error`."""

    def __init__(self, callbacks: Iterable[Callback], interrupts: Interrupts) -> None:
        self.epochs: list[Progress] = []
        self.error: BaseException | None = None
        self.function = _structs.OnProgress(self._on_progress)
        self._callbacks: Sequence[Callback] = tuple(callbacks)
        self._interrupts = interrupts

    def _on_progress(self, user: int | None, now: Any) -> int:
        try:
            return int(self._should_stop(now.contents))
        except BaseException as error:
            self.error = self.error or error
            return 1

    def _should_stop(self, now: _structs.Progress) -> bool:
        """Runs the callbacks; returns whether the fit must stop."""
        stops = self._interrupts.is_requested
        if not self._callbacks and not now.epoch_ended:
            return stops
        progress = progress_of(now)
        if progress.epoch_ended:
            self.epochs.append(progress)
        for callback in self._callbacks:
            stops = is_true(callback(progress)) or stops
        return stops
