"""Pages of the program inside a notebook, and tables of rows."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, overload

_HEIGHT = 640  # pixels


def framed(page: str) -> str:
    """A whole page as an iframe, whose styles and scripts do not reach the page around it."""
    return (
        f'<iframe srcdoc="{html.escape(page, quote=True)}" sandbox="allow-scripts allow-downloads" '
        f'style="width:100%;height:{_HEIGHT}px;border:0"></iframe>'
    )


def sentence(text: str) -> str:
    return f"<p>{html.escape(text)}</p>"


def cell_text(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, (list, tuple)):
        return " ".join(cell_text(one) for one in value)
    return "" if value is None else str(value)


def html_table(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    head = "".join(f"<th>{html.escape(column)}</th>" for column in columns)
    lines = [
        "".join(f"<td>{html.escape(cell_text(row.get(column)))}</td>" for column in columns) for row in rows
    ]
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def text_table(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    lines = [list(columns), *([cell_text(row.get(column)) for column in columns] for row in rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(columns))]
    return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)


def flat(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row without objects inside: {"published": {"mean": 1.7}} becomes {"published_mean": 1.7}; lists of
    objects are left out."""
    out: dict[str, Any] = {}
    for key, value in row.items():
        if isinstance(value, Mapping):
            out.update({f"{key}_{inner}": one for inner, one in value.items()})
        elif not (isinstance(value, list) and value and isinstance(value[0], Mapping)):
            out[key] = value
    return out


def to_frame(rows: Iterable[Mapping[str, Any]]) -> Any:
    """A pandas.DataFrame with a line for each row. ImportError: pandas is not installed."""
    try:
        pandas = import_module("pandas")
    except ImportError as error:
        raise ImportError("to_frame() needs pandas: pip install pandas") from error
    return pandas.DataFrame([flat(row) for row in rows])


class Rows(Sequence["dict[str, Any]"]):
    """The rows that a command of the program printed as JSON, its messages, and the folder of its runs: a
    sequence of rows, which notebooks show as a table."""

    _called = "rows"  # what the rows are, for __repr__

    def __init__(self, rows: list[dict[str, Any]], messages: list[str], folder: Path) -> None:
        self.rows, self.messages, self.folder = rows, messages, folder

    def to_frame(self) -> Any:
        """A pandas.DataFrame with a line for each row. ImportError: pandas is not installed."""
        return to_frame(self.rows)

    def _columns(self, rows: list[dict[str, Any]]) -> Sequence[str]:
        """The columns of the table, in their order; those without a value in any row are left out."""
        raise NotImplementedError

    def _table(self) -> tuple[list[str], list[dict[str, Any]]]:
        rows = [flat(row) for row in self.rows]
        columns = self._columns(rows)
        return [column for column in columns if any(row.get(column) is not None for row in rows)], rows

    def _repr_html_(self) -> str:
        return html_table(*self._table())

    def __repr__(self) -> str:
        table = text_table(*self._table())
        return f"<backless.{type(self).__name__} of {len(self)} {self._called}>\n{table}"

    @overload
    def __getitem__(self, i: int) -> dict[str, Any]: ...

    @overload
    def __getitem__(self, i: slice) -> list[dict[str, Any]]: ...

    def __getitem__(self, i: int | slice) -> dict[str, Any] | list[dict[str, Any]]:
        return self.rows[i]

    def __len__(self) -> int:
        return len(self.rows)
