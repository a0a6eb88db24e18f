"""compare() and reproduce() give the program's figures; Ctrl-C stops them; results as tables and frames."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

import backless
from backless import _executable

NET = "dense 20, tanh, dense 3"
OPTIONS = {"epochs": 3, "seed": 4, "init": "fanin"}


@pytest.fixture(autouse=True)
def uses_the_program(program, monkeypatch):
    monkeypatch.setenv("BACKLESS_PROGRAM", program)


def split(x, y):
    return (x[:200], y[:200]), (x[200:], y[200:])


@pytest.mark.parametrize("kind", ["pixels", "floats", "float64", "channels"])
def test_rows_are_those_of_trainers_and_of_the_program(program, pixels, floats, tmp_path, kind):
    x, y = floats if kind.startswith("float") else pixels
    if kind == "float64":
        x = x.astype(np.float64) * 1.1
    net = NET
    if kind == "channels":
        x, net = np.repeat(x[:, None], 2, axis=1), "conv 3 3x3, tanh, dense 3"
    train, test = split(x, y)
    found = backless.compare(net, *train, test=test, rules=["bp", "dfa"], **OPTIONS)
    assert [row["rule"] for row in found] == ["bp", "dfa"] and len(found) == 2
    for row in found:
        trainer = backless.Trainer(net, row["rule"], **OPTIONS)
        history = trainer.fit(*train, test=test)
        assert row["weights"] == trainer.hash() and row["state"] == "done"
        assert row["test_error"] == pytest.approx(history[-1].test.error, rel=1e-14)
        assert found.runs[row["rule"]][0].model().hash() == trainer.hash()
    np.savez(tmp_path / "train.npz", x=train[0], y=train[1])
    np.savez(tmp_path / "test.npz", x=test[0], y=test[1])
    words = ["--data", "train.npz", "--test", "test.npz", "--net", net, "--rules", "bp,dfa", "--json"]
    words += ["--normalize", "auto" if x.dtype == np.uint8 else "none"]
    options = [f"--{key}={value}" for key, value in OPTIONS.items()]
    done = subprocess.run(
        [program, "compare", *words, *options], cwd=tmp_path, check=True, capture_output=True, text=True
    )
    timing = {"samples_per_second", "waited_for_core", "data", "data_notes", "lr"}
    for row, line in zip(found, done.stdout.splitlines()):
        expected = json.loads(line)
        assert {k: v for k, v in row.items() if k not in timing} == {
            k: v for k, v in expected.items() if k not in timing
        }
        assert row["lr"] == float(expected["lr"])


def test_seeds_are_runs_of_trainers(floats):
    train, test = split(*floats)
    found = backless.compare(NET, *train, test=test, rules="bp,dfa".split(","), seeds=3, jobs=1, epochs=2)
    for row in found:
        assert [run["seed"] for run in row["runs"]] == [1, 2, 3] and row["done"] == 3
        errors = []
        for run in row["runs"]:
            trainer = backless.Trainer(NET, row["rule"], seed=run["seed"], epochs=2)
            errors.append(trainer.fit(*train, test=test)[-1].test.error)
            assert run["weights_hash"] == trainer.hash()
        assert row["mean"] == pytest.approx(np.mean(errors))
        assert row["deviation"] == pytest.approx(np.std(errors, ddof=1))
    assert len(found.runs["dfa"]) == 3 and "minus_bp_mean" in found._table()[0]


def test_targets_and_files(floats, tmp_path):
    x, _ = floats
    y = x[:, :2].sum(axis=1)
    found = backless.compare("dense 5, tanh, dense 1", x, 100 * y, rules=["dfa"], epochs=2, val=0.2)
    np.savez(tmp_path / "targets.npz", x=x, y=100 * y)
    train, val, _ = backless.Data.load(tmp_path / "targets.npz", normalize="none", target="number", val=0.2)
    trainer = backless.Trainer("dense 5, tanh, dense 1", "dfa", epochs=2)
    history = trainer.fit(train, val=val)
    assert found[0]["weights"] == trainer.hash() and found[0]["val_error"] is None
    assert found[0]["val_rmse"] == pytest.approx(history[-1].val.rmse)
    path = tmp_path / "table.csv"
    np.savetxt(path, np.column_stack([x[:, :3], floats[1]]), delimiter=",", header="a,b,c,kind", comments="")
    from_file = backless.compare("dense 5, tanh, dense C", path, rules=["dfa"], epochs=2, test_fraction=0.2)
    train, _, test = backless.Data.load(path, test_fraction=0.2)
    trainer = backless.Trainer("dense 5, tanh, dense C", "dfa", epochs=2)
    trainer.fit(train, test=test)
    assert from_file[0]["weights"] == trainer.hash()


def test_a_result_is_shown_as_a_table(floats):
    found = backless.compare(NET, *floats, rules=["bp", "dfa"], epochs=1)
    assert "<td>dfa</td>" in found._repr_html_() and "dfa" in repr(found)
    pandas = pytest.importorskip("pandas")
    frame = found.to_frame()
    assert isinstance(frame, pandas.DataFrame) and list(frame["rule"]) == ["bp", "dfa"]
    assert list(frame["train_error"]) == [row["train_error"] for row in found]
    assert "dfa" in found.report() and found.report().startswith("<!DOCTYPE html>")


def test_runs_live_as_long_as_the_result_or_in_out(floats, tmp_path):
    found = backless.compare(NET, *floats, rules=["dfa"], epochs=1)
    folder = found.runs["dfa"][0].folder
    assert folder.is_dir()
    del found
    assert not folder.exists()
    kept = backless.compare(NET, *floats, rules=["dfa"], epochs=1, out=tmp_path / "kept")
    del kept
    assert backless.Run(tmp_path / "kept" / "dfa").result is not None


def test_wrong_arguments_are_named_in_pythons_words(floats, monkeypatch):
    x, y = floats
    for wrong, error, sentence in (
        ({"rate": 1}, TypeError, "no option 'rate'"),
        ({"seeds": 2, "folds": 2}, backless.BadValue, "folds=2 and seeds=2"),
        ({"lr": -1}, backless.BadValue, "lr"),
        ({"rules": ["dffa"]}, backless.BadValue, "dffa"),
        ({"rules": [backless.Rule()]}, TypeError, "is not a name"),
        ({"test": "nowhere.csv"}, backless.BadData, "nowhere.csv"),
    ):
        with pytest.raises(error, match=sentence):
            backless.compare(NET, x, y, **wrong)
    with pytest.raises(TypeError, match="y is missing"):
        backless.compare(NET, x)
    with pytest.raises(TypeError, match="no option 'row_'|no option 'rows'"):
        backless.reproduce("nokland2016", rows="1x800 tanh")
    with pytest.raises(backless.BadValue, match="no target \"nokland\""):
        backless.reproduce("nokland", only_list=True)


def test_options_in_the_environment_have_no_effect(floats, monkeypatch):
    weights = backless.compare(NET, *floats, rules=["dfa"], epochs=1)[0]["weights"]
    monkeypatch.setenv("BACKLESS_LR", "0.5")
    monkeypatch.setenv("BACKLESS_CSV", "true")
    assert backless.compare(NET, *floats, rules=["dfa"], epochs=1)[0]["weights"] == weights


def test_diverged_trainings_have_rows(floats):
    net = "dense 20, relu, dense 20, relu, dense 3"
    found = backless.compare(net, *floats, rules=["bp"], epochs=3, lr=1e6, optimizer="sgd")
    assert found[0]["state"] == "diverged" and found[0]["why"] and found[0]["weights"] is None


def test_the_program_is_found_and_must_have_the_version_of_the_library(tmp_path, monkeypatch, program):
    assert _executable.program_path() == program
    fake = tmp_path / "backless"
    fake.write_text("#!/bin/sh\necho backless 9.9.9\n")
    fake.chmod(0o755)
    monkeypatch.setenv("BACKLESS_PROGRAM", str(fake))
    with pytest.raises(backless.Unsupported, match="'backless 9.9.9', but the library of this package"):
        backless.compare(NET, "mnist")
    monkeypatch.setenv("BACKLESS_PROGRAM", str(tmp_path / "nothing"))
    with pytest.raises(backless.Unsupported, match="could not be run"):
        backless.compare(NET, "mnist")
    monkeypatch.delenv("BACKLESS_PROGRAM")
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    if not Path(_executable.__file__).with_name("bin").exists():
        with pytest.raises(backless.Unsupported, match="set BACKLESS_PROGRAM"):
            backless.compare(NET, "mnist")


def press_when_it_trains(log):
    while not log.exists() or log.read_text().count("\n") < 3:
        time.sleep(0.01)
    os.kill(os.getpid(), signal.SIGINT)


def test_ctrl_c_stops_a_comparison_whose_runs_continue(floats, tmp_path):
    options = {"rules": ["dfa"], "seeds": 1, "epochs": 400, "out": tmp_path / "out"}
    folder = next(iter(backless.compare(NET, *floats, **{**options, "epochs": 1}).runs["dfa"])).folder
    log = tmp_path / "stopped" / folder.name / "log.jsonl"
    options["out"] = tmp_path / "stopped"
    presser = threading.Thread(target=press_when_it_trains, args=(log,))
    presser.start()
    with pytest.raises(KeyboardInterrupt):
        backless.compare(NET, *floats, **options)
    presser.join()
    run = backless.Run(tmp_path / "stopped" / folder.name)
    stopped_at = int(run.model().metadata["epoch"])
    assert run.result is None and 3 <= stopped_at < 400
    found = backless.compare(NET, *floats, **options)
    trainer = backless.Trainer(NET, "dfa", epochs=400)
    trainer.fit(*floats)
    assert found[0]["runs"][0]["weights_hash"] == trainer.hash()
    # the log of a run that began again would have each epoch once more
    assert [line["epoch"] for line in run.log if "kind" not in line] == list(range(1, 401))


FAKE = """#!/bin/sh
[ "$1" = --version ] && {{ echo "backless {version}"; exit; }}
trap 'echo signal >>{folder}/signals' INT
touch {folder}/ready
i=0
while [ ! -s {folder}/signals ] && [ $i -lt 1200 ]; do sleep 0.05; i=$((i + 1)); done
sleep 0.5 # a second signal would come now
echo "backless: stopped" >&2
exit 75
"""


def test_ctrl_c_while_the_program_is_started_stops_it(tmp_path, monkeypatch):
    fake = tmp_path / "fake"
    fake.write_text(FAKE.format(version=backless.__version__, folder=tmp_path))
    fake.chmod(0o755)
    monkeypatch.setenv("BACKLESS_PROGRAM", str(fake))

    class Interrupted(subprocess.Popen):
        def __init__(self, words, **options):
            super().__init__(words, **options)
            while "compare" in words and not (tmp_path / "ready").exists():
                time.sleep(0.01)
            if "compare" in words:
                os.kill(os.getpid(), signal.SIGINT)

    before = signal.getsignal(signal.SIGINT)
    monkeypatch.setattr(_executable.subprocess, "Popen", Interrupted)
    with pytest.raises(KeyboardInterrupt):
        backless.compare("dense C", "mnist")
    assert (tmp_path / "signals").read_text().split() == ["signal"]
    assert signal.getsignal(signal.SIGINT) is before


def test_ctrl_c_in_a_terminal_is_one_signal_for_the_program(tmp_path):
    """A terminal sends SIGINT to each process of the group; the second one would end the program at once."""
    fake = tmp_path / "fake"
    fake.write_text(FAKE.format(version=backless.__version__, folder=tmp_path))
    fake.chmod(0o755)
    with subprocess.Popen(
        [sys.executable, "-c", "import backless; backless.compare('dense C', 'mnist')"],
        env={**os.environ, "BACKLESS_PROGRAM": str(fake)},
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as python:
        while not (tmp_path / "ready").exists():
            time.sleep(0.01)
        os.killpg(python.pid, signal.SIGINT)
        said = python.communicate(timeout=120)[1]
    assert "KeyboardInterrupt" in said
    assert (tmp_path / "signals").read_text().split() == ["signal"]


def test_reproduce_gives_the_cells_of_the_paper(tmp_path):
    cell = {"table": "linear task", "row": "lr 1e-3", "rule": "fa", "out": tmp_path / "results"}
    listed = backless.reproduce("lillicrap2016", only_list=True, **cell)
    assert listed[0]["verdict"] == "not run" and listed[0]["seconds"] > 0 and not listed.folder.exists()
    done = backless.reproduce("lillicrap2016", **cell)
    (result,) = done[0]["results"]
    (path,) = done.folder.glob("*.json")
    written = json.loads(path.read_text())
    assert result["weights"] == written["weights"]["last_epoch"] and result["seed"] == 1
    assert done[0]["mean"] == pytest.approx(written["figures"]["mean_of_last_10"])
    published = Path(__file__).parents[2] / "results" / path.name
    if published.is_file():
        assert result["weights"] == json.loads(published.read_text())["weights"]["last_epoch"]
    (run,) = done.runs
    assert run.model().hash() == result["weights"]
    assert "lr 1e-3" in done._repr_html_() and len(done) == 1
    assert backless.reproduce("lillicrap2016", **cell).messages[0].startswith("0 runs to do")


def test_messages_are_shown_as_they_come(floats, capfd):
    found = backless.compare(NET, *floats, rules=["dfa"], epochs=1, progress=True)
    shown = capfd.readouterr()
    assert found.messages and shown.out == ""
    assert all(message in shown.err for message in found.messages if "=" not in message)
    backless.compare(NET, *floats, rules=["dfa"], epochs=1)
    assert capfd.readouterr().err == ""


def test_a_comparison_works_in_another_thread(floats):
    """Signal handlers and KeyboardInterrupt are the main thread's alone."""
    found = []
    thread = threading.Thread(
        target=lambda: found.append(backless.compare(NET, *floats, rules=["dfa"], epochs=1))
    )
    thread.start()
    thread.join()
    assert found[0][0]["state"] == "done"
