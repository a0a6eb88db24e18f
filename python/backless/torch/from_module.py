"""Trainers of modules of PyTorch."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from torch import nn

from .._arrays import Array
from .._library import lib, path_bytes
from .._saved import as_file, saved_bytes
from ..data import Data
from ..net import Net
from ..rule import Rule
from ..trainer import Batch, Trainer
from .layers import Layer, check_parameters
from .tracing import trace
from .weights import names_of, pairs_of, put_arrays, put_tensors, read_tensors


class TorchTrainer(Trainer):
    """A trainer whose net and first weights are those of a module: see from_torch().

    Unlike other trainers it has a model before it has seen examples. That model is made anew for the first
    examples, with the same weights, because defaults follow from them."""

    def __init__(
        self, module: nn.Module, input_shape: tuple[int, ...], rule: str | Rule, **options: Any
    ) -> None:
        check_parameters(module)
        self.module = module
        self._input_shape = input_shape
        self._layers = trace(module, input_shape)
        super().__init__(Net(self._layers.text), rule, **options)
        self._loss = options.get("loss")
        self._arrays: list[Array] = read_tensors(self._layers.layers)
        self._is_provisional = False
        self._state: bytes | None = None  # of a file that was loaded before the first examples
        self._rate: float | None = None  # that was set before the first examples

    @property
    def layers(self) -> list[Layer]:
        """The layers with the modules that they stand for."""
        return self._layers.layers

    def copy_to(self, module: nn.Module | None = None) -> nn.Module:
        """Copies the weights into the module that they came from, or into another one of the same layers."""
        target, layers = self.module, self._layers
        if module is not None:
            check_parameters(module)
            target, layers = module, trace(module, self._input_shape)
            if layers.text != self._layers.text:
                raise ValueError(f"the module is {layers.text!r}, but the model {self._layers.text!r}")
        put_tensors(self.model, layers.layers)
        return target

    # ---- A model without examples

    def _blank(self) -> Data:
        """One example, from which the kind of the data follows."""
        x = np.zeros((1, *self._input_shape), np.float32)
        outputs: int = self.net.outputs or 1
        if self._loss == "mse" or (outputs == 1 and self._loss != "bce"):
            return Data(x, np.zeros((1, outputs), np.float32))
        return Data(x, np.zeros(1, np.int32), classes=self._classes or max(2, outputs))

    def _built(self) -> int:
        if self._handle is None:
            self._created(self._blank())
            self._is_provisional = True
        return super()._built()

    def _drop_provisional(self) -> None:
        """Keeps what the model without examples was given, for the one that the first examples make."""
        if not self._is_provisional:
            return
        weights = self.model.weights
        self._arrays = [np.array(weights[name]) for name in names_of(self.model.layers)]
        if self._state is not None:
            self._state = saved_bytes(self._save_state)
        self._handle = self._model = None
        self._is_provisional = False

    def _save_state(self, path: Path) -> None:
        """As save(), within a call that holds the context."""
        self._context.call(lib.bl_trainer_save, self._built(), path_bytes(path))

    def _restore(self, address: int) -> None:
        if self._state is not None:
            with as_file(self._state) as file:
                self._context.call(lib.bl_trainer_load, address, path_bytes(file))
        if self._rate is not None:
            self._context.call(lib.bl_trainer_set_rate, address, self._rate)

    def _created(self, data: Data) -> int:
        is_new = self._handle is None
        address = super()._created(data)
        if is_new:
            try:
                pairs_of(self.model, self._layers.layers)
                put_arrays(self.model, self._arrays)
                self._restore(address)
            except BaseException:
                self._handle = self._model = None
                raise
        return address

    def _data_of(
        self, x: npt.ArrayLike | Data, y: npt.ArrayLike | None = None, weights: npt.ArrayLike | None = None
    ) -> Data:
        self._drop_provisional()
        return super()._data_of(x, y, weights)

    def _batch_of(self, x: npt.ArrayLike, y: npt.ArrayLike) -> Batch:
        self._drop_provisional()
        return super()._batch_of(x, y)

    def load(self, path: str | os.PathLike[str]) -> None:
        super().load(path)
        if self._is_provisional:
            self._state, self._rate = saved_bytes(self._save_state), None

    def resume(self, folder: str | os.PathLike[str]) -> None:
        if self._handle is None or self._is_provisional:
            raise RuntimeError("the trainer has seen no examples yet: call build(x, y)")
        super().resume(folder)

    def set_rate(self, rate: float | None) -> None:
        super().set_rate(rate)
        if self._is_provisional:
            self._rate = rate


def from_torch(
    module: nn.Module,
    input_shape: int | tuple[int, ...],
    *,
    rule: str | Rule = "dfa",
    classes: int | None = None,
    threads: int = 0,
    **options: object,
) -> TorchTrainer:
    """A trainer with the layers and the weights of a module, whose own weights stay as they are.

    module: an nn.Sequential, or another module that torch.fx can trace, of the layers that a net of backless
    has: chains and residuals of Linear, Conv2d, pools, norms, activations, Dropout and Flatten, also by their
    functions and methods. Its outputs are the numbers before softmax. input_shape: of an example, as the
    module takes it: (features,), (rows, cols) or (channels, rows, cols). The rest is as in Trainer().

    Unsupported names what backless does not have. ValueError: a parameter is not float32 on the CPU."""
    shape = (input_shape,) if isinstance(input_shape, int) else tuple(int(side) for side in input_shape)
    return TorchTrainer(module, shape, rule, classes=classes, threads=threads, **options)
