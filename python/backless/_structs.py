"""The structs of the C headers, member by member, and the types of its callbacks."""

from __future__ import annotations

import ctypes as c


class Shape(c.Structure):
    _fields_ = [("channels", c.c_int), ("rows", c.c_int), ("cols", c.c_int)]


class Array(c.Structure):
    _fields_ = [
        ("size", c.c_size_t),
        ("values", c.c_void_p),
        ("type", c.c_int),
        ("stride", c.c_size_t),
    ]


class Batch(c.Structure):
    _fields_ = [
        ("size", c.c_size_t),
        ("n", c.c_size_t),
        ("x", c.c_void_p),
        ("labels", c.c_void_p),
        ("targets", c.c_void_p),
        ("weights", c.c_void_p),
    ]


class Tensor(c.Structure):
    _fields_ = [
        ("name", c.c_char_p),
        ("values", c.c_void_p),
        ("rows", c.c_size_t),
        ("cols", c.c_size_t),
    ]


class Scaling(c.Structure):
    _fields_ = [
        ("size", c.c_size_t),
        ("n", c.c_size_t),
        ("offset", c.POINTER(c.c_double)),
        ("scale", c.POINTER(c.c_double)),
        ("is_of_example", c.c_int),
        ("matrix", c.POINTER(c.c_float)),
    ]


class Layer(c.Structure):
    _fields_ = [
        ("size", c.c_size_t),
        ("kind", c.c_char_p),
        ("text", c.c_char_p),
        ("block", c.c_int),
        ("inputs", c.c_int * 2),
        ("n_inputs", c.c_int),
        ("in", Shape),
        ("out", Shape),
        ("rows", c.c_int),
        ("cols", c.c_int),
        ("stride", c.c_int),
        ("pad", c.c_int),
        ("slope", c.c_double),
        ("rate", c.c_double),
        ("tensors", c.c_int * 4),
        ("n_tensors", c.c_int),
    ]


class Score(c.Structure):
    _fields_ = [
        ("loss", c.c_double),
        ("error", c.c_double),
        ("count", c.c_size_t),
        ("rmse", c.c_double),
        ("mae", c.c_double),
        ("r2", c.c_double),
    ]


class Angles(c.Structure):
    _fields_ = [
        ("sample", c.c_double),
        ("flat", c.c_double),
        ("update", c.c_double),
        ("signal_norm", c.c_double),
        ("bp_norm", c.c_double),
        ("weight", c.c_double),
        ("weight_norm", c.c_double),
    ]


class Progress(c.Structure):
    _fields_ = [
        ("epoch", c.c_int),
        ("step", c.c_size_t),
        ("steps", c.c_size_t),
        ("total_step", c.c_size_t),
        ("train", Score),
        ("val", Score),
        ("test", Score),
        ("rate", c.c_double),
        ("seconds", c.c_double),
        ("samples_per_second", c.c_double),
        ("angles", c.POINTER(Angles)),
        ("blocks", c.c_int),
        ("epoch_ended", c.c_int),
        ("batch", Score),
    ]


class BestEpoch(c.Structure):
    _fields_ = [
        ("size", c.c_size_t),
        ("epoch", c.c_int),
        ("train", Score),
        ("val", Score),
        ("test", Score),
    ]


class Option(c.Structure):
    _fields_ = [
        ("key", c.c_char_p),
        ("argument", c.c_char_p),
        ("default_value", c.c_char_p),
        ("group", c.c_char_p),
        ("help", c.c_char_p),
    ]


class NamedNet(c.Structure):
    _fields_ = [
        ("size", c.c_size_t),
        ("name", c.c_char_p),
        ("text", c.c_char_p),
        ("about", c.c_char_p),
        ("shape", Shape),
    ]


class NetSize(c.Structure):
    _fields_ = [
        ("size", c.c_size_t),
        ("layers", c.c_size_t),
        ("blocks", c.c_size_t),
        ("parameters", c.c_size_t),
        ("multiply_accumulates", c.c_double),
    ]


class RuleInfo(c.Structure):
    _fields_ = [
        ("size", c.c_size_t),
        ("name", c.c_char_p),
        ("about", c.c_char_p),
        ("equation", c.c_char_p),
        ("order", c.c_char_p),
        ("is_registered", c.c_int),
    ]


class Operand(c.Structure):
    _fields_ = [
        ("buffer", c.c_char_p),
        ("block", c.c_int),
        ("extent", c.c_char_p),
        ("reads", c.c_int),
        ("writes", c.c_int),
    ]


class Instruction(c.Structure):
    _fields_ = [
        ("op", c.c_char_p),
        ("block", c.c_int),
        ("stage", c.c_int),
        ("group", c.c_int),
        ("tasks", c.c_int),
        ("is_repeated", c.c_int),
        ("work", c.c_double),
        ("operands", Operand * 4),
        ("n_operands", c.c_int),
    ]


class RuleArray(c.Structure):
    _fields_ = [
        ("name", c.c_char_p),
        ("rows", c.c_int),
        ("cols", c.c_int),
        ("flags", c.c_int),
        ("limit", c.c_double),
    ]


class View(c.Structure):
    _fields_ = [
        ("values", c.c_void_p),
        ("rows", c.c_size_t),
        ("cols", c.c_size_t),
        ("stride", c.c_size_t),
    ]


class MapCall(c.Structure):
    _fields_ = [
        ("user", c.c_void_p),
        ("block", c.c_int),
        ("n", c.c_size_t),
        ("step", c.c_uint64),
        ("scale", c.c_float),
        ("unit", c.c_size_t),
        ("fan_out", c.c_size_t),
        ("view", View * 4),
        ("failed", c.POINTER(c.c_int)),
    ]


class MapOperand(c.Structure):
    _fields_ = [("buffer", c.c_int), ("access", c.c_int)]


# Callbacks. An emitter is passed as an opaque pointer.
MapRun = c.CFUNCTYPE(None, c.POINTER(MapCall))
MapWork = c.CFUNCTYPE(c.c_double, c.POINTER(MapCall))
RuleBegin = c.CFUNCTYPE(None, c.c_void_p, c.c_void_p)
RuleBlock = c.CFUNCTYPE(None, c.c_void_p, c.c_int, c.c_void_p)
OnProgress = c.CFUNCTYPE(c.c_int, c.c_void_p, c.POINTER(Progress))


class Map(c.Structure):
    _fields_ = [
        ("size", c.c_size_t),
        ("name", c.c_char_p),
        ("run", MapRun),
        ("whole", c.c_int),
        ("operands", MapOperand * 4),
        ("macs", MapWork),
    ]


class Matmul(c.Structure):
    _fields_ = [
        ("a", c.c_int),
        ("b", c.c_int),
        ("to", c.c_int),
        ("transpose_a", c.c_int),
        ("transpose_b", c.c_int),
    ]


class Rule(c.Structure):
    _fields_ = [
        ("size", c.c_size_t),
        ("name", c.c_char_p),
        ("about", c.c_char_p),
        ("equation", c.c_char_p),
        ("flags", c.c_uint),
        ("feedback", c.c_int),
        ("arrays", c.POINTER(RuleArray)),
        ("n_arrays", c.c_int),
        ("begin", RuleBegin),
        ("emit", RuleBlock),
        ("learn", RuleBlock),
        ("user", c.c_void_p),
    ]
