/*
 * onnx_model.c - encodes a whole model. Field numbers are those of onnx.proto: ModelProto, GraphProto.
 */
#include "onnx.h"

#include "backless_experimental.h"

#include <stdlib.h>
#include <string.h>

enum { IR_VERSION = 8, OPERATOR_SET = 17 };
enum {
    MODEL_IR_VERSION = 1,
    MODEL_PRODUCER = 2,
    MODEL_PRODUCER_VERSION = 3,
    MODEL_GRAPH = 7,
    MODEL_OPERATOR_SET = 8,
    MODEL_METADATA = 14
};
enum { GRAPH_NAME = 2, SET_VERSION = 2, ENTRY_KEY = 1, ENTRY_VALUE = 2 };

const char *onnx_output(const bl_model *model, bool is_logits)
{
    const char *loss = bl_model_metadata(model, "loss");
    return is_logits ? "logits" : loss && strcmp(loss, "mse") == 0 ? "outputs" : "probabilities";
}

static bool put_graph(struct message *graph, const bl_model *model, bool is_logits)
{
    bl_layer layer = {.size = sizeof layer};
    const char *output = onnx_output(model, is_logits);
    char scaled[ONNX_NAME_ROOM] = "", last[ONNX_NAME_ROOM] = "";
    bl_model_layer(model, 0, &layer); /* which reads the input */
    const bl_shape input = layer.in;
    for (int i = 0; bl_model_layer(model, i, &layer); i++)
        continue;
    const uint64_t outputs = is_logits ? (uint64_t)layer.out.cols : (uint64_t)bl_model_outputs(model);
    message_put_text(graph, GRAPH_NAME, "backless");
    onnx_put_scaling(graph, model, input, "input", scaled);
    if (!onnx_put_net(graph, model, scaled, last))
        return false;
    onnx_put_answers(graph, model, last, output);
    onnx_declare(graph, ONNX_GRAPH_INPUT, "input", onnx_shape_of(input));
    onnx_declare(graph, ONNX_GRAPH_OUTPUT, output, (struct onnx_shape){{outputs}, 1});
    return true;
}

/* What the model's file says of itself, where it says something. */
static void put_metadata(struct message *out, const bl_model *model)
{
    static const char *const keys[] = {"net", "rule", "loss", "class_names"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const char *value = bl_model_metadata(model, keys[i]);
        struct message entry = {NULL, 0, 0, false};
        if (!value || strcmp(value, "null") == 0)
            continue;
        message_put_text(&entry, ENTRY_KEY, keys[i]);
        message_put_text(&entry, ENTRY_VALUE, value);
        message_put_message(out, MODEL_METADATA, &entry);
    }
}

bool onnx_encode(struct message *out, const bl_model *model, bool is_logits)
{
    struct message set = {NULL, 0, 0, false}, graph = set;
    message_put_number(out, MODEL_IR_VERSION, IR_VERSION);
    message_put_text(out, MODEL_PRODUCER, "backless");
    message_put_text(out, MODEL_PRODUCER_VERSION, bl_version());
    message_put_number(&set, SET_VERSION, OPERATOR_SET);
    message_put_message(out, MODEL_OPERATOR_SET, &set);
    put_metadata(out, model);
    const bool is_whole = put_graph(&graph, model, is_logits);
    message_put_message(out, MODEL_GRAPH, &graph);
    return is_whole && !out->has_failed;
}
