"""peer_ours.py - this project's library through its public header, by ctypes."""

import ctypes
import os
from ctypes import POINTER, byref, c_char_p, c_double, c_float, c_int, c_int32, c_size_t, c_void_p
from pathlib import Path

import numpy as np

import peer_cases


class Shape(ctypes.Structure):
    _fields_ = [("channels", c_int), ("rows", c_int), ("cols", c_int)]


class Tensor(ctypes.Structure):
    _fields_ = [("name", c_char_p), ("values", POINTER(c_float)), ("rows", c_size_t), ("cols", c_size_t)]


FLOATS, LABELS, OUT = POINTER(c_float), POINTER(c_int32), POINTER(c_void_p)
SIGNATURES = {
    "bl_version": (c_char_p,),
    "bl_why": (c_char_p, c_void_p),
    "bl_backend_name": (c_char_p, c_int),
    "bl_context_new": (c_void_p, c_void_p),
    "bl_context_free": (None, c_void_p),
    "bl_context_use": (c_int, c_void_p, c_char_p, c_int),
    "bl_context_machine": (c_char_p, c_void_p),
    "bl_context_has_bf16": (c_int, c_void_p),
    "bl_config_create": (c_int, OUT, c_void_p),
    "bl_config_set": (c_int, c_void_p, c_char_p, c_char_p),
    "bl_data_wrap": (c_int, OUT, c_void_p, FLOATS, LABELS, c_size_t, Shape, c_int),
    "bl_trainer_create": (c_int, OUT, c_void_p, c_void_p, c_void_p),
    "bl_trainer_model": (c_void_p, c_void_p),
    "bl_trainer_step": (c_int, c_void_p, FLOATS, LABELS, c_size_t, POINTER(c_double)),
    "bl_model_tensor": (c_int, c_void_p, c_int, POINTER(Tensor)),
}


def open_library():
    root = Path(__file__).resolve().parents[2]
    lib = ctypes.CDLL(os.environ.get("BACKLESS_LIBRARY", str(root / "build" / "libbackless.so")))
    for name, (result, *arguments) in SIGNATURES.items():
        function = getattr(lib, name)
        function.restype, function.argtypes = result, arguments
    return lib


def has_bf16():
    """Whether the processor has instructions that multiply bfloat16."""
    lib = open_library()
    ctx = lib.bl_context_new(None)
    answer = lib.bl_context_has_bf16(ctx) != 0
    lib.bl_context_free(ctx)
    return answer


def backends():
    """The names of the backends in this build."""
    lib, names = open_library(), []
    while name := lib.bl_backend_name(len(names)):
        names.append(name.decode())
    return names


def pointers(batch):
    x, labels = batch
    return x.ctypes.data_as(FLOATS), labels.ctypes.data_as(LABELS), len(labels)


class Peer:
    """variant: the backend, or "portable-bf16". The library draws weights and feedback; tensors() returns
    them for the other implementations."""

    def __init__(self, net, rule, variant, threads, state, batches, rate):
        self.lib, self.batches = open_library(), batches
        self.arguments = [pointers(batch) for batch in batches]
        self.ctx = self.lib.bl_context_new(None)
        backend, *precision = variant.split("-")
        self.must(self.lib.bl_context_use(self.ctx, backend.encode(), threads))
        config, data, self.trainer = c_void_p(), c_void_p(), c_void_p()
        self.must(self.lib.bl_config_create(byref(config), self.ctx))
        options = {"net": net.text(), "rule": rule, "init": "glorot", "seed": "1", "loss": "ce",
                   "lr": repr(rate),
                   "batch": str(len(batches[0][1])), "precision": precision[0] if precision else "float32",
                   "optimizer": f"rmsprop rho {peer_cases.RHO} epsilon {peer_cases.EPSILON}"}
        for key, text in options.items():
            self.must(self.lib.bl_config_set(config, key.encode(), text.encode()))
        self.must(self.lib.bl_data_wrap(byref(data), self.ctx, *self.arguments[0], Shape(*net.shape),
                                        peer_cases.CLASSES))
        self.must(self.lib.bl_trainer_create(byref(self.trainer), self.ctx, config, data))

    def must(self, status):
        if status != 0:
            raise RuntimeError(self.lib.bl_why(self.ctx).decode())

    def run(self, n):
        step, trainer, arguments = self.lib.bl_trainer_step, self.trainer, self.arguments
        for i in range(n):
            x, labels, count = arguments[i % len(arguments)]
            self.must(step(trainer, x, labels, count, None))

    def tensors(self):
        """W0, b0, ... in the library's shapes (units x inputs), and B0, ... (classes x outputs of the
        block)."""
        letters, result, tensor, i = {"weight": "W", "bias": "b", "feedback": "B"}, {}, Tensor(), 0
        model = self.lib.bl_trainer_model(self.trainer)
        while self.lib.bl_model_tensor(model, i, byref(tensor)):
            words = tensor.name.decode().split(".")
            values = np.ctypeslib.as_array(tensor.values, (tensor.rows, tensor.cols)).copy()
            name = letters[words[-1]] + words[0]
            result[name] = values.ravel() if name[0] == "b" else values
            i += 1
        return result

    def version(self):
        machine = self.lib.bl_context_machine(self.ctx).decode()
        return f"backless {self.lib.bl_version().decode()}, {machine}"
