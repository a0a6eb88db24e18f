"""Run folders and data files, read and written; Ctrl-C in the middle of a run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import numpy as np
import pytest

import backless

NET = "dense 20, tanh, dense C"


def test_a_run_folder_is_read(floats, tmp_path):
    x, y = floats
    trainer = backless.Trainer(NET, epochs=3, out=tmp_path / "run")
    trainer.fit(x[:200], y[:200], val=(x[200:], y[200:]))
    run = backless.Run(tmp_path / "run")
    assert run.options["net"] == "dense 20, tanh, dense 3"
    assert run.result["weights_hash"] == run.model().hash() == trainer.hash()
    epochs = [line for line in run.log if line.get("epoch") and "weights_hash" in line]
    assert [line["epoch"] for line in epochs] == [1, 2, 3]
    best = next(line for line in epochs if line["epoch"] == trainer.best.epoch)
    assert run.best_model().hash() == best["weights_hash"]
    with pytest.raises(backless.BadData, match="not the folder of a run"):
        backless.Run(tmp_path)


def test_ctrl_c_saves_the_run_and_raises(floats, tmp_path):
    x, y = floats
    options = {"epochs": 8, "seed": 3}

    def press(now):
        if now.epoch == 3 and now.epoch_ended:
            os.kill(os.getpid(), signal.SIGINT)

    trainer = backless.Trainer(NET, **options, out=tmp_path / "run")
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        trainer.fit(x, y, callbacks=[press])
    assert signal.getsignal(signal.SIGINT) is before
    assert 3 <= int(trainer.model.metadata["epoch"]) < 8
    assert backless.Run(tmp_path / "run").result is None
    resumed = backless.Trainer(NET, **options)
    resumed.build(x, y).resume(tmp_path / "run")
    resumed.fit(x, y)
    whole = backless.Trainer(NET, **options)
    whole.fit(x, y)
    assert resumed.hash() == whole.hash() == backless.Run(tmp_path / "run").result["weights_hash"]


def test_a_table_is_read_scaled_and_asked_in_its_units(tmp_path):
    random = np.random.default_rng(1)
    x = random.normal(size=(120, 3)) * [1, 100, 1e4] + [0, 50, -1e4]
    names = np.where(x[:, 1] > 50, "large", "small")
    path = tmp_path / "table.csv"
    rows = [",".join([*map(repr, map(float, row)), name]) for row, name in zip(x, names)]
    path.write_text("a,b,c,size\n" + "\n".join(rows) + "\n")
    train, val, test = backless.Data.load(path, val=20)
    assert len(train) == 100 and len(val) == 20 and test is None
    assert train.column_names == ["a", "b", "c"] and sorted(train.class_names) == ["large", "small"]
    assert abs(train.rows().std() - 1) < 0.01
    trainer = backless.Trainer("dense 10, tanh, dense C", epochs=40)
    history = trainer.fit(train, val=val)
    assert history[-1].val.error <= 0.2
    model = trainer.model
    in_units = model.predict_proba(train.raw_rows().reshape(100, 3))
    assert np.array_equal(in_units, model.predict_proba(train))
    opened = model.open(path)
    assert len(opened) == 120 and model.evaluate(opened).error <= 0.1
    named = np.array(model.class_names)[model.predict(x)]
    assert np.mean(named == names) > 0.9
    with pytest.raises(TypeError, match="scales the columns"):
        trainer.angles(x.astype(np.float32), (names == "large").astype(int))
    with pytest.raises(backless.Error, match="nowhere.csv"):
        backless.Data.load(tmp_path / "nowhere.csv")
    with pytest.raises(TypeError, match="no option 'epochs'"):
        backless.Data.load(path, epochs=3)


def test_nets_are_measured():
    assert backless.Net("dense 3, tanh, dense C").measure(4, outputs=2).parameters == 3 * 4 + 3 + 3 * 2 + 2
    assert backless.Net("dense 3, tanh, dense 7").outputs == 7
    assert "lenet" in {net.name for net in backless.named_nets()} and backless.Net("lenet").outputs is None
    with pytest.raises(backless.BadValue):
        backless.Net("dense three")
    with pytest.raises(backless.BadValue):
        backless.Net("conv 8 5x5, relu, dense C").measure(4, outputs=2)


END = """
import gc, numpy, backless
x = numpy.zeros((8, 3), numpy.float32); y = numpy.arange(8) % 2
kept = []
for i in range(3):
    trainer = backless.Trainer("dense 4, tanh, dense 2", epochs=1)
    trainer.fit(x, y); trainer.predict(x)
    kept.append(trainer.weights["0.dense.weight"])
    trainer.itself = trainer  # a reference cycle, which the garbage collector breaks in any order
    del trainer
    gc.collect()
print(sum(w.sum() for w in kept))
"""


def test_objects_die_in_any_order():
    for _ in range(3):
        subprocess.run([sys.executable, "-c", END], check=True, capture_output=True)


def test_a_library_of_another_version_is_refused(tmp_path):
    environment = {**os.environ, "BACKLESS_LIBRARY": str(tmp_path / "none.so")}
    done = subprocess.run(
        [sys.executable, "-c", "import backless"], env=environment, capture_output=True, text=True
    )
    assert done.returncode != 0 and "the shared library of backless was not loaded" in done.stderr
