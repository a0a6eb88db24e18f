"""Trainers: a net that is trained by a learning rule and an optimiser."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from . import _structs
from ._arrays import Array, check_labels, examples_of, is_labels, labels_of, targets_of, weights_of
from ._context import Context, Handle
from ._errors import STOPPED
from ._interrupts import Interrupts
from ._library import lib, path_bytes, text
from ._option_table import in_python
from ._options import Config, check_names, options
from ._progress_callback import Callback, ProgressCallback
from .data import Data, as_floats
from .model import Model
from .net import Net
from .program import Instruction, program_of
from .progress_bar import ProgressBar
from .records import Angles, BestEpoch, History, angles_of, best_epoch_of
from .rule import Binding, Rule, register
from .tensors import Tensors, tensor_view

# Groups of options that are not those of a trainer: Data.load() has those of the data; threads= sets the
# machine's.
_OTHER_GROUPS = ("data", "machine", "former")


class Inspection(NamedTuple):
    """What a step on a batch would compute. The arrays are views of the trainer's memory: the next call on
    the trainer overwrites them, copy() keeps them.

    activations: n x units of each block; of the last one the scores, before the loss turns them into
    probabilities. deltas: n x units, the derivatives at the blocks' weighted outputs. gradients: by the
    names of the weights."""

    activations: list[Array]
    deltas: list[Array]
    gradients: dict[str, Array]


class Batch(NamedTuple):
    """Arrays as the library takes them. x: n x features, float32; expected: n labels, int32, or n x outputs,
    float32."""

    x: Array
    expected: Array
    has_labels: bool


class Trainer:
    """Trains a net by a rule.

    net: a Net or its text. rule: a name ("dfa"; backless.rules() lists them), or a Rule of your own. classes:
    the number of classes, if it follows neither from the net nor from the labels. threads: 0 for those that
    this process may use; the bits do not depend on it. options: the library's, by the names of `backless
    train --help` with _ for -, and lambda_ for lambda: lr=1e-3, optimizer="sgd momentum 0.9", batch=64,
    epochs=20, seed=1, out="run". None is the default.

    The library's trainer is made when the first examples are seen (fit, step or build), because defaults
    follow from them. One trainer works on one thread at a time, and others wait; several trainers work in
    threads of their own at once.
    """

    def __init__(
        self,
        net: Net | str,
        rule: str | Rule = "dfa",
        *,
        classes: int | None = None,
        threads: int = 0,
        **options_: object,
    ) -> None:
        keys = [o.key for o in options() if o.group not in _OTHER_GROUPS and o.key not in ("net", "rule")]
        check_names("Trainer()", options_, keys)
        self.net = net if isinstance(net, Net) else Net(net)
        self._context = Context(threads)
        self._binding: Binding | None = register(self._context, rule) if isinstance(rule, Rule) else None
        name = rule.name if isinstance(rule, Rule) else rule
        self._config = Config(self._context, {"net": self.net.text, "rule": name, **options_})
        self._classes = classes
        self._handle: Handle | None = None
        self._model: Model | None = None
        self._is_working = False
        self._has_finished = False

    # ---- Training

    def build(self, x: npt.ArrayLike | Data, y: npt.ArrayLike | None = None) -> Trainer:
        """Creates net, weights and feedback for data of this kind, without training; a trainer that is built
        already is not changed. Needed before load() and resume()."""
        with self._work():
            self._created(self._data_of(x, y))
        return self

    def fit(
        self,
        x: npt.ArrayLike | Data,
        y: npt.ArrayLike | None = None,
        *,
        val: Data | tuple[npt.ArrayLike, npt.ArrayLike] | None = None,
        test: Data | tuple[npt.ArrayLike, npt.ArrayLike] | None = None,
        sample_weight: npt.ArrayLike | None = None,
        callbacks: Iterable[Callback] = (),
        progress: bool = False,
    ) -> History:
        """Trains until a stop criterion holds: the option epochs, patience, max_time or stop.

        x, y: as Data() takes them, or x a Data. val, test: (x, y) or Data, measured after each epoch.
        sample_weight: one for each example. callbacks: called with a Progress after each epoch, where angles
        are measured, and about ten times a second; one that returns True stops the fit after the current
        step, and the next fit goes on from there. progress: shows a bar on standard error.

        Ctrl-C stops the fit in the same way: with the option out the run folder is saved, then
        KeyboardInterrupt is raised.
        """
        with self._work():
            if self._has_finished:
                raise RuntimeError(
                    "this trainer has finished its training; create another one, or continue with step()"
                )
            data = self._data_of(x, y, sample_weight)
            trainer = self._created(data)
            held_out = [
                None if s is None else self._data_of(*(s if isinstance(s, tuple) else (s,)))
                for s in (val, test)
            ]
            bars = [ProgressBar(int(self.options["epochs"]))] if progress else []
            try:
                return self._fit(trainer, data, held_out, [*callbacks, *bars])
            finally:
                for bar in bars:
                    bar.close()

    def _fit(
        self, trainer: int, data: Data, held_out: list[Data | None], callbacks: list[Callback]
    ) -> History:
        with Interrupts() as interrupts:
            watched = ProgressCallback(callbacks, interrupts)
            addresses = [d.address if d else None for d in held_out]
            status = lib.bl_trainer_fit(trainer, data.address, *addresses, watched.function, None)
        interrupts.deliver()
        self._raise_rule_error()
        if watched.error:
            raise watched.error
        if status != STOPPED:
            self._context.check(status)
            self._has_finished = True
        reason = "callback" if status == STOPPED else text(lib.bl_trainer_stop_reason(trainer)) or ""
        advice = in_python(text(lib.bl_trainer_advice(trainer)) or "")
        return History(watched.epochs, reason, self.notes, advice, self.options)

    def step(
        self, x: npt.ArrayLike, y: npt.ArrayLike, *, sample_weight: npt.ArrayLike | None = None
    ) -> float:
        """Trains one step on one batch, for streams; returns its mean loss before the step. At most as many
        examples as the option batch says (64 where it was not set). Examples are numbers of the same kind as
        those of the first call: bytes (pixels) or floats.

        sample_weight: n numbers, not negative. Each multiplies its example's loss and gradient, also in the
        loss that is returned. Unlike those of fit() they are not divided by their mean, because the mean over
        a stream is unknown."""
        loss = ctypes.c_double()
        with self._work():
            batch = self._batch_of(x, y)
            n = len(batch.x)
            weights = None if sample_weight is None else weights_of(sample_weight, n)
            expected = batch.expected.ctypes.data
            arguments = _structs.Batch(
                ctypes.sizeof(_structs.Batch),
                n,
                batch.x.ctypes.data,
                expected if batch.has_labels else None,
                None if batch.has_labels else expected,
                None if weights is None else weights.ctypes.data,
            )
            self._call(
                lib.bl_trainer_step_batch, self._built(), ctypes.byref(arguments), ctypes.byref(loss)
            )
        return loss.value

    def set_rate(self, rate: float | None) -> None:
        """Sets the learning rate of step() from now on; None: that of the schedule again."""
        with self._work():
            self._context.call(lib.bl_trainer_set_rate, self._built(), 0.0 if rate is None else rate)

    # ---- Predictions and weights

    def predict(self, x: npt.ArrayLike | Data) -> Array:
        """As Model.predict()."""
        return self.model.predict(x)

    def predict_proba(self, x: npt.ArrayLike | Data) -> Array:
        """As Model.predict_proba()."""
        return self.model.predict_proba(x)

    def evaluate(self, x: npt.ArrayLike | Data, y: npt.ArrayLike | None = None) -> Any:
        """As Model.evaluate()."""
        return self.model.evaluate(x, y)

    @property
    def model(self) -> Model:
        """The trainer's own, which changes as it trains."""
        self._built()
        assert self._model is not None
        return self._model

    @property
    def weights(self) -> Tensors:
        """As Model.weights."""
        return self.model.weights

    @property
    def feedback(self) -> Tensors:
        """As Model.feedback."""
        return self.model.feedback

    def hash(self) -> str:
        """As Model.hash()."""
        return self.model.hash()

    @property
    def best(self) -> BestEpoch | None:
        """The epoch whose validation error (of targets: loss) was least; None: there was none."""
        found = _structs.BestEpoch(size=ctypes.sizeof(_structs.BestEpoch))
        is_there = lib.bl_trainer_best(self._built(), ctypes.byref(found))
        return best_epoch_of(found) if is_there else None

    @property
    def options(self) -> dict[str, str]:
        """Every option as text, with the defaults that depend on the data."""
        config = lib.bl_trainer_config(self._built())
        return {
            o.key: text(lib.bl_config_get(config, o.key.encode())) or ""
            for o in options()
            if o.group != "former"
        }

    @property
    def notes(self) -> list[str]:
        """Sentences about parts of the net that cannot learn in this run, or hardly can."""
        notes: list[str] = []
        while True:
            note = text(lib.bl_trainer_note(self._built(), len(notes)))
            if note is None:
                return notes
            notes.append(in_python(note))

    # ---- Inspection

    def inspect(self, x: npt.ArrayLike, y: npt.ArrayLike) -> Inspection:
        """What a step on this batch would compute at the current weights; nothing is changed. x and y are
        those of step()."""
        with self._work():
            batch = self._batch_of(x, y)
            inspect = lib.bl_trainer_inspect if batch.has_labels else lib.bl_trainer_inspect_targets
            self._call(
                inspect, self._built(), batch.x.ctypes.data, batch.expected.ctypes.data, len(batch.x)
            )
            activations = self._inspected(lib.bl_trainer_activation)
            deltas = self._inspected(lib.bl_trainer_delta)
            gradients = self._inspected(lib.bl_trainer_gradient)
        return Inspection([a for _, a in activations], [d for _, d in deltas], dict(gradients))

    def _inspected(self, function: Any) -> list[tuple[str, Array]]:
        tensor = _structs.Tensor()
        found: list[tuple[str, Array]] = []
        while function(self._built(), len(found), ctypes.byref(tensor)):
            found.append((tensor.name.decode(), tensor_view(tensor, self._handle)))
        return found

    def angles(
        self, x: npt.ArrayLike | Data, y: npt.ArrayLike | None = None, *, n: int | None = None
    ) -> tuple[Angles, ...]:
        """The angles of every block between the rule and backpropagation, on the first n examples (None:
        all)."""
        with self._work():
            data = self._data_of(x, y)
            trainer = self._created(data)
            blocks = self._count_blocks()
            out = (_structs.Angles * blocks)()
            self._call(
                lib.bl_trainer_angles, trainer, data.address, len(data) if n is None else n, out, blocks
            )
            return angles_of(out, blocks)

    def _count_blocks(self) -> int:
        shape = self.model.input_shape
        return self.net.measure(*shape, outputs=self.model.outputs).blocks

    def program(self) -> list[Instruction]:
        """The instructions of a training step, in order."""
        return program_of(self._built())

    # ---- Files

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes weights, feedback, the optimiser's state and all counters to one file, which is also a model
        file."""
        with self._work():
            self._context.call(lib.bl_trainer_save, self._built(), path_bytes(path))

    def load(self, path: str | os.PathLike[str]) -> None:
        """Restores the state of a file of save() in a trainer with the same options: the next step has the
        bits of the step that would have followed."""
        with self._work():
            self._context.call(lib.bl_trainer_load, self._built(), path_bytes(path))
            self._has_finished = False

    def resume(self, folder: str | os.PathLike[str]) -> None:
        """Restores the state of an interrupted run from its folder: the next fit reaches the bits of an
        uninterrupted run."""
        with self._work():
            self._context.call(lib.bl_trainer_resume, self._built(), path_bytes(folder))
            self._has_finished = False

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("a trainer cannot be pickled or copied; save() and load() keep its state in a file")

    # ---- Inside

    @contextmanager
    def _work(self) -> Iterator[None]:
        """Holds the context on this thread; refuses calls from a callback."""
        with self._context.use():
            if self._is_working:
                raise RuntimeError("a callback of fit() may read its trainer, but not train or change it")
            self._is_working = True
            try:
                yield
            finally:
                self._is_working = False

    def _call(self, function: Any, *arguments: Any) -> None:
        """Calls the library; a failure of the rule's functions takes precedence over the status."""
        status = function(*arguments)
        self._raise_rule_error()
        self._context.check(status)

    def _raise_rule_error(self) -> None:
        if self._binding is not None:
            self._binding.raise_error()

    def _built(self) -> int:
        if self._handle is None:
            raise RuntimeError(
                "the trainer has seen no examples yet: call build(x, y), fit(x, y) or step(x, y)"
            )
        return self._handle.address

    def _class_count(self, y: npt.ArrayLike | None) -> int | None:
        """The number of classes; None: that of y. A net with one output unit has two classes."""
        if self._handle is not None:
            return self.model.outputs if self.model.has_classes else None
        if self._classes is not None or y is None:
            return self._classes
        outputs = self.net.outputs
        return None if outputs is None else max(2, outputs)

    def _data_of(
        self, x: npt.ArrayLike | Data, y: npt.ArrayLike | None = None, weights: npt.ArrayLike | None = None
    ) -> Data:
        if isinstance(x, Data):
            if y is not None or weights is not None:
                raise TypeError("y and the weights are part of the Data")
            return x
        if y is None:
            raise TypeError("y is missing: classes or targets for x")
        if self._handle is not None and self.model.scales_columns:
            raise TypeError(
                "the trainer scales the columns of a table's file; read other files with model.open()"
            )
        return Data(x, y, classes=self._class_count(y) if is_labels(y) else None, weights=weights)

    def _created(self, data: Data) -> int:
        if self._handle is None:
            out = ctypes.c_void_p()
            self._call(
                lib.bl_trainer_create,
                ctypes.byref(out),
                self._context.address,
                self._config.address,
                data.address,
            )
            self._handle = Handle(self._context, out.value or 0, lib.bl_trainer_free)
            model = lib.bl_trainer_model(self._handle.address)
            self._model = Model(self._context, model, self._handle)
        return self._handle.address

    def _batch_of(self, x: npt.ArrayLike, y: npt.ArrayLike) -> Batch:
        """A batch of classes or of targets, according to y, whose shape fits the trainer."""
        examples = examples_of(x)
        n = len(examples.values)
        if self._handle is None:
            self._created(self._data_of(x, y))
        values = self._raw(examples)
        has_classes = self.model.has_classes  # the library refuses labels for a trainer of targets
        has_labels = is_labels(y)
        if has_labels:
            expected = labels_of(y, n)
            if has_classes:
                check_labels(expected, self.model.outputs)
        else:
            expected = targets_of(y, n)
            if not has_classes and expected.shape[1] != self.model.outputs:
                raise ValueError(
                    f"y has {expected.shape[1]} targets, but the trainer was made for {self.model.outputs}"
                )
        if examples.features != self.model.n_features:
            raise ValueError(
                f"x has {examples.features} features, but the trainer was made for "
                f"{self.model.n_features}"
            )
        return Batch(values, expected, has_labels)

    def _raw(self, examples: Any) -> Array:
        """The examples in the raw form of the trainer's training set."""
        if not self.model.takes_pixels:
            return (
                as_floats(examples)
                if not self.model.scales_columns
                else np.ascontiguousarray(examples.values, dtype=np.float32)
            )
        if examples.values.dtype != np.uint8:
            raise TypeError(
                f"x has the dtype {examples.values.dtype}, but this trainer was made for pixels, which "
                "are uint8"
            )
        return np.ascontiguousarray(examples.values, dtype=np.float32)

    def __repr__(self) -> str:
        state = "no examples seen yet" if self._handle is None else f"weights {self.hash()}"
        return f"<backless.Trainer {self.net.text!r}, {state}>"
