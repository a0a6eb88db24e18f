"""Two learning rules written in Python: direct feedback alignment once more, and one that is invented here.

    python 07_own_rule.py

The first one has the bits of the library's dfa. The second one sends the sign of the error through B: each
example has the same say, however large its error is.
"""

from __future__ import annotations

import numpy as np

import backless
from backless import Buffer, Emitter, MapCall, RuleArray, Size


class MyDFA(backless.Rule):
    """s_l = e B_l, by the library's product."""

    name = "my-dfa"
    feedback = "direct"  # the library draws B_l, outputs x units
    learns_from_zero = True

    def emit(self, e: Emitter, block: int) -> None:
        e.product(Buffer.ERROR, block)


class SignDFA(backless.Rule):
    """s_l = sign(e) B_l: an array of the rule's own holds the sign, which NumPy computes in each step."""

    name = "sign-dfa"
    feedback = "direct"
    arrays = (RuleArray("sent", Size.BATCH, Size.OUTPUTS),)

    def take_sign(self, call: MapCall, error: np.ndarray, sent: np.ndarray) -> None:
        np.sign(error, out=sent)
        sent *= call.scale

    def begin(self, e: Emitter) -> None:  # once in a step, before all signals
        e.call(self.take_sign, 0, reads=[Buffer.ERROR], writes=["sent"])

    def emit(self, e: Emitter, block: int) -> None:
        e.product("sent", block)


def main() -> None:
    random = np.random.default_rng(1)
    x = random.normal(size=(1000, 20)).astype(np.float32)
    y = (x[:, 0] * x[:, 1] > 0).astype(np.int64) + (x[:, 2] > 0.5)
    hashes = {}
    for rule in ("dfa", MyDFA(), SignDFA()):
        trainer = backless.Trainer("dense 100, tanh, dense 100, tanh, dense 3", rule, epochs=30, seed=1)
        history = trainer.fit(x[:800], y[:800])
        name = rule if isinstance(rule, str) else rule.name
        hashes[name] = trainer.hash()
        error = trainer.evaluate(x[800:], y[800:]).error
        angles = [f"{block.flat:.0f}" for block in trainer.angles(x, y)[:-1]]
        print(
            f"{name}: training loss {history.losses[-1]:.3f}, test error {100 * error:.1f} %, "
            f"angles to backpropagation {' and '.join(angles)} degrees"
        )
    print("my-dfa has the bits of dfa:", hashes["my-dfa"] == hashes["dfa"])


if __name__ == "__main__":
    main()
