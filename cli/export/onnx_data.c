/*
 * onnx_data.c - how a model scales its inputs, and what it makes of the net's outputs, as nodes of ONNX.
 *
 * Numbers are scaled in float where all offsets and scales are floats, as those of images are, else in
 * double, as in the library, because the numbers of a column may be large and differ little.
 */
#include "onnx.h"

#include "backless_experimental.h"

#include <float.h>
#include <stdio.h>
#include <string.h>

/* Nodes of which each reads the result of the one before: the graph, and the name of the latest result. */
struct node_chain {
    struct message *graph;
    char at[ONNX_NAME_ROOM];
};

static void move_to(struct node_chain *chain, const char *name)
{
    snprintf(chain->at, sizeof chain->at, "%.60s", name);
}

/* at <- at op constant, where the constant has the name `constant`. */
static void apply(struct node_chain *chain, const char *op, const char *output, const char *constant)
{
    onnx_apply(chain->graph, op, output, chain->at, constant);
    move_to(chain, output);
}

static void cast(struct node_chain *chain, const char *output, enum onnx_type type)
{
    onnx_cast(chain->graph, output, chain->at, type);
    move_to(chain, output);
}

/* ---- Inputs: y = (x - offset) scale */

static bool are_floats(const double *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if ((double)(float)x[i] != x[i])
            return false;
    return true;
}

static bool are_all(const double *x, size_t n, double value)
{
    for (size_t i = 0; i < n; i++)
        if (x[i] != value)
            return false;
    return true;
}

static void put_pairs(struct node_chain *chain, const bl_scaling *s, bl_shape shape)
{
    const struct onnx_shape pairs = s->n == 1 ? (struct onnx_shape){{0}, 0} : onnx_shape_of(shape);
    const bool is_float = are_floats(s->offset, s->n) && are_floats(s->scale, s->n);
    const enum onnx_type type = is_float ? ONNX_FLOAT : ONNX_DOUBLE;
    if (are_all(s->offset, s->n, 0.0) && are_all(s->scale, s->n, 1.0))
        return;
    if (!is_float)
        cast(chain, "input.double", ONNX_DOUBLE);
    if (!are_all(s->offset, s->n, 0.0)) {
        onnx_numbers(chain->graph, "scaling.offset", s->offset, pairs, type);
        apply(chain, "Sub", "input.moved", "scaling.offset");
    }
    onnx_numbers(chain->graph, "scaling.scale", s->scale, pairs, type);
    apply(chain, "Mul", "input.scaled", "scaling.scale");
    if (!is_float)
        cast(chain, "input.float", ONNX_FLOAT);
}

/* A missing value, NaN, becomes 0, the mean. */
static void put_missing(struct node_chain *chain)
{
    onnx_numbers(chain->graph, "missing.value", (const double[]){0.0}, (struct onnx_shape){{0}, 0},
                 ONNX_FLOAT);
    onnx_apply(chain->graph, "IsNaN", "input.is_missing", chain->at, NULL);
    struct onnx_node node = onnx_node_begin("Where", "input.filled");
    onnx_node_input(&node, "input.is_missing");
    onnx_node_input(&node, "missing.value");
    onnx_node_input(&node, chain->at);
    onnx_node_end(chain->graph, &node);
    move_to(chain, "input.filled");
}

static void put_flatten(struct node_chain *chain, const char *output)
{
    onnx_flatten(chain->graph, output, chain->at);
    move_to(chain, output);
}

static bool is_image(bl_shape shape)
{
    return shape.channels > 1 || shape.rows > 1;
}

/* batch x n numbers as images. `name`: of the constant tensor of sizes, in which 0 keeps the batch's. */
static void put_image(struct node_chain *chain, bl_shape shape, const char *output, const char *name)
{
    onnx_ints(chain->graph, name, (const int64_t[]){0, shape.channels, shape.rows, shape.cols}, 4);
    apply(chain, "Reshape", output, name);
}

/* y = P x, with the symmetric matrix P of whitening: y^T = x^T P for the rows of a batch. */
static void put_whitening(struct node_chain *chain, const bl_scaling *s, bl_shape shape)
{
    if (is_image(shape))
        put_flatten(chain, "whitening.numbers");
    onnx_floats(chain->graph, "scaling.matrix", s->matrix, (struct onnx_shape){{s->n, s->n}, 2});
    apply(chain, "MatMul", "whitening.product", "scaling.matrix");
    if (is_image(shape))
        put_image(chain, shape, "whitening.image", "whitening.shape");
}

/* The mean over the numbers of an example, batch x 1. */
static void put_mean(struct message *graph, const char *output, const char *input)
{
    struct onnx_node node = onnx_node_begin("ReduceMean", output);
    onnx_node_input(&node, input);
    onnx_node_ints(&node, "axes", (const int64_t[]){1}, 1);
    onnx_node_int(&node, "keepdims", 1);
    onnx_node_end(graph, &node);
}

/* The first number of each example, batch x 1. */
static void put_first(struct node_chain *chain, const char *output)
{
    struct onnx_node node = onnx_node_begin("Slice", output);
    onnx_ints(chain->graph, "example.begin", (const int64_t[]){0}, 1);
    onnx_ints(chain->graph, "example.end", (const int64_t[]){1}, 1);
    onnx_ints(chain->graph, "example.axis", (const int64_t[]){1}, 1);
    onnx_node_input(&node, chain->at);
    onnx_node_input(&node, "example.begin");
    onnx_node_input(&node, "example.end");
    onnx_node_input(&node, "example.axis");
    onnx_node_end(chain->graph, &node);
}

/* y = (x - m) / s by the mean m and the deviation s of the example's numbers. The first number is subtracted
   from all, so that an example of equal numbers has the deviation 0 exactly, and becomes 0. */
static void put_example_scaling(struct node_chain *chain, bl_shape shape)
{
    cast(chain, "input.double", ONNX_DOUBLE);
    put_flatten(chain, "example.numbers");
    put_first(chain, "example.first");
    apply(chain, "Sub", "example.moved", "example.first");
    put_mean(chain->graph, "example.mean", chain->at);
    apply(chain, "Sub", "example.centred", "example.mean");
    onnx_apply(chain->graph, "Mul", "example.squares", chain->at, chain->at);
    put_mean(chain->graph, "example.variance", "example.squares");
    onnx_apply(chain->graph, "Sqrt", "example.root", "example.variance", NULL);
    onnx_numbers(chain->graph, "example.least", (const double[]){DBL_MIN}, (struct onnx_shape){{0}, 0},
                 ONNX_DOUBLE);
    onnx_apply(chain->graph, "Max", "example.deviation", "example.root", "example.least");
    apply(chain, "Div", "example.scaled", "example.deviation");
    cast(chain, "example.float", ONNX_FLOAT);
    if (is_image(shape))
        put_image(chain, shape, "example.image", "example.shape");
}

void onnx_put_scaling(struct message *graph, const bl_model *model, bl_shape shape, const char *input,
                      char output[ONNX_NAME_ROOM])
{
    bl_scaling s = {.size = sizeof s};
    struct node_chain chain = {graph, ""};
    const char *missing = bl_model_metadata(model, "missing");
    move_to(&chain, input);
    bl_model_input_scaling(model, &s);
    if (s.is_of_example)
        put_example_scaling(&chain, shape);
    else if (s.n > 0)
        put_pairs(&chain, &s, shape);
    if (s.matrix)
        put_whitening(&chain, &s, shape);
    if (missing && strcmp(missing, "impute") == 0)
        put_missing(&chain);
    memcpy(output, chain.at, sizeof chain.at);
}

/* ---- Outputs */

/* The probabilities of both classes, 1 - p and p, of a net with one unit. */
static void put_both(struct node_chain *chain, const char *output)
{
    struct onnx_node node = onnx_node_begin("Concat", output);
    onnx_numbers(chain->graph, "answers.one", (const double[]){1.0}, (struct onnx_shape){{0}, 0}, ONNX_FLOAT);
    onnx_apply(chain->graph, "Sub", "answers.first", "answers.one", chain->at);
    onnx_node_input(&node, "answers.first");
    onnx_node_input(&node, chain->at);
    onnx_node_int(&node, "axis", 1);
    onnx_node_end(chain->graph, &node);
}

static void put_probabilities(struct node_chain *chain, const bl_model *model, const char *output)
{
    const char *loss = bl_model_metadata(model, "loss"), *answers = bl_model_metadata(model, "answers");
    bl_layer last = {.size = sizeof last};
    for (int i = 0; bl_model_layer(model, i, &last); i++)
        continue;
    if (loss && strcmp(loss, "ce") == 0) {
        struct onnx_node node = onnx_node_begin("Softmax", output);
        onnx_node_input(&node, chain->at);
        onnx_node_int(&node, "axis", 1);
        onnx_node_end(chain->graph, &node);
    } else if (answers && strcmp(answers, "classes") == 0 && last.out.cols < bl_model_outputs(model)) {
        onnx_apply(chain->graph, "Sigmoid", "answers.second", chain->at, NULL);
        move_to(chain, "answers.second");
        put_both(chain, output);
    } else
        onnx_apply(chain->graph, "Sigmoid", output, chain->at, NULL);
}

/* y / scale + offset, in double */
static void put_targets(struct node_chain *chain, const bl_model *model, const char *output)
{
    bl_scaling s = {.size = sizeof s};
    bl_model_target_scaling(model, &s);
    if (s.n == 0) {
        onnx_apply(chain->graph, "Identity", output, chain->at, NULL);
        return;
    }
    const struct onnx_shape pairs = {{s.n}, 1};
    onnx_numbers(chain->graph, "targets.offset", s.offset, pairs, ONNX_DOUBLE);
    onnx_numbers(chain->graph, "targets.scale", s.scale, pairs, ONNX_DOUBLE);
    cast(chain, "answers.double", ONNX_DOUBLE);
    apply(chain, "Div", "answers.wide", "targets.scale");
    apply(chain, "Add", "answers.moved", "targets.offset");
    cast(chain, output, ONNX_FLOAT);
}

void onnx_put_answers(struct message *graph, const bl_model *model, const char *input, const char *output)
{
    const char *loss = bl_model_metadata(model, "loss");
    struct node_chain chain = {graph, ""};
    move_to(&chain, input);
    if (strcmp(output, "logits") == 0)
        onnx_apply(graph, "Identity", output, input, NULL);
    else if (loss && strcmp(loss, "mse") == 0)
        put_targets(&chain, model, output);
    else
        put_probabilities(&chain, model, output);
}
