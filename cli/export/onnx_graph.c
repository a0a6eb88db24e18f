/*
 * onnx_graph.c - encodes the parts of a graph. Field numbers are those of onnx.proto.
 */
#include "onnx_graph.h"

enum { GRAPH_NODE = 1, GRAPH_INITIALIZER = 5 };
enum { NODE_INPUT = 1, NODE_OUTPUT = 2, NODE_NAME = 3, NODE_OP_TYPE = 4, NODE_ATTRIBUTE = 5 };
enum { ATTRIBUTE_NAME = 1, ATTRIBUTE_F = 2, ATTRIBUTE_I = 3, ATTRIBUTE_INTS = 8, ATTRIBUTE_TYPE = 20 };
enum { TYPE_FLOAT = 1, TYPE_INT = 2, TYPE_INTS = 7 };
enum { TENSOR_DIMS = 1, TENSOR_DATA_TYPE = 2, TENSOR_NAME = 8, TENSOR_RAW_DATA = 9 };
enum { VALUE_NAME = 1, VALUE_TYPE = 2, TYPE_TENSOR = 1, TENSOR_ELEMENT = 1, TENSOR_SHAPE = 2 };
enum { SHAPE_DIMENSION = 1, DIMENSION_VALUE = 1, DIMENSION_NAME = 2 };

/* ---- Nodes */

struct onnx_node onnx_node_begin(const char *op, const char *output)
{
    struct onnx_node node = {.m = {NULL, 0, 0, false}};
    message_put_text(&node.m, NODE_OP_TYPE, op);
    message_put_text(&node.m, NODE_NAME, output);
    message_put_text(&node.m, NODE_OUTPUT, output);
    return node;
}

void onnx_node_input(struct onnx_node *node, const char *name)
{
    message_put_text(&node->m, NODE_INPUT, name);
}

static struct message attribute_begin(const char *name, uint64_t type)
{
    struct message attribute = {NULL, 0, 0, false};
    message_put_text(&attribute, ATTRIBUTE_NAME, name);
    message_put_number(&attribute, ATTRIBUTE_TYPE, type);
    return attribute;
}

void onnx_node_int(struct onnx_node *node, const char *name, int64_t value)
{
    struct message attribute = attribute_begin(name, TYPE_INT);
    message_put_number(&attribute, ATTRIBUTE_I, (uint64_t)value);
    message_put_message(&node->m, NODE_ATTRIBUTE, &attribute);
}

void onnx_node_ints(struct onnx_node *node, const char *name, const int64_t *values, size_t n)
{
    struct message attribute = attribute_begin(name, TYPE_INTS);
    for (size_t i = 0; i < n; i++)
        message_put_number(&attribute, ATTRIBUTE_INTS, (uint64_t)values[i]);
    message_put_message(&node->m, NODE_ATTRIBUTE, &attribute);
}

void onnx_node_float(struct onnx_node *node, const char *name, float value)
{
    struct message attribute = attribute_begin(name, TYPE_FLOAT);
    message_put_float(&attribute, ATTRIBUTE_F, value);
    message_put_message(&node->m, NODE_ATTRIBUTE, &attribute);
}

void onnx_node_end(struct message *graph, struct onnx_node *node)
{
    message_put_message(graph, GRAPH_NODE, &node->m);
}

void onnx_apply(struct message *graph, const char *op, const char *output, const char *a, const char *b)
{
    struct onnx_node node = onnx_node_begin(op, output);
    onnx_node_input(&node, a);
    if (b)
        onnx_node_input(&node, b);
    onnx_node_end(graph, &node);
}

void onnx_flatten(struct message *graph, const char *output, const char *input)
{
    struct onnx_node node = onnx_node_begin("Flatten", output);
    onnx_node_input(&node, input);
    onnx_node_int(&node, "axis", 1);
    onnx_node_end(graph, &node);
}

void onnx_cast(struct message *graph, const char *output, const char *input, enum onnx_type type)
{
    struct onnx_node node = onnx_node_begin("Cast", output);
    onnx_node_input(&node, input);
    onnx_node_int(&node, "to", (int64_t)type);
    onnx_node_end(graph, &node);
}

/* ---- Constants */

static struct message tensor_begin(const char *name, enum onnx_type type, struct onnx_shape shape)
{
    struct message tensor = {NULL, 0, 0, false};
    for (size_t i = 0; i < shape.n; i++)
        message_put_number(&tensor, TENSOR_DIMS, shape.size[i]);
    message_put_number(&tensor, TENSOR_DATA_TYPE, (uint64_t)type);
    message_put_text(&tensor, TENSOR_NAME, name);
    return tensor;
}

static void tensor_end(struct message *graph, struct message *tensor, struct message *data)
{
    message_put_message(tensor, TENSOR_RAW_DATA, data);
    message_put_message(graph, GRAPH_INITIALIZER, tensor);
}

static size_t count_of(struct onnx_shape shape)
{
    size_t n = 1;
    for (size_t i = 0; i < shape.n; i++)
        n *= (size_t)shape.size[i];
    return n;
}

void onnx_floats(struct message *graph, const char *name, const float *values, struct onnx_shape shape)
{
    struct message tensor = tensor_begin(name, ONNX_FLOAT, shape), data = {NULL, 0, 0, false};
    for (size_t i = 0; i < count_of(shape); i++)
        message_put_raw_float(&data, values[i]);
    tensor_end(graph, &tensor, &data);
}

void onnx_numbers(struct message *graph, const char *name, const double *values, struct onnx_shape shape,
                  enum onnx_type type)
{
    struct message tensor = tensor_begin(name, type, shape), data = {NULL, 0, 0, false};
    for (size_t i = 0; i < count_of(shape); i++)
        if (type == ONNX_DOUBLE)
            message_put_raw_double(&data, values[i]);
        else
            message_put_raw_float(&data, (float)values[i]);
    tensor_end(graph, &tensor, &data);
}

void onnx_ints(struct message *graph, const char *name, const int64_t *values, size_t n)
{
    struct message tensor = tensor_begin(name, ONNX_INT64, (struct onnx_shape){{n}, 1}),
                   data = {NULL, 0, 0, false};
    for (size_t i = 0; i < n; i++)
        message_put_raw_int64(&data, values[i]);
    tensor_end(graph, &tensor, &data);
}

/* ---- Inputs and outputs */

void onnx_declare(struct message *graph, enum onnx_side side, const char *name, struct onnx_shape of_example)
{
    struct message value = {NULL, 0, 0, false}, type = value, tensor = value, shape = value,
                   dimension = value;
    message_put_text(&dimension, DIMENSION_NAME, "batch");
    message_put_message(&shape, SHAPE_DIMENSION, &dimension);
    for (size_t i = 0; i < of_example.n; i++) {
        message_put_number(&dimension, DIMENSION_VALUE, of_example.size[i]);
        message_put_message(&shape, SHAPE_DIMENSION, &dimension);
    }
    message_put_number(&tensor, TENSOR_ELEMENT, ONNX_FLOAT);
    message_put_message(&tensor, TENSOR_SHAPE, &shape);
    message_put_message(&type, TYPE_TENSOR, &tensor);
    message_put_text(&value, VALUE_NAME, name);
    message_put_message(&value, VALUE_TYPE, &type);
    message_put_message(graph, side, &value);
}
