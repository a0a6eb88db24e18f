"""Comparisons of rules: `backless compare`, on arrays or on data that the program reads."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import weakref
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Union

import numpy as np
import numpy.typing as npt

from ._arrays import examples_of, is_labels, labels_of, targets_of
from ._executable import run_program
from ._frame import Rows
from ._options import Option, check_names, key_of, option_text, options
from .net import Net
from .run import Run, report_of

if TYPE_CHECKING:
    from ._arrays import Array

Source = Union[npt.ArrayLike, str, "os.PathLike[str]"]

# The options of the command that are no options of the library, for messages.
_OWN = [
    Option(key, argument, "", "compare", "")
    for key, argument in (
        ("rules", "LIST"),
        ("rates", "LIST"),
        ("rate-epochs", "N"),
        ("tune", "lr"),
        ("halving", None),
        ("seeds", "N"),
        ("folds", "K"),
        ("jobs", "N"),
        ("tensorboard", "DIR"),
    )
]
# Options of the library that are arguments of their own, or whose place another argument takes.
_NOT_OPTIONS = ("data", "test", "net", "rule", "out")

_FILES = "data"  # the folder of arrays as files, in that of the runs

_COLUMNS = ["rule", "state", "lr", "test_error", "test_rmse", "train_error", "train_rmse", "angles"]
_COLUMNS_OF_SEEDS = ["rule", "lr", "figure", "mean", "deviation", "done", "minus_bp_mean", "angles"]


class Comparison(Rows):
    """What compare() returns: a row for each rule, in the program's order.

    rows: objects as `backless compare --json` prints them, with errors as fractions; lr is a number. Without
    seeds and folds: "rule", "state" ("done", "diverged", "left out", ...), "why", "test_error",
    "train_error", "angles" (degrees, of each block but the last), "weights" (their hash), and the options.
    With them: "rule", "lr", "figure" (what is judged: "test error"), "mean", "deviation", "done",
    "minus_bp" and "runs".
    messages: what the program said. runs: of each rule, its run folders; without the argument out they live
    as long as this object."""

    _called = "rules"

    @property
    def runs(self) -> dict[str, list[Run]]:
        """The runs of each rule that trained for at least one epoch."""
        found: dict[str, list[Run]] = {}
        for row in self.rows:
            folders = [one["folder"] for one in row["runs"]] if "runs" in row else [row["rule"]]
            paths = [self.folder / folder for folder in folders]
            runs = [Run(path) for path in paths if (path / "log.jsonl").is_file()]
            if runs:
                found[row["rule"]] = runs
        return found

    def plot(self, *, axes: Sequence[Any] | None = None, title: str | None = None) -> Array:
        """Draws error and angles of every rule against epochs, as backless.plot()."""
        from .plotting import plot

        return plot([run for runs in self.runs.values() for run in runs], axes=axes, title=title)

    def report(self) -> str:
        """The page that `backless report` makes of the runs: one file of HTML."""
        return report_of(run.folder for runs in self.runs.values() for run in runs)

    def _columns(self, rows: list[dict[str, Any]]) -> list[str]:
        return _COLUMNS_OF_SEEDS if any("mean" in row for row in rows) else _COLUMNS


def compare(
    net: Net | str,
    x: Source,
    y: npt.ArrayLike | None = None,
    *,
    rules: Iterable[str] | str | None = None,
    test: tuple[npt.ArrayLike, npt.ArrayLike] | str | os.PathLike[str] | None = None,
    out: str | os.PathLike[str] | None = None,
    progress: bool = False,
    **options_: object,
) -> Comparison:
    """Trains the same net by several rules, as `backless compare` does. Each rule gets the weights that a
    Trainer with the same options gets; init="same" gives all of them the same initial weights.

    x, y: arrays as Trainer.fit() takes them, except that targets (floats) are standardised for training, as
    those of a file are; figures are in the unit of y. Or x is the name or path of data that Data.load()
    reads. test: (x, y), or a path. rules: names; None: all that are defined for the net and the data. out: a
    folder for the runs, in which the same call continues a comparison of seeds or folds that was stopped;
    None: a temporary one. progress: shows the program's messages on standard error.

    options: those of Trainer (epochs=20, seed=1) and of Data.load() (val=0.1, test_fraction=0.2), and those
    of the command: seeds=5 (runs of each rule), folds=5 (cross-validation), tune="lr" (a learning rate for
    each rule), rates=[1e-3, 1e-2] (to choose from), rate_epochs, halving, jobs (runs at once), tensorboard.

    The program works in a process of its own, which reads arrays from a file: their copy is written to the
    folder of the runs. Ctrl-C stops it after the current step; the runs are saved, then KeyboardInterrupt is
    raised. Rules written in Python are not compared, because the program cannot call them. Unsupported: the
    program was not found."""
    keys = [o.key for o in options() if o.group != "former" and o.key not in _NOT_OPTIONS]
    check_names("compare()", options_, [*keys, *(option.key for option in _OWN)])
    if out is not None:
        return _compared(Path(os.path.abspath(out)), net, (x, y), test, rules, progress, options_)
    owner = tempfile.TemporaryDirectory(prefix="backless-")
    try:
        found = _compared(Path(owner.name, "runs"), net, (x, y), test, rules, progress, options_)
    except BaseException:
        owner.cleanup()
        raise
    shutil.rmtree(found.folder / _FILES, ignore_errors=True)
    weakref.finalize(found, owner.cleanup)
    return found


def _compared(
    folder: Path,
    net: Net | str,
    train: tuple[Any, Any],
    test: Any,
    rules: Iterable[str] | str | None,
    progress: bool,
    options_: Mapping[str, object],
) -> Comparison:
    chosen = {key_of(k): option_text(k, v) for k, v in options_.items() if v is not None}
    arguments = {"net": str(net), "out": str(folder), "no-report": "true", "json": "true"}
    arguments.update({**_options_of_arrays(*train), **chosen})
    if rules is not None:
        arguments["rules"] = ",".join(_rule_names(rules))
    arguments["data"] = _file_of(folder / _FILES / "train.npz", *train)
    if test is not None:
        pair = test if isinstance(test, tuple) else (test, None)
        arguments["test"] = _file_of(folder / _FILES / "test.npz", *pair)
    given = [f"--{key}={value}" for key, value in arguments.items()]
    output = run_program(["compare", *given], _OWN, progress=progress)
    rows = [_with_numbers(json.loads(line)) for line in _objects(output.text)]
    return Comparison(rows, output.messages, folder)


def _rule_names(rules: Iterable[str] | str) -> Iterator[str]:
    for rule in [rules] if isinstance(rules, str) else rules:
        if not isinstance(rule, str):
            raise TypeError(
                f"rules: {rule!r} is not a name; a rule in Python is compared by Trainer(net, rule).fit()"
            )
        yield rule


def _options_of_arrays(x: Any, y: Any) -> dict[str, str]:
    """Options by which the program takes the numbers of a file as Trainer.fit() takes those of arrays."""
    if isinstance(x, (str, os.PathLike)):
        return {}
    is_pixels = np.asarray(x).dtype == np.uint8
    return {"normalize": "auto" if is_pixels else "none", **({} if is_labels(y) else {"loss": "mse"})}


def _file_of(path: Path, x: Any, y: Any) -> str:
    """The data as the program takes them: a name or path, or a file of the arrays."""
    if isinstance(x, (str, os.PathLike)):
        if y is not None:
            raise TypeError("y is part of the data that x names")
        name = os.fspath(x)
        return os.path.abspath(name) if os.path.exists(name) else name
    if y is None:
        raise TypeError("y is missing: classes or targets for x")
    examples = examples_of(x).values
    expected = labels_of(y, len(examples)) if is_labels(y) else targets_of(y, len(examples))
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(path, x=examples, y=expected)
    return str(path)


def _objects(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("{")]


def _with_numbers(row: dict[str, Any]) -> dict[str, Any]:
    """The row with numbers where the program has the text of an option: lr and the seeds of runs."""
    for one in [row, *row.get("runs", [])]:
        for key, kind in (("lr", float), ("seed", int)):
            try:
                one[key] = kind(one[key])
            except (KeyError, TypeError, ValueError):
                pass  # absent, null, or a range of rates: "0.001..0.01"
    return row
