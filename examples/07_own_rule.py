"""Two learning rules written in Python: direct feedback alignment once more, and one that is invented here.

    python 07_own_rule.py

The first one has the bits of the library's dfa. The second one sends the sign of the error through B, so that
all examples have equally large signals, however large their errors are. It prints:

    dfa: training loss 0.089, test error 0.0 %, angles 63 and 36 degrees
    my-dfa: training loss 0.089, test error 0.0 %, angles 63 and 36 degrees
    sign-dfa: training loss 0.209, test error 2.0 %, angles 79 and 63 degrees
    my-dfa has the bits of dfa: True
"""

from __future__ import annotations

from pathlib import Path

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
    file = Path(__file__).with_name("iris.csv")
    x = np.loadtxt(file, delimiter=",", skiprows=3, usecols=range(4))  # 50 rows of each species
    x = ((x - x.mean(axis=0)) / x.std(axis=0)).astype(np.float32)
    y = np.repeat([0, 1, 2], 50)
    tests = np.arange(150) % 3 == 0
    hashes = {}
    for rule in ("dfa", MyDFA(), SignDFA()):
        trainer = backless.Trainer("dense 20, tanh, dense 20, tanh, dense 3", rule, init="fanin", epochs=60)
        history = trainer.fit(x[~tests], y[~tests])
        name = rule if isinstance(rule, str) else rule.name
        hashes[name] = trainer.hash()
        error = trainer.evaluate(x[tests], y[tests]).error
        angles = [f"{block.flat:.0f}" for block in trainer.angles(x, y)[:-1]]
        print(
            f"{name}: training loss {history.losses[-1]:.3f}, test error {100 * error:.1f} %, "
            f"angles {' and '.join(angles)} degrees"
        )
    print("my-dfa has the bits of dfa:", hashes["my-dfa"] == hashes["dfa"])


if __name__ == "__main__":
    main()
