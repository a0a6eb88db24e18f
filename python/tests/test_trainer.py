"""Trainers: fit, single steps, predictions and files; the bits are those of the program."""

from __future__ import annotations

import copy
import json
import pickle
import subprocess
import threading
import time

import numpy as np
import pytest

import backless
from backless._option_table import in_python

NET = "dense 20, tanh, dense C"


def fitted(x, y, **options):
    trainer = backless.Trainer(NET, **{"epochs": 3, **options})
    trainer.fit(x, y)
    return trainer


def test_models_and_nets_are_pickled_and_copied(pixels):
    x, y = pixels
    trainer = fitted(x, y)
    for again in (pickle.loads(pickle.dumps(trainer.model)), copy.deepcopy(trainer.model)):
        assert again.hash() == trainer.hash()
        assert np.array_equal(again.predict_proba(x), trainer.predict_proba(x))
    before = again.hash()
    trainer.set_rate(0.01)
    trainer.step(x[:8], y[:8])
    assert again.hash() == before != trainer.hash()
    assert pickle.loads(pickle.dumps(trainer.net)).text == trainer.net.text
    with pytest.raises(TypeError, match="save.. and load.. keep its state"):
        pickle.dumps(trainer)


def test_a_net_learns(pixels):
    x, y = pixels
    trainer = backless.Trainer(NET, epochs=60)
    history = trainer.fit(x, y)
    assert len(history) == 60 and history.stop_reason == "epochs"
    assert history[-1].train.error < 0.05 and history.losses[-1] < history.losses[0]
    assert np.mean(trainer.predict(x) == y) > 0.95
    probabilities = trainer.predict_proba(x)
    assert probabilities.shape == (256, 3) and np.allclose(probabilities.sum(axis=1), 1)
    score = trainer.evaluate(x, y)
    assert score.count == 256 and score.error == np.mean(trainer.predict(x) != y)


@pytest.mark.parametrize("rule", ["dfa", "bp", "kp"])
def test_bits_are_the_programs(program, pixels, tmp_path, rule):
    x, y = pixels
    np.savez(tmp_path / "data.npz", x=x, y=y)
    options = {"rule": rule, "epochs": 3, "seed": 7, "optimizer": "sgd momentum 0.9", "lr": 0.03}
    words = [word for key, value in options.items() for word in (f"--{key}", str(value))]
    subprocess.run(
        [program, "train", "--data", "data.npz", "--net", NET, "--out", "run", *words],
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )
    result = json.loads((tmp_path / "run" / "result.json").read_text())
    assert fitted(x, y, **options).hash() == result["weights_hash"]
    train, val, test = backless.Data.load(tmp_path / "data.npz")
    trainer = backless.Trainer(NET, **options)
    trainer.fit(train)
    assert (val, test) == (None, None) and trainer.hash() == result["weights_hash"]


def test_threads_do_not_change_the_bits(floats):
    assert fitted(*floats, threads=1).hash() == fitted(*floats, threads=2).hash()


def test_trainers_in_threads_work_at_once(floats):
    alone = fitted(*floats, seed=5, threads=1).hash()
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(fitted(*floats, seed=5, threads=1).hash()))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [alone] * 4


def test_the_library_works_without_the_gil(floats):
    """Another thread runs Python code while the library is in one call; with the GIL held, the switches would
    wait until the call returns."""
    trainer = backless.Trainer("dense 1000, tanh, dense 3", epochs=1, threads=1)
    trainer.fit(*floats)
    moments, done = [], threading.Event()

    def watch():
        while not done.is_set():
            moments.append(time.monotonic())
            time.sleep(0.001)

    watcher = threading.Thread(target=watch)
    data = backless.Data(np.repeat(floats[0], 400, axis=0), np.repeat(floats[1], 400), classes=3)
    watcher.start()
    while not moments:
        time.sleep(0.001)
    most, end = 0, time.monotonic() + 10
    while most < 20 and time.monotonic() < end:
        began = time.monotonic()
        trainer.evaluate(data)  # a call of a hundred milliseconds or more
        ended = time.monotonic()
        most = max(most, sum(began < moment < ended for moment in moments))
    done.set()
    watcher.join()
    assert most >= 20


def test_weights_count_in_the_advice(floats):
    """A constant prediction is judged with the examples' weights, as the training loss is."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((1000, 8)).astype(np.float32)
    y = (x[:, 0] > 2.05).astype(np.int32)
    weights = np.where(y == 1, 1000 / (2 * y.sum()), 1000 / (2 * (1000 - y.sum()))).astype(np.float32)
    trainer = backless.Trainer("dense 16, tanh, dense 2", "bp", epochs=20, threads=1, angles="none")
    history = trainer.fit(x, y, sample_weight=weights)
    assert history[-1].train.loss < 0.4 and not history.advice


def test_a_rate_that_turns_weights_around_is_refused(floats):
    trainer = backless.Trainer("dense 8, tanh, dense 3", "bp", optimizer="sgd weight-decay 1", lr=0.01)
    trainer.build(*floats)
    with pytest.raises(backless.Error, match="multiplies each weight by 1 - 3"):
        trainer.set_rate(3.0)
    trainer.set_rate(0.5)


@pytest.mark.parametrize("normalize", ["auto", "global", "none"])
@pytest.mark.parametrize("most", [16, 255])
def test_arrays_are_scaled_as_the_file_was(tmp_path, normalize, most):
    """An array in the units of the file gives the scores of the file, whatever its pixels were scaled by."""
    rng = np.random.default_rng(3)
    x = rng.integers(0, most + 1, (60, 4, 4)).astype(np.uint8)
    x[0, 0, 0], x[1, 0, 0] = most, 0
    y = (x.reshape(60, 16)[:, :8].mean(axis=1) > most / 2).astype(np.int64)
    np.savez(tmp_path / "i.npz", x=x, y=y)
    data = backless.Data.load(tmp_path / "i.npz", normalize=normalize).train
    trainer = backless.Trainer("dense 8, tanh, dense 2", "bp", epochs=3, lr=1e-3, threads=1)
    trainer.fit(data)
    expected = trainer.predict_proba(data)
    assert np.array_equal(trainer.predict_proba(x), expected)
    divisor = 255 if most == 255 and normalize == "auto" else 1  # floats are taken as pixels divided by 255
    assert np.allclose(trainer.predict_proba(x / divisor), expected, rtol=1e-5)


def test_whole_numbers_in_fortran_order(tmp_path):
    """The numbers of a feature are compared in the array's own order."""
    y = np.array([0, 1, 0, 1])
    np.save(tmp_path / "y.npy", y)
    far = 2**53
    for first, second, refused in (([1, 2, 3, 4], [far + 1] * 4, None), ([5] * 4, [far, far + 1] * 2, 1)):
        x = np.asfortranarray(np.array([first, second], dtype=np.int64).T)
        np.save(tmp_path / "x.npy", x)
        if refused is None:
            assert len(backless.Data.load(tmp_path / "x.npy", label=str(tmp_path / "y.npy")).train) == 4
            continue
        with pytest.raises(backless.Error, match=f"number {refused} differs between examples"):
            backless.Data.load(tmp_path / "x.npy", label=str(tmp_path / "y.npy"))


def test_minus_zero_is_the_class_zero(tmp_path):
    np.save(tmp_path / "x.npy", np.array([[1.0], [2.0], [3.0], [4.0]]))
    np.save(tmp_path / "y.npy", np.array([-0.0, 1.0, -1.0, 0.0]))
    data = backless.Data.load(tmp_path / "x.npy", label=str(tmp_path / "y.npy")).train
    trainer = backless.Trainer("dense C", "linear", epochs=1, threads=1)
    trainer.fit(data)
    assert trainer.model.class_names == ["-1", "0", "1"]


def test_a_numpy_true_stops(floats):
    trainer = backless.Trainer(NET, epochs=5)
    history = trainer.fit(*floats, callbacks=[lambda now: np.bool_(now.epoch_ended)])
    assert len(history) == 1


def test_zero_bytes_are_refused(floats, tmp_path):
    trainer = fitted(*floats)
    with pytest.raises(ValueError, match="zero byte"):
        trainer.save(f"{tmp_path}/a\0b")
    with pytest.raises(ValueError, match="zero byte"):
        backless.Trainer(NET, optimizer="adam\0x").build(*floats)


def test_regression(floats):
    x, _ = floats
    y = x[:, :3].sum(axis=1).astype(np.float64)
    trainer = backless.Trainer("dense 20, tanh, dense 1", epochs=80)
    history = trainer.fit(x, y, val=(x, y))
    assert trainer.predict(x).shape == (256,) and not trainer.model.has_classes
    assert history[-1].val.r2 > 0.7
    assert trainer.best.val.loss == min(epoch.val.loss for epoch in history)


def test_classes_and_targets_are_not_exchanged(floats):
    x, y = floats
    classes, targets = backless.Trainer(NET, epochs=1), backless.Trainer(NET, epochs=2)
    classes.fit(x, y)
    targets.build(x, y.astype(float))
    for trainer, other in ((classes, y.astype(float)), (targets, y)):
        for wrong in (lambda: trainer.step(x[:8], other[:8]), lambda: trainer.angles(x, other)):
            with pytest.raises(
                backless.BadValue, match="but the trainer was made for (classes|real targets)|output"
            ):
                wrong()


def test_steps_and_a_saved_trainer(floats, tmp_path):
    x, y = floats
    options = {"schedule": "constant", "batch": 32}
    one, other = backless.Trainer("dense 9, tanh, dense 3", **options), backless.Trainer(
        "dense 9, tanh, dense 3", **options
    )
    first = one.step(x[:32], y[:32])
    one.save(tmp_path / "saved.safetensors")
    other.build(x[:32], y[:32]).load(tmp_path / "saved.safetensors")
    assert other.hash() == one.hash()
    for trainer in (one, other):
        for _ in range(200):
            last = trainer.step(x[:32], y[:32])
    assert other.hash() == one.hash() and last < first
    with pytest.raises(backless.BadValue, match="a batch of 33 examples"):
        one.step(x[:33], y[:33])
    model = backless.Model.load(tmp_path / "saved.safetensors")
    assert model.metadata["step"] == "1" and model.predict_proba(x).shape == (256, 3)


def test_weights_of_a_step(floats):
    """A weight multiplies the loss and the gradient of its example; weights are not divided by their mean."""
    x, y = floats[0][:32], floats[1][:32]
    options = {"schedule": "constant", "batch": 32, "optimizer": "sgd", "lr": 0.1}
    ones, plain, double, fast = (backless.Trainer("dense 9, tanh, dense 3", **options) for _ in range(4))
    loss = plain.step(x, y)
    assert ones.step(x, y, sample_weight=np.ones(32)) == loss
    assert double.step(x, y, sample_weight=[2] * 32) == pytest.approx(2 * loss)
    fast.build(x, y).set_rate(0.2)
    fast.step(x, y)
    assert ones.hash() == plain.hash() != fast.hash()
    for name, array in fast.weights.items():
        assert np.allclose(double.weights[name], array, rtol=1e-5, atol=1e-7)
    for bad in ([1.0] * 31, [-1.0] * 32, [0] * 32):
        with pytest.raises(ValueError, match="weight"):
            plain.step(x, y, sample_weight=bad)


def test_steps_on_pixels_are_steps_on_their_fractions(pixels, floats):
    trainers = []
    for x, y in (pixels, floats):
        trainers.append(backless.Trainer("dense 9, tanh, dense 3", schedule="constant"))
        for _ in range(3):  # from zero weights
            trainers[-1].step(x[:16], y[:16])
    weights = [trainer.weights["1.dense.weight"] for trainer in trainers]
    assert np.allclose(*weights, atol=1e-6) and np.abs(weights[0]).max() > 0
    with pytest.raises(TypeError, match="uint8"):
        trainers[0].step(floats[0][:16], floats[1][:16])


def test_callbacks_stop_and_a_fit_goes_on(floats):
    x, y = floats
    seen = []
    trainer = backless.Trainer(NET, epochs=6)

    def stop_after_two(now):
        seen.append(now)
        return now.epoch_ended and now.epoch == 2

    history = trainer.fit(x, y, callbacks=[stop_after_two])
    assert history.stop_reason == "callback" and len(history) == 2 and seen
    assert len(trainer.fit(x, y)) == 4
    assert trainer.hash() == fitted(x, y, epochs=6).hash()
    with pytest.raises(RuntimeError, match="has finished"):
        trainer.fit(x, y)


def test_an_exception_in_a_callback_comes_out_of_fit(floats):
    def fail(now):
        raise KeyError("mine")

    trainer = backless.Trainer(NET, epochs=1000)
    with pytest.raises(KeyError, match="mine"):
        trainer.fit(*floats, callbacks=[fail])
    assert int(trainer.model.metadata["epoch"]) < 1000


def test_a_callback_predicts_but_does_not_train(floats):
    x, y = floats
    errors = []

    def look(now):
        if now.epoch_ended:
            errors.append(np.mean(trainer.predict(x) != y) - trainer.evaluate(x, y).error)
        with pytest.raises(RuntimeError, match="callback"):
            trainer.step(x[:8], y[:8])

    trainer = backless.Trainer(NET, epochs=3)
    trainer.fit(x, y, callbacks=[look])
    assert errors == [0, 0, 0] and trainer.hash() == fitted(x, y).hash()


def test_weights_of_examples(floats):
    x, y = floats
    doubled = fitted(x, y)
    weighted = backless.Trainer(NET, epochs=3)
    weighted.fit(x, y, sample_weight=np.full(len(x), 3.0))
    assert weighted.hash() == doubled.hash()
    other = backless.Trainer(NET, epochs=3)
    other.fit(x, y, sample_weight=np.arange(len(x)))
    assert other.hash() != doubled.hash()


def test_options_are_checked_and_told(floats):
    with pytest.raises(TypeError, match="did you mean lr"):
        backless.Trainer(NET, learning_rate=0.1)
    with pytest.raises(TypeError, match="no option 'val'"):
        backless.Trainer(NET, val=0.1)
    with pytest.raises(backless.BadValue, match="lr"):
        backless.Trainer(NET, lr=-1)
    with pytest.raises(ValueError, match="rule"):
        backless.Trainer(NET, rule="dffa")
    told = fitted(*floats, max_norm=2.5, angles=[1, 3], lr=None).options
    assert (told["max-norm"], told["angles"], told["net"]) == ("2.5", "1,3", "dense 20, tanh, dense 3")


def test_a_run_folder_is_kept(floats, tmp_path):
    trainer = fitted(*floats, out=tmp_path / "run")
    result = json.loads((tmp_path / "run" / "result.json").read_text())
    assert result["weights_hash"] == trainer.hash()
    with pytest.raises(backless.BadValue, match="holds a run already"):
        fitted(*floats, out=tmp_path / "run")


def test_what_is_not_built_yet_says_so():
    trainer = backless.Trainer(NET)
    with pytest.raises(RuntimeError, match="has seen no examples yet"):
        trainer.predict(np.zeros((1, 3)))


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("train longer: --epochs 40 (now 4)", "train longer: epochs=40 (now 4)"),
        ("; try a smaller rate: --lr 1e-05 (now 0.1)", "; try a smaller rate: lr=1e-05 (now 0.1)"),
        ("--max-time SECONDS with more", "max_time=SECONDS with more"),
        ("drawn for --val or --test-fraction", "drawn for val= or test_fraction="),
        ("use --init fanin or --init he", 'use init="fanin" or init="he"'),
        (
            "try a smaller --lr, another --init or leaky-relu",
            "try a smaller lr=, another init= or leaky-relu",
        ),
        ('--optimizer "adam"; --force replaces it', 'optimizer="adam"; force=True replaces it'),
        ("--lambda 0.1 and --resume run", "lambda_=0.1 and --resume run"),
        ('bl_rule_register: there is a rule "a" already', 'backless.Rule: there is a rule "a" already'),
        ("registered (bl_rule_register) before", "registered (the argument rules of Model.load()) before"),
        ("bl_emit_map of a map, --batch 16", "call() of a map, batch=16"),
        ("bl_emit_product (bl_emitter_needs_signal)", "product() (needs_signal())"),
        ("which bl_model_load refuses", "which Model.load() refuses"),
    ],
)
def test_sentences_name_options_and_functions_as_python_does(sentence, expected):
    assert in_python(sentence) == expected


def test_errors_and_advice_name_options_as_python_does(floats):
    x, y = floats
    with pytest.raises(backless.BadValue, match='init="fanin"'):
        backless.Trainer("dense 4, relu, dense 3", init="zero").build(x, y)
    history = backless.Trainer("dense 4, tanh, dense 3", epochs=1, batch=256, lr=1e-6).fit(x, y)
    assert "epochs=" in history.advice and "--" not in history.advice


def test_messages_name_functions_of_the_package(floats):
    x, y = floats
    trainer = backless.Trainer("dense 5, tanh, dense 3", epochs=1)
    trainer.fit(x, y)
    with pytest.raises(backless.BadValue, match=r"choose their rate with set_rate\(\)$"):
        trainer.step(x[:5], y[:5])
    trainer.set_rate(1e-3)
    trainer.step(x[:5], y[:5])
