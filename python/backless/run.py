"""Run folders: the files that a training with the option out, or `backless train --out`, writes."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ._curves import Curves, curves_of, line_of
from ._errors import BadData, Error
from ._executable import run_program
from ._frame import framed, html_table, sentence
from .model import Model
from .records import History

if TYPE_CHECKING:
    from ._arrays import Array
    from .rule import Rule


class Run:
    """The folder of a run, finished or not. Files are read on access. Jupyter shows it as its report.

    BadData: the folder is not a run folder, or a file in it is broken."""

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = Path(folder)
        if not (self.folder / "config.json").is_file():
            raise BadData(f"{self.folder}: has no config.json, so it is not the folder of a run")

    def _json(self, name: str, text: str) -> dict[str, Any]:
        try:
            value = json.loads(text)
        except ValueError as error:
            raise BadData(f"{self.folder / name}: {error}") from error
        if not isinstance(value, dict):
            raise BadData(f"{self.folder / name}: holds no object")
        return value

    @property
    def config(self) -> dict[str, Any]:
        """config.json: the options, and the program, machine and data of the run."""
        return self._json("config.json", (self.folder / "config.json").read_text(encoding="utf-8"))

    @property
    def options(self) -> dict[str, Any]:
        """The options of the run, with the defaults that depend on its data."""
        options: dict[str, Any] = self.config["options"]
        return options

    @property
    def log(self) -> list[dict[str, Any]]:
        """log.jsonl: an object for each line, in order; those with "epoch" and "train_loss" end an epoch."""
        text = (self.folder / "log.jsonl").read_text(encoding="utf-8")
        return [self._json("log.jsonl", line) for line in text.splitlines() if line]

    @property
    def result(self) -> dict[str, Any] | None:
        """result.json; None: the run has not ended yet."""
        path = self.folder / "result.json"
        return self._json("result.json", path.read_text(encoding="utf-8")) if path.is_file() else None

    def model(self, *, threads: int = 0, rules: Iterable[Rule] = ()) -> Model:
        """The model after the latest epoch."""
        return Model.load(self.folder / "model.safetensors", threads=threads, rules=rules)

    def best_model(self, *, threads: int = 0, rules: Iterable[Rule] = ()) -> Model:
        """The model after the epoch whose validation error was least; the run had a validation set."""
        return Model.load(self.folder / "best.safetensors", threads=threads, rules=rules)

    def _curves(self) -> Curves:
        return curves_of(self.options, (line for line in self.log if line.get("kind") != "step"))

    def plot(self, *, axes: Sequence[Any] | None = None, title: str | None = None) -> Array:
        """Draws error and angles against epochs, as backless.plot()."""
        from .plotting import plot

        return plot(self, axes=axes, title=title)

    def report(self) -> str:
        """The page that `backless report` makes of the run: one file of HTML with its charts and weights.
        Unsupported: the program backless was not found."""
        return report_of([self.folder])

    def _repr_html_(self) -> str:
        return _shown(self, [self.folder])

    def __repr__(self) -> str:
        state = "finished" if self.result else "not finished"
        return f"<backless.Run {str(self.folder)!r}, {state}>"


def report_of(folders: Iterable[str | os.PathLike[str]]) -> str:
    """The page of the program about run folders."""
    paths = [os.path.abspath(folder) for folder in folders]
    return run_program(["report", *paths, "--output=-", "--quiet=true"]).text


def _shown(what: object, folders: Iterable[str | os.PathLike[str]]) -> str:
    """The report inside a notebook; where it cannot be made, the reason."""
    try:
        return framed(report_of(folders))
    except Error as error:
        return sentence(f"{what!r}: no report is shown, because {error}")


def report_of_history(history: History) -> str:
    """What Jupyter shows of a fit."""
    folder = history.options.get("out")
    if folder and Path(folder, "log.jsonl").is_file():
        return _shown(history, [folder])
    rows = []
    for now in history:
        line = {key: value for key, value in line_of(now).items() if value == value}  # without NaN
        angles = [round(block.flat, 1) for block in now.angles[:-1]] if now.angles else None
        rows.append({**line, "angles": angles})
    columns = list(dict.fromkeys(key for row in rows for key in row if key != "angles"))
    return sentence(repr(history)) + html_table([*columns, "angles"], rows)
