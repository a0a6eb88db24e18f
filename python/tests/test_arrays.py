"""Arrays passed to the library and views of its memory: which are read without a copy, which are converted,
which are refused, and that views keep their memory alive."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest

import backless
from backless._arrays import examples_of

NET = "dense 20, tanh, dense C"


def hash_of(x, y):
    trainer = backless.Trainer(NET, epochs=2)
    trainer.fit(x, y)
    return trainer.hash()


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.uint8])
def test_arrays_are_read_in_place(dtype):
    x = np.zeros((5, 4, 3), dtype)
    for same in (x, x[::2], x[1:]):
        assert np.shares_memory(examples_of(same).values, x)
    for copied in (x[::-1], x[:, ::2], x.transpose(0, 2, 1), np.asfortranarray(x)):
        examples = examples_of(copied)
        assert not np.shares_memory(examples.values, x) and np.array_equal(examples.values, copied)


def test_layouts_and_types_do_not_change_the_bits(floats):
    x, y = floats
    reference = hash_of(x, y)
    wide = np.zeros((len(x), 100), np.float32)
    wide[:, 10:74] = x
    every_second = np.repeat(x, 2, axis=0)[::2]
    for same in (
        x.astype(np.float64),
        x.tolist(),
        np.asfortranarray(x),
        wide[:, 10:74],
        every_second,
        x.astype(">f4"),
        x.reshape(-1, 8, 8),
        x[::-1][::-1],
    ):
        assert hash_of(same, y) == reference
    for labels in (y.astype(np.uint8), y.tolist(), y[:, None], np.repeat(y, 2)[::2]):
        assert hash_of(x, labels) == reference
    assert hash_of(x * 2, y) != reference


def test_pixels_are_fractions(pixels, floats):
    assert hash_of(*pixels) == hash_of(*floats)
    trainer = backless.Trainer(NET, epochs=2)
    trainer.fit(*pixels)
    assert np.array_equal(trainer.predict_proba(pixels[0]), trainer.predict_proba(floats[0]))


def with_one(x, value):
    x = x.astype(np.float64)
    x[7, 3] = value
    return x


REFUSED = [
    (lambda x, y: (x[0], y[:1]), ValueError, "1 dimensions"),
    (lambda x, y: (x[:0], y[:0]), ValueError, "is empty"),
    (lambda x, y: (x, y[:-1]), ValueError, r"y has the shape \(255,\), expected one class for each of 256"),
    (lambda x, y: (x, y - 1), ValueError, "label -1; classes are counted from 0"),
    (lambda x, y: (x.astype(str), y), TypeError, "dtype <U"),
    (lambda x, y: (x.astype(complex), y), TypeError, "dtype complex"),
    (lambda x, y: (np.full_like(x, object(), dtype=object), y), TypeError, "objects that are not numbers"),
    (lambda x, y: (x, np.array(["a", "b", "c"])[y]), TypeError, "return_inverse"),
    (lambda x, y: (with_one(x, np.nan), y), backless.BadValue, "row 7 .*feature 3 .*: nan"),
    (lambda x, y: (with_one(x, 1e300), y), backless.BadValue, "row 7 .*feature 3"),
    (lambda x, y: (x, None), TypeError, "y is missing"),
]


@pytest.mark.parametrize("change, error, sentence", REFUSED)
def test_wrong_arrays_are_refused(floats, change, error, sentence):
    with pytest.raises(error, match=sentence):
        hash_of(*change(*floats))


def test_labels_from_1_are_refused_with_what_to_do(floats):
    x, y = floats
    trainer = backless.Trainer("dense 20, tanh, dense 3")
    with pytest.raises(ValueError, match=r"label 3, but 3 classes are 0 to 2; they begin with 1: pass y - 1"):
        trainer.fit(x, y + 1)
    with pytest.raises(ValueError, match="pass y - 1"):
        trainer.step(x[:32], y[:32] + 1)


def test_other_features_are_refused(floats):
    x, y = floats
    trainer = backless.Trainer(NET, epochs=1)
    trainer.fit(x, y)
    for wrong in (lambda: trainer.predict(x[:, 1:]), lambda: trainer.step(x[:8, 1:], y[:8])):
        with pytest.raises(ValueError, match="63 features"):
            wrong()


def test_views_live_as_long_as_they_are_used(floats):
    x, y = floats
    trainer = backless.Trainer(NET, epochs=1)
    trainer.fit(x, y)
    weights, inspected = trainer.weights["0.dense.weight"], trainer.inspect(x[:8], y[:8])
    copies = weights.copy(), inspected.deltas[0].copy()
    del trainer
    gc.collect()
    blocks = [np.ones(weights.size, np.float32) for _ in range(50)]  # would reuse freed memory
    assert np.array_equal(weights, copies[0]) and np.array_equal(inspected.deltas[0], copies[1])
    assert len(blocks) == 50


def test_data_keep_their_arrays():
    x, y = np.zeros((4, 3), np.float32), np.array([0, 1, 0, 1], np.int32)
    kept = weakref.ref(x), weakref.ref(y)
    data = backless.Data(x, y)
    del x, y
    gc.collect()
    assert all(array() is not None for array in kept) and len(data) == 4
    del data
    gc.collect()
    assert all(array() is None for array in kept)


def test_weights_are_read_only_views_and_are_set_by_name(floats):
    x, y = floats
    trainer = backless.Trainer(NET, epochs=1)
    trainer.fit(x, y)
    bias = trainer.weights["1.dense.bias"]
    with pytest.raises(ValueError):
        bias[0] = 1
    trainer.weights["1.dense.bias"] = [5.0, 6.0, 70.0]
    assert bias.tolist() == [5.0, 6.0, 70.0] and set(trainer.predict(x)) == {2}
    with pytest.raises(ValueError, match=r"is \(3,\)"):
        trainer.weights["1.dense.bias"] = [1.0, 2.0]
    with pytest.raises(KeyError, match="there are 0.dense.weight"):
        trainer.weights["nothing"]
    assert trainer.feedback["0.feedback"].shape == (3, 20)


def test_what_is_inspected_is_what_the_equations_say(floats):
    x, y = floats
    trainer = backless.Trainer(NET, "dfa", epochs=2, init="fanin", reduction="mean")
    trainer.fit(x, y)
    n, w, seen = 32, trainer.weights, trainer.inspect(x[:32], y[:32])
    h = np.tanh(x[:n] @ w["0.dense.weight"].T + w["0.dense.bias"])
    scores = h @ w["1.dense.weight"].T + w["1.dense.bias"]
    e = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True) - np.eye(3)[y[:n]]
    delta = e / n @ trainer.feedback["0.feedback"] * (1 - h * h)
    assert np.allclose(seen.activations[0], h, atol=1e-5)
    assert np.allclose(seen.activations[1], scores, atol=1e-4)
    assert np.allclose(seen.deltas[0], delta, atol=1e-6) and np.abs(delta).max() > 1e-4
    assert np.allclose(seen.gradients["0.dense.weight"], delta.T @ x[:n], atol=1e-5)


def test_the_program_of_a_step(floats):
    trainer = backless.Trainer(NET, epochs=1)
    trainer.fit(*floats)
    program = trainer.program()
    assert {"forward", "loss", "product", "update_fused"} <= {i.op for i in program}
    product = next(i for i in program if i.op == "product")
    assert any(o.buffer == "feedback" and o.reads for o in product.operands)
