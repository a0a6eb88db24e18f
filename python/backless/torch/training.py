"""Training a module of PyTorch in place."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
import torch
from torch import nn

from .._arrays import Array
from .._errors import Diverged
from .._progress_callback import Callback, is_true
from ..progress_bar import ProgressBar
from ..records import History, Progress, Score
from ..rule import Rule
from .from_module import TorchTrainer, from_torch
from .weights import blocks_of

# Options of fit() with arrays that single steps do not follow.
_OF_EPOCHS = ("schedule", "patience", "stop", "max_time", "angles", "out", "force", "freeze")


def fit(
    module: nn.Module,
    x: Any,
    y: Any = None,
    *,
    rule: str | Rule = "dfa",
    val: Any = None,
    classes: int | None = None,
    threads: int = 0,
    callbacks: Iterable[Callback] = (),
    progress: bool = False,
    **options: Any,
) -> History:
    """Trains the parameters of a module in place, by a rule instead of backpropagation.

    x, y: tensors on the CPU or arrays, as Trainer.fit() takes them. Whole numbers in y are classes, floats
    are targets. Or y is None, and x is a DataLoader or another iterable of batches (x, y) that can be read
    again: then `epochs` (1) is how often it is read, each batch is one step, the learning rate is constant,
    and no option of whole epochs works (schedule, patience, out, ...). val: (x, y), measured after each
    epoch. The rest is as in from_torch() and Trainer.fit().

    The weights and the statistics of batch norm are copied into the module after each epoch and at the end,
    also when a callback or Ctrl-C stops the training. If it diverges, the module has those of the last epoch.
    """
    kept = _kept_parameters(module, options.get("freeze"))
    held_out = None if val is None else (_array(val[0], "val"), _array(val[1], "val"))
    if y is not None:
        x, y = _array(x, "x"), _array(y, "y")
        trainer = from_torch(module, x.shape[1:], rule=rule, classes=classes, threads=threads, **options)
        _check_kept(trainer, kept, str(options.get("freeze")))
        return _fit_arrays(trainer, x, y, held_out, [*callbacks], progress)
    if isinstance(x, torch.Tensor) or not hasattr(x, "__iter__"):
        raise TypeError(
            "y is missing: classes or targets for x; without y, x is an iterable of batches (x, y)"
        )
    if iter(x) is x:
        raise TypeError("x is an iterator, which can be read once; a DataLoader or a list can be read again")
    refused = [name for name in options if name in _OF_EPOCHS and options[name] is not None]
    if refused:
        raise TypeError(f"fit() with batches has no option {refused[0]!r}: each batch is a single step")
    epochs = int(options.pop("epochs", 1))
    first_x, _ = _next_batch(x)
    options = {"batch": len(first_x), "schedule": "constant", **options}
    trainer = from_torch(module, first_x.shape[1:], rule=rule, classes=classes, threads=threads, **options)
    bars = [ProgressBar(epochs)] if progress else []
    try:
        return _fit_batches(trainer, x, epochs, held_out, [*callbacks, *bars])
    finally:
        for bar in bars:
            bar.close()


def _kept_parameters(module: nn.Module, freeze: Any) -> dict[int, str]:
    """The names of the parameters that a user has excluded from training, by id. They must not change in
    silence: ValueError without an option freeze."""
    kept = {id(p): name for name, p in module.named_parameters() if not p.requires_grad}
    if kept and freeze in (None, "", "none"):
        raise ValueError(
            f"{next(iter(kept.values()))} has requires_grad=False, but fit() trains every parameter; with x "
            'and y, freeze="0" keeps the weights of block 0 (docs/rules.md), and so on'
        )
    return kept


def _check_kept(trainer: TorchTrainer, kept: dict[int, str], freeze: str) -> None:
    """ValueError: the option freeze does not keep such a parameter in every epoch."""
    if not kept:
        return
    frozen = _frozen_blocks(freeze)
    for tensor, block in blocks_of(trainer.model, trainer.layers):
        if id(tensor) in kept and block not in frozen:
            raise ValueError(
                f"{kept[id(tensor)]} has requires_grad=False, but freeze={freeze!r} does not keep its block, "
                f"{block}, in every epoch"
            )


def _frozen_blocks(freeze: str) -> set[int]:
    """The blocks that the option, which the library has accepted, freezes in the whole run."""
    blocks: set[int] = set()
    for term in freeze.split(","):
        words = term.split()
        if "from" in words:
            at = words.index("from")
            if int(words[at + 1]) > 1:
                continue
            del words[at : at + 2]
        if "until" in words:
            continue
        for word in words:
            first, _, last = word.partition("-")
            blocks.update(range(int(first), int(last or first) + 1))
    return blocks


def _array(values: Any, name: str) -> Array:
    """Without a copy, of a tensor on the CPU."""
    if not isinstance(values, torch.Tensor):
        return np.asarray(values)
    if values.device.type != "cpu":
        raise ValueError(
            f"{name} is on the device {values.device}, but backless works on the CPU: {name}.cpu() copies it"
        )
    array: Array = values.detach().numpy()
    return array


def _next_batch(batches: Any) -> tuple[Array, Array]:
    for batch in batches:
        return _batch(batch)
    raise ValueError("the iterable of batches is empty")


def _batch(batch: Any) -> tuple[Array, Array]:
    if not isinstance(batch, (tuple, list)) or len(batch) != 2:
        raise TypeError(f"a batch is a pair (x, y), not {type(batch).__name__}")
    return _array(batch[0], "x"), _array(batch[1], "y")


def _count_batches(module: nn.Module, steps: int) -> None:
    for part in module.modules():
        count = getattr(part, "num_batches_tracked", None)
        if isinstance(count, torch.Tensor):
            count += steps


def _steps(trainer: TorchTrainer) -> int:
    return int(trainer.model.metadata["step"])


def _finish(trainer: TorchTrainer) -> None:
    trainer.copy_to()
    _count_batches(trainer.module, _steps(trainer))


def _fit_arrays(
    trainer: TorchTrainer,
    x: Array,
    y: Array,
    val: tuple[Array, Array] | None,
    callbacks: list[Callback],
    progress: bool,
) -> History:
    def copy_back(now: Progress) -> None:
        if now.epoch_ended:
            trainer.copy_to()

    trainer.build(x, y)
    try:
        history = trainer.fit(x, y, val=val, callbacks=[copy_back, *callbacks], progress=progress)
    except Diverged:
        raise
    except BaseException:  # a callback's, or Ctrl-C
        _finish(trainer)
        raise
    _finish(trainer)
    return history


def _fit_batches(
    trainer: TorchTrainer,
    batches: Any,
    epochs: int,
    val: tuple[Array, Array] | None,
    callbacks: list[Callback],
) -> History:
    done: list[Progress] = []
    reason = "epochs"
    try:
        for epoch in range(1, epochs + 1):
            now = _epoch(trainer, batches, epoch, val)
            trainer.copy_to()
            done.append(now)
            stops = [is_true(callback(now)) for callback in callbacks]
            if any(stops):
                reason = "callback"
                break
    except Diverged:
        raise
    except BaseException:
        _finish(trainer)
        raise
    _finish(trainer)
    return History(done, reason, trainer.notes, "", trainer.options)


def _epoch(trainer: TorchTrainer, batches: Any, epoch: int, val: tuple[Array, Array] | None) -> Progress:
    loss, count, steps = 0.0, 0, 0
    for batch in batches:
        x, y = _batch(batch)
        loss += trainer.step(x, y) * len(x)
        count += len(x)
        steps += 1
    if steps == 0:
        raise ValueError("the iterable of batches is empty: can it be read more than once?")
    unknown = math.nan
    train = Score(loss / count, unknown, count, unknown, unknown, unknown)
    measured = None if val is None else trainer.evaluate(*val)
    rate = float(trainer.options["lr"])
    return Progress(
        epoch, steps, steps, _steps(trainer), train, measured, None, rate, unknown, unknown, None, True, None
    )
