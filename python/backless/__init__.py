"""backless: train neural networks without backpropagation.

import backless
trainer = backless.Trainer("dense 800, tanh, dense 10", rule="dfa", epochs=5)
trainer.fit(x_train, y_train)
trainer.predict(x_test)
"""

from importlib import import_module
from typing import TYPE_CHECKING

from ._errors import (
    BadData,
    BadValue,
    Diverged,
    Error,
    FileError,
    NotDefined,
    OutOfMemory,
    Stopped,
    Unsupported,
)
from ._library import lib as _lib
from ._options import Option, options
from .comparison import Comparison, compare
from .data import Data, DataSets
from .layers import LayerInfo
from .model import Model
from .net import NamedNet, Net, NetSize, named_nets
from .plotting import plot
from .program import Instruction, Operand
from .progress_bar import ProgressBar
from .records import Angles, BestEpoch, History, Progress, Score
from .reproduction import Reproduction, reproduce
from .rule import Buffer, Emitter, MapCall, Rule, RuleArray, RuleInfo, Size, rules
from .run import Run
from .tensors import Tensors
from .trainer import Inspection, Trainer

__version__: str = _lib.bl_version().decode()
numeric_revision: int = _lib.bl_numeric_revision()

# Names of backless.sklearn and backless.torch, which are imported on first access, because they need
# scikit-learn and PyTorch.
_LAZY = {
    "BacklessClassifier": "sklearn",
    "BacklessRegressor": "sklearn",
    "TorchTrainer": "torch",
    "fit": "torch",
    "from_torch": "torch",
    "to_torch": "torch",
}

if TYPE_CHECKING:
    from .sklearn import BacklessClassifier as BacklessClassifier
    from .sklearn import BacklessRegressor as BacklessRegressor
    from .torch import TorchTrainer as TorchTrainer
    from .torch import fit as fit
    from .torch import from_torch as from_torch
    from .torch import to_torch as to_torch


def __getattr__(name: str) -> object:
    if name not in _LAZY:
        raise AttributeError(f"module 'backless' has no attribute {name!r}")
    return getattr(import_module(f".{_LAZY[name]}", __name__), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY})


__all__ = [
    "Angles",
    "BadData",
    "BadValue",
    "BestEpoch",
    "Buffer",
    "Comparison",
    "Data",
    "DataSets",
    "Diverged",
    "Emitter",
    "Error",
    "FileError",
    "History",
    "Inspection",
    "Instruction",
    "LayerInfo",
    "MapCall",
    "Model",
    "NamedNet",
    "Net",
    "NetSize",
    "NotDefined",
    "Operand",
    "Option",
    "OutOfMemory",
    "Progress",
    "ProgressBar",
    "Reproduction",
    "Rule",
    "RuleArray",
    "RuleInfo",
    "Run",
    "Score",
    "Size",
    "Stopped",
    "Tensors",
    "Trainer",
    "Unsupported",
    "compare",
    "named_nets",
    "numeric_revision",
    "options",
    "plot",
    "reproduce",
    "rules",
]
