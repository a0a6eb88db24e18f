"""backless_library.py - calls the library by ctypes and reads its model files, for the comparisons with
PyTorch. $BACKLESS_LIBRARY is the path of the shared library.
"""
import ctypes
import json
import os
from ctypes import POINTER, byref, c_char_p, c_double, c_float, c_int, c_int32, c_size_t, c_void_p

import numpy as np


class Shape(ctypes.Structure):
    _fields_ = [("channels", c_int), ("rows", c_int), ("cols", c_int)]


class Tensor(ctypes.Structure):
    _fields_ = [("name", c_char_p), ("values", POINTER(c_float)), ("rows", c_size_t), ("cols", c_size_t)]


class NetSize(ctypes.Structure):
    _fields_ = [("size", c_size_t), ("layers", c_size_t), ("blocks", c_size_t), ("parameters", c_size_t),
                ("multiply_accumulates", c_double)]


FLOATS, LABELS, OUT = POINTER(c_float), POINTER(c_int32), POINTER(c_void_p)
SIGNATURES = {
    "bl_why": (c_char_p, c_void_p),
    "bl_context_new": (c_void_p, c_void_p),
    "bl_context_free": (None, c_void_p),
    "bl_context_use": (c_int, c_void_p, c_char_p, c_int),
    "bl_config_create": (c_int, OUT, c_void_p),
    "bl_config_set": (c_int, c_void_p, c_char_p, c_char_p),
    "bl_config_free": (None, c_void_p),
    "bl_data_wrap": (c_int, OUT, c_void_p, FLOATS, LABELS, c_size_t, Shape, c_int),
    "bl_data_free": (None, c_void_p),
    "bl_trainer_create": (c_int, OUT, c_void_p, c_void_p, c_void_p),
    "bl_trainer_free": (None, c_void_p),
    "bl_trainer_model": (c_void_p, c_void_p),
    "bl_trainer_step": (c_int, c_void_p, FLOATS, LABELS, c_size_t, POINTER(c_double)),
    "bl_trainer_inspect": (c_int, c_void_p, FLOATS, LABELS, c_size_t),
    "bl_trainer_delta": (c_int, c_void_p, c_int, POINTER(Tensor)),
    "bl_trainer_gradient": (c_int, c_void_p, c_int, POINTER(Tensor)),
    "bl_model_tensor": (c_int, c_void_p, c_int, POINTER(Tensor)),
    "bl_model_set_tensor": (c_int, c_void_p, c_char_p, FLOATS, c_size_t),
    "bl_model_save": (c_int, c_void_p, c_char_p),
    "bl_model_predict": (c_int, c_void_p, FLOATS, c_size_t, POINTER(c_double)),
    "bl_net_measure": (c_int, c_void_p, c_char_p, Shape, c_int, POINTER(NetSize)),
}


def open_library():
    lib = ctypes.CDLL(os.environ["BACKLESS_LIBRARY"])
    for name, (result, *arguments) in SIGNATURES.items():
        function = getattr(lib, name)
        function.restype, function.argtypes = result, arguments
    return lib


def read_model(path):
    """The tensors of a safetensors file in float64, by name."""
    with open(path, "rb") as file:
        size = int.from_bytes(file.read(8), "little")
        header, body = json.loads(file.read(size)), file.read()
    types = {"F32": "<f4", "F64": "<f8", "U64": "<u8", "I64": "<i8"}
    return {name: np.frombuffer(body[slice(*entry["data_offsets"])],
                                types[entry["dtype"]]).reshape(entry["shape"]).astype(float)
            for name, entry in header.items() if name != "__metadata__"}


class Trainer:
    """x: n x channels x rows x cols, labels: n, the examples that the trainer is made for."""

    def __init__(self, net, rule, x, labels, classes, **options):
        self.lib, self.classes = open_library(), classes
        self.ctx = self.lib.bl_context_new(None)
        self.config, self.data, self.trainer = c_void_p(), c_void_p(), c_void_p()
        self.must(self.lib.bl_context_use(self.ctx, b"portable", 1))
        self.must(self.lib.bl_config_create(byref(self.config), self.ctx))
        for key, text in {"net": net, "rule": rule, "loss": "ce", "batch": str(len(labels)),
                          "schedule": "constant", **options}.items():
            self.must(self.lib.bl_config_set(self.config, key.encode(), text.encode()))
        self.like = self.batch(x, labels)  # borrowed by the library
        shape = Shape(*x.shape[1:])
        self.must(self.lib.bl_data_wrap(byref(self.data), self.ctx, *self.pointers(self.like), len(labels),
                                        shape, classes))
        self.must(self.lib.bl_trainer_create(byref(self.trainer), self.ctx, self.config, self.data))
        self.model = self.lib.bl_trainer_model(self.trainer)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.lib.bl_trainer_free(self.trainer)
        self.lib.bl_data_free(self.data)
        self.lib.bl_config_free(self.config)
        self.lib.bl_context_free(self.ctx)

    def must(self, status):
        if status != 0:
            raise RuntimeError(self.lib.bl_why(self.ctx).decode())

    @staticmethod
    def batch(x, labels):
        return np.ascontiguousarray(x, np.float32), np.ascontiguousarray(labels, np.int32)

    @staticmethod
    def pointers(batch):
        return batch[0].ctypes.data_as(FLOATS), batch[1].ctypes.data_as(LABELS)

    def numbered(self, function, owner):
        """The tensors that the function returns, one after the other, in float64."""
        tensors, tensor = [], Tensor()
        while function(owner, len(tensors), byref(tensor)):
            values = np.ctypeslib.as_array(tensor.values,
                                           (tensor.rows, tensor.cols)) if tensor.values else None
            tensors.append((tensor.name.decode() if tensor.name else "", values.astype(float)))
        return tensors

    def tensors(self):
        """Names and arrays, in the library's order."""
        return self.numbered(self.lib.bl_model_tensor, self.model)

    def set(self, name, values):
        values = np.ascontiguousarray(values, np.float32)
        self.must(self.lib.bl_model_set_tensor(self.model, name.encode(), values.ctypes.data_as(FLOATS),
                                               values.size))

    def saved(self, path):
        self.must(self.lib.bl_model_save(self.model, path.encode()))
        return read_model(path)

    def inspect(self, x, labels):
        """delta of each block, and gradients by name."""
        batch = self.batch(x, labels)
        self.must(self.lib.bl_trainer_inspect(self.trainer, *self.pointers(batch), len(labels)))
        delta = [values for _, values in self.numbered(self.lib.bl_trainer_delta, self.trainer)]
        return delta, dict(self.numbered(self.lib.bl_trainer_gradient, self.trainer))

    def step(self, x, labels):
        """The loss of the batch before the step."""
        batch, loss = self.batch(x, labels), c_double()
        self.must(self.lib.bl_trainer_step(self.trainer, *self.pointers(batch), len(labels), byref(loss)))
        return loss.value

    def predict(self, x):
        """Probabilities, with batch norm's running statistics."""
        x, scores = np.ascontiguousarray(x, np.float32), np.empty((len(x), self.classes))
        self.must(self.lib.bl_model_predict(self.model, x.ctypes.data_as(FLOATS), len(x),
                                            scores.ctypes.data_as(POINTER(c_double))))
        return scores


def count_parameters(net, shape, classes):
    lib, size = open_library(), NetSize(size=ctypes.sizeof(NetSize))
    ctx = lib.bl_context_new(None)
    status = lib.bl_net_measure(ctx, net.encode(), Shape(*shape), classes, byref(size))
    why = lib.bl_why(ctx).decode()
    lib.bl_context_free(ctx)
    if status != 0:
        raise RuntimeError(why)
    return size.parameters
