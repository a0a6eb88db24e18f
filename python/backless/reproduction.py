"""The published tables of papers: `backless reproduce`."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ._executable import run_program
from ._frame import Rows
from ._options import Option, check_names, key_of, option_text
from .run import Run, report_of

if TYPE_CHECKING:
    from ._arrays import Array

# Options of the command, for messages and keyword arguments.
_OWN = [
    Option(key, argument, "", "reproduce", "")
    for key, argument in (
        ("list", None),
        ("table", "T"),
        ("row", "ROW"),
        ("rule", "NAME"),
        ("seeds", "N"),
        ("epochs", "N"),
        ("jobs", "N"),
        ("data", "PATH"),
        ("data-dir", "DIR"),
        ("threads", "N"),
        ("backend", "NAME"),
    )
]
_KEYWORDS = ("jobs", "data", "data-dir", "threads", "backend")
_COLUMNS = ["table", "row", "rule", "published_mean", "mean", "deviation", "seeds", "verdict"]


class Reproduction(Rows):
    """What reproduce() returns: a row for each cell of the tables.

    rows: objects as `backless reproduce --json` prints them, with errors as fractions: "table", "row",
    "rule", "published" ("mean", "deviation", "text"), "seeds" (how many runs are judged), "mean",
    "deviation", "difference", "verdict" ("consistent", "outside", "not run", ...), "seconds" (of one run,
    with only_list), and "results", one object for each finished run, with "seed", "short", "last" and
    "weights" (their hash).
    messages: what the program said. folder: of the results."""

    _called = "cells"

    @property
    def runs(self) -> list[Run]:
        """The run folders of these cells, in the order of their names."""
        names = {(row["target"], row["table"], row["row"], row["rule"]) for row in self.rows}
        stems = tuple("-".join(name).replace(" ", "_") + "-" for name in names)
        found = sorted(path.parent for path in self.folder.glob("runs/*/log.jsonl"))
        return [Run(path) for path in found if path.name.startswith(stems)]

    def plot(self, *, axes: Sequence[Any] | None = None, title: str | None = None) -> Array:
        """Draws error and angles of the runs against epochs, as backless.plot()."""
        from .plotting import plot

        return plot(self.runs, axes=axes, title=title)

    def report(self) -> str:
        """The page that `backless report` makes of the runs: one file of HTML."""
        return report_of(run.folder for run in self.runs)

    def _columns(self, rows: list[dict[str, Any]]) -> list[str]:
        return _COLUMNS


def reproduce(
    target: str,
    *,
    table: str | None = None,
    row: str | None = None,
    rule: str | None = None,
    seeds: int = 1,
    epochs: int | None = None,
    out: str | os.PathLike[str] = "results",
    only_list: bool = False,
    progress: bool = False,
    **options_: object,
) -> Reproduction:
    """Trains the nets of a paper's tables with the paper's settings, as `backless reproduce` does, and
    compares the errors with the published ones.

    target: "nokland2016", "lillicrap2016", "biotorch2021". table, row, rule: which cells, by the paper's
    names; None: all, which may take days. seeds: runs with the seeds 1 to N; 3 are judged. epochs: short
    runs, which are never judged. out: the folder of results; runs that have one are not repeated, and a run
    that was stopped continues. only_list: trains nothing and gives every cell with the results that are in
    the folder and the time of one run. progress: shows the program's messages on standard error.

    options: jobs (runs at once), data (path of the data set), data_dir, threads, backend. Ctrl-C stops the
    runs, which are saved, and raises KeyboardInterrupt. ValueError: there is no such cell. Unsupported: the
    program was not found."""
    check_names("reproduce()", options_, list(_KEYWORDS))
    folder = Path(os.path.abspath(out))
    chosen = {"table": table, "row": row, "rule": rule, "epochs": epochs, **options_}
    given = {key_of(key): option_text(key, value) for key, value in chosen.items() if value is not None}
    if "data" in given and os.path.exists(given["data"]):
        given["data"] = os.path.abspath(given["data"])
    given.update({"list": "true"} if only_list else {"seeds": str(int(seeds)), "no-report": "true"})
    given.update({"out": str(folder), "json": "true"})
    arguments = [f"--{key}={value}" for key, value in given.items()]
    output = run_program(["reproduce", target, *arguments], _OWN, progress=progress)
    rows = [json.loads(line) for line in output.text.splitlines() if line.startswith("{")]
    return Reproduction(rows, output.messages, folder)
