"""Training sets in which a weight counts as repetitions, and the scaling of their columns.

A weight of k must have the same effect as k copies of the example. Minibatches do not give that by
themselves, because a copy of an example falls into another batch than the example. Equal examples are
therefore merged into one that has the sum of their weights, examples of weight 0 are left out, and the
examples are sorted. Equivalent sets then become equal arrays, from which the same seed gives the same bits,
also if one set has the numbers in float32 and the other in float64.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .._arrays import Array

_ROWS_AT_ONCE = 1024


class TrainingSet(NamedTuple):
    """x: n x features; y: n, or n x outputs; weights: n, float64, none of them 0."""

    x: Array
    y: Array
    weights: Array

    def rows(self, indices: Array) -> TrainingSet:
        return TrainingSet(self.x[indices], self.y[indices], self.weights[indices])

    @property
    def ratios(self) -> Array | None:
        """The weights, None where all are equal: only their ratios count."""
        return None if (self.weights == self.weights[0]).all() else self.weights


def _row_numbers(array: Array) -> Array:
    """A number for each row, equal for rows of equal bytes, in the order of their bytes."""
    rows = np.ascontiguousarray(array).reshape(len(array), -1)
    keys = rows.view(np.dtype((np.void, rows.itemsize * rows.shape[1])))[:, 0]
    order = np.argsort(keys, kind="stable")
    is_new = np.ones(len(keys), dtype=np.int64)
    is_new[1:] = keys[order[1:]] != keys[order[:-1]]
    is_new[0] = 0
    numbers = np.empty(len(keys), dtype=np.int64)
    numbers[order] = np.cumsum(is_new)
    return numbers


def _example_numbers(x: Array) -> Array:
    """The same for examples, in an order that does not depend on the type of x: by the bytes of float32, and
    of rows that are equal in float32, by those of float64. With the bytes of x alone, the same numbers in
    float32 and in float64 would have two orders, and so other batches and other weights."""
    with np.errstate(over="ignore"):
        numbers = _row_numbers(x.astype(np.float32))
    if x.dtype == np.float32:
        return numbers
    exact = _row_numbers(x)
    pairs: Array = np.unique(numbers * (int(exact.max()) + 1) + exact, return_inverse=True)[1]
    return pairs


def merged(x: Array, y: Array, weights: Array | None) -> TrainingSet:
    """The examples as a set: each one once. weights: n, not negative, or None for ones.

    Merging costs a sort of the rows and a copy of them."""
    if weights is None:
        weights = np.ones(len(x))
    used = np.flatnonzero(weights)
    if len(used) < len(x):
        x, y, weights = x[used], y[used], weights[used]
    y_numbers = _row_numbers(y)
    pairs = _example_numbers(x) * (int(y_numbers.max()) + 1) + y_numbers
    _, first, groups = np.unique(pairs, return_index=True, return_inverse=True)
    return TrainingSet(x[first], y[first], np.bincount(groups.ravel(), weights=weights))


def _powers_of_two(x: Array) -> Array:
    """For each column a power of two by which its numbers are divided to sizes of at most 1; 1 for zeros."""
    most = np.maximum(x.max(axis=0), -x.min(axis=0)).astype(np.float64)
    powers: Array = np.ldexp(1.0, np.clip(np.frexp(most)[1], -1021, 1023))
    return powers


class Scaling:
    """x -> (x - mean) / deviation of each column, as float32. A column that does not vary keeps its size.

    mean, deviation: a number for each column, float64, of the weighted examples. unit: a power of two near
    the column's largest number, by which numbers are divided, because the square of 1e200 would be infinite
    and that of 1e-200 would be 0. Such a division does not round, so other results do not depend on it."""

    def __init__(self, x: Array, weights: Array) -> None:
        total = float(weights.sum())
        self.unit = _powers_of_two(x)
        chunks = [slice(i, i + _ROWS_AT_ONCE) for i in range(0, len(x), _ROWS_AT_ONCE)]
        mean = sum(weights[c] @ (x[c] / self.unit) for c in chunks) / total
        variance = sum(weights[c] @ (x[c] / self.unit - mean) ** 2 for c in chunks) / total
        deviation = np.sqrt(variance)
        # Rounding gives a constant column a deviation near 1e-16 of its mean.
        varies = (deviation > 1e-12 * np.abs(mean)) & (deviation > 0)
        self.mean = mean * self.unit
        self.deviation = np.where(varies, deviation * self.unit, 1.0)

    def apply(self, x: Array) -> Array:
        scaled = np.empty(x.shape, dtype=np.float32)
        for i in range(0, len(x), _ROWS_AT_ONCE):
            rows = slice(i, i + _ROWS_AT_ONCE)
            scaled[rows] = (x[rows] / self.unit - self.mean / self.unit) / (self.deviation / self.unit)
        return scaled

    def undo(self, scaled: Array) -> Array:
        restored: Array = (scaled * (self.deviation / self.unit) + self.mean / self.unit) * self.unit
        return restored


class NoScaling:
    """No scaling: numbers are converted to float32."""

    def apply(self, x: Array) -> Array:
        return np.ascontiguousarray(x, dtype=np.float32)

    def undo(self, scaled: Array) -> Array:
        return scaled
