"""The common base of classifier and regressor: parameters, fit, partial_fit, and fitted attributes."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from .._arrays import Array
from ..data import Data
from ..model import Model
from ..records import History
from ..rule import Rule
from .learner import Learner, Task
from .parameters import check_parameters, layer_sizes
from .training_set import NoScaling, Scaling, TrainingSet, merged

_LAYERS = {
    "identity": "",
    "logistic": "logistic, ",
    "tanh": "tanh, ",
    "relu": "relu, ",
    "gelu": "gelu, ",
}
_BATCH_OF_PARTIAL_FIT = 64
_RATE_OF_PARTIAL_FIT = {"adam": 3e-3, "rmsprop": 1e-3, "sgd": 0.1}


@contextmanager
def unchanged_on_error(estimator: BaseEstimator) -> Iterator[None]:
    """An estimator whose training fails or is interrupted keeps all attributes, so that a fitted one predicts
    as before."""
    before = dict(estimator.__dict__)
    try:
        yield
    except BaseException:
        estimator.__dict__.clear()
        estimator.__dict__.update(before)
        raise


class BacklessEstimator(BaseEstimator):
    """Parameters, named as MLPClassifier's where they mean the same:

    hidden_layer_sizes: units of each hidden layer. activation: of the hidden layers: "relu", "tanh",
    "logistic", "gelu", "identity". rule: the learning rule, a name of backless.rules() or a backless.Rule.
    solver: "adam", "rmsprop" or "sgd", with options as in "sgd momentum 0.9". batch_size, learning_rate_init,
    max_iter (epochs): "auto" and None are the library's defaults, which follow from the number of examples.
    random_state: of weights, feedback and the order of the examples. verbose: shows a progress bar.
    warm_start: fit goes on from the weights of the fit before.
    early_stopping: holds out validation_fraction of the examples, stops after n_iter_no_change epochs without
    a better validation score, and keeps the weights of the best epoch.
    scale: standardises the columns of X (of a regressor also those of y) by the mean and deviation that the
    first fit finds. threads: 0 for all that the process may use; None for as many as $OMP_NUM_THREADS says,
    which joblib sets in its processes. The threads do not change the bits.
    options: further options of backless.Trainer, as in {"feedback": "normal 0.1"}.

    Attributes of a fitted estimator: n_iter_ (epochs), loss_ and loss_curve_ (training loss of each epoch; of
    partial_fit, of each call), alignment_curve_ (epochs x hidden layers: the angle between what the rule and
    what backpropagation sends to the layer, in degrees, NaN where it was not measured), n_features_in_,
    feature_names_in_, model_ (a backless.Model), and with early_stopping validation_scores_ and
    best_validation_score_.

    The result does not depend on the order of the rows, and a sample_weight of k is the same as k copies.
    """

    _has_classes: bool
    _learner: Learner
    _streams: bool  # the learner was created by partial_fit
    _scaling: Scaling | NoScaling
    alignment_curve_: Array | None

    def __init__(
        self,
        hidden_layer_sizes: int | Iterable[int] = (100,),
        activation: str = "relu",
        *,
        rule: str | Rule = "dfa",
        solver: str = "adam",
        batch_size: int | str = "auto",
        learning_rate_init: float | None = None,
        max_iter: int | None = None,
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
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.rule = rule
        self.solver = solver
        self.batch_size = batch_size
        self.learning_rate_init = learning_rate_init
        self.max_iter = max_iter
        self.random_state = random_state
        self.verbose = verbose
        self.warm_start = warm_start
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.scale = scale
        self.threads = threads
        self.options = options

    # ---- Methods that classifier and regressor define

    def _scaled_targets(self, y: Array, weights: Array, is_first: bool) -> Array:
        """Targets as Trainer takes them; those of the first call decide how they are scaled."""
        return y

    def _n_outputs(self) -> int:
        raise NotImplementedError

    def _weights_of_classes(self, y: Array, weights: Array) -> Array:
        """Weights of encoded examples, with those of their classes."""
        return weights

    def _score_of(self, loss: float, error: float, r2: float) -> float:
        """The validation score of an epoch: higher is better."""
        raise NotImplementedError

    # ---- Training

    def _fit(self, x: Array, y: Array, sample_weight: Array | None) -> BacklessEstimator:
        """x: validated; y: numbers of the classes, or targets; sample_weight: n, or None."""
        check_parameters(self)
        start = self._learner if self.warm_start and self._is_fitted() else None
        examples = merged(x, y, sample_weight)
        if start is None:
            self._take_first_scaling(examples.x, examples.weights)
        y = self._scaled_targets(examples.y, examples.weights, start is None)
        examples = TrainingSet(self._scaling.apply(examples.x), y, examples.weights)
        random = check_random_state(self.random_state)
        train, held_out = self._split(examples, random)
        weights = self._weights_of_classes(train.y, train.weights)
        learner = Learner(self._task(), self._arguments(random))
        data = self._data(train._replace(weights=weights))
        val = None if held_out is None else self._data(held_out)
        learner.begin(data, start)
        history = learner.fit(data, val, bool(self.verbose))
        self._learner, self._streams = learner, False
        self._remember(history)
        return self

    def _is_fitted(self) -> bool:
        return hasattr(self, "_learner")

    def _take_first_scaling(self, x: Array, weights: Array | None = None) -> None:
        weights = np.ones(len(x)) if weights is None else weights
        self._scaling = Scaling(x, weights) if self.scale else NoScaling()

    def _task(self) -> Task:
        return Task(self.n_features_in_, self._n_outputs(), self._has_classes)

    def _data(self, examples: TrainingSet) -> Data:
        classes = self._n_outputs() if self._has_classes else None
        return Data(examples.x, examples.y, classes=classes, weights=examples.ratios)

    def _split(self, examples: TrainingSet, random: Any) -> tuple[TrainingSet, TrainingSet | None]:
        if not self.early_stopping:
            return examples, None
        try:
            train, held_out = train_test_split(
                np.arange(len(examples.x)),
                test_size=self.validation_fraction,
                random_state=random,
                stratify=examples.y if self._has_classes else None,
            )
        except ValueError as error:
            raise ValueError(
                f"early_stopping cannot hold out validation_fraction={self.validation_fraction} of "
                f"{len(examples.x)} examples: {error}"
            ) from error
        return examples.rows(np.sort(train)), examples.rows(np.sort(held_out))

    def _net(self) -> str:
        if not isinstance(self.activation, str) or self.activation not in _LAYERS:
            raise ValueError(f"activation {self.activation!r} is not one of {', '.join(_LAYERS)}")
        sizes = layer_sizes(self.hidden_layer_sizes)
        hidden = "".join(f"dense {size}, {_LAYERS[self.activation]}" for size in sizes)
        return f"{hidden}dense {self._n_outputs()}"

    def _threads(self) -> int:
        if self.threads is not None:
            return self.threads
        from_openmp = os.environ.get("OMP_NUM_THREADS", "")
        return int(from_openmp) if from_openmp.isdecimal() else 0

    def _arguments(self, random: Any) -> dict[str, Any]:
        """The arguments of the Trainer of a fit."""
        return {
            "net": self._net(),
            "rule": self.rule,
            "threads": self._threads(),
            "optimizer": self.solver,
            "batch": None if self.batch_size == "auto" else self.batch_size,
            "lr": self.learning_rate_init,
            "epochs": self.max_iter,
            "patience": self.n_iter_no_change if self.early_stopping else None,
            "seed": int(random.randint(1, 2**31 - 1)),
            **(self.options or {}),
        }

    def _remember(self, history: History) -> None:
        self.n_iter_ = len(history)
        self.loss_curve_ = history.losses
        self.loss_ = history.losses[-1] if history.losses else np.nan
        hidden = len(layer_sizes(self.hidden_layer_sizes))
        angles = np.full((len(history), hidden), np.nan)
        for row, epoch in zip(angles, history):
            if epoch.angles is not None:
                row[:] = [block.flat for block in epoch.angles[:hidden]]
        self.alignment_curve_ = angles
        scores = [self._score_of(e.val.loss, e.val.error, e.val.r2) for e in history if e.val is not None]
        self.validation_scores_ = scores if self.early_stopping else None
        self.best_validation_score_ = max(scores, default=np.nan) if self.early_stopping else None
        if history.advice:
            warnings.warn(history.advice, ConvergenceWarning, stacklevel=4)

    # ---- Training on parts of the data

    def _partial_fit(self, x: Array, y: Array, weights: Array | None) -> BacklessEstimator:
        """One epoch over x (validated) and y (numbers of the classes, or scaled targets), at a constant
        learning rate. weights: n, not negative, or None; batches whose weights are all 0 are left out."""
        check_parameters(self)
        if self.early_stopping:
            raise ValueError("partial_fit does not support early_stopping=True: it holds out no examples")
        if not self._is_fitted() or not self._streams:
            self._begin_stream()
        order = self._random.permutation(len(x))
        scaled, loss = self._scaling.apply(x), 0.0
        if weights is not None:
            weights = weights.astype(np.float32)  # as the library has them: a tiny weight becomes 0
        batch = self._stream_batch()
        for i in range(0, len(x), batch):
            rows = order[i : i + batch]
            of_rows = None if weights is None else weights[rows]
            if of_rows is None or of_rows.any():
                loss += self._learner.step(scaled[rows], y[rows], of_rows) * len(rows)
        total = len(x) if weights is None else float(weights.sum(dtype=np.float64))
        self.loss_ = loss / total if total else np.nan
        self.loss_curve_.append(self.loss_)
        self.n_iter_ += 1
        return self

    def _stream_batch(self) -> int:
        batch: Any = (self.options or {}).get("batch", self.batch_size)
        return _BATCH_OF_PARTIAL_FIT if batch in ("auto", None) else int(batch)

    def _begin_stream(self) -> None:
        """Sets every option whose default depends on the data, because no data are known yet."""
        start = self._learner if self._is_fitted() else None
        self._random = check_random_state(self.random_state)
        arguments = self._arguments(self._random)
        if arguments["lr"] is None:
            words = str(arguments["optimizer"]).split()
            arguments["lr"] = _RATE_OF_PARTIAL_FIT.get(words[0] if words else "")
        arguments.update(batch=self._stream_batch(), epochs=1, patience=None, schedule="constant")
        learner = Learner(self._task(), arguments)
        learner.begin(start=start)
        if start is None:
            self.loss_curve_, self.n_iter_ = [], 0
            self.alignment_curve_ = None
        self._learner, self._streams = learner, True

    # ---- What was learned

    @property
    def model_(self) -> Model:
        """The fitted backless.Model; it takes scaled examples."""
        if not self._is_fitted():
            raise AttributeError(f"this {type(self).__name__} is not fitted yet, and has no model_")
        return self._learner.model

    def _scores(self, x: Any) -> Array:
        """The net's outputs for x."""
        check_is_fitted(self, "n_iter_")
        x = validate_data(self, x, reset=False, dtype=float_type(x))
        return self._learner.model.predict_proba(self._scaling.apply(x))


def float_type(x: Any) -> Any:
    """The types in which examples are validated: small whole numbers need no more than float32."""
    dtype = getattr(x, "dtype", None)
    if isinstance(dtype, np.dtype) and dtype.kind in "iub" and dtype.itemsize <= 2:
        return np.float32
    return [np.float64, np.float32]


def weights_of(sample_weight: Any, n: int) -> Array | None:
    """n weights as float64, or None."""
    if sample_weight is None:
        return None
    weights = np.asarray(sample_weight, dtype=np.float64)
    if weights.ndim == 0:
        weights = np.full(n, float(weights))
    if weights.ndim != 1:
        raise ValueError("Sample weights must be 1D array or scalar")
    if weights.shape != (n,):
        raise ValueError(f"sample_weight has the shape {weights.shape}, expected one for each of {n} samples")
    if not np.isfinite(weights).all() or (weights < 0).any():
        raise ValueError("sample_weight has a negative, infinite or NaN value")
    if not weights.any():
        raise ValueError("sample_weight is zero for every sample")
    return weights
