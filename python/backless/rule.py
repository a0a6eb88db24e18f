"""User-defined learning rules in Python."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Callable

from . import _structs
from ._arrays import view
from ._context import Context
from ._library import lib, text


class Size(IntEnum):
    """Sizes of a rule's arrays, besides numbers of 1 and more."""

    BATCH = -1  # for rows only: the number of examples in the batch
    OUTPUTS = -2  # of the net
    INPUTS = -3  # of the net
    UNITS = -4  # of the block; only in arrays of each block
    CHANNELS = -5  # of the block; only in arrays of each block


class Buffer(IntEnum):
    """What an instruction reads or writes, of the block that it works on. n: the examples of the batch."""

    INPUT = 1  # n x inputs: the batch
    TARGETS = 2  # n x outputs, one-hot for classes; read only
    ERROR = 3  # e, n x outputs, times MapCall.scale; read only
    OUTPUT = 4  # h, n x units; read only
    SIGNAL = 5  # s, n x units: what the rule uses in the place of dJ / dh
    DELTA = 6  # d, n x the numbers at the output of the block's weights
    WEIGHTS = 7  # W, channels x fan-in, without the biases; read only
    FEEDBACK = 8  # B of the block, in the shape that Rule.feedback sets


_FIRST_ARRAY = 16
_MOST_OPERANDS = 4


@dataclass(frozen=True)
class RuleArray:
    """An array of floats that belongs to the rule. Its values are kept from step to step and saved with the
    model, unless its rows are Size.BATCH or one_step is set: then they are valid within a step only. The
    initial values are drawn from U(-limit, limit)."""

    name: str
    rows: int
    cols: int
    each_block: bool = False
    one_step: bool = False
    limit: float = 0.0


@dataclass(frozen=True)
class MapCall:
    """The first argument of a function of Emitter.call(). n: examples; step: from 1, 0 for a measurement;
    scale: that of ERROR; unit: number of the first column of a view that is cut; fan_out: weights that one
    input number meets."""

    block: int
    n: int
    step: int
    scale: float
    unit: int
    fan_out: int


class Rule:
    """A learning rule. A subclass sets the attributes and overrides emit(), which emits the instructions that
    compute the signal s of a hidden block; the library computes the rest. Direct feedback alignment:

        class MyDFA(backless.Rule):
            name = "my-dfa"
            feedback = "direct"

            def emit(self, e, block):
                e.product(Buffer.ERROR, block)

    emit() is called before the training and computes nothing: it describes the program of a step. What it
    emits must depend only on the block's number and on what the emitter reports about the net. Functions that
    it passes to Emitter.call() are run in every step, and must be methods or functions that stay the same,
    not lambdas made anew in each call of emit().
    """

    name = ""  # a letter, then letters, digits and -, up to 31; no other rule's
    about = "a rule of one's own"
    equation = ""
    # "direct": the library draws B, outputs x units, for product(); "like weights": shaped like the weights,
    # for pull() and push(); "none"
    feedback = "none"
    arrays: Sequence[RuleArray] = ()
    learns_from_zero = False  # all-zero weights are a good start
    needs_classes = False  # targets are refused
    derives_feedback = False  # calls make B from the weights: the option feedback has no effect
    aligns_weights = False  # Angles.weight is measured against the feedback

    def begin(self, e: Emitter) -> None:
        """Called once for a step, before the signals of all blocks."""

    def emit(self, e: Emitter, block: int) -> None:
        """Called for each hidden block that needs a signal: emits its signal, or its delta."""
        raise NotImplementedError(f"{type(self).__name__}.emit()")

    def learn(self, e: Emitter, block: int) -> None:
        """Called for each block, including the last, after the update of its parameters: emits what else
        learns."""


_KINDS = {"none": 0, "direct": 1, "like weights": 2}
_FLAGS = ("learns_from_zero", "needs_classes", "derives_feedback", "aligns_weights")
_READS, _WRITES, _UPDATES = 1, 2, 3
Run = Callable[..., object]


class Binding:
    """A rule registered in a context: its callbacks, and the first exception that one of them raised. The
    library calls functions of Emitter.call() from its worker threads."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self.error: BaseException | None = None
        self.array_names = [array.name for array in rule.arrays]
        self._maps: dict[Any, tuple[Any, bytes]] = {}
        self._callbacks = (
            _structs.RuleBegin(lambda e, _: self._emit(rule.begin, e)),
            _structs.RuleBlock(lambda e, block, _: self._emit(rule.emit, e, block)),
            _structs.RuleBlock(lambda e, block, _: self._emit(rule.learn, e, block)),
        )

    def described(self) -> _structs.Rule:
        rule = self.rule
        if rule.feedback not in _KINDS:
            raise ValueError(
                f"feedback {rule.feedback!r} of rule {rule.name!r}, expected one of {list(_KINDS)}"
            )
        arrays = (_structs.RuleArray * max(1, len(rule.arrays)))(
            *[
                _structs.RuleArray(
                    a.name.encode(),
                    int(a.rows),
                    int(a.cols),
                    int(a.each_block) + 2 * int(a.one_step),
                    a.limit,
                )
                for a in rule.arrays
            ]
        )
        flags = sum(1 << i for i, flag in enumerate(_FLAGS) if getattr(rule, flag))
        out = _structs.Rule(
            ctypes.sizeof(_structs.Rule),
            rule.name.encode(),
            rule.about.encode(),
            rule.equation.encode(),
            flags,
            _KINDS[rule.feedback],
            arrays,
            len(rule.arrays),
        )
        out.emit = self._callbacks[1]
        if type(rule).begin is not Rule.begin:
            out.begin = self._callbacks[0]
        if type(rule).learn is not Rule.learn:
            out.learn = self._callbacks[2]
        return out

    def _emit(self, function: Run, address: int, *block: int) -> None:
        """Calls a callback with an emitter that is invalid afterwards: the library refuses the address
        NULL."""
        emitter = Emitter(address, self)
        self._guard(function, emitter, *block)
        emitter.address = None

    def _guard(self, function: Run, *arguments: Any) -> bool:
        """Runs a function of the rule; False: it has failed. After the first failure no function is run until
        the error has been raised."""
        if self.error is not None:
            return False
        try:
            function(*arguments)
        except BaseException as error:
            self.error = error
        return self.error is None

    def raise_error(self) -> None:
        if self.error is not None:
            error, self.error = self.error, None
            raise error

    def place_of(self, buffer: Buffer | str) -> int:
        """The number of a buffer, or of the rule's array with that name."""
        if not isinstance(buffer, str):
            return int(buffer)
        if buffer not in self.array_names:
            raise ValueError(f"rule {self.rule.name!r} has no array {buffer!r}; it has {self.array_names}")
        return _FIRST_ARRAY + self.array_names.index(buffer)

    def map_of(self, function: Run, accesses: tuple[int, ...]) -> tuple[Any, bytes]:
        """The C function for a Python function, and its name; both live as long as the context."""
        key = function, accesses
        if key not in self._maps:
            run = _structs.MapRun(lambda call: self._run(function, call.contents, accesses))
            self._maps[key] = run, getattr(function, "__name__", type(function).__name__).encode()
        return self._maps[key]

    def _run(self, function: Run, call: _structs.MapCall, accesses: tuple[int, ...]) -> None:
        if not self._guard(_run, function, call, accesses):
            call.failed[0] = 1


def _run(function: Run, call: _structs.MapCall, accesses: tuple[int, ...]) -> None:
    map_call = MapCall(call.block, call.n, call.step, call.scale, call.unit, call.fan_out)
    function(map_call, *[_view_of(call.view[i], access) for i, access in enumerate(accesses)])


def _view_of(v: _structs.View, access: int) -> Any:
    """The view as an array; None if the block has no such matrix."""
    if not v.values:
        return None
    return view(v.values, (v.rows, v.cols), None, "<f4", (4 * v.stride, 4), access != _READS)


class Emitter:
    """What instructions are appended to; valid during the call that it was given to. A source, matrix or
    operand is a Buffer, or the name of one of the rule's arrays."""

    def __init__(self, address: int, binding: Binding) -> None:
        self.address: int | None = address
        self._binding = binding

    # ---- The net

    @property
    def blocks(self) -> int:
        """Hidden ones and the last."""
        return int(lib.bl_emitter_blocks(self.address))

    def followers(self, block: int) -> list[int]:
        """The blocks that read the output of this one; in a row of layers, block + 1."""
        found: list[int] = []
        while True:
            follower = int(lib.bl_emitter_follower(self.address, block, len(found)))
            if follower == 0:
                return found
            found.append(follower)

    def is_weighted(self, block: int) -> bool:
        """False: a sum, layernorm or subsample."""
        return bool(lib.bl_emitter_is_weighted(self.address, block))

    def needs_signal(self, block: int) -> bool:
        """emit() is called for it."""
        return bool(lib.bl_emitter_needs_signal(self.address, block))

    # ---- Instructions

    def product(self, source: Buffer | str, block: int) -> None:
        """s = v B of the block, for feedback "direct". v: ERROR, TARGETS (sent as -scale y), or an array of
        BATCH x OUTPUTS."""
        lib.bl_emit_product(self.address, self._binding.place_of(source), block)

    def pull(self, matrix: Buffer | str, block: int) -> None:
        """s = the sum over the blocks f that follow of d_f M_f; M: WEIGHTS or FEEDBACK."""
        lib.bl_emit_pull(self.address, self._binding.place_of(matrix), block)

    def push(self, matrix: Buffer | str, block: int) -> None:
        """s = d M^T, d the delta of the block before, M the block's WEIGHTS or FEEDBACK."""
        lib.bl_emit_push(self.address, self._binding.place_of(matrix), block)

    def call(
        self,
        function: Run,
        block: int,
        *,
        reads: Sequence[Buffer | str] = (),
        updates: Sequence[Buffer | str] = (),
        writes: Sequence[Buffer | str] = (),
        whole: bool = True,
    ) -> None:
        """Runs function(call, *views) in every step: call is a MapCall, and the views are the operands in the
        order reads, updates, writes, as NumPy arrays that are valid during the call. What is written must be
        written in place: s[...] = e @ m. Up to 4 operands.

        whole: the function is called once, with whole views. False: for some channels at a time, by several
        threads at once; a number that is written may then depend on its own column of operands that are cut
        (signal, delta, feedback, arrays with a side of UNITS or CHANNELS), and on all of the others."""
        accesses = (_READS,) * len(reads) + (_UPDATES,) * len(updates) + (_WRITES,) * len(writes)
        buffers = [*reads, *updates, *writes]
        if len(buffers) > _MOST_OPERANDS:
            raise ValueError(f"{len(buffers)} operands, expected up to {_MOST_OPERANDS}")
        run, name = self._binding.map_of(function, accesses)
        described = _structs.Map(size=ctypes.sizeof(_structs.Map), name=name, run=run, whole=int(whole))
        for i, (buffer, access) in enumerate(zip(buffers, accesses)):
            described.operands[i].buffer = self._binding.place_of(buffer)
            described.operands[i].access = access
        lib.bl_emit_map(self.address, ctypes.byref(described), block)

    def matmul(
        self,
        a: Buffer | str,
        b: Buffer | str,
        to: Buffer | str,
        block: int,
        *,
        transpose_a: bool = False,
        transpose_b: bool = False,
    ) -> None:
        """to = a b, in float32, where a or b may be transposed first."""
        place = self._binding.place_of
        described = _structs.Matmul(place(a), place(b), place(to), int(transpose_a), int(transpose_b))
        lib.bl_emit_matmul(self.address, ctypes.byref(described), block)

    def forward(self, block: int) -> None:
        """Computes the output of the block again, from an input that a call has updated."""
        lib.bl_emit_forward(self.address, block)

    def noise(self, array: str, sigma: float, block: int, *, stream: int = 0) -> None:
        """An array of the rule's own = sigma N(0, 1)."""
        lib.bl_emit_noise(self.address, self._binding.place_of(array), sigma, stream, block)

    def every(self, steps: int) -> None:
        """The instructions emitted after this call in this callback run only in the steps 1, 1 + steps, 1 + 2
        steps, ..."""
        lib.bl_emit_every(self.address, steps)

    def learn_feedback(self, block: int) -> None:
        """In learn(): updates B by a step of the optimiser."""
        lib.bl_emit_learn_feedback(self.address, block)

    def update(self, array: str, gradient: str, block: int) -> None:
        """In learn(): updates an array by a step of the optimiser, with another array as its gradient."""
        place = self._binding.place_of
        lib.bl_emit_update(self.address, place(array), place(gradient), block)


def register(context: Context, rule: Rule) -> Binding:
    """Makes the rule known in a context. ValueError: its name is taken or is no name, or what it emits is not
    defined."""
    binding = Binding(rule)
    context.keep(binding)
    with context.use():
        status = lib.bl_rule_register(context.address, ctypes.byref(binding.described()))
        binding.raise_error()
        context.check(status)
    return binding


def rules_of(context: Context) -> list[Rule]:
    """The rules that were registered in a context."""
    return [thing.rule for thing in context.kept if isinstance(thing, Binding)]


@dataclass(frozen=True)
class RuleInfo:
    """A rule of the library's. order: in which the blocks learn: "backward", "forward", "any"."""

    name: str
    about: str
    equation: str
    order: str


def rules() -> list[RuleInfo]:
    """The rules that the library has."""
    context = Context(threads=1)
    found: list[RuleInfo] = []
    info = _structs.RuleInfo(size=ctypes.sizeof(_structs.RuleInfo))
    while lib.bl_rule_at(context.address, len(found), ctypes.byref(info)):
        found.append(RuleInfo(*(text(t) or "" for t in (info.name, info.about, info.equation, info.order))))
    return found
