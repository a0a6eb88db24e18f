"""The example of rules in Python has the bits of dfa, and the progress bar of a fit prints the epochs."""

from __future__ import annotations

import ast
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import backless

EXAMPLE = Path(__file__).parents[2] / "examples" / "07_own_rule.py"


def test_the_example_prints_what_it_says():
    if not EXAMPLE.exists():
        pytest.skip("the examples are not beside the tests")
    done = subprocess.run([sys.executable, str(EXAMPLE)], check=True, capture_output=True, text=True)
    said = ast.get_docstring(ast.parse(EXAMPLE.read_text())).split("It prints:\n\n")[1]
    assert done.stdout == textwrap.dedent(said) + "\n"
    assert done.stdout.splitlines()[-1] == "my-dfa has the bits of dfa: True"


@pytest.mark.parametrize("has_tqdm", [True, False])
def test_progress_is_shown(floats, capsys, monkeypatch, has_tqdm):
    if has_tqdm:
        pytest.importorskip("tqdm")
    else:
        monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    trainer = backless.Trainer("dense 9, tanh, dense 3", epochs=2)
    trainer.fit(*floats, progress=True)
    shown = capsys.readouterr()
    assert shown.out == "" and "epoch 2" in shown.err and "error" in shown.err
    assert has_tqdm or shown.err.count("\n") == 2
