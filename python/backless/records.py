"""What training reports: scores, angles and the progress of an epoch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, overload

from . import _structs

if TYPE_CHECKING:
    from ._arrays import Array
    from ._curves import Curves


@dataclass(frozen=True)
class Score:
    """loss: mean over the examples, in nats (squared units for targets); error: fraction of examples whose
    largest score is not their class, NaN for targets; count: examples; rmse, mae, r2: of targets, in their
    own unit, NaN for classes."""

    loss: float
    error: float
    count: int
    rmse: float
    mae: float
    r2: float


@dataclass(frozen=True)
class Angles:
    """Angles in degrees between what the rule does to a block and what backpropagation would do at the same
    weights on the same examples; NaN: backpropagation has no direction there.

    sample: between the deltas of each example, averaged; flat: all examples as one vector; update: between
    the changes of the weights; weight: between the block's weights and the matrix with which the
    feedback aligns them.
    signal_norm, bp_norm: mean norms of the two deltas; weight_norm: of the block's weights."""

    sample: float
    flat: float
    update: float
    signal_norm: float
    bp_norm: float
    weight: float
    weight_norm: float


@dataclass(frozen=True)
class BestEpoch:
    """The epoch with the least validation error (of targets: loss), and its figures. None: there is no such
    set, or the figure is not known."""

    epoch: int
    train: Score | None
    val: Score | None
    test: Score | None


@dataclass(frozen=True)
class Progress:
    """How far the training is. epoch is 1 for the first; step of steps are done in it, total_step since the
    beginning. train: running, until the epoch has ended; val, test: None where there is no such set, or not
    yet. rate: the learning rate. seconds: spent training in this epoch. angles: for each block, None where
    they were not measured. batch: of the last step's batch, before that step changed the weights."""

    epoch: int
    step: int
    steps: int
    total_step: int
    train: Score
    val: Score | None
    test: Score | None
    rate: float
    seconds: float
    samples_per_second: float
    angles: tuple[Angles, ...] | None
    epoch_ended: bool
    batch: Score | None


class History(Sequence[Progress]):
    """The epochs that a fit finished, in order.

    stop_reason: why it ended: "epochs", "paper", "patience", "rate", "time", or "callback".
    notes: what of this run cannot learn, or hardly, in sentences. advice: a sentence about a run that has
    hardly trained, or "". options: those of the trainer, as text. Jupyter shows the report of the run folder
    if the trainer has the option out, else a table of the epochs."""

    def __init__(
        self,
        epochs: list[Progress],
        stop_reason: str,
        notes: list[str],
        advice: str,
        options: Mapping[str, str],
    ) -> None:
        self._epochs = epochs
        self.stop_reason = stop_reason
        self.notes = notes
        self.advice = advice
        self.options = dict(options)

    @overload
    def __getitem__(self, i: int) -> Progress: ...

    @overload
    def __getitem__(self, i: slice) -> list[Progress]: ...

    def __getitem__(self, i: int | slice) -> Progress | list[Progress]:
        return self._epochs[i]

    def __len__(self) -> int:
        return len(self._epochs)

    @property
    def losses(self) -> list[float]:
        """The training loss of each epoch."""
        return [epoch.train.loss for epoch in self._epochs]

    def _curves(self) -> Curves:
        from ._curves import curves_of, line_of

        return curves_of(self.options, map(line_of, self))

    def plot(self, *, axes: Sequence[Any] | None = None, title: str | None = None) -> Array:
        """Draws error and angles against epochs, as backless.plot()."""
        from .plotting import plot

        return plot(self, axes=axes, title=title)

    def _repr_html_(self) -> str:
        from .run import report_of_history

        return report_of_history(self)

    def __repr__(self) -> str:
        last = f", loss {self._epochs[-1].train.loss:.4g}" if self._epochs else ""
        count = f"{len(self)} epoch" if len(self) == 1 else f"{len(self)} epochs"
        return f"<backless.History {count}{last}, stopped by {self.stop_reason}>"


def score_of(score: _structs.Score) -> Score:
    return Score(score.loss, score.error, score.count, score.rmse, score.mae, score.r2)


def _score_or_none(score: _structs.Score) -> Score | None:
    return score_of(score) if score.count else None


def angles_of(angles: Any, n: int) -> tuple[Angles, ...]:
    """n of a pointer to or an array of the library's."""
    names = [field[0] for field in _structs.Angles._fields_]
    return tuple(Angles(*(getattr(angles[i], name) for name in names)) for i in range(n))


def progress_of(now: _structs.Progress) -> Progress:
    return Progress(
        now.epoch,
        now.step,
        now.steps,
        now.total_step,
        score_of(now.train),
        _score_or_none(now.val),
        _score_or_none(now.test),
        now.rate,
        now.seconds,
        now.samples_per_second,
        angles_of(now.angles, now.blocks) if now.angles else None,
        bool(now.epoch_ended),
        _score_or_none(now.batch),
    )


def best_epoch_of(best: _structs.BestEpoch) -> BestEpoch:
    return BestEpoch(
        best.epoch, _score_or_none(best.train), _score_or_none(best.val), _score_or_none(best.test)
    )
