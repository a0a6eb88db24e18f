"""backless: train neural networks without backpropagation.

import backless
trainer = backless.Trainer("dense 800, tanh, dense 10", rule="dfa", epochs=5)
trainer.fit(x_train, y_train)
trainer.predict(x_test)
"""

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
from .data import Data, DataSets
from .model import Model
from .net import NamedNet, Net, NetSize, named_nets
from .program import Instruction, Operand
from .progress_bar import ProgressBar
from .records import Angles, History, Progress, Score
from .rule import Buffer, Emitter, MapCall, Rule, RuleArray, RuleInfo, Size, rules
from .run import Run
from .tensors import Tensors
from .trainer import Inspection, Trainer

__version__: str = _lib.bl_version().decode()
numeric_revision: int = _lib.bl_numeric_revision()

# The estimators of backless.sklearn. That module is imported on first access, because it needs scikit-learn.
_ESTIMATORS = ("BacklessClassifier", "BacklessRegressor")


def __getattr__(name: str) -> object:
    if name not in _ESTIMATORS:
        raise AttributeError(f"module 'backless' has no attribute {name!r}")
    from . import sklearn

    return getattr(sklearn, name)


__all__ = [
    "Angles",
    "BadData",
    "BadValue",
    "Buffer",
    "Data",
    "DataSets",
    "Diverged",
    "Emitter",
    "Error",
    "FileError",
    "History",
    "Inspection",
    "Instruction",
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
    "named_nets",
    "numeric_revision",
    "options",
    "rules",
]
