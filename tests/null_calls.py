#!/usr/bin/env python3
"""null_calls.py HEADER... OUTPUT - C code that calls each public function of the headers with NULL for each
of its pointers in turn.

Every function declared with BL_API is called once with all its arguments in order, and once for each pointer
with NULL in its place. The values of the other arguments are expressions of tests/null_arguments.c, which
includes the generated code. A parameter without a known expression becomes a failing case, so that no new
public function can be left out. With --self-test the script checks itself on headers of its own.
"""

import re
import sys
from pathlib import Path

# The expression for a parameter, by (function or *, type, name or *); the first match counts.
VALUES = [
    ("bl_*_targets", "bl_trainer *", "*", "it.number_trainer"),
    ("bl_data_raw_targets", "const bl_data *", "*", "it.numbers"),
    ("bl_nearest", "const char *", "word", '"dense"'),
    ("bl_nearest", "const char *const *", "names", "layer_names"),
    ("bl_option_alias", "const char *", "word", '"batch_size"'),
    ("bl_option_alias", "const char **", "advice", "&room.advice"),
    ("bl_config_load", "const char *", "path", "it.json_path"),
    ("bl_model_load", "const char *", "path", "it.saved_path"),
    ("bl_trainer_load", "const char *", "path", "it.saved_path"),
    ("bl_trainer_open", "const char *", "path", "it.saved_path"),
    ("bl_model_open_*", "const char *", "path", "it.table_path"),
    ("bl_data_set_about", "const char *", "name", '"mnist"'),
    ("bl_data_set_find", "const char *", "name", '"mnist"'),
    ("bl_rule_*", "const char *", "name", '"dfa"'),
    ("bl_emit_pull", "bl_buffer_id", "*", "BL_WEIGHTS"),
    ("bl_emit_push", "bl_buffer_id", "*", "BL_WEIGHTS"),
    ("bl_emit_push", "int", "block", "1"),
    ("bl_emit_noise", "bl_buffer_id", "*", "BL_ARRAY_0"),
    ("bl_emit_noise", "double", "sigma", "1.0"),
    ("bl_emit_every", "int", "steps", "2"),
    ("bl_emit_product", "bl_buffer_id", "*", "BL_ERROR"),
    ("bl_emit_update", "bl_buffer_id", "*", "BL_ARRAY_0"),
    ("*", "bl_emitter *", "*", "emitter()"),
    ("*", "const bl_emitter *", "*", "emitter()"),
    ("*", "const bl_map *", "*", "&own_map"),
    ("*", "const bl_matmul *", "*", "&own_matmul"),
    ("*", "const bl_rule *", "*", "&own_rule"),
    ("*", "bl_rule_info *", "*", "&room.rule"),
    ("bl_net_measure", "const char *", "text", '"dense 3, tanh, dense C"'),
    ("bl_net_measure", "int", "outputs", "2"),
    ("bl_preset_value", "const char *", "preset", '"nokland2016"'),
    ("bl_preset_value", "const char *", "key", '"loss"'),
    ("bl_model_set_tensor", "const char *", "name", '"0.dense.bias"'),
    ("bl_model_set_tensor", "size_t", "n", "UNITS"),
    ("bl_model_metadata", "const char *", "key", '"net"'),
    ("bl_data_wrap_targets", "int", "outputs", "1"),
    ("bl_context_use", "int", "threads", "1"),
    ("bl_status_name", "bl_status", "status", "BL_OK"),
    ("*", "const bl_allocator *", "*", "NULL"),
    ("bl_context_use", "bl_context *", "*", "it.idle"),
    ("*", "bl_context *", "*", "it.ctx"),
    ("*", "const bl_context *", "*", "it.ctx"),
    ("*", "bl_config *", "*", "it.config"),
    ("*", "const bl_config *", "*", "it.config"),
    ("*", "bl_data *", "*", "it.data"),
    ("*", "const bl_data *", "*", "it.data"),
    ("*", "bl_model *", "*", "it.model"),
    ("*", "const bl_model *", "*", "it.model"),
    ("*", "bl_predictor *", "*", "it.predictor"),
    ("*", "bl_trainer *", "*", "it.trainer"),
    ("*", "const bl_trainer *", "*", "it.trainer"),
    ("*", "bl_config **", "*", "&fresh.config"),
    ("*", "bl_data **", "test", "&fresh.test"),
    ("*", "bl_data **", "val", "&fresh.val"),
    ("*", "bl_data **", "*", "&fresh.data"),
    ("*", "bl_model **", "*", "&fresh.model"),
    ("*", "bl_predictor **", "*", "&fresh.predictor"),
    ("*", "bl_trainer **", "*", "&fresh.trainer"),
    ("*", "const bl_array *", "*", "&own_array_of_examples"),
    ("*", "const bl_batch *", "*", "&own_batch"),
    ("*", "bl_tensor *", "*", "&room.tensor"),
    ("*", "bl_score *", "*", "&room.score"),
    ("*", "bl_best_epoch *", "*", "&room.best"),
    ("*", "bl_angles *", "*", "room.angles"),
    ("*", "bl_layer *", "*", "&room.layer"),
    ("*", "bl_scaling *", "*", "&room.scaling"),
    ("*", "bl_peaks *", "*", "&room.peaks"),
    ("*", "bl_work *", "*", "&room.work"),
    ("*", "bl_traffic *", "*", "&room.traffic"),
    ("*", "bl_times *", "*", "&room.times"),
    ("*", "bl_part *", "*", "&room.part"),
    ("*", "bl_missing *", "*", "&room.missing"),
    ("*", "bl_instruction *", "*", "&room.instruction"),
    ("*", "bl_buffer *", "*", "&room.buffer"),
    ("*", "bl_named_net *", "*", "&room.net"),
    ("*", "bl_net_size *", "*", "&room.net_size"),
    ("*", "double *", "*", "room.doubles"),
    ("*", "float *", "*", "room.floats"),
    ("*", "char *", "path", "room.path"),
    ("*", "char []", "*", "room.path"),
    ("bl_file_target", "char *", "target", "room.path"),
    ("*", "const float *", "*", "it.x"),
    ("*", "const double *", "*", "it.doubles"),
    ("*", "const int32_t *", "*", "it.labels"),
    ("*", "const char *", "backend", '"portable"'),
    ("*", "const char *", "key", '"rule"'),
    ("*", "const char *", "text", '"dfa"'),
    ("*", "const char *", "part", '"train"'),
    ("*", "const char *", "folder", "it.run_folder"),
    ("*", "const char *", "path", "it.new_path"),
    ("*", "const void *", "bytes", "it.x"),
    ("*", "bl_progress_fn", "*", "watch"),
    ("*", "bl_trace_fn", "*", "visit"),
    ("*", "void *", "user", "&room"),
    ("*", "bl_shape", "*", "(bl_shape){1, 1, FEATURES}"),
    ("*", "size_t", "first", "0"),
    ("*", "size_t", "room", "BL_PATH_ROOM"),
    ("*", "size_t", "n", "EXAMPLES"),
    ("*", "size_t", "*", "0"),
    ("*", "int", "classes", "2"),
    ("*", "int", "max", "2"),
    ("*", "int", "*", "0"),
    ("*", "double", "rate", "0.01"),
    ("*", "double", "seconds", "0.01"),
]

# Parameters for which NULL is valid according to the header.
MAY_BE_NULL = {
    ("bl_context_new", "allocator"), ("bl_context_use", "backend"), ("bl_config_set", "text"),
    ("bl_data_wrap", "labels"), ("bl_data_wrap_array", "labels"), ("bl_model_open_data", "config"),
    ("bl_model_open_part", "config"),
    ("bl_option_alias", "advice"), ("bl_trainer_fit", "val"),
    ("bl_trainer_fit", "test"), ("bl_trainer_fit", "progress"), ("bl_trainer_fit", "user"),
    ("bl_trainer_trace", "user"), ("bl_trainer_trace", "loss"),
    ("bl_trainer_step", "loss"), ("bl_trainer_step_batch", "loss"), ("bl_trainer_step_targets", "loss"),
    ("bl_why", "ctx"),
}
POINTER_TYPES = {"bl_progress_fn", "bl_trace_fn"}
# The handles by which a function finds its context, in this order.
HANDLES = ("bl_context", "bl_config", "bl_data", "bl_model", "bl_predictor", "bl_trainer")
RESULTS = {"bl_status": "STATUS", "void": "NOTHING", "bl_shape": "SHAPE", "int": "NUMBER", "size_t": "NUMBER"}


def functions(header):
    """(result type, name, [(type, name), ...]) of each declaration with BL_API."""
    text = re.sub(r"/\*.*?\*/|//[^\n]*", " ", header, flags=re.S)
    text = re.sub(r"^[ \t]*#.*$", "", text, flags=re.M)
    for declaration in re.findall(r"\bBL_API\b([^;{]*);", text):
        declaration = " ".join(declaration.split())
        match = re.match(r"^(.*?[ *])(bl_\w+)\((.*)\)$", declaration)
        if not match:
            raise SystemExit(f"null_calls.py: cannot read the declaration \"{declaration}\"")
        result, name, parameters = match.groups()
        yield result.strip(), name, [parameter(p) for p in parameters.split(",") if p.strip() != "void"]


def parameter(text):
    match = re.match(r"^(.*?[ *])(\w+) ?(\[[^\]]*\])?$", text.strip())
    if not match:
        raise SystemExit(f"null_calls.py: cannot read the parameter \"{text}\"")
    kind, name, array = match.groups()
    return (kind.strip() + (" []" if array else ""), name)


def fits(pattern, word):
    return re.fullmatch(pattern.replace("*", ".*"), word) is not None


def value_of(function, kind, name):
    for where, of_kind, called, value in VALUES:
        if fits(where, function) and of_kind == kind and fits(called, name):
            return value
    return None


def is_pointer(kind):
    return kind.endswith("*") or kind.endswith("[]") or kind in POINTER_TYPES


def handle_of(kind):
    match = re.fullmatch(r"(?:const )?(\w+) \*", kind)
    return match.group(1) if match and match.group(1) in HANDLES else None


def carrier(parameters):
    """The parameter that gives access to the context; if it is NULL, there can be no message."""
    found = [(handle_of(kind) != "bl_context", i) for i, (kind, _) in enumerate(parameters)
             if handle_of(kind)]
    return min(found)[1] if found else None


def calls(header):
    """(function, name of the NULL parameter or "", C statement or None, expected, whether it is explained,
    complaint)."""
    for result, function, parameters in functions(header):
        kind = RESULTS.get(result, "POINTER" if result.endswith("*") else None)
        values = [value_of(function, *p) for p in parameters]
        unknown = [f"{k} {n}" for (k, n), v in zip(parameters, values) if v is None]
        if kind is None or unknown:
            what = f"the result {result}" if kind is None else f"the parameter {unknown[0]}"
            yield function, "", None, "STATUS", False, f"tests/null_calls.py knows no value for {what}"
            continue
        for at in [None] + [i for i, (k, _) in enumerate(parameters) if is_pointer(k)]:
            arguments = ["NULL" if i == at else v for i, v in enumerate(values)]
            target = {"STATUS": "got->status = ", "POINTER": "got->pointer = ",
                      "NUMBER": "got->number = (size_t)",
                      "SHAPE": "got->shape = ", "NOTHING": "(void)got, "}[kind]
            name = "" if at is None else parameters[at][1]
            expected = "ANYTHING" if at is None or (function, name) in MAY_BE_NULL else "REFUSED"
            explained = expected == "REFUSED" and kind == "STATUS" and at != carrier(parameters)
            call = f"{target}{function}({', '.join(arguments)});"
            yield function, name, call, (kind, expected), explained, None


def write(header, out):
    cases = []
    out.write("/* Written by tests/null_calls.py. */\n")
    for i, (function, name, statement, expected, explained, complaint) in enumerate(calls(header)):
        if complaint:
            cases.append(f'    {{"{function}", "", NULL, STATUS, ANYTHING, false, "{complaint}"}},')
            continue
        out.write(f"static void call_{i}(struct result *got)\n{{\n    {statement}\n}}\n")
        cases.append(f'    {{"{function}", "{name}", call_{i}, {expected[0]}, {expected[1]}, '
                     f'{"true" if explained else "false"}, NULL}},')
    out.write("static const struct null_case null_cases[] = {\n" + "\n".join(cases) + "\n};\n")


def self_test():
    found = list(calls("BL_API bl_status bl_new_thing(bl_thing *thing); /* BL_API int bl_no(int *x); */"))
    assert len(found) == 1 and "bl_thing * thing" in found[0][5], found
    found = list(calls("BL_API bl_status\nbl_data_copy(bl_data **out, const bl_data *data,\n size_t n, char "
                       "to[9]);"))
    assert [c[1] for c in found] == ["", "out", "data", "to"], found
    assert [c[4] for c in found] == [False, True, False, True], found
    assert "bl_data_copy(&fresh.data, NULL, EXAMPLES, room.path)" in found[2][2], found
    print("null_calls.py: a function that it does not know is told, one that it knows is called with each "
          "NULL")


if __name__ == "__main__":
    if sys.argv[1:] == ["--self-test"]:
        self_test()
    elif len(sys.argv) > 2:
        headers = "".join(Path(name).read_text(encoding="utf-8") for name in sys.argv[1:-1])
        with open(sys.argv[-1], "w", encoding="utf-8") as output:
            write(headers, output)
    else:
        raise SystemExit(__doc__)
