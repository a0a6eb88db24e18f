"""What torch.fx traces of a module, as the text of a net: a chain of layers and residuals."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import zip_longest
from typing import Any, NamedTuple, Union

import torch
from torch import fx, nn
from torch.fx.passes.shape_prop import ShapeProp, TensorMetadata

from .._errors import Unsupported
from .layers import Layer, Sides, layer_of, module_of_function


class Step:
    """A layer and the step that it reads; the input, which reads none; or a sum of two steps, whose `fork` is
    the last step through which both pass."""

    def __init__(self, inputs: list[Step], layer: Layer | None) -> None:
        self.inputs, self.layer = inputs, layer
        self.fork = _fork_of(*inputs) if len(inputs) == 2 else None


class Residual(NamedTuple):
    body: list[Item]
    shortcut: list[Item]


Item = Union[Layer, Residual]


class Traced(NamedTuple):
    """text: of the net. layers: those of the text, in its order."""

    text: str
    layers: list[Layer]


def trace(module: nn.Module, input_shape: Sides) -> Traced:
    """Unsupported: the module cannot be traced, or has what the library lacks, which is named."""
    graph = _graph_of(module, input_shape)
    items = _path(*_ends_of(graph))
    items = _without_flatten_of_input(items)
    return Traced(_text_of(items), list(_layers_of(items)))


# ---- The graph


@contextmanager
def _evaluating(module: nn.Module) -> Iterator[None]:
    """In evaluation, so that batch norm keeps its statistics; the random numbers stay as they were."""
    modes = [(part, part.training) for part in module.modules()]
    try:
        with torch.random.fork_rng(devices=[]), torch.no_grad():
            module.eval()
            yield
    finally:
        for part, is_training in modes:
            part.training = is_training


def _graph_of(module: nn.Module, input_shape: Sides) -> fx.GraphModule:
    with _evaluating(module):
        graph = _traced(module)
        module.train()
        _compare_modes(module, graph, _traced(module))
        module.eval()
        try:
            ShapeProp(graph).propagate(torch.zeros(2, *input_shape))
        except Exception as error:
            raise Unsupported(
                f"{type(module).__name__} does not take examples of the shape {input_shape}: {error}"
            ) from error
    return graph


def _traced(module: nn.Module) -> fx.GraphModule:
    try:
        return fx.symbolic_trace(module)
    except Exception as error:  # whatever the module's own code raises
        raise Unsupported(
            f"{type(module).__name__} cannot be traced by torch.fx, which shows backless its layers: {error}"
        ) from error


def _name_of(node: fx.Node) -> str:
    return node.target if isinstance(node.target, str) else getattr(node.target, "__name__", str(node.target))


def _dropout_of(node: fx.Node) -> tuple[object, object]:
    """p and training of a call of dropout(input, p, training, inplace)."""
    arguments = dict(zip(("input", "p", "training", "inplace"), node.args)) | dict(node.kwargs)
    return arguments.get("p", 0.5), arguments.get("training", True)


def _is_dropout(node: fx.Node) -> bool:
    return node.op == "call_function" and _name_of(node) == "dropout"


def _call_of(node: fx.Node) -> str:
    """What must be the same in training and in evaluation."""
    arguments = _dropout_of(node)[0] if _is_dropout(node) else (node.args, node.kwargs)
    return f"{node.name} {node.op} {_name_of(node)} {node.all_input_nodes} {arguments}"


def _compare_modes(module: nn.Module, evaluated: fx.GraphModule, trained: fx.GraphModule) -> None:
    """Notes in each dropout of the first graph, whose arguments are those of evaluation, whether it drops
    units in training. Unsupported: the module does something else in training, which backless would not
    do."""
    pairs = zip_longest(evaluated.graph.nodes, trained.graph.nodes)
    for node, other in pairs:
        if node is None or other is None or _call_of(node) != _call_of(other):
            named = node if node is not None and node.op != "output" else other
            raise Unsupported(
                f"{type(module).__name__} does something else in training than in evaluation, from "
                f"{named.name!r} on; backless knows dropout(x, p, self.training), and modules such as "
                "nn.Dropout"
            )
        if _is_dropout(node):
            node.meta["drops"] = bool(_dropout_of(other)[1])


def _shape_of(node: fx.Node) -> Sides | None:
    """Of an example; None: the node is no tensor."""
    meta = node.meta.get("tensor_meta")
    return tuple(meta.shape[1:]) if isinstance(meta, TensorMetadata) else None


def _ends_of(graph: fx.GraphModule) -> tuple[Step, Step]:
    """The input and the output."""
    steps: dict[fx.Node, Step] = {}
    first: Step | None = None
    uses: dict[int, str] = {}
    for node in graph.graph.nodes:
        if node.op == "placeholder":
            if first is not None:
                raise Unsupported(f"the module has a second input, {node.name!r}; a net of backless has one")
            steps[node] = first = Step([], None)
        elif node.op == "output":
            if not isinstance(node.args[0], fx.Node) or node.args[0] not in steps or first is None:
                raise Unsupported("the module gives more than one tensor; a net of backless gives one")
            return first, steps[node.args[0]]
        elif node.op == "get_attr":
            raise Unsupported(f"{node.target!r} is a tensor of the module outside its layers")
        elif _shape_of(node) is not None:
            _check_use(graph, node, uses)
            step = _step_of(graph, node, steps)
            _change_in_place(graph, node, steps, step)
            steps[node] = step
    raise Unsupported("the module has no output")


def _check_use(graph: fx.GraphModule, node: fx.Node, uses: dict[int, str]) -> None:
    if node.op != "call_module":
        return
    module = graph.get_submodule(str(node.target))
    own = "in a net of backless each layer has weights of its own"
    for parameter in {id(p): p for p in module.parameters()}:
        if parameter in uses:
            before = uses[parameter]
            raise Unsupported(
                f"{node.target!r} is used twice; {own}"
                if before == node.target
                else f"{node.target!r} shares a parameter with {before!r}; {own}"
            )
        uses[parameter] = str(node.target)


def _is_in_place(graph: fx.GraphModule, node: fx.Node) -> bool:
    if node.op == "call_module":
        return bool(getattr(graph.get_submodule(str(node.target)), "inplace", False))
    name = node.target if isinstance(node.target, str) else getattr(node.target, "__name__", "")
    is_told = node.kwargs.get("inplace") is True or (name == "relu" and node.args[1:2] == (True,))
    return name == "iadd" or name.endswith("_") or is_told


def _change_in_place(graph: fx.GraphModule, node: fx.Node, steps: dict[fx.Node, Step], step: Step) -> None:
    """What reads the changed tensor later reads the result."""
    if _is_in_place(graph, node):
        before = steps[next(part for part in node.all_input_nodes if part in steps)]
        for other in [other for other, its in steps.items() if its is before]:
            steps[other] = step


def _step_of(graph: fx.GraphModule, node: fx.Node, steps: dict[fx.Node, Step]) -> Step:
    name = _name_of(node)
    if node.op != "call_module" and name in ("add", "iadd", "add_"):
        return _sum_of(node, steps)
    source = node.args[0] if node.args else node.kwargs.get("input")
    if not isinstance(source, fx.Node) or source not in steps:
        raise Unsupported(f"{node.name!r} ({name}) does not read the output of a layer")
    before, shape = steps[source], _shape_of(source) or ()
    if node.op == "call_module":
        layer = layer_of(str(node.target), graph.get_submodule(str(node.target)), shape)
        return Step([before], layer) if layer else before
    return _of_function(node, str(name), before, shape)


def _sum_of(node: fx.Node, steps: dict[fx.Node, Step]) -> Step:
    inputs = [steps.get(part) if isinstance(part, fx.Node) else None for part in node.args[:2]]
    found = [step for step in inputs if step is not None]
    shapes = {_shape_of(part) for part in node.args[:2] if isinstance(part, fx.Node)}
    if len(found) != 2 or len(shapes) != 1 or set(node.kwargs) - {"inplace"}:
        raise Unsupported(f"{node.name!r} is a sum of other things than two outputs of one shape")
    return Step(found, None)


def _of_function(node: fx.Node, name: str, before: Step, shape: Sides) -> Step:
    after = _shape_of(node) or ()
    arguments, keywords = tuple(node.args[1:]), {k: v for k, v in node.kwargs.items() if k != "input"}
    if name in ("flatten", "view", "reshape", "contiguous"):
        return _reshaped(node, name, before, shape, after)
    if name == "getitem":
        return Step([before], _subsampled(node, shape))
    if name == "pad":
        return _padded(node, before, shape, after)
    if _is_dropout(node) and _dropout_of(node)[1]:
        raise Unsupported(
            f"{node.name!r} drops units in evaluation too; backless does not: dropout(x, p, self.training)"
        )
    if _is_dropout(node) and not node.meta["drops"]:
        return before
    module = module_of_function(name, arguments, keywords)
    if module is None:
        raise Unsupported(f"{node.name!r} calls {name}(), which backless does not have")
    layer = layer_of(node.name, module, shape)
    return Step([before], layer) if layer else before


def _reshaped(node: fx.Node, name: str, before: Step, shape: Sides, after: Sides) -> Step:
    meta = node.meta["tensor_meta"]
    if meta.shape[0] == 2 and after == shape:
        return before
    if meta.shape[0] == 2 and after == (_product(shape),):
        return Step([before], Layer("flatten", nn.Flatten()))
    raise Unsupported(
        f"{node.name!r} ({name}) gives examples the shape {after}; backless flattens them whole"
    )


def _product(shape: Sides) -> int:
    n = 1
    for side in shape:
        n *= side
    return n


def _subsampled(node: fx.Node, shape: Sides) -> Layer:
    """x[:, :, ::s, ::s]"""
    index = node.args[1]
    parts = index if isinstance(index, tuple) else (index,)
    whole, last = slice(None), parts[-1]
    stride = last.step if isinstance(last, slice) else None
    if (
        len(shape) != 3
        or not isinstance(stride, int)
        or parts != (whole, whole, last, last)
        or last != slice(None, None, stride)
    ):
        raise Unsupported(f"{node.name!r} takes a part of a tensor other than x[:, :, ::s, ::s]")
    return Layer(f"subsample {stride}", nn.Identity())


def _padded(node: fx.Node, before: Step, shape: Sides, after: Sides) -> Step:
    """F.pad(x, (0, 0, 0, 0, a, b)): channels of zeros, half of them before the others, as the library's."""
    arguments = dict(zip(("pad", "mode", "value"), node.args[1:]), **node.kwargs)
    added = after[0] - shape[0] if len(shape) == 3 else -1
    expected = (0, 0, 0, 0, added // 2, added - added // 2)
    pad: Any = arguments.get("pad", ())
    if tuple(pad) != expected or arguments.get("mode", "constant") != "constant" or arguments.get("value"):
        raise Unsupported(
            f"{node.name!r} pads otherwise than by channels of zeros, half of them before the others"
        )
    layer = before.layer
    if layer is not None and layer.text.startswith("subsample") and "pad" not in layer.text:
        return Step(before.inputs, Layer(f"{layer.text} pad-channels {after[0]}", layer.module))
    return Step([before], Layer(f"subsample 1 pad-channels {after[0]}", nn.Identity()))


# ---- The text


def _fork_of(first: Step, second: Step) -> Step:
    """The last step through which both pass: the input at the earliest."""
    ours = {id(step) for step in _spine(first)}
    return next(step for step in _spine(second) if id(step) in ours)


def _spine(step: Step) -> Iterator[Step]:
    """The steps through which everything that this one reads passes, from it to the input."""
    while True:
        yield step
        if not step.inputs:
            return
        step = step.fork or step.inputs[0]


def _path(start: Step, step: Step) -> list[Item]:
    """The layers and residuals from one step to another, on whose spine the first is."""
    items: list[Item] = []
    while step is not start:
        if step.fork is not None:
            branches = [_path(step.fork, branch) for branch in step.inputs]
            if not any(branches):
                raise Unsupported("a sum adds a tensor to itself")
            body, shortcut = branches if branches[0] else branches[::-1]
            items.append(Residual(body, shortcut))
            step = step.fork
        else:
            assert step.layer is not None
            items.append(step.layer)
            step = step.inputs[0]
    return items[::-1]


def _without_flatten_of_input(items: list[Item]) -> list[Item]:
    """A dense layer takes an image as a vector, and before the first weights a net has no other layer."""
    first = next((i for i, item in enumerate(items) if _is_weighted(item)), 0)
    return [item for i, item in enumerate(items) if i >= first or not _is_flatten(item)]


def _is_weighted(item: Item) -> bool:
    return isinstance(item, Residual) or item.kind in ("dense", "conv")


def _is_flatten(item: Item) -> bool:
    return isinstance(item, Layer) and item.kind == "flatten"


def _text_of(items: list[Item]) -> str:
    return ", ".join(item.text if isinstance(item, Layer) else _text_of_residual(item) for item in items)


def _text_of_residual(residual: Residual) -> str:
    shortcut = f" | {_text_of(residual.shortcut)}" if residual.shortcut else ""
    return f"residual ({_text_of(residual.body)}{shortcut})"


def _layers_of(items: list[Item]) -> Iterator[Layer]:
    for item in items:
        if isinstance(item, Layer):
            yield item
        else:
            yield from _layers_of(item.body)
            yield from _layers_of(item.shortcut)
