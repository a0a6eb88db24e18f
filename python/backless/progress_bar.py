"""The progress of a fit on standard error: by tqdm where it is installed, else a line for each epoch."""

from __future__ import annotations

import importlib
import math
import sys
from typing import Any

from .records import Progress


def _figures(now: Progress) -> dict[str, str]:
    figures = {"loss": f"{now.train.loss:.4g}"}
    if not math.isnan(now.train.error):
        figures["error"] = f"{100.0 * now.train.error:.2f}%"
    for name, score in (("val", now.val), ("test", now.test)):
        if score is not None:
            value = score.loss if math.isnan(score.error) else 100.0 * score.error
            figures[name] = f"{value:.4g}" + ("" if math.isnan(score.error) else "%")
    return figures


class ProgressBar:
    """A callback for fit(callbacks=[ProgressBar()]); fit(progress=True) makes one. epochs: how many there
    will be at most, for the estimate of the time that is left; None: not known."""

    def __init__(self, epochs: int | None = None) -> None:
        self._epochs = epochs
        self._bar: Any = None
        try:
            self._tqdm: Any = importlib.import_module("tqdm.auto").tqdm
        except ImportError:
            self._tqdm = None

    def __call__(self, now: Progress) -> None:
        if self._tqdm is None:
            self._print(now)
            return
        if self._bar is None:
            total = None if self._epochs is None else self._epochs * now.steps
            self._bar = self._tqdm(total=total, unit="step")
        self._bar.set_description(f"epoch {now.epoch}", refresh=False)
        self._bar.set_postfix(_figures(now), refresh=False)
        self._bar.update(now.total_step - self._bar.n)

    def _print(self, now: Progress) -> None:
        if now.epoch_ended:
            figures = ", ".join(f"{name} {value}" for name, value in _figures(now).items())
            print(f"epoch {now.epoch}: {figures}", file=sys.stderr)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None
