"""BacklessRegressor."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import RegressorMixin
from sklearn.utils.validation import validate_data

from .._arrays import Array
from .estimator import BacklessEstimator, float_type, unchanged_on_error, weights_of
from .training_set import NoScaling, Scaling


class BacklessRegressor(RegressorMixin, BacklessEstimator):
    __doc__ = f"""A regressor that learns without backpropagation, by the squared error; y: n, or n x outputs.

    {(BacklessEstimator.__doc__ or "").strip()}

    With scale, losses are of the standardised y.
    """
    _has_classes = False

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> BacklessRegressor:
        """X: n x features. y: n numbers, or n x outputs. sample_weight: n, not negative."""
        with unchanged_on_error(self):
            X, y = self._validated(X, y, reset=not (self.warm_start and self._is_fitted()))
            self._fit(X, y, weights_of(sample_weight, len(X)))
        return self

    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> BacklessRegressor:
        """One epoch over X, y at a constant learning rate. sample_weight: n, not negative: each multiplies
        its example's gradient. Unlike in fit, they are not divided by their mean."""
        is_first = not self._is_fitted()
        X, y = self._validated(X, y, reset=is_first)
        weights = weights_of(sample_weight, len(X))
        if is_first:
            self._take_first_scaling(X, weights)
        of_scaling = np.ones(len(X)) if weights is None else weights
        self._partial_fit(X, self._scaled_targets(y, of_scaling, is_first), weights)
        return self

    def _validated(self, X: Any, y: Any, reset: bool) -> tuple[Array, Array]:
        X, y = validate_data(self, X, y, dtype=float_type(X), reset=reset, multi_output=True, y_numeric=True)
        return X, np.asarray(y, dtype=np.float64)

    def _scaled_targets(self, y: Array, weights: Array, is_first: bool) -> Array:
        columns = y.reshape(len(y), -1)
        if is_first:
            self._y_shape = y.shape[1:]
            self._y_scaling = Scaling(columns, weights) if self.scale else NoScaling()
        elif y.shape[1:] != self._y_shape:
            raise ValueError(
                f"y has the shape {y.shape}, but that of the first fit was (n, *{self._y_shape})"
            )
        return self._y_scaling.apply(columns)

    def _n_outputs(self) -> int:
        return int(self._y_shape[0]) if self._y_shape else 1

    def _score_of(self, loss: float, error: float, r2: float) -> float:
        return r2

    def predict(self, X: Any) -> Array:
        """n numbers, or n x outputs, as y was."""
        scores = self._scores(X)
        return self._y_scaling.undo(scores).reshape((len(scores), *self._y_shape))
