"""An installed package has the program, and the command that starts it."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import numpy as np
import pytest

import backless

PROGRAM = Path(backless.__file__).parent / "bin" / "backless"
COMMAND = Path(sysconfig.get_path("scripts")) / "backless"

pytestmark = pytest.mark.skipif(
    not PROGRAM.exists(), reason="the package is not installed: it has no program"
)


def run(*words, cwd=None, **environment):
    return subprocess.run(words, cwd=cwd, env={**os.environ, **environment}, capture_output=True, text=True)


def test_the_command_is_the_program_of_the_package():
    for program in (PROGRAM, COMMAND):
        done = run(program, "--version")
        assert done.returncode == 0 and f"backless {backless.__version__}" in done.stdout
    wrong = run(COMMAND, "trian"), run(PROGRAM, "trian")
    assert wrong[0].returncode == wrong[1].returncode != 0 and wrong[0].stderr == wrong[1].stderr != ""


def test_the_command_imports_nothing_but_python(tmp_path):
    """It starts also where NumPy does not, because it only looks for the package's folder."""
    (tmp_path / "numpy.py").write_text("raise SystemExit('numpy was imported')\n")
    done = run(COMMAND, "--version", PYTHONPATH=str(tmp_path))
    assert done.returncode == 0 and not done.stderr


def test_the_command_without_the_package_says_so(tmp_path):
    script = tmp_path / "backless"
    script.write_text(COMMAND.read_text())
    done = run(sys.executable, "-S", script, "--version")
    assert done.returncode == 1 and "has no package backless" in done.stderr


def test_the_program_and_the_library_give_the_same_bits(tmp_path):
    x = np.random.default_rng(0).normal(size=(120, 3))
    lines = [",".join(map(str, row)) + (",up" if row[0] > row[1] else ",down") for row in x]
    table = tmp_path / "table.csv"
    table.write_text("\n".join(["a,b,c,way", *lines]) + "\n")
    options = {"rule": "dfa", "seed": 3, "epochs": 2}
    words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
    net = "dense 20, tanh, dense C"
    done = run(COMMAND, "train", "--data", table, "--net", net, *words, "--out", "run", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    train, val, test = backless.Data.load(table)
    trainer = backless.Trainer(net, **options)
    trainer.fit(train, val=val, test=test)
    assert backless.Run(tmp_path / "run").result["weights_hash"] == trainer.hash()
