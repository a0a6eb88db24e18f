"""The functions and structs that the package declares, compared with the headers."""

from __future__ import annotations

import ctypes
import re
from pathlib import Path

import pytest

from backless import _structs
from backless._library import HEADER_VERSION
from backless._signatures import SIGNATURES

HEADERS = sorted((Path(__file__).parents[2] / "include").glob("*.h"))
KINDS = {
    "int": ctypes.c_int,
    "bl_status": ctypes.c_int,
    "bl_buffer_id": ctypes.c_int,
    "bl_type": ctypes.c_int,
    "bl_access": ctypes.c_int,
    "bl_feedback_kind": ctypes.c_int,
    "unsigned": ctypes.c_uint,
    "size_t": ctypes.c_size_t,
    "uint64_t": ctypes.c_uint64,
    "float": ctypes.c_float,
    "double": ctypes.c_double,
    "bl_shape": _structs.Shape,
    "bl_score": _structs.Score,
}
STRUCTS = {
    "bl_shape": _structs.Shape,
    "bl_array": _structs.Array,
    "bl_batch": _structs.Batch,
    "bl_tensor": _structs.Tensor,
    "bl_score": _structs.Score,
    "bl_scaling": _structs.Scaling,
    "bl_layer": _structs.Layer,
    "bl_angles": _structs.Angles,
    "bl_progress": _structs.Progress,
    "bl_best_epoch": _structs.BestEpoch,
    "bl_option": _structs.Option,
    "bl_named_net": _structs.NamedNet,
    "bl_net_size": _structs.NetSize,
    "bl_rule_info": _structs.RuleInfo,
    "bl_operand": _structs.Operand,
    "bl_instruction": _structs.Instruction,
    "bl_rule_array": _structs.RuleArray,
    "bl_view": _structs.View,
    "bl_map_call": _structs.MapCall,
    "bl_map": _structs.Map,
    "bl_matmul": _structs.Matmul,
    "bl_rule": _structs.Rule,
}


@pytest.fixture(scope="module")
def header():
    text = "".join(path.read_text(encoding="utf-8") for path in HEADERS)
    return re.sub(r"/\*.*?\*/", " ", text, flags=re.DOTALL)


def is_pointer(kind):
    return kind in (ctypes.c_void_p, ctypes.c_char_p) or issubclass(kind, (ctypes._Pointer, ctypes._CFuncPtr))


def agrees(kind, declared):
    """A ctypes type and the text of a parameter, member or result."""
    if "*" in declared or "[" in declared or "bl_progress_fn" in declared:
        return is_pointer(kind)
    return kind is KINDS[next(word for word in declared.replace("const", "").split())]


def test_functions_are_those_of_the_header(header):
    declared = {
        name: (result, [p.strip() for p in parameters.split(",") if p.strip() != "void"])
        for result, name, parameters in re.findall(r"BL_API\s+([^;()]*?)(bl_\w+)\(([^;]*)\);", header)
    }
    for name, (result, arguments) in SIGNATURES.items():
        text, parameters = declared[name]
        assert len(parameters) == len(arguments), name
        assert all(map(agrees, arguments, parameters)), name
        assert (result is None) == (text.strip() == "void"), name
        assert result is None or agrees(result, text), name


@pytest.mark.parametrize("name", STRUCTS)
def test_structs_are_those_of_the_header(header, name):
    body = re.search(rf"typedef struct {name} \{{(.*?)\}} {name};", header, re.DOTALL).group(1)
    body = re.sub(r"struct \{.*?\} (\w+)\[4\]", r"inner \1[4]", body, flags=re.DOTALL)
    members = []
    for declaration in body.split(";"):
        function = re.search(r"\(\*(\w+)\)", declaration)
        if function:
            members.append(function.group(1))
        elif declaration.strip():
            first, *others = declaration.split(",")
            members += [re.search(r"(\w+)(?:\[\d\])?\s*$", part).group(1) for part in (first, *others)]
    assert members == [field[0] for field in STRUCTS[name]._fields_]
    for field, kind in STRUCTS[name]._fields_:
        declared = re.search(rf"([^;{{]*)\b{field}\b", body).group(1)
        word = declared.replace("const", "").split()[0] if declared.split() else ""
        if word in KINDS and "*" not in declared and "(" not in declared:
            element = kind._type_ if issubclass(kind, ctypes.Array) else kind
            assert element is KINDS[word], (name, field)


def test_the_version_is_the_headers(header):
    number = int(re.search(r"#define BL_VERSION_NUMBER (\d+)", header).group(1))
    assert (number // 1_000_000, number // 1_000 % 1_000) == HEADER_VERSION
