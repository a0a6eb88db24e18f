/*
 * net.c - builds the blocks of a net and their memory from its text.
 */
#include "net.h"

#include "../base/mem.h"
#include "modules.h"
#include "net_parse.h"
#include "net_text.h"

#include <stdint.h>
#include <string.h>

static bl_shape shape_at(const struct net *net, size_t i)
{
    return i == NET_INPUT ? net->input : net->layers[i].out;
}

/* Checks that both inputs of an add layer have the same shape. */
static bl_status check_sum_of(bl_context *ctx, const struct net *net, const struct layer *layer)
{
    const bl_shape a = shape_at(net, layer->inputs[0]), b = shape_at(net, layer->inputs[1]);
    if (a.channels != b.channels || a.rows != b.rows || a.cols != b.cols)
        BL_FAIL(
            ctx, BL_BAD_VALUE,
            "the residual that ends with layer %zu (\"%s\"): its body gives %d x %d x %d and its shortcut %d "
            "x %d x %d, which must be the same; a shortcut that changes the shape is written after a \"|\", "
            "as in \"residual (... | conv 32 1x1 stride 2)\"",
            layer->number, layer[-1].text, a.channels, a.rows, a.cols, b.channels, b.rows, b.cols);
    return BL_OK;
}

static bl_status fit_layers(bl_context *ctx, struct net *net)
{
    for (size_t i = 0; i < net->n_layers; i++) {
        struct layer *layer = &net->layers[i];
        if (layer->ops->is_add)
            BL_TRY(check_sum_of(ctx, net, layer));
        BL_TRY(layer_fit(ctx, layer, shape_at(net, layer->inputs[0]), layer->number));
    }
    return BL_OK;
}

/* The block whose last layer is layer i. */
static size_t block_that_ends_with(const struct net *net, size_t i)
{
    for (size_t l = 0; l < net->n_blocks && i != NET_INPUT; l++)
        if (net->blocks[l].first + net->blocks[l].n_layers - 1 == i)
            return l;
    return NET_INPUT;
}

/* The channels of a block without weights. If its head does not change the number of units, they are those of
   the source block, even if flatten has made the source's image a vector. */
static size_t channels_without_weights(const struct net *net, const struct block *block,
                                       const struct layer *layer)
{
    return layer->units == layer->in_units ? net->blocks[block->sources[0]].channels
                                           : (size_t)layer->out.channels;
}

static void begin_block(struct net *net, size_t i)
{
    const struct layer *layer = &net->layers[i];
    struct block *block = &net->blocks[net->n_blocks];
    *block = (struct block){.first = i,
                            .is_weighted = layer->ops->is_weighted,
                            .n_sources = layer->n_inputs,
                            .channels = layer->weight_rows,
                            .inputs = layer->in_units};
    for (size_t k = 0; k < 2; k++)
        block->sources[k] = block_that_ends_with(net, layer->inputs[k]);
    if (layer->ops->is_add || layer->ops->reads_all)
        block->channels = channels_without_weights(net, block, layer);
    net->has_adds = net->has_adds || layer->ops->is_add;
    if (layer->ops->reads_all && !net->reader_of_all)
        net->reader_of_all = layer;
    net->n_blocks++;
}

static bl_status make_blocks(bl_context *ctx, struct net *net)
{
    BL_TRY(MEM_ARRAY(ctx, &net->blocks, net->n_layers, "the blocks"));
    for (size_t i = 0; i < net->n_layers; i++) {
        if (layer_is_head(&net->layers[i]))
            begin_block(net, i);
        if (net->n_blocks == 0)
            continue;
        struct block *block = &net->blocks[net->n_blocks - 1];
        block->n_layers++;
        block->units = net->layers[i].units;
        block->has_statistics = block->has_statistics || net->layers[i].ops->takes_statistics;
    }
    return BL_OK;
}

/* Lists the followers of each block in text order, which is the order of the blocks, because an add layer
   comes after the blocks that it adds. */
static bl_status find_followers(bl_context *ctx, struct net *net)
{
    size_t n = 0;
    BL_TRY(MEM_ARRAY(ctx, &net->followers, 2 * net->n_blocks, "the followers of blocks"));
    for (size_t l = 0; l < net->n_blocks; l++) {
        net->blocks[l].followers = n;
        for (size_t f = l + 1; f < net->n_blocks; f++)
            for (size_t k = 0; k < net->blocks[f].n_sources; k++)
                if (net->blocks[f].sources[k] == l)
                    net->followers[n++] = f;
        net->blocks[l].n_followers = n - net->blocks[l].followers;
    }
    return BL_OK;
}

/* Checks that the number of all parameters, with gaps, does not overflow. Each layer has checked the number
   of its weights. */
static bl_status check_sum(bl_context *ctx, const struct net *net)
{
    const size_t most = SIZE_MAX / 64;
    size_t sum = 0;
    for (size_t l = 0; l < net->n_blocks; l++) {
        const struct layer *layer = net_layer(net, l);
        const size_t weights = layer->weight_rows * (layer->weight_cols + 1) + 32;
        if (weights > most - sum)
            BL_FAIL(ctx, BL_BAD_VALUE, "the net has more than %zu weights, which are too many", most);
        sum += weights;
    }
    return BL_OK;
}

/* A growing list of tensors, and the floats that they take. */
struct placing {
    struct net_tensor *items;
    size_t n, floats;
};

static void place(struct placing *p, struct net_tensor tensor)
{
    tensor.at = p->floats;
    p->items[p->n++] = tensor;
    p->floats += mem_whole_lines(tensor.rows * tensor.cols); /* every array begins at a cache line */
}

/* The size of each parameter array of layer i of block l per channel. */
static size_t params_of_channel(const struct net *net, size_t l, size_t i)
{
    return net->layers[i].ops->has_params_for_each_unit ? net->layers[i].units / net->blocks[l].channels : 1;
}

static void place_named(struct placing *p, const struct net *net, size_t l, size_t i,
                        const char *const *names)
{
    for (int k = 0; k < LAYER_ARRAYS && names[k]; k++)
        place(p, (struct net_tensor){.l = l,
                                     .layer = i,
                                     .what = names[k],
                                     .rows = net->blocks[l].channels,
                                     .cols = params_of_channel(net, l, i)});
}

static void place_block(struct net *net, size_t l, struct placing *params, struct placing *buffers)
{
    struct block *block = &net->blocks[l];
    const struct layer *layer = &net->layers[block->first];
    block->tensors = params->n;
    if (block->is_weighted)
        place(params, (struct net_tensor){.l = l,
                                          .layer = block->first,
                                          .what = "weight",
                                          .rows = layer->weight_rows,
                                          .cols = layer->weight_cols,
                                          .is_matrix = true});
    if (layer->has_bias)
        place(params,
              (struct net_tensor){
                  .l = l, .layer = block->first, .what = "bias", .rows = layer->weight_rows, .cols = 1});
    block->n_weighted = params->n - block->tensors;
    for (size_t i = block->first; i < block->first + block->n_layers; i++) {
        place_named(params, net, l, i, net->layers[i].ops->params);
        place_named(buffers, net, l, i, net->layers[i].ops->buffers);
    }
    block->n_tensors = params->n - block->tensors;
}

/* Sets a layer's pointer to a parameter or buffer array, and the initial values of the array. */
static void start(struct net *net, const struct net_tensor *tensor, float *numbers, bool is_buffer)
{
    struct layer *layer = &net->layers[tensor->layer];
    const char *const *names = is_buffer ? layer->ops->buffers : layer->ops->params;
    for (int k = 0; k < LAYER_ARRAYS && names[k]; k++) {
        if (strcmp(names[k], tensor->what) != 0)
            continue;
        *(is_buffer ? &layer->buffers[k] : &layer->params[k]) = numbers;
        for (size_t i = 0; i < net_tensor_size(tensor); i++)
            numbers[i] = is_buffer ? layer->ops->buffers_start[k] : layer->ops->params_start[k];
    }
}

static void point_layers(struct net *net)
{
    for (size_t l = 0; l < net->n_blocks; l++) {
        struct layer *layer = &net->layers[net->blocks[l].first];
        const struct net_tensor *W = &net->tensors[net->blocks[l].tensors];
        if (!net->blocks[l].is_weighted)
            continue;
        layer->W = net->weights[l] = matrix_of(net->params + W[0].at, W[0].rows, W[0].cols);
        layer->b = layer->has_bias ? net->params + W[1].at : NULL;
    }
}

void net_start_layers(struct net *net)
{
    for (size_t i = 0; i < net->n_tensors; i++)
        start(net, &net->tensors[i], net->params + net->tensors[i].at, false);
    for (size_t i = 0; i < net->n_buffer_tensors; i++)
        start(net, &net->buffer_tensors[i], net->buffers + net->buffer_tensors[i].at, true);
}

static bl_status place_params(bl_context *ctx, struct net *net)
{
    const size_t most = (size_t)LAYER_ARRAYS * net->n_layers + 2 * net->n_blocks;
    struct placing params = {NULL, 0, 0}, buffers = {NULL, 0, 0};
    BL_TRY(MEM_ARRAY(ctx, &net->tensors, most, "the list of weights"));
    BL_TRY(MEM_ARRAY(ctx, &net->buffer_tensors, most, "the list of statistics"));
    params.items = net->tensors;
    buffers.items = net->buffer_tensors;
    for (size_t l = 0; l < net->n_blocks; l++)
        place_block(net, l, &params, &buffers);
    net->n_tensors = params.n;
    net->n_params = params.floats;
    net->n_buffer_tensors = buffers.n;
    net->n_buffers = buffers.floats;
    BL_TRY(MEM_ARRAY(ctx, &net->params, net->n_params, "the weights"));
    BL_TRY(MEM_ARRAY(ctx, &net->buffers, net->n_buffers, "the statistics"));
    BL_TRY(MEM_ARRAY(ctx, &net->weights, net->n_blocks, "the list of weights"));
    point_layers(net);
    net_start_layers(net);
    return BL_OK;
}

/* Refuses two layers of the same kind with parameters in one block, because tensors are named by block and
   kind of layer. */
static bl_status check_twins(bl_context *ctx, const struct net *net)
{
    for (size_t i = 1; i < net->n_layers; i++)
        for (size_t k = i; k-- > 0 && !layer_is_head(&net->layers[k + 1]);)
            if (net->layers[i].ops->params[0] && net->layers[i].ops == net->layers[k].ops)
                BL_FAIL(ctx, BL_BAD_VALUE,
                        "net \"%s\": layers %zu and %zu are both \"%s\" after the same weights", net->text,
                        net->layers[k].number, net->layers[i].number, net->layers[i].text);
    return BL_OK;
}

static bl_status parse_text(bl_context *ctx, struct net *net, const char *text, int outputs)
{
    char *expanded = NULL;
    if (slice_trim(slice_of(text)).n == 0)
        BL_FAIL(ctx, BL_BAD_VALUE, "the net is empty; a net is written as in dense 100, tanh, dense 10");
    BL_TRY(net_text_expand(ctx, text, outputs, &expanded));
    const bl_status status = net_parse(ctx, net, expanded);
    mem_free(ctx, expanded);
    return status;
}

/* Builds everything except the parameters. */
static bl_status lay_out(bl_context *ctx, struct net *net, const char *text, int outputs)
{
    BL_TRY(parse_text(ctx, net, text, outputs));
    BL_TRY(fit_layers(ctx, net));
    BL_TRY(make_blocks(ctx, net));
    BL_TRY(find_followers(ctx, net));
    BL_TRY(check_twins(ctx, net));
    return check_sum(ctx, net);
}

static bl_status create_laid_out(struct net **out, bl_context *ctx, bl_shape input, const char *text,
                                 int outputs)
{
    if (input.channels < 1 || input.rows < 1 || input.cols < 1)
        BL_FAIL(ctx, BL_BAD_VALUE, "the net's input is %d x %d x %d, expected at least one number",
                input.channels, input.rows, input.cols);
    struct net *net = NULL;
    BL_TRY(MEM_ONE(ctx, &net, "the net"));
    net->ctx = ctx;
    net->input = input;
    net->inputs = (size_t)input.channels * (size_t)input.rows * (size_t)input.cols;
    const bl_status status = lay_out(ctx, net, text, outputs);
    if (status != BL_OK) {
        net_free(net);
        return status;
    }
    *out = net;
    return BL_OK;
}

bl_status net_create(struct net **out, bl_context *ctx, bl_shape input, const char *text)
{
    return net_create_for(out, ctx, input, text, 0);
}

bl_status net_create_for(struct net **out, bl_context *ctx, bl_shape input, const char *text, int outputs)
{
    struct net *net = NULL;
    BL_TRY(create_laid_out(&net, ctx, input, text, outputs));
    const bl_status status = place_params(ctx, net);
    if (status != BL_OK) {
        net_free(net);
        return status;
    }
    net_set_modules(net, (struct modules){.cut = MODULES_OF_LAYERS});
    *out = net;
    return BL_OK;
}

/* The number of parameters of block l: weights, biases and those of the layers after them. */
static size_t count_params(const struct net *net, size_t l)
{
    const struct block *block = &net->blocks[l];
    const struct layer *layer = net_layer(net, l);
    size_t n = layer->weight_rows * (layer->weight_cols + layer->has_bias);
    for (size_t i = block->first; i < block->first + block->n_layers; i++)
        for (int k = 0; k < LAYER_ARRAYS && net->layers[i].ops->params[k]; k++)
            n += block->channels * params_of_channel(net, l, i);
    return n;
}

bl_status net_measure(struct net_size *out, bl_context *ctx, bl_shape input, const char *text, int outputs)
{
    struct net *net = NULL;
    BL_TRY(create_laid_out(&net, ctx, input, text, outputs));
    *out = (struct net_size){.n_layers = net->n_layers, .n_blocks = net->n_blocks};
    for (size_t l = 0; l < net->n_blocks; l++) {
        out->n_params += count_params(net, l);
        /* The product is 0 for an add layer. */
        out->multiply_accumulates +=
            (double)net_layer(net, l)->units * (double)net_layer(net, l)->weight_cols;
    }
    net_free(net);
    return BL_OK;
}

void net_free(struct net *net)
{
    if (!net)
        return;
    mem_free(net->ctx, net->text);
    mem_free(net->ctx, net->layers);
    mem_free(net->ctx, net->blocks);
    mem_free(net->ctx, net->followers);
    mem_free(net->ctx, net->weights);
    mem_free(net->ctx, net->tensors);
    mem_free(net->ctx, net->buffer_tensors);
    mem_free(net->ctx, net->params);
    mem_free(net->ctx, net->buffers);
    mem_free(net->ctx, net);
}

/* Only parses the text. Whether the shapes fit can be checked only when the input is known. */
bl_status net_check_text(bl_context *ctx, const char *text)
{
    struct net net = {.ctx = ctx};
    const bl_status status = parse_text(ctx, &net, text, 1);
    mem_free(ctx, net.layers);
    mem_free(ctx, net.text);
    return status;
}

bl_status net_text_of_output(bl_context *ctx, const char *text, char **out)
{
    char *expanded = NULL;
    BL_TRY(net_text_expand(ctx, text, 0, &expanded));
    const char *comma = strrchr(expanded, ',');
    const struct slice last = slice_trim(slice_of(comma ? comma + 1 : expanded));
    const bl_status status = mem_text(ctx, out, last.at, last.n);
    mem_free(ctx, expanded);
    return status;
}

bl_status net_check_push(const struct net *net, const char *who)
{
    if (net->reader_of_all)
        BL_FAIL(
            net->ctx, BL_NOT_DEFINED,
            "rule %s is not defined for a net with \"%s\" (layer %zu): its paper does not say how its signal "
            "passes through such a layer",
            who, net->reader_of_all->ops->name, net->reader_of_all->number);
    for (size_t l = 0; l < net_last(net); l++)
        if (net->blocks[l].units != net_layer(net, l)->units)
            BL_FAIL(net->ctx, BL_NOT_DEFINED,
                    "rule %s is not defined for this net: its signals go forward from block to block, and "
                    "block %zu (\"%s\") has %zu numbers at its weights but %zu at its end",
                    who, l, net_layer(net, l)->text, net_layer(net, l)->units, net->blocks[l].units);
    return BL_OK;
}

float net_slope_at_zero(const struct net *net)
{
    float least = 1.0f;
    for (size_t i = 0; i < net->n_layers; i++) {
        const struct layer *layer = &net->layers[i];
        const float slope = layer->ops->slope_at_zero ? layer->ops->slope_at_zero(layer) : 1.0f;
        least = slope < least ? slope : least;
    }
    return least;
}

bool net_needs_two(const struct net *net)
{
    for (size_t l = 0; l < net->n_blocks; l++)
        for (size_t i = net->blocks[l].first; i < net->blocks[l].first + net->blocks[l].n_layers; i++)
            if (net->layers[i].ops->takes_statistics && net->layers[i].units == net->blocks[l].channels)
                return true;
    return false;
}
