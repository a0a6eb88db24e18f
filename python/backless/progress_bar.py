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
    """A callback for fit(callbacks=[ProgressBar()]); fit(progress=True) makes one."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._epoch = 0
        try:
            self._tqdm: Any = importlib.import_module("tqdm.auto").tqdm
        except ImportError:
            self._tqdm = None

    def __call__(self, now: Progress) -> None:
        if self._tqdm is None:
            self._print(now)
            return
        if self._bar is None or now.epoch != self._epoch:
            self.close()
            self._bar = self._tqdm(total=now.steps, desc=f"epoch {now.epoch}", unit="step")
            self._epoch = now.epoch
        self._bar.update(now.step - self._bar.n)
        self._bar.set_postfix(_figures(now), refresh=now.epoch_ended)
        if now.epoch_ended:
            self.close()

    def _print(self, now: Progress) -> None:
        if now.epoch_ended:
            figures = ", ".join(f"{name} {value}" for name, value in _figures(now).items())
            print(f"epoch {now.epoch}: {figures}", file=sys.stderr)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None
