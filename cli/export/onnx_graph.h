/*
 * onnx_graph.h - a graph of ONNX: nodes, their attributes, and constant tensors (onnx.proto: GraphProto,
 * NodeProto, AttributeProto, TensorProto).
 *
 * The graph grows in memory. If there is none, graph.has_failed is set, and nothing more is added.
 */
#ifndef CLI_ONNX_GRAPH_H
#define CLI_ONNX_GRAPH_H

#include "../protobuf/message.h"

enum { ONNX_NAME_ROOM = 64, ONNX_MOST_DIMENSIONS = 4 };

/* The values of TensorProto.data_type. */
enum onnx_type { ONNX_FLOAT = 1, ONNX_INT64 = 7, ONNX_DOUBLE = 11 };

/* Sizes of a tensor; n = 0: a single number. */
struct onnx_shape {
    uint64_t size[ONNX_MOST_DIMENSIONS];
    size_t n;
};

struct onnx_node {
    struct message m;
};

/* Begins a node of the operator `op` whose only output is `output`, which is also its name. Inputs and
   attributes follow, then onnx_node_end adds the node to the graph. */
struct onnx_node onnx_node_begin(const char *op, const char *output);
void onnx_node_input(struct onnx_node *node, const char *name);
void onnx_node_int(struct onnx_node *node, const char *name, int64_t value);
void onnx_node_ints(struct onnx_node *node, const char *name, const int64_t *values, size_t n);
void onnx_node_float(struct onnx_node *node, const char *name, float value);
void onnx_node_end(struct message *graph, struct onnx_node *node);

/* A node with one or two inputs (b NULL: one) and no attributes. */
void onnx_apply(struct message *graph, const char *op, const char *output, const char *a, const char *b);
/* A node that makes each example of the batch one row of numbers. */
void onnx_flatten(struct message *graph, const char *output, const char *input);
void onnx_cast(struct message *graph, const char *output, const char *input, enum onnx_type type);

/* Constant tensors. The count of values is the product of the sizes. */
void onnx_floats(struct message *graph, const char *name, const float *values, struct onnx_shape shape);
/* As the type says, float or double. */
void onnx_numbers(struct message *graph, const char *name, const double *values, struct onnx_shape shape,
                  enum onnx_type type);
void onnx_ints(struct message *graph, const char *name, const int64_t *values, size_t n);

/* Declares an input or an output of the graph: float, its first dimension of any size. */
enum onnx_side { ONNX_GRAPH_INPUT = 11, ONNX_GRAPH_OUTPUT = 12 };
void onnx_declare(struct message *graph, enum onnx_side side, const char *name, struct onnx_shape of_example);

#endif
