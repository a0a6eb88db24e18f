/*
 * net.c - from the net's text to blocks and their memory.
 */
#include "net.h"

#include "../base/mem.h"

#include <stdint.h>
#include <string.h>

static size_t count_pieces(struct slice text)
{
    size_t n = 0;
    struct slice piece;
    while (slice_next(&text, ',', &piece))
        n++;
    return n;
}

static bl_status parse_layers(bl_context *ctx, struct net *net, const char *text)
{
    struct slice rest = slice_of(text), piece;
    const size_t n = count_pieces(rest);
    if (n > NET_MOST_LAYERS)
        BL_FAIL(ctx, BL_BAD_VALUE, "the net has %zu layers, expected at most %d", n, NET_MOST_LAYERS);
    BL_TRY(MEM_ARRAY(ctx, &net->layers, n, "the layers"));
    while (slice_next(&rest, ',', &piece))
        BL_TRY(layer_parse(ctx, &net->layers[net->n_layers++], piece));
    if (!net->layers[0].ops->is_weighted)
        BL_FAIL(ctx, BL_BAD_VALUE,
                "net \"%s\": it must begin with a layer that has weights, such as \"dense 100\"", text);
    if (!net->layers[net->n_layers - 1].ops->is_weighted)
        BL_FAIL(ctx, BL_BAD_VALUE,
                "net \"%s\": it must end with the output's dense layer; the output's function belongs to the "
                "loss",
                text);
    return BL_OK;
}

static bl_status write_text(bl_context *ctx, struct net *net)
{
    const size_t room = net->n_layers * (sizeof net->layers->text + 2) + 1;
    BL_TRY(MEM_ARRAY(ctx, &net->text, room, "the net's text"));
    for (size_t i = 0; i < net->n_layers; i++)
        text_append(net->text, room, "%s%s", i ? ", " : "", net->layers[i].text);
    return BL_OK;
}

static bl_status fit_layers(bl_context *ctx, struct net *net)
{
    bl_shape shape = net->input;
    for (size_t i = 0; i < net->n_layers; i++) {
        BL_TRY(layer_fit(ctx, &net->layers[i], shape, i + 1));
        shape = net->layers[i].out;
    }
    return BL_OK;
}

static bl_status make_blocks(bl_context *ctx, struct net *net)
{
    BL_TRY(MEM_ARRAY(ctx, &net->blocks, net->n_layers, "the blocks"));
    for (size_t i = 0; i < net->n_layers; i++) {
        const struct layer *layer = &net->layers[i];
        if (layer->ops->is_weighted)
            net->blocks[net->n_blocks++] =
                (struct block){.first = i, .units = layer->units, .inputs = layer->in_units};
        net->blocks[net->n_blocks - 1].n_layers++;
    }
    return BL_OK;
}

/* Each layer alone has checked that its own weights can be counted; so must all together, gaps included. */
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

/* Every array begins on a cache line. */
static size_t padded(size_t n)
{
    return (n + 15) / 16 * 16;
}

static bl_status place_params(bl_context *ctx, struct net *net)
{
    for (size_t l = 0; l < net->n_blocks; l++) {
        struct block *block = &net->blocks[l];
        const struct layer *layer = &net->layers[block->first];
        block->weight_at = net->n_params;
        block->bias_at = block->weight_at + padded(layer->weight_rows * layer->weight_cols);
        net->n_params = block->bias_at + padded(layer->weight_rows);
    }
    BL_TRY(MEM_ARRAY(ctx, &net->params, net->n_params, "the weights"));
    BL_TRY(MEM_ARRAY(ctx, &net->weights, net->n_blocks, "the list of weights"));
    for (size_t l = 0; l < net->n_blocks; l++) {
        struct layer *layer = &net->layers[net->blocks[l].first];
        layer->W = matrix_of(net->params + net->blocks[l].weight_at, layer->weight_rows, layer->weight_cols);
        layer->b = net->params + net->blocks[l].bias_at;
        net->weights[l] = layer->W;
    }
    return BL_OK;
}

/* All but the weights. */
static bl_status lay_out(bl_context *ctx, struct net *net, const char *text)
{
    BL_TRY(parse_layers(ctx, net, text));
    BL_TRY(write_text(ctx, net));
    BL_TRY(fit_layers(ctx, net));
    BL_TRY(make_blocks(ctx, net));
    return check_sum(ctx, net);
}

static bl_status create_laid_out(struct net **out, bl_context *ctx, bl_shape input, const char *text)
{
    if (input.channels < 1 || input.rows < 1 || input.cols < 1)
        BL_FAIL(ctx, BL_BAD_VALUE, "the net's input is %d x %d x %d, expected at least one number",
                input.channels, input.rows, input.cols);
    struct net *net = NULL;
    BL_TRY(MEM_ONE(ctx, &net, "the net"));
    net->ctx = ctx;
    net->input = input;
    net->inputs = (size_t)input.channels * (size_t)input.rows * (size_t)input.cols;
    const bl_status status = lay_out(ctx, net, text);
    if (status != BL_OK) {
        net_free(net);
        return status;
    }
    *out = net;
    return BL_OK;
}

bl_status net_create(struct net **out, bl_context *ctx, bl_shape input, const char *text)
{
    struct net *net = NULL;
    BL_TRY(create_laid_out(&net, ctx, input, text));
    const bl_status status = place_params(ctx, net);
    if (status != BL_OK) {
        net_free(net);
        return status;
    }
    *out = net;
    return BL_OK;
}

bl_status net_measure(size_t *n_weights, bl_context *ctx, bl_shape input, const char *text)
{
    struct net *net = NULL;
    BL_TRY(create_laid_out(&net, ctx, input, text));
    *n_weights = 0;
    for (size_t l = 0; l < net->n_blocks; l++)
        *n_weights += net_layer(net, l)->weight_rows * (net_layer(net, l)->weight_cols + 1);
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
    mem_free(net->ctx, net->weights);
    mem_free(net->ctx, net->params);
    mem_free(net->ctx, net);
}

/* Parses alone: whether the shapes fit is known when the input is. */
bl_status net_check_text(bl_context *ctx, const char *text)
{
    struct net net = {.ctx = ctx};
    const bl_status status = parse_layers(ctx, &net, text);
    mem_free(ctx, net.layers);
    return status;
}

bl_status net_text_of_output(bl_context *ctx, const char *text, char **out)
{
    const char *comma = strrchr(text, ',');
    const struct slice last = slice_trim(slice_of(comma ? comma + 1 : text));
    return mem_text(ctx, out, last.at, last.n);
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
