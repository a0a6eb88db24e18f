"""Each Python snippet of docs/python.md runs, and prints what the document says."""

from __future__ import annotations

import ast
import re
import shutil
from pathlib import Path

import numpy as np
import pytest

import backless

TREE = Path(__file__).parents[2]
PAGE = TREE / "docs" / "python.md"
SNIPPET = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)

pytestmark = pytest.mark.skipif(not PAGE.is_file(), reason="the documents are not beside the tests")


def snippets():
    return SNIPPET.findall(PAGE.read_text()) if PAGE.is_file() else []


def test_no_python_is_outside_of_the_snippets():
    """Indented blocks are commands of a shell, and output."""
    outside = SNIPPET.sub("", PAGE.read_text())
    for block in re.findall(r"(?:^    .*\n|^\n(?=    ))+", outside, re.MULTILINE):
        with pytest.raises(SyntaxError):
            ast.parse("\n".join(line[4:] for line in block.splitlines()))
    assert len(snippets()) >= 8


def needed_by(snippet):
    imported = re.findall(r"^\s*(?:from|import) (\w+)", snippet, re.MULTILINE)
    names = {"sklearn": "sklearn", "torch": "torch"}
    return {names[name] for name in imported if name in names} | (
        {"matplotlib"} if "plot(" in snippet else set()
    )


@pytest.mark.parametrize("snippet", snippets(), ids=lambda s: s.splitlines()[-1][:40])
def test_a_snippet_runs(snippet, program, tmp_path, monkeypatch, capsys):
    for name in needed_by(snippet):
        pytest.importorskip(name, reason=f"{name} is not installed")
    if "plot(" in snippet:
        monkeypatch.setenv("MPLBACKEND", "Agg")
    shutil.copy(TREE / "examples" / "iris.csv", tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BACKLESS_PROGRAM", program)
    namespace = {"__name__": "snippet"}
    if "torch" in snippet:
        random = np.random.default_rng(0)
        namespace["x"] = random.normal(size=(64, 784)).astype(np.float32)
        namespace["y"] = random.integers(0, 10, 64)
    exec(compile(snippet, str(PAGE), "exec"), namespace)
    told = re.search(re.escape(snippet) + r"```\n\nIt prints\n\n((?:    .*\n)+)", PAGE.read_text())
    if told:
        expected = [line[4:] for line in told[1].splitlines()]
        assert capsys.readouterr().out.splitlines() == expected


def test_the_document_names_what_there_is():
    text = PAGE.read_text()
    for name in re.findall(r"\bbackless\.([A-Za-z_]+)", text):
        if name in ("sklearn", "torch") or name in backless._LAZY or f"backless.{name}.io" in text:
            continue
        assert hasattr(backless, name), name
    for name in ("compare", "reproduce", "plot", "Run", "Model", "Net", "Data", "Trainer", "Rule", "options"):
        assert f"backless.{name}" in text or f"`{name}(" in text, name
