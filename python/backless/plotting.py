"""Plots of runs by matplotlib: the error, and the angles to backpropagation, against epochs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from typing import Any, Union

import numpy as np

from ._arrays import Array
from ._curves import JUDGED, Curves
from ._rule_style import rule_style
from .records import History
from .run import Run

Plotted = Union[History, Run]

_BAND_RUNS = 3  # as in a report: a mean with a band of one deviation from three seeds on
_MOST_BLOCKS = 6


class _Group:
    """Runs of one setting, which differ in their seeds."""

    def __init__(self, label: str, runs: list[Curves]) -> None:
        self.label, self.runs = label, runs
        self.style = rule_style(runs[0].rule)

    def draw(self, axis: Any, series: list[dict[int, float]]) -> None:
        """series: of each run, a number for each epoch."""
        look = {"color": self.style.color, "linestyle": self.style.line, "linewidth": 1.5}
        if len(series) < _BAND_RUNS:
            for i, one in enumerate(series):
                axis.plot(list(one), list(one.values()), label=self.label if i == 0 else None, **look)
            return
        epochs = [epoch for epoch in series[0] if all(epoch in other for other in series)]
        values = np.array([[one[epoch] for epoch in epochs] for one in series])
        mean, deviation = values.mean(axis=0), values.std(axis=0, ddof=1)
        axis.plot(epochs, mean, label=self.label, **look)
        axis.fill_between(
            epochs, mean - deviation, mean + deviation, color=self.style.color, alpha=0.18, linewidth=0
        )


def _groups(runs: object) -> list[_Group]:
    if isinstance(runs, Mapping):
        return [_Group(str(label), [one._curves() for one in _listed(of)]) for label, of in runs.items()]
    by_setting: dict[Any, list[Curves]] = {}
    for one in _listed(runs):
        curves = one._curves()
        by_setting.setdefault((curves.rule, curves.setting), []).append(curves)
    groups = sorted(by_setting.values(), key=lambda group: rule_style(group[0].rule).place)
    rules = [group[0].rule for group in groups]
    numbers = [rules[:i].count(rule) + 1 for i, rule in enumerate(rules)]
    labels = [
        rule if rules.count(rule) == 1 else f"{rule} {number}" for rule, number in zip(rules, numbers)
    ]
    return [_Group(label, group) for label, group in zip(labels, groups)]


def _listed(runs: object) -> list[Plotted]:
    found = [runs] if isinstance(runs, (History, Run)) else list(runs) if isinstance(runs, Iterable) else []
    if not found:
        raise ValueError("there is no run to plot")
    for one in found:
        if not isinstance(one, (History, Run)):
            raise TypeError(f"a {type(one).__name__} is no run: plot() takes what fit() returns, and Run")
    return found


def _judged(groups: list[_Group]) -> str:
    runs = [run for group in groups for run in group.runs]
    for column in JUDGED:
        if all(run.epochs and np.isfinite(run.figures[column][-1]) for run in runs):
            return column
    return JUDGED[-1]


def _blocks(groups: list[_Group]) -> list[int]:
    """The hidden blocks that are shown: all, or some from the first to the last."""
    hidden = max(len(epoch) for group in groups for run in group.runs for epoch in [*run.angles, []])
    measured = any(
        np.isfinite(epoch).any() for group in groups for run in group.runs for epoch in run.angles if epoch
    )
    n = min(hidden, _MOST_BLOCKS) if measured else 0
    return [i * (hidden - 1) // (n - 1) if n > 1 else 0 for i in range(n)]


def _pyplot() -> Any:
    try:
        return import_module("matplotlib.pyplot")
    except ImportError as error:
        raise ImportError("plot() needs matplotlib: pip install matplotlib") from error


def _new_axes(n: int) -> Array:
    _, axes = _pyplot().subplots(1, n, figsize=(4.2 * n, 3.4), squeeze=False, layout="constrained")
    row: Array = axes[0]
    return row


def plot(
    runs: Plotted | Iterable[Plotted] | Mapping[Any, Any],
    *,
    axes: Sequence[Any] | None = None,
    title: str | None = None,
) -> Array:
    """Draws the error by which the runs are judged (of the validation set, else of the test set, else of the
    training set; of targets, the root of the mean squared error), and for each hidden block the angle between
    the deltas of the rule and those of backpropagation.

    runs: what fit() returned, a Run, or several of these. Those that differ in their seeds only are drawn as
    one curve, from three on: their mean, with a band of one standard deviation (n - 1). Of a dict, each value
    (a run, or several) is drawn as one curve with its key as label. Each rule has the colour and the dash
    that it has in a report.

    axes: where to draw, at most one for the error and one for each block; None: a new figure. Returns the
    axes. ImportError: matplotlib is not installed."""
    groups = _groups(runs)
    column, blocks = _judged(groups), _blocks(groups)
    drawn = _new_axes(1 + len(blocks)) if axes is None else np.atleast_1d(np.asarray(axes, dtype=object))
    scale, unit = (100.0, ", %") if column.endswith("error") else (1.0, "")
    for group in groups:
        group.draw(
            drawn[0],
            [{e: scale * v for e, v in zip(run.epochs, run.figures[column])} for run in group.runs],
        )
        for axis, block in zip(drawn[1:], blocks):
            group.draw(
                axis,
                [
                    {e: a[block] if block < len(a) else np.nan for e, a in zip(run.epochs, run.angles)}
                    for run in group.runs
                ],
            )
    drawn[0].set(xlabel="epoch", ylabel=column.replace("_", " ") + unit)
    if title is not None:
        drawn[0].set_title(title)
    drawn[0].legend(frameon=False)
    for axis, block in zip(drawn[1:], blocks):
        _finish_angles(axis, block)
    return drawn


def _finish_angles(axis: Any, block: int) -> None:
    most = max((np.nanmax([*line.get_ydata(), 0.0]) for line in axis.get_lines()), default=0.0)
    axis.axhline(90, color="lightgray", linestyle="--", zorder=0)
    axis.set(
        title=f"hidden block {block}",
        xlabel="epoch",
        ylabel="angle, degrees",
        ylim=(-4, max(100.0, most) + 4),
    )
