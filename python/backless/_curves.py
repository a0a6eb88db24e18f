"""The figures of a run against its epochs, of what fit() returns and of run folders alike."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from .records import Progress, Score

# By which runs are judged: the first of these that all of them have at their end, as in a report.
JUDGED = ("val_error", "val_rmse", "test_error", "test_rmse", "train_error", "train_loss")

# Options on which the weights of a run do not depend, and those in which the repetitions of one setting
# differ.
_IDLE = {"out", "force", "threads", "backend", "memory", "angles", "no-angles"}
_SEEDS = {"weight-seed", "feedback-seed", "order-seed"}


class Curves(NamedTuple):
    """options: as text, None for one without a value. figures: by the keys of log.jsonl, a number for each
    epoch, NaN where there is none. angles: for each epoch those of the hidden blocks, in degrees, NaN where
    they were not measured."""

    options: Mapping[str, Any]
    epochs: list[int]
    figures: dict[str, list[float]]
    angles: list[list[float]]

    @property
    def rule(self) -> str:
        return str(self.options.get("rule") or "unknown rule")

    @property
    def setting(self) -> tuple[tuple[str, str], ...]:
        """The options that repetitions of this run with other seeds have in common."""
        seed = self.options.get("seed")

        def is_common(key: str, value: object) -> bool:
            follows_seed = key in _SEEDS and value == seed
            return not (value is None or key in _IDLE or key in ("seed", "fold") or follows_seed)

        return tuple(sorted((k, str(v)) for k, v in self.options.items() if is_common(k, v)))


def _number(value: object) -> float:
    return float(value) if isinstance(value, (int, float)) else math.nan


def _hidden(angles: Sequence[Mapping[str, Any]] | None, n: int) -> list[float]:
    return [_number(angles[i]["flat"]) if angles and i < len(angles) else math.nan for i in range(n)]


def curves_of(options: Mapping[str, Any], epochs: Iterable[Mapping[str, Any]]) -> Curves:
    """epochs: objects with the keys of log.jsonl, one for each epoch."""
    lines = list(epochs)
    hidden = max((len(line.get("angles") or [None]) - 1 for line in lines), default=0)
    return Curves(
        options,
        [int(line["epoch"]) for line in lines],
        {key: [_number(line.get(key)) for line in lines] for key in JUDGED},
        [_hidden(line.get("angles"), hidden) for line in lines],
    )


def line_of(now: Progress) -> dict[str, Any]:
    """An epoch with the keys of its line in log.jsonl, as far as curves_of() reads them."""
    line: dict[str, Any] = {"epoch": now.epoch, "angles": None}
    sets: list[tuple[str, Score | None]] = [("train", now.train), ("val", now.val), ("test", now.test)]
    for name, score in sets:
        if score is not None:
            line.update({f"{name}_{figure}": getattr(score, figure) for figure in ("error", "loss", "rmse")})
    if now.angles is not None:
        line["angles"] = [{"flat": block.flat} for block in now.angles]
    return line
