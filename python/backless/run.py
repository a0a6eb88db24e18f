"""Run folders: the files that a training with the option out, or `backless train --out`, writes."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ._errors import BadData
from .model import Model

if TYPE_CHECKING:
    from .rule import Rule


class Run:
    """The folder of a run, finished or not. Files are read on access.

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

    def __repr__(self) -> str:
        state = "finished" if self.result else "not finished"
        return f"<backless.Run {str(self.folder)!r}, {state}>"
