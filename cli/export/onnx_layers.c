/*
 * onnx_layers.c - the layers of a net as nodes of ONNX.
 *
 * An example that is a vector (1 x 1 x n) is a tensor of batch x n, any other one of batch x channels x rows
 * x cols. A layer that takes a vector where its input is an image gets it flattened, and the other way round;
 * both have one order of numbers: channel, row, column. Layers that do nothing in evaluation (dropout,
 * identity, a sum of one input) have no node: their output is their input.
 */
#include "onnx.h"

#include "backless_experimental.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const float epsilon = 1e-5f; /* of batch norm and layer norm (backless.h) */

struct building {
    struct message *graph;
    const bl_model *model;
    char (*outputs)[ONNX_NAME_ROOM]; /* the name of each layer's output */
    const char *input;               /* of the net */
};

/* A layer at work: its name, and the name of its (first) input. */
struct layer_at {
    struct building *building;
    const bl_layer *layer;
    char name[ONNX_NAME_ROOM]; /* of the output */
    const char *input;
};

static bool is_vector(bl_shape shape)
{
    return shape.channels == 1 && shape.rows == 1;
}

static size_t count_of(bl_shape shape)
{
    return (size_t)shape.channels * (size_t)shape.rows * (size_t)shape.cols;
}

struct onnx_shape onnx_shape_of(bl_shape shape)
{
    if (is_vector(shape))
        return (struct onnx_shape){{(uint64_t)shape.cols}, 1};
    return (struct onnx_shape){{(uint64_t)shape.channels, (uint64_t)shape.rows, (uint64_t)shape.cols}, 3};
}

/* A name within the layer: "layer3.gelu.half". */
struct part_name {
    char text[ONNX_NAME_ROOM];
};

static struct part_name part_of(const struct layer_at *at, const char *part)
{
    struct part_name name;
    snprintf(name.text, sizeof name.text, "%.40s.%.20s", at->name, part);
    return name;
}

/* ---- Tensors of the model */

/* Adds the layer's k-th tensor, under its name, as one of this shape, and gives the name. */
static struct part_name put_tensor(const struct layer_at *at, int k, struct onnx_shape shape)
{
    struct part_name name = {""};
    bl_tensor t;
    if (!bl_model_tensor(at->building->model, at->layer->tensors[k], &t))
        return name;
    snprintf(name.text, sizeof name.text, "%.60s", t.name);
    onnx_floats(at->building->graph, name.text, t.values, shape);
    return name;
}

static size_t size_of_tensor(const struct layer_at *at, int k)
{
    bl_tensor t;
    return bl_model_tensor(at->building->model, at->layer->tensors[k], &t) ? t.rows * t.cols : 0;
}

/* ---- Shapes */

/* batch x sizes. A size of 0 in a Reshape keeps the input's. */
static void put_reshape(const struct layer_at *at, const char *output, const char *input,
                        const int64_t *sizes, size_t n)
{
    char shape[ONNX_NAME_ROOM];
    int64_t all[ONNX_MOST_DIMENSIONS] = {0};
    for (size_t i = 0; i < n; i++)
        all[i + 1] = sizes[i];
    snprintf(shape, sizeof shape, "%.56s.shape", output);
    onnx_ints(at->building->graph, shape, all, n + 1);
    onnx_apply(at->building->graph, "Reshape", output, input, shape);
}

static struct part_name need_vector(const struct layer_at *at)
{
    struct part_name name = part_of(at, "vector");
    if (is_vector(at->layer->in))
        snprintf(name.text, sizeof name.text, "%.60s", at->input);
    else
        onnx_flatten(at->building->graph, name.text, at->input);
    return name;
}

static struct part_name need_image(const struct layer_at *at)
{
    const bl_shape in = at->layer->in;
    struct part_name name = part_of(at, "image");
    if (is_vector(in))
        put_reshape(at, name.text, at->input, (const int64_t[]){in.channels, in.rows, in.cols}, 3);
    else
        snprintf(name.text, sizeof name.text, "%.60s", at->input);
    return name;
}

/* The output of a layer of images: under the layer's name, or to be flattened first. */
static struct part_name image_output(const struct layer_at *at)
{
    struct part_name name = part_of(at, "map");
    if (!is_vector(at->layer->out))
        snprintf(name.text, sizeof name.text, "%.60s", at->name);
    return name;
}

static void end_image(const struct layer_at *at, const struct part_name *output)
{
    if (is_vector(at->layer->out))
        onnx_flatten(at->building->graph, at->name, output->text);
}

static void put_window(struct onnx_node *node, const bl_layer *layer)
{
    const int64_t stride = layer->stride, pad = layer->pad;
    onnx_node_ints(node, "kernel_shape", (const int64_t[]){layer->rows, layer->cols}, 2);
    onnx_node_ints(node, "strides", (const int64_t[]){stride, stride}, 2);
    onnx_node_ints(node, "pads", (const int64_t[]){pad, pad, pad, pad}, 4);
}

/* ---- Layers with weights */

/* y = x W^T + b */
static void put_dense(struct layer_at *at)
{
    const size_t units = (size_t)at->layer->out.cols, inputs = count_of(at->layer->in);
    const struct part_name x = need_vector(at);
    struct onnx_node node = onnx_node_begin("Gemm", at->name);
    onnx_node_input(&node, x.text);
    onnx_node_input(&node, put_tensor(at, 0, (struct onnx_shape){{units, inputs}, 2}).text);
    if (at->layer->n_tensors > 1)
        onnx_node_input(&node, put_tensor(at, 1, (struct onnx_shape){{units}, 1}).text);
    onnx_node_int(&node, "transB", 1);
    onnx_node_end(at->building->graph, &node);
}

static void put_conv(struct layer_at *at)
{
    const bl_layer *layer = at->layer;
    const uint64_t channels = (uint64_t)layer->out.channels;
    const struct onnx_shape weights = {
        {channels, (uint64_t)layer->in.channels, (uint64_t)layer->rows, (uint64_t)layer->cols}, 4};
    const struct part_name x = need_image(at), y = image_output(at);
    struct onnx_node node = onnx_node_begin("Conv", y.text);
    onnx_node_input(&node, x.text);
    onnx_node_input(&node, put_tensor(at, 0, weights).text);
    if (layer->n_tensors > 1)
        onnx_node_input(&node, put_tensor(at, 1, (struct onnx_shape){{channels}, 1}).text);
    put_window(&node, layer);
    onnx_node_end(at->building->graph, &node);
    end_image(at, &y);
}

/* ---- Layers without weights */

static void put_pool(struct layer_at *at, const char *op)
{
    const struct part_name x = need_image(at), y = image_output(at);
    struct onnx_node node = onnx_node_begin(op, y.text);
    onnx_node_input(&node, x.text);
    put_window(&node, at->layer);
    onnx_node_end(at->building->graph, &node);
    end_image(at, &y);
}

static void put_maxpool(struct layer_at *at)
{
    put_pool(at, "MaxPool");
}

static void put_avgpool(struct layer_at *at)
{
    put_pool(at, "AveragePool");
}

/* The operator takes channels along its second dimension. A vector that was an image, flattened, has several
   numbers of each channel. */
static void put_batchnorm(struct layer_at *at)
{
    enum { TENSORS = 4 }; /* scale, shift, mean, variance: the operator's order too */
    const size_t channels = size_of_tensor(at, 0), units = count_of(at->layer->in);
    const bool is_split = is_vector(at->layer->in) && channels > 0 && channels < units;
    const struct part_name maps = part_of(at, "maps"), normed = part_of(at, "normed");
    if (is_split)
        put_reshape(at, maps.text, at->input,
                    (const int64_t[]){(int64_t)channels, (int64_t)(units / channels)}, 2);
    struct onnx_node node = onnx_node_begin("BatchNormalization", is_split ? normed.text : at->name);
    onnx_node_input(&node, is_split ? maps.text : at->input);
    for (int k = 0; k < TENSORS; k++)
        onnx_node_input(&node, put_tensor(at, k, (struct onnx_shape){{channels}, 1}).text);
    onnx_node_float(&node, "epsilon", epsilon);
    onnx_node_end(at->building->graph, &node);
    if (is_split)
        onnx_flatten(at->building->graph, at->name, normed.text);
}

static void put_layernorm(struct layer_at *at)
{
    const struct onnx_shape shape = onnx_shape_of(at->layer->in);
    struct onnx_node node = onnx_node_begin("LayerNormalization", at->name);
    onnx_node_input(&node, at->input);
    onnx_node_input(&node, put_tensor(at, 0, shape).text);
    onnx_node_input(&node, put_tensor(at, 1, shape).text);
    onnx_node_int(&node, "axis", 1);
    onnx_node_float(&node, "epsilon", epsilon);
    onnx_node_end(at->building->graph, &node);
}

/* Every stride-th row and column, then channels of zeros: half of them, rounded down, before the others. */
static void put_subsample(struct layer_at *at)
{
    const bl_layer *layer = at->layer;
    struct message *graph = at->building->graph;
    const int64_t added = layer->out.channels - layer->in.channels, before = added / 2;
    const struct part_name starts = part_of(at, "starts"), ends = part_of(at, "ends"),
                           axes = part_of(at, "axes"), steps = part_of(at, "steps"),
                           taken = part_of(at, "taken"), pads = part_of(at, "pads"), x = need_image(at),
                           y = image_output(at);
    onnx_ints(graph, starts.text, (const int64_t[]){0, 0}, 2);
    onnx_ints(graph, ends.text, (const int64_t[]){layer->in.rows, layer->in.cols}, 2);
    onnx_ints(graph, axes.text, (const int64_t[]){2, 3}, 2);
    onnx_ints(graph, steps.text, (const int64_t[]){layer->stride, layer->stride}, 2);
    onnx_ints(graph, pads.text, (const int64_t[]){0, before, 0, 0, 0, added - before, 0, 0}, 8);
    struct onnx_node slice = onnx_node_begin("Slice", taken.text);
    onnx_node_input(&slice, x.text);
    onnx_node_input(&slice, starts.text);
    onnx_node_input(&slice, ends.text);
    onnx_node_input(&slice, axes.text);
    onnx_node_input(&slice, steps.text);
    onnx_node_end(graph, &slice);
    onnx_apply(graph, "Pad", y.text, taken.text, pads.text); /* by zeros, if no value is given */
    end_image(at, &y);
}

/* x P(X < x) = x (1 + erf(x / sqrt 2)) / 2 for a standard normal X: operator set 17 has no Gelu. */
static void put_gelu(struct layer_at *at)
{
    struct message *graph = at->building->graph;
    const struct part_name root = part_of(at, "root"), one = part_of(at, "one"), half = part_of(at, "half"),
                           unit = part_of(at, "unit"), error = part_of(at, "erf"), sum = part_of(at, "sum"),
                           product = part_of(at, "product");
    const struct onnx_shape number = {{0}, 0};
    onnx_floats(graph, root.text, (const float[]){sqrtf(0.5f)}, number);
    onnx_floats(graph, one.text, (const float[]){1.0f}, number);
    onnx_floats(graph, half.text, (const float[]){0.5f}, number);
    onnx_apply(graph, "Mul", unit.text, at->input, root.text);
    onnx_apply(graph, "Erf", error.text, unit.text, NULL);
    onnx_apply(graph, "Add", sum.text, error.text, one.text);
    onnx_apply(graph, "Mul", product.text, at->input, sum.text);
    onnx_apply(graph, "Mul", at->name, product.text, half.text);
}

static void put_tanh(struct layer_at *at)
{
    onnx_apply(at->building->graph, "Tanh", at->name, at->input, NULL);
}

static void put_logistic(struct layer_at *at)
{
    onnx_apply(at->building->graph, "Sigmoid", at->name, at->input, NULL);
}

static void put_relu(struct layer_at *at)
{
    onnx_apply(at->building->graph, "Relu", at->name, at->input, NULL);
}

static void put_softplus(struct layer_at *at)
{
    onnx_apply(at->building->graph, "Softplus", at->name, at->input, NULL);
}

static void put_leaky_relu(struct layer_at *at)
{
    struct onnx_node node = onnx_node_begin("LeakyRelu", at->name);
    onnx_node_input(&node, at->input);
    onnx_node_float(&node, "alpha", (float)at->layer->slope);
    onnx_node_end(at->building->graph, &node);
}

static void put_nothing(struct layer_at *at)
{
    snprintf(at->name, sizeof at->name, "%.60s", at->input);
}

static const char *output_of(const struct building *b, int layer)
{
    return layer < 0 ? b->input : b->outputs[layer];
}

static void put_add(struct layer_at *at)
{
    if (at->layer->n_inputs == 1) {
        put_nothing(at);
        return;
    }
    onnx_apply(at->building->graph, "Add", at->name, at->input,
               output_of(at->building, at->layer->inputs[1]));
}

static void put_flatten_layer(struct layer_at *at)
{
    if (is_vector(at->layer->in))
        put_nothing(at);
    else
        onnx_flatten(at->building->graph, at->name, at->input);
}

/* ---- All of them */

static const struct {
    const char *kind;
    void (*put)(struct layer_at *at); /* may change at->name, the name of the output */
} kinds[] = {
    {"dense", put_dense},         {"conv", put_conv},         {"tanh", put_tanh},
    {"logistic", put_logistic},   {"relu", put_relu},         {"leaky-relu", put_leaky_relu},
    {"gelu", put_gelu},           {"softplus", put_softplus}, {"identity", put_nothing},
    {"maxpool", put_maxpool},     {"avgpool", put_avgpool},   {"batchnorm", put_batchnorm},
    {"layernorm", put_layernorm}, {"dropout", put_nothing},   {"flatten", put_flatten_layer},
    {"subsample", put_subsample}, {"add", put_add},
};

static bool put_layer(struct layer_at *at)
{
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
        if (strcmp(kinds[k].kind, at->layer->kind) == 0) {
            kinds[k].put(at);
            return true;
        }
    fprintf(stderr, "backless: the layer \"%s\" has no form in ONNX\n", at->layer->text);
    return false;
}

static int count_layers(const bl_model *model)
{
    bl_layer layer = {.size = sizeof layer};
    int n = 0;
    while (bl_model_layer(model, n, &layer))
        n++;
    return n;
}

bool onnx_put_net(struct message *graph, const bl_model *model, const char *input,
                  char output[ONNX_NAME_ROOM])
{
    const int n = count_layers(model);
    /* One more than needed, because calloc of 0 may return NULL. */
    struct building b = {graph, model, calloc((size_t)n + 1, sizeof *b.outputs), input};
    bl_layer layer = {.size = sizeof layer};
    bool is_whole = b.outputs != NULL;
    graph->has_failed = graph->has_failed || !b.outputs;
    for (int i = 0; is_whole && bl_model_layer(model, i, &layer); i++) {
        struct layer_at at = {&b, &layer, "", output_of(&b, layer.inputs[0])};
        snprintf(at.name, sizeof at.name, "layer%d.%.20s", i, layer.kind);
        is_whole = put_layer(&at);
        memcpy(b.outputs[i], at.name, sizeof at.name);
    }
    if (is_whole)
        memcpy(output, b.outputs[n - 1], ONNX_NAME_ROOM);
    free(b.outputs);
    return is_whole;
}
