"""The program of a training step: instructions on whole blocks, and what they read and write."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass

from . import _structs
from ._library import lib, text


@dataclass(frozen=True)
class Operand:
    """buffer: "input", "targets", "output", "signal", "delta", "weights", "feedback" or "gradient", of a
    block. extent: what a task touches: "range": its own; "columns": of another block's matrix; "all"."""

    buffer: str
    block: int
    extent: str
    reads: bool
    writes: bool


@dataclass(frozen=True)
class Instruction:
    """Stages run one after the other; instructions of a stage with the same group run together, divided into
    `tasks` tasks. is_repeated: a forward that was computed before in this step. work: multiply-accumulates
    per example."""

    op: str
    block: int
    stage: int
    group: int
    tasks: int
    is_repeated: bool
    work: float
    operands: tuple[Operand, ...]


def program_of(trainer: int) -> list[Instruction]:
    """The instructions of a trainer's step, in order."""
    program: list[Instruction] = []
    found = _structs.Instruction()
    while lib.bl_trainer_instruction(trainer, len(program), ctypes.byref(found)):
        operands = tuple(
            Operand(text(o.buffer) or "", o.block, text(o.extent) or "", bool(o.reads), bool(o.writes))
            for o in found.operands[: found.n_operands]
        )
        program.append(
            Instruction(
                text(found.op) or "",
                found.block,
                found.stage,
                found.group,
                found.tasks,
                bool(found.is_repeated),
                found.work,
                operands,
            )
        )
    return program
