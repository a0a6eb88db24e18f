"""A trainer that can be pickled, and can start from the weights of another one."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from .._arrays import Array
from .._saved import as_file, saved_bytes
from ..data import Data
from ..model import Model
from ..records import History, Progress
from ..rule import Rule
from ..tensors import Tensors
from ..trainer import Trainer


class Task(NamedTuple):
    """The kind of y: with classes, labels from 0 to outputs - 1; otherwise rows of `outputs` floats."""

    features: int
    outputs: int
    has_classes: bool


class Learner:
    """arguments: those of Trainer. A pickle holds what Trainer.save() writes. An unpickled learner has a
    model only, which is enough for predictions; step() creates the trainer again, which needs arguments whose
    defaults do not depend on the data."""

    def __init__(self, task: Task, arguments: dict[str, Any]) -> None:
        self.task = task
        self._arguments = arguments
        self._saved = b""
        self._model: Model | None = None
        self._trainer: Trainer | None = self._new_trainer()

    def _new_trainer(self) -> Trainer:
        classes = self.task.outputs if self.task.has_classes else None
        return Trainer(classes=classes, **self._arguments)

    @property
    def model(self) -> Model:
        """The model of the trainer, or the one from the pickle."""
        if self._trainer is not None:
            return self._trainer.model
        if self._model is None:
            with as_file(self._saved) as path:
                self._model = Model.load(path, threads=self._arguments["threads"], rules=self._own_rules())
        return self._model

    def _own_rules(self) -> list[Rule]:
        rule = self._arguments["rule"]
        return [rule] if isinstance(rule, Rule) else []

    def _learning(self) -> Trainer:
        if self._trainer is None:
            trainer = self._new_trainer()
            trainer.build(*self._example())
            with as_file(self._saved) as path:
                trainer.load(path)
            self._trainer, self._model, self._saved = trainer, None, b""
        return self._trainer

    def _example(self) -> tuple[Array, Array]:
        """Data of the right shape, to build a net for."""
        x = np.zeros((1, self.task.features), dtype=np.float32)
        if self.task.has_classes:
            return x, np.zeros(1, dtype=np.int32)
        return x, np.zeros((1, self.task.outputs), dtype=np.float32)

    def begin(self, data: Data | None = None, start: Learner | None = None) -> None:
        """Creates the trainer for these data, or for any if None. start: a learner whose weights, feedback
        and arrays of a user's rule are copied; the state of the optimiser is not."""
        trainer = self._learning()
        trainer.build(*(self._example() if data is None else (data,)))
        if start is None:
            return
        shapes, before = _shapes(trainer.weights), _shapes(start.model.weights)
        if shapes != before:
            raise ValueError(
                f"the net has changed since the fit before: its weights are {shapes}, but were {before}"
            )
        for mine, others in (
            (trainer.weights, start.model.weights),
            (trainer.feedback, start.model.feedback),
            (trainer.model.rule_arrays, start.model.rule_arrays),
        ):
            for name in mine:
                if name not in others:
                    raise ValueError(f"the fit before had no {name}: a warm start needs the rule of that fit")
                mine[name] = others[name]

    def fit(self, data: Data, val: Data | None, progress: bool) -> History:
        """Trains. With val, the weights of the best epoch are kept."""
        trainer = self._learning()
        best = _BestWeights(trainer)
        history = trainer.fit(data, val=val, callbacks=[] if val is None else [best], progress=progress)
        best.restore()
        return history

    def step(self, x: Array, y: Array, weights: Array | None) -> float:
        """Trains one step on one batch; returns its mean loss before the step. As Trainer.step()."""
        return self._learning().step(x, y, sample_weight=weights)

    def __getstate__(self) -> dict[str, Any]:
        saved = self._saved if self._trainer is None else saved_bytes(self._trainer.save)
        return {"task": self.task, "arguments": self._arguments, "saved": saved}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.task, self._arguments, self._saved = state["task"], state["arguments"], state["saved"]
        self._model = self._trainer = None


def _shapes(tensors: Tensors) -> dict[str, tuple[int, ...]]:
    return {name: array.shape for name, array in tensors.items()}


class _BestWeights:
    """A callback that keeps the weights of the epoch with the best validation score."""

    def __init__(self, trainer: Trainer) -> None:
        self._trainer = trainer
        self._least = np.inf
        self._weights: dict[str, Array] = {}

    def __call__(self, now: Progress) -> None:
        if not now.epoch_ended or now.val is None:
            return
        value = now.val.loss if np.isnan(now.val.error) else now.val.error
        if value < self._least:
            self._least = value
            self._weights = {name: array.copy() for name, array in self._trainer.weights.items()}

    def restore(self) -> None:
        weights = self._trainer.weights
        for name, array in self._weights.items():
            weights[name] = array
