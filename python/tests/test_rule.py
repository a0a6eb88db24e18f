"""Rules in Python: two that have the bits of the library's dfa, one with state of its own, and misuse."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

import backless
from backless import Buffer, RuleArray, Size

NET = "dense 20, tanh, dense 20, tanh, dense 3"


class Again(backless.Rule):
    """Direct feedback alignment, by the library's product."""

    name = "dfa-again"
    feedback = "direct"
    learns_from_zero = True

    def emit(self, e, block):
        e.product(Buffer.ERROR, block)


class Twice(Again):
    """The same rule with a signal that NumPy negates twice."""

    name = "dfa-twice"

    def __init__(self):
        self.calls = 0

    def negate(self, call, signal):
        self.calls += 1
        signal *= -1

    def emit(self, e, block):
        super().emit(e, block)
        e.call(self.negate, block, updates=[Buffer.SIGNAL])
        e.call(self.negate, block, updates=[Buffer.SIGNAL])


class SignWithMomentum(backless.Rule):
    """A rule with an array of its own: the sign of the error plus its running mean m goes through B.

    m <- m + 0.1 (mean of e - m),  signal_l = scale sign(e + m) B_l
    """

    name = "sign-momentum"
    feedback = "direct"
    arrays = [RuleArray("m", 1, Size.OUTPUTS), RuleArray("sent", Size.BATCH, Size.OUTPUTS)]

    def take_sign(self, call, e, m, sent):
        assert e.shape == sent.shape == (call.n, m.shape[1]) and not e.flags.writeable
        m += 0.1 * (e.mean(axis=0) - m)
        np.sign(e + m, out=sent)
        sent *= call.scale

    def begin(self, e):
        e.call(self.take_sign, 0, reads=[Buffer.ERROR], updates=["m"], writes=["sent"])

    def emit(self, e, block):
        e.product("sent", block)


def fitted(rule, x, y, **options):
    trainer = backless.Trainer(NET, rule, **{"epochs": 3, "lr": 0.01, **options})
    trainer.fit(x, y)
    return trainer


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("rule", [Again(), Twice()])
def test_rules_that_are_dfa_give_its_bits(floats, rule, threads):
    assert fitted(rule, *floats, threads=threads).hash() == fitted("dfa", *floats).hash()
    if isinstance(rule, Twice):
        assert rule.calls >= 3 * 8 * 2 * 2  # epochs x steps x hidden blocks x calls


def test_an_invented_rule_learns_and_is_saved(floats, tmp_path):
    x, y = floats
    trainer = fitted(SignWithMomentum(), x, y, epochs=40, lr=1e-3)
    assert np.mean(trainer.predict(x) == y) > 0.9
    assert np.abs(trainer.model.rule_arrays["rule.m"]).max() > 0
    angles = trainer.angles(x, y)
    assert len(angles) == 3 and 0 < angles[0].flat < 90
    path = tmp_path / "own.safetensors"
    trainer.save(path)
    with pytest.raises(backless.Error, match="sign-momentum"):
        backless.Model.load(path)
    model = backless.Model.load(path, rules=[SignWithMomentum()])
    assert model.hash() == trainer.hash()


def test_bp_by_pull(floats):
    class Pull(backless.Rule):
        name = "pull-weights"

        def emit(self, e, block):
            assert e.followers(block) == [block + 1] or e.blocks > 2
            e.pull(Buffer.WEIGHTS, block)

    options = {"init": "fanin"}
    assert fitted(Pull(), *floats, **options).hash() == fitted("bp", *floats, **options).hash()


def test_an_exception_in_a_rule_comes_out(floats):
    class Fails(Again):
        name = "fails"

        def spoil(self, call, signal):
            if call.step > 2:
                raise ArithmeticError("in step 3")

        def emit(self, e, block):
            super().emit(e, block)
            e.call(self.spoil, block, updates=[Buffer.SIGNAL])

    x, y = floats
    with pytest.raises(ArithmeticError, match="in step 3"):
        fitted(Fails(), x, y, epochs=100000)
    trainer = backless.Trainer(NET, Fails(), schedule="constant")
    trainer.step(x[:8], y[:8])
    trainer.step(x[:8], y[:8])
    with pytest.raises(ArithmeticError, match="in step 3"):
        trainer.step(x[:8], y[:8])


def test_a_model_of_a_rule_is_pickled(floats):
    trainer = fitted(Again(), *floats)
    again = pickle.loads(pickle.dumps(trainer.model))
    assert again.hash() == trainer.hash()
    assert pickle.loads(pickle.dumps(again)).hash() == trainer.hash()


def test_nothing_of_a_step_that_failed_is_saved(floats, tmp_path):
    class FailsLater(Again):
        name = "fails-later"

        def spoil(self, call, signal):
            if call.step > 20:
                raise ArithmeticError("in step 21")

        def emit(self, e, block):
            super().emit(e, block)
            e.call(self.spoil, block, updates=[Buffer.SIGNAL])

    x, y = floats
    folder = tmp_path / "run"
    with pytest.raises(ArithmeticError, match="in step 21"):
        fitted(FailsLater(), x, y, epochs=100, batch=len(x) // 8, out=folder)
    state = backless.Model.load(folder / "model.safetensors", rules=[FailsLater()]).metadata
    assert int(state["step"]) == 16  # of the second epoch's end


def test_rules_that_are_none_are_refused():
    class Unnamed(Again):
        name = "No Name"

    class Silent(backless.Rule):
        name = "silent"

    class Unknown(Again):
        name = "unknown"

        def emit(self, e, block):
            e.product("nowhere", block)

    with pytest.raises(backless.BadValue, match="No Name"):
        backless.Trainer(NET, Unnamed())
    with pytest.raises(NotImplementedError, match="Silent"):
        backless.Trainer(NET, Silent())
    with pytest.raises(ValueError, match="no array 'nowhere'"):
        backless.Trainer(NET, Unknown())


def test_an_emitter_is_of_no_use_after_its_call(floats):
    class Keeps(Again):
        name = "keeps"

        def emit(self, e, block):
            super().emit(e, block)
            self.kept = e

    rule = Keeps()
    trainer = fitted(rule, *floats)
    rule.kept.product(Buffer.ERROR, 0)
    assert rule.kept.blocks == 0 and trainer.hash() == fitted("dfa", *floats).hash()


def test_the_library_lists_its_rules():
    assert {"bp", "fa", "dfa"} <= {rule.name for rule in backless.rules()}
