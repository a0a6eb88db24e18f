"""Modules of PyTorch as the words of a net's text: "conv 16 5x5 pad 2". What has no such word is refused."""

from __future__ import annotations

from typing import Any, Callable, NamedTuple, NoReturn

import torch
from torch import nn

from .._errors import Unsupported

# What a batch norm and a layer norm of the library have (backless.h).
EPSILON, MOMENTUM = 1e-5, 0.1

Sides = tuple[int, ...]


class Layer(NamedTuple):
    """A layer of the text, and the module that its weights are of."""

    text: str
    module: nn.Module

    @property
    def kind(self) -> str:
        return self.text.split()[0]


class Place(NamedTuple):
    """A module in its net. shape: of an example at its input."""

    name: str
    module: Any
    shape: Sides

    def refuse(self, why: str) -> NoReturn:
        raise Unsupported(f"{self.name!r} is a {type(self.module).__name__} {why}")

    def need(self, holds: bool, why: str) -> None:
        if not holds:
            self.refuse(why)


def _pair(value: Any) -> tuple[int, int]:
    return (value, value) if isinstance(value, int) else (int(value[0]), int(value[1]))


def _one(at: Place, value: Any, what: str) -> int:
    rows, cols = _pair(value)
    at.need(rows == cols, f"with a {what} of {rows} rows and {cols} columns; backless has one for both")
    return rows


def _dense(at: Place) -> str:
    at.need(len(at.shape) == 1, f"on examples of shape {at.shape}; backless has it for vectors: flatten them")
    return f"dense {at.module.out_features}{'' if at.module.bias is not None else ' nobias'}"


def _padding(at: Place) -> int:
    module = at.module
    if module.padding == "valid":
        return 0
    if module.padding == "same":
        side = _one(at, module.kernel_size, "window and padding 'same'")
        at.need(side % 2 == 1, "with padding 'same' and an even window, which is not symmetric")
        return side // 2
    return _one(at, module.padding, "padding")


def _conv(at: Place) -> str:
    module = at.module
    at.need(module.groups == 1, f"with groups={module.groups}; backless has no groups")
    at.need(_pair(module.dilation) == (1, 1), f"with dilation={module.dilation}; backless has no dilation")
    at.need(module.padding_mode == "zeros", f"with padding_mode={module.padding_mode!r}; backless pads zeros")
    rows, cols = _pair(module.kernel_size)
    stride, pad = _one(at, module.stride, "stride"), _padding(at)
    bias = "" if module.bias is not None else " nobias"
    return f"conv {module.out_channels} {rows}x{cols} stride {stride} pad {pad}{bias}"


def _pool(word: str) -> Callable[[Place], str]:
    def text(at: Place) -> str:
        module = at.module
        at.need(_pair(module.padding) == (0, 0), "with padding; backless's pools have none")
        at.need(not module.ceil_mode, "with ceil_mode=True; backless leaves out windows beyond the edge")
        at.need(_pair(getattr(module, "dilation", 1)) == (1, 1), "with dilation; backless's pools have none")
        at.need(getattr(module, "divisor_override", None) is None, "with a divisor_override")
        at.need(not getattr(module, "return_indices", False), "with return_indices=True")
        rows, cols = _pair(module.kernel_size)
        return f"{word} {rows}x{cols} stride {_one(at, module.stride, 'stride')}"

    return text


def _adaptive_pool(word: str) -> Callable[[Place], str]:
    """For 1, the whole map, and sizes that divide the map into windows of one stride."""

    def text(at: Place) -> str:
        size = at.module.output_size
        given = size if isinstance(size, (tuple, list)) else (size, size)
        maps = tuple(int(side) for side in at.shape[-2:])
        wanted = tuple(side if side is not None else whole for side, whole in zip(given, maps))
        at.need(not getattr(at.module, "return_indices", False), "with return_indices=True")
        if wanted == (1, 1):
            return f"{word} all"
        windows = [whole // side for side, whole in zip(wanted, maps)]
        is_divided = all(whole % side == 0 for side, whole in zip(wanted, maps))
        at.need(
            is_divided and windows[0] == windows[1],
            f"of output size {size} on maps of {maps[0]} x {maps[1]}; backless has it for 1, the whole map, "
            "and for sizes that divide rows and columns by the same number",
        )
        return f"{word} {windows[0]}x{windows[0]} stride {windows[0]}" if windows[0] > 1 else ""

    return text


def _batchnorm(at: Place) -> str:
    module = at.module
    at.need(module.affine, "without weight and bias; backless trains both")
    at.need(module.track_running_stats, "without running statistics")
    at.need(module.eps == EPSILON, f"with eps={module.eps}; backless has {EPSILON}")
    at.need(module.momentum == MOMENTUM, f"with momentum={module.momentum}; backless has {MOMENTUM}")
    return "batchnorm"


def _layernorm(at: Place) -> str:
    module = at.module
    shape = tuple(module.normalized_shape)
    at.need(shape == at.shape, f"over {shape}; backless norms the whole example, {at.shape}")
    at.need(module.elementwise_affine and module.bias is not None, "without weight and bias")
    at.need(module.eps == EPSILON, f"with eps={module.eps}; backless has {EPSILON}")
    return "layernorm"


def _gelu(at: Place) -> str:
    at.need(at.module.approximate == "none", "by an approximation; backless computes it exactly")
    return "gelu"


def _softplus(at: Place) -> str:
    at.need(at.module.beta == 1, f"with beta={at.module.beta}; backless has 1")
    at.need(at.module.threshold == 20, f"with threshold={at.module.threshold}; backless has none")
    return "softplus"


def _dropout(at: Place) -> str:
    return f"dropout {at.module.p!r}" if at.module.p > 0 else ""


def _flatten(at: Place) -> str:
    at.need(at.module.start_dim == 1 and at.module.end_dim == -1, "of some dimensions; backless flattens all")
    return "flatten" if len(at.shape) > 1 else ""


def _of_the_loss(at: Place) -> str:
    at.refuse("; leave it out, because it belongs to the loss: ce has softmax, bce the logistic function")


def _word(text: str) -> Callable[[Place], str]:
    return lambda at: text


_TEXTS: dict[type[Any], Callable[[Place], str]] = {
    nn.Linear: _dense,
    nn.Conv2d: _conv,
    nn.MaxPool2d: _pool("maxpool"),
    nn.AvgPool2d: _pool("avgpool"),
    nn.AdaptiveAvgPool2d: _adaptive_pool("avgpool"),
    nn.AdaptiveMaxPool2d: _adaptive_pool("maxpool"),
    nn.BatchNorm1d: _batchnorm,
    nn.BatchNorm2d: _batchnorm,
    nn.LayerNorm: _layernorm,
    nn.ReLU: _word("relu"),
    nn.LeakyReLU: lambda at: f"leaky-relu {at.module.negative_slope!r}",
    nn.Tanh: _word("tanh"),
    nn.Sigmoid: _word("logistic"),
    nn.GELU: _gelu,
    nn.Softplus: _softplus,
    nn.Identity: _word(""),
    nn.Dropout: _dropout,
    nn.Flatten: _flatten,
    nn.Softmax: _of_the_loss,
    nn.LogSoftmax: _of_the_loss,
}


def layer_of(name: str, module: nn.Module, shape: Sides) -> Layer | None:
    """The layer that stands for a module whose input has examples of this shape; None: it changes nothing.
    Unsupported: there is none."""
    at = Place(name, module, shape)
    text_of = _TEXTS.get(type(module))
    if text_of is None:
        at.refuse(f", which backless does not have; it has {', '.join(kind.__name__ for kind in _TEXTS)}")
    others = [key for key, _ in module.named_parameters(recurse=False) if key not in ("weight", "bias")]
    at.need(not others, f"with a parameter {', '.join(map(repr, others))}, from which its weight is computed")
    text = text_of(at)
    return Layer(text, module) if text else None


# Functions and methods of tensors as modules: made from the arguments behind the tensor.
_FUNCTIONS: dict[str, Callable[..., nn.Module]] = {
    "relu": lambda inplace=False: nn.ReLU(),
    "leaky_relu": lambda negative_slope=0.01, inplace=False: nn.LeakyReLU(negative_slope),
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
    "gelu": lambda approximate="none": nn.GELU(approximate),
    "softplus": nn.Softplus,
    "max_pool2d": nn.MaxPool2d,
    "avg_pool2d": nn.AvgPool2d,
    "adaptive_avg_pool2d": nn.AdaptiveAvgPool2d,
    "adaptive_max_pool2d": nn.AdaptiveMaxPool2d,
    "dropout": lambda p=0.5, training=True, inplace=False: nn.Dropout(p),
    "softmax": lambda *_, **__: nn.Softmax(1),
    "log_softmax": lambda *_, **__: nn.LogSoftmax(1),
}


def module_of_function(name: str, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> nn.Module | None:
    """None: no module stands for this function."""
    make = _FUNCTIONS.get(name.strip("_"))
    return make(*arguments, **keywords) if make else None


def check_parameters(module: nn.Module) -> None:
    """ValueError: a parameter is not float32 on the CPU, where backless trains."""
    for name, tensor in (*module.named_parameters(), *module.named_buffers()):
        if tensor.device.type != "cpu":
            raise ValueError(
                f"{name} is on the device {tensor.device}, but backless works on the CPU: module.cpu() moves "
                "it there"
            )
        if tensor.is_floating_point() and tensor.dtype != torch.float32:
            raise ValueError(
                f"{name} has the type {tensor.dtype}, but backless works with float32: module.float() "
                "converts it"
            )
