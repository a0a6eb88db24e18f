"""BacklessClassifier."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.utils.class_weight import compute_class_weight
from sklearn.utils.multiclass import check_classification_targets, unique_labels
from sklearn.utils.validation import validate_data

from .._arrays import Array
from .estimator import BacklessEstimator, float_type, unchanged_on_error, weights_of


class BacklessClassifier(ClassifierMixin, BacklessEstimator):
    __doc__ = f"""A classifier that learns without backpropagation, by softmax and cross-entropy.

    {(BacklessEstimator.__doc__ or "").strip()}

    A classifier has in addition class_weight ("balanced", or a weight for each class) and classes_.
    """
    _has_classes = True

    def __init__(
        self,
        hidden_layer_sizes: Any = (100,),
        activation: str = "relu",
        *,
        rule: Any = "dfa",
        solver: str = "adam",
        batch_size: int | str = "auto",
        learning_rate_init: float | None = None,
        max_iter: int | None = None,
        class_weight: str | Mapping[Any, float] | None = None,
        random_state: Any = None,
        verbose: bool = False,
        warm_start: bool = False,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        n_iter_no_change: int = 10,
        scale: bool = True,
        threads: int | None = None,
        options: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(
            hidden_layer_sizes,
            activation,
            rule=rule,
            solver=solver,
            batch_size=batch_size,
            learning_rate_init=learning_rate_init,
            max_iter=max_iter,
            random_state=random_state,
            verbose=verbose,
            warm_start=warm_start,
            early_stopping=early_stopping,
            validation_fraction=validation_fraction,
            n_iter_no_change=n_iter_no_change,
            scale=scale,
            threads=threads,
            options=options,
        )
        self.class_weight = class_weight

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> BacklessClassifier:
        """X: n x features. y: n classes, numbers or texts. sample_weight: n, not negative."""
        goes_on = self.warm_start and self._is_fitted()
        with unchanged_on_error(self):
            X, y = validate_data(self, X, y, dtype=float_type(X), reset=not goes_on)
            check_classification_targets(y)
            if not goes_on:
                self._take_classes(np.unique(y))
            self._fit(X, self._encoded(y), weights_of(sample_weight, len(X)))
        return self

    def partial_fit(
        self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None
    ) -> BacklessClassifier:
        """One epoch over X, y at a constant learning rate. classes: all classes, also those that are not in
        y; needed in the first call. sample_weight: n, not negative: each multiplies its example's gradient,
        and so does the weight of its class. Unlike in fit, they are not divided by their mean."""
        if isinstance(self.class_weight, str):
            raise ValueError(
                f"partial_fit does not support class_weight={self.class_weight!r}, because the frequencies "
                "of the classes in later calls are unknown: pass a dict with a weight for each class"
            )
        is_first = not self._is_fitted()
        X, y = validate_data(self, X, y, dtype=float_type(X), reset=is_first)
        check_classification_targets(y)
        self._check_classes(classes, is_first)
        y, weights = self._encoded(y), weights_of(sample_weight, len(X))
        if is_first:
            self._take_first_scaling(X, weights)
        if self.class_weight is not None:
            weights = self._weights_of_classes(y, np.ones(len(X)) if weights is None else weights)
        self._partial_fit(X, y, weights)
        return self

    def _check_classes(self, classes: Any, is_first: bool) -> None:
        if classes is None:
            if is_first:
                raise ValueError("classes must be passed on the first call to partial_fit.")
            return
        declared = unique_labels(classes)
        if is_first:
            self._take_classes(declared)
        elif not np.array_equal(declared, self.classes_):
            raise ValueError(
                f"classes={classes!r} is not the same as on last call to partial_fit, was: {self.classes_!r}"
            )

    def _take_classes(self, classes: Array) -> None:
        if len(classes) < 2:
            raise ValueError(f"a classifier needs at least 2 classes, but there is one class: {classes[0]}")
        self.classes_ = classes

    def _encoded(self, y: Array) -> Array:
        """The number of each example's class."""
        places = np.searchsorted(self.classes_, y).clip(max=len(self.classes_) - 1)
        unknown = self.classes_[places] != y
        if unknown.any():
            raise ValueError(f"y holds the class {y[unknown][0]}, but the classes are {self.classes_!r}")
        return places.astype(np.int32)

    def _n_outputs(self) -> int:
        return len(self.classes_)

    def _weights_of_classes(self, y: Array, weights: Array) -> Array:
        if self.class_weight is None:
            return weights
        if isinstance(self.class_weight, str) and self.class_weight == "balanced":
            # Of the weighted examples: compute_class_weight would count each of them once.
            totals = np.bincount(y, weights=weights, minlength=len(self.classes_))
            of_classes = totals.sum() / (len(totals) * np.maximum(totals, np.finfo(float).tiny))
        else:
            of_classes = compute_class_weight(self.class_weight, classes=self.classes_, y=self.classes_[y])
        weighted: Array = weights * of_classes[y]
        return weighted

    def _score_of(self, loss: float, error: float, r2: float) -> float:
        return 1 - error

    def predict_proba(self, X: Any) -> Array:
        """n x classes, in the order of classes_."""
        return self._scores(X)

    def predict(self, X: Any) -> Array:
        """The class of each example."""
        numbers = np.argmax(self._scores(X), axis=1)
        classes: Array = self.classes_[numbers]
        return classes
