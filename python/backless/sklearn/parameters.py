"""What the parameters of an estimator may be. fit and partial_fit check them, because scikit-learn's
set_params() takes any value, and the library would name its own option, not the parameter."""

from __future__ import annotations

import math
from collections.abc import Mapping
from numbers import Integral, Real
from typing import Any, Callable

import numpy as np

from ..rule import Rule


def _is_whole(value: Any, least: int) -> bool:
    return isinstance(value, Integral) and not isinstance(value, bool) and int(value) >= least


def _is_real(value: Any) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value)


def _is_flag(value: Any) -> bool:
    return isinstance(value, (bool, np.bool_))


_FLAG = (_is_flag, "True or False")

_EXPECTED: dict[str, tuple[Callable[[Any], bool], str]] = {
    "rule": (lambda v: isinstance(v, (str, Rule)), "a name of backless.rules() or a backless.Rule"),
    "solver": (lambda v: isinstance(v, str), '"adam", "rmsprop" or "sgd"'),
    "batch_size": (
        lambda v: v == "auto" if isinstance(v, str) else _is_whole(v, 1),
        '"auto" or a whole number from 1',
    ),
    "learning_rate_init": (lambda v: v is None or (_is_real(v) and v > 0), "None or a number above 0"),
    "max_iter": (lambda v: v is None or _is_whole(v, 1), "None or a whole number from 1"),
    "verbose": (lambda v: _is_flag(v) or _is_whole(v, 0), "True, False or a whole number"),
    "warm_start": _FLAG,
    "early_stopping": _FLAG,
    "validation_fraction": (lambda v: _is_real(v) and 0 < v < 1, "a number between 0 and 1"),
    "n_iter_no_change": (lambda v: _is_whole(v, 1), "a whole number from 1"),
    "scale": _FLAG,
    "threads": (lambda v: v is None or _is_whole(v, 0), "None or a whole number from 0"),
    "options": (lambda v: v is None or isinstance(v, Mapping), "None or a dict of options of Trainer"),
}


def check_parameters(estimator: Any) -> None:
    """ValueError names the parameter, its value, and what was expected."""
    for name, (holds, expected) in _EXPECTED.items():
        value = getattr(estimator, name)
        if not holds(value):
            raise ValueError(f"{name} is {value!r}, expected {expected}")


def layer_sizes(hidden_layer_sizes: Any) -> list[int]:
    """The units of each hidden layer; an empty list: none."""
    try:
        sizes = np.atleast_1d(np.asarray(hidden_layer_sizes, dtype=object))
    except ValueError:  # sequences of several lengths
        sizes = np.array([None])
    if sizes.ndim != 1 or not all(_is_whole(size, 1) for size in sizes):
        raise ValueError(f"hidden_layer_sizes is {hidden_layer_sizes!r}, expected whole numbers from 1")
    return [int(size) for size in sizes]
