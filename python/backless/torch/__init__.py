"""PyTorch's models: backless.from_torch(), backless.to_torch() and backless.fit().

import backless, torch.nn as nn
module = nn.Sequential(nn.Flatten(), nn.Linear(784, 800), nn.Tanh(), nn.Linear(800, 10))
backless.fit(module, x, y, rule="dfa", epochs=5)  # trains the module's own parameters
"""

try:
    import torch.fx as _needed  # noqa: F401
except ImportError as error:
    raise ImportError("backless.torch needs PyTorch: pip install 'backless[torch]'") from error

from .building import to_torch
from .from_module import TorchTrainer, from_torch
from .training import fit

__all__ = ["TorchTrainer", "fit", "from_torch", "to_torch"]
