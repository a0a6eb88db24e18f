"""The functions of the C headers that the package calls: result and arguments of each."""

from __future__ import annotations

import ctypes as c
from typing import Any

from . import _structs as s

_handle = c.c_void_p
_out = c.POINTER(c.c_void_p)
_status = c.c_int

# name: (result, arguments)
SIGNATURES: dict[str, tuple[Any, list[Any]]] = {
    # version
    "bl_version": (c.c_char_p, []),
    "bl_version_number": (c.c_int, []),
    "bl_numeric_revision": (c.c_int, []),
    # context
    "bl_context_new": (_handle, [c.c_void_p]),
    "bl_context_free": (None, [_handle]),
    "bl_why": (c.c_char_p, [_handle]),
    "bl_context_use": (_status, [_handle, c.c_char_p, c.c_int]),
    "bl_context_threads": (c.c_int, [_handle]),
    # configuration
    "bl_option_at": (c.POINTER(s.Option), [c.c_int]),
    "bl_option_alias": (c.c_char_p, [c.c_char_p, c.POINTER(c.c_char_p)]),
    "bl_nearest": (c.c_char_p, [c.c_char_p, c.POINTER(c.c_char_p)]),
    "bl_config_create": (_status, [_out, _handle]),
    "bl_config_free": (None, [_handle]),
    "bl_config_set": (_status, [_handle, c.c_char_p, c.c_char_p]),
    "bl_config_get": (c.c_char_p, [_handle, c.c_char_p]),
    # data
    "bl_data_load": (_status, [_out, _out, _out, _handle, _handle]),
    "bl_data_wrap_array": (
        _status,
        [_out, _handle, c.POINTER(s.Array), c.c_void_p, c.c_size_t, s.Shape, c.c_int],
    ),
    "bl_data_wrap_targets": (
        _status,
        [_out, _handle, c.c_void_p, c.c_void_p, c.c_size_t, s.Shape, c.c_int],
    ),
    "bl_data_set_weights": (_status, [_handle, c.c_void_p, c.c_size_t]),
    "bl_data_free": (None, [_handle]),
    "bl_data_count": (c.c_size_t, [_handle]),
    "bl_data_shape": (s.Shape, [_handle]),
    "bl_data_outputs": (c.c_int, [_handle]),
    "bl_data_labels": (c.c_void_p, [_handle]),
    "bl_data_class_name": (c.c_char_p, [_handle, c.c_int]),
    "bl_data_column_name": (c.c_char_p, [_handle, c.c_size_t]),
    "bl_data_source": (c.c_char_p, [_handle]),
    "bl_data_note": (c.c_char_p, [_handle, c.c_int]),
    "bl_data_rows": (_status, [_handle, c.c_size_t, c.c_size_t, c.c_void_p]),
    "bl_data_raw_rows": (_status, [_handle, c.c_size_t, c.c_size_t, c.c_void_p]),
    # model
    "bl_model_load": (_status, [_out, _handle, c.c_char_p]),
    "bl_model_save": (_status, [_handle, c.c_char_p]),
    "bl_model_free": (None, [_handle]),
    "bl_model_open_data": (
        _status,
        [_out, _handle, c.c_char_p, c.c_char_p, _handle],
    ),
    "bl_predictor_create": (_status, [_out, _handle, _handle]),
    "bl_predictor_free": (None, [_handle]),
    "bl_predictor_run": (_status, [_handle, c.c_void_p, c.c_size_t, c.c_void_p]),
    "bl_predictor_run_doubles": (_status, [_handle, c.c_void_p, c.c_size_t, c.c_void_p]),
    "bl_predictor_run_data": (_status, [_handle, _handle, c.c_void_p]),
    "bl_predictor_evaluate": (_status, [_handle, _handle, c.POINTER(s.Score)]),
    "bl_model_metadata": (c.c_char_p, [_handle, c.c_char_p]),
    "bl_model_metadata_name": (c.c_char_p, [_handle, c.c_int]),
    "bl_model_outputs": (c.c_int, [_handle]),
    "bl_model_class_name": (c.c_char_p, [_handle, c.c_int]),
    "bl_model_tensor": (c.c_int, [_handle, c.c_int, c.POINTER(s.Tensor)]),
    "bl_model_set_tensor": (_status, [_handle, c.c_char_p, c.c_void_p, c.c_size_t]),
    "bl_model_hash": (None, [_handle, c.c_char_p]),
    "bl_model_input_scaling": (c.c_int, [_handle, c.POINTER(s.Scaling)]),
    "bl_model_layer": (c.c_int, [_handle, c.c_int, c.POINTER(s.Layer)]),
    # nets
    "bl_net_at": (c.c_int, [c.c_int, c.POINTER(s.NamedNet)]),
    "bl_net_measure": (
        _status,
        [_handle, c.c_char_p, s.Shape, c.c_int, c.POINTER(s.NetSize)],
    ),
    # rules
    "bl_rule_at": (c.c_int, [_handle, c.c_int, c.POINTER(s.RuleInfo)]),
    "bl_rule_register": (_status, [_handle, c.POINTER(s.Rule)]),
    "bl_emitter_blocks": (c.c_int, [_handle]),
    "bl_emitter_follower": (c.c_int, [_handle, c.c_int, c.c_int]),
    "bl_emitter_is_weighted": (c.c_int, [_handle, c.c_int]),
    "bl_emitter_needs_signal": (c.c_int, [_handle, c.c_int]),
    "bl_emit_product": (None, [_handle, c.c_int, c.c_int]),
    "bl_emit_pull": (None, [_handle, c.c_int, c.c_int]),
    "bl_emit_push": (None, [_handle, c.c_int, c.c_int]),
    "bl_emit_map": (None, [_handle, c.POINTER(s.Map), c.c_int]),
    "bl_emit_matmul": (None, [_handle, c.POINTER(s.Matmul), c.c_int]),
    "bl_emit_forward": (None, [_handle, c.c_int]),
    "bl_emit_noise": (None, [_handle, c.c_int, c.c_double, c.c_int, c.c_int]),
    "bl_emit_every": (None, [_handle, c.c_int]),
    "bl_emit_learn_feedback": (None, [_handle, c.c_int]),
    "bl_emit_update": (None, [_handle, c.c_int, c.c_int, c.c_int]),
    # training
    "bl_trainer_create": (_status, [_out, _handle, _handle, _handle]),
    "bl_trainer_free": (None, [_handle]),
    "bl_trainer_config": (_handle, [_handle]),
    "bl_trainer_model": (_handle, [_handle]),
    "bl_trainer_note": (c.c_char_p, [_handle, c.c_int]),
    "bl_trainer_fit": (
        _status,
        [_handle, _handle, _handle, _handle, s.OnProgress, c.c_void_p],
    ),
    "bl_trainer_best": (c.c_int, [_handle, c.POINTER(s.BestEpoch)]),
    "bl_trainer_stop_reason": (c.c_char_p, [_handle]),
    "bl_trainer_advice": (c.c_char_p, [_handle]),
    "bl_trainer_resume": (_status, [_handle, c.c_char_p]),
    "bl_trainer_step_batch": (_status, [_handle, c.POINTER(s.Batch), c.POINTER(c.c_double)]),
    "bl_trainer_set_rate": (_status, [_handle, c.c_double]),
    "bl_trainer_save": (_status, [_handle, c.c_char_p]),
    "bl_trainer_load": (_status, [_handle, c.c_char_p]),
    # inspection, which may change with any version
    "bl_trainer_angles": (
        _status,
        [_handle, _handle, c.c_size_t, c.POINTER(s.Angles), c.c_int],
    ),
    "bl_trainer_inspect": (_status, [_handle, c.c_void_p, c.c_void_p, c.c_size_t]),
    "bl_trainer_inspect_targets": (_status, [_handle, c.c_void_p, c.c_void_p, c.c_size_t]),
    "bl_trainer_activation": (c.c_int, [_handle, c.c_int, c.POINTER(s.Tensor)]),
    "bl_trainer_delta": (c.c_int, [_handle, c.c_int, c.POINTER(s.Tensor)]),
    "bl_trainer_gradient": (c.c_int, [_handle, c.c_int, c.POINTER(s.Tensor)]),
    "bl_trainer_instruction": (c.c_int, [_handle, c.c_int, c.POINTER(s.Instruction)]),
}
