"""Models: a net with its weights, its feedback, and the encoding and scaling of its data."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from . import _structs
from ._arrays import Array, examples_of
from ._context import Context, Handle
from ._library import lib, path_bytes, text
from ._options import Config
from ._saved import as_file, saved_bytes
from .data import Data
from .layers import LayerInfo, layers_of
from .records import Score, score_of
from .tensors import Tensors, is_feedback, is_rule_array, is_weight

if TYPE_CHECKING:
    from .rule import Rule


def _restored(saved: bytes, threads: int, rules: list[Rule]) -> Model:
    with as_file(saved) as path:
        return Model.load(path, threads=threads, rules=rules)


class Model:
    """A trained net, from Model.load() or of a trainer (Trainer.model)."""

    def __init__(self, context: Context, address: int, owner: object) -> None:
        self._context, self.address, self._owner = context, address, owner
        self._predictor: Handle | None = None

    @classmethod
    def load(cls, path: str | os.PathLike[str], *, threads: int = 0, rules: Iterable[Rule] = ()) -> Model:
        """Reads a file of save(), of Trainer.save() or of a run folder. rules: those of your own that the
        file may name. BadData: the file is broken, or a weight in it is not a number."""
        from .rule import register

        context = Context(threads)
        for rule in rules:
            register(context, rule)
        handle = context.create(lib.bl_model_load, lib.bl_model_free, context.address, path_bytes(path))
        return cls(context, handle.address, handle)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes a safetensors file, which is replaced as a whole. Diverged: a weight is not a number."""
        self._context.call(lib.bl_model_save, self.address, path_bytes(path))

    def __reduce__(self) -> tuple[object, ...]:
        """Pickles and copies hold what save() writes, and the user's rules that the model knows."""
        from .rule import rules_of

        return _restored, (saved_bytes(self.save), self._context.threads, rules_of(self._context))

    # ---- Predictions

    def predict_proba(self, x: npt.ArrayLike | Data) -> Array:
        """Scores, n x outputs, float64: probabilities of the classes for the losses ce and bce, else the
        outputs of the net, in the unit of the targets.

        An array is scaled as in training: uint8 holds pixels; other types are used unscaled, or, if the model
        was trained on a table file, are in the units of the columns of that file."""
        with self._context.use():  # no training changes the model meanwhile
            return self._scores_of(x)

    def predict(self, x: npt.ArrayLike | Data) -> Array:
        """The class of each example, or its targets: n x outputs, or n where there is one output."""
        scores = self.predict_proba(x)
        if self.has_classes:
            classes: Array = np.argmax(scores, axis=1)
            return classes
        return scores[:, 0] if scores.shape[1] == 1 else scores

    def evaluate(self, x: npt.ArrayLike | Data, y: npt.ArrayLike | None = None) -> Score:
        """Loss and errors on examples with their classes or targets."""
        data = self.data_of(x, y)
        score = _structs.Score()
        with self._context.use():
            predictor = self._need_predictor()
            predictor.context.call(
                lib.bl_predictor_evaluate, predictor.address, data.address, ctypes.byref(score)
            )
        return score_of(score)

    def open(self, path: str | os.PathLike[str], part: str = "train", **reader: object) -> Data:
        """A file or folder, read, scaled and named as the model's training set was. part: "train" or "test",
        of folders and named sets; reader: options of the group "data"."""
        config = Config(self._context, reader)
        return Data.open(
            self._context,
            lib.bl_model_open_data,
            self.address,
            path_bytes(path),
            part.encode(),
            config.address,
        )

    def data_of(self, x: npt.ArrayLike | Data, y: npt.ArrayLike | None = None) -> Data:
        """Examples with their classes or targets, which this model can learn from or be measured on."""
        if isinstance(x, Data):
            if y is not None:
                raise TypeError("y is part of the Data already")
            return x
        if self.scales_columns:
            raise TypeError(
                "this model scales the numbers of its file; read other files for it with Model.open()"
            )
        return Data(x, y, classes=self.outputs if self.has_classes else None)

    def _need_predictor(self) -> Handle:
        """Creates the predictor in a context of its own, so that callbacks can predict while the model's
        context trains."""
        if self._predictor is None:
            context = Context(int(lib.bl_context_threads(self._context.address)))
            context.keep(self._owner)
            self._predictor = context.create(
                lib.bl_predictor_create, lib.bl_predictor_free, context.address, self.address
            )
        return self._predictor

    def _scores_of(self, x: npt.ArrayLike | Data) -> Array:
        if not isinstance(x, Data) and self.scales_columns:
            return self._scores_of_raw(x)
        data = x if isinstance(x, Data) else Data(x)
        scores = np.empty((len(data), self.outputs))
        predictor = self._need_predictor()
        predictor.context.call(lib.bl_predictor_run_data, predictor.address, data.address, scores.ctypes.data)
        return scores

    def _scores_of_raw(self, x: npt.ArrayLike) -> Array:
        examples = examples_of(x)
        if examples.features != self.n_features:
            raise ValueError(f"x has {examples.features} features, but the model takes {self.n_features}")
        values = np.ascontiguousarray(examples.values, dtype=np.float64)
        scores = np.empty((len(values), self.outputs))
        predictor = self._need_predictor()
        predictor.context.call(
            lib.bl_predictor_run_doubles,
            predictor.address,
            values.ctypes.data,
            len(values),
            scores.ctypes.data,
        )
        return scores

    # ---- What it is

    @property
    def weights(self) -> Tensors:
        """Weights, biases and statistics of batch norm."""
        return Tensors(self._context, self.address, self._owner, is_weight)

    @property
    def feedback(self) -> Tensors:
        """Feedback matrices."""
        return Tensors(self._context, self.address, self._owner, is_feedback)

    @property
    def rule_arrays(self) -> Tensors:
        """Arrays of a user's rule whose values are kept from step to step."""
        return Tensors(self._context, self.address, self._owner, is_rule_array)

    @property
    def layers(self) -> list[LayerInfo]:
        """The layers of the net, in the order of its text."""
        return list(layers_of(self.address))

    def hash(self) -> str:
        """A hash of the bits of all weights and biases: 16 hexadecimal digits, the same as the program
        prints."""
        out = ctypes.create_string_buffer(17)
        lib.bl_model_hash(self.address, out)
        return out.value.decode()

    @property
    def metadata(self) -> dict[str, str]:
        """The metadata of the model file: "net", "rule", "loss", "epoch", ..."""
        metadata: dict[str, str] = {}
        while True:
            name = lib.bl_model_metadata_name(self.address, len(metadata))
            if name is None:
                return metadata
            metadata[name.decode()] = text(lib.bl_model_metadata(self.address, name)) or ""

    def _fact(self, name: str) -> str:
        return text(lib.bl_model_metadata(self.address, name.encode())) or ""

    @property
    def outputs(self) -> int:
        """Classes, or columns of the targets."""
        return int(lib.bl_model_outputs(self.address))

    @property
    def has_classes(self) -> bool:
        """Whether the model predicts classes; otherwise it predicts targets."""
        return self._fact("answers") != "numbers"

    @property
    def class_names(self) -> list[str | None]:
        """The names of the classes; None for a class without a name."""
        return [text(lib.bl_model_class_name(self.address, i)) for i in range(self.outputs)]

    @property
    def input_shape(self) -> tuple[int, int, int]:
        """Channels, rows and columns of an example."""
        channels, rows, cols = (int(side) for side in self._fact("input").split(" x "))
        return channels, rows, cols

    @property
    def n_features(self) -> int:
        """The number of features of an example."""
        channels, rows, cols = self.input_shape
        return channels * rows * cols

    @property
    def takes_pixels(self) -> bool:
        """Whether the model was trained on bytes from 0 to 255, which it divides by 255."""
        scaling = _structs.Scaling(size=ctypes.sizeof(_structs.Scaling))
        if self.n_features < 2 or not lib.bl_model_input_scaling(self.address, ctypes.byref(scaling)):
            return False
        return bool(
            scaling.n == 1
            and scaling.offset[0] == 0.0
            and np.float32(scaling.scale[0]) == np.float32(1.0) / np.float32(255.0)
        )

    @property
    def scales_columns(self) -> bool:
        """Whether the model was trained on a file whose numbers it scales, such as the columns of a table;
        it takes arrays in the units of the file."""
        return self._fact("scaling") not in ("0", "") and not self.takes_pixels

    def __repr__(self) -> str:
        return f"<backless.Model {self._fact('net')!r}, rule {self._fact('rule')}, weights {self.hash()}>"
