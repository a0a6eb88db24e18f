"""Pages of the program inside a notebook, and tables of rows."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from typing import Any

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
