/*
 * init.c - drawing the first weights: stream RNG_WEIGHTS and RNG_BIASES, layer = the block's number.
 */
#include "init.h"

#include "../base/rng.h"

#include <math.h>
#include <string.h>

struct init {
    const char *name;
    void (*draw)(const struct layer *layer, const struct rng *weights, const struct rng *biases);
};

static float root(double x)
{
    return (float)sqrt(x);
}

static void draw_zero(const struct layer *layer, const struct rng *weights, const struct rng *biases)
{
    (void)weights, (void)biases;
    memset(layer->W.x, 0, layer->W.rows * layer->W.cols * sizeof *layer->W.x);
    memset(layer->b, 0, layer->weight_rows * sizeof *layer->b);
}

static void draw_fanin(const struct layer *layer, const struct rng *weights, const struct rng *biases)
{
    const float limit = root(1.0 / (double)layer->weight_cols);
    rng_uniform(weights, limit, layer->W.rows * layer->W.cols, layer->W.x);
    rng_uniform(biases, limit, layer->weight_rows, layer->b);
}

static void draw_glorot(const struct layer *layer, const struct rng *weights, const struct rng *biases)
{
    (void)biases;
    rng_uniform(weights, root(6.0 / (double)(layer->weight_cols + layer->weight_rows)),
                layer->W.rows * layer->W.cols, layer->W.x);
}

static void draw_he(const struct layer *layer, const struct rng *weights, const struct rng *biases)
{
    (void)biases;
    rng_normal(weights, root(2.0 / (double)layer->weight_cols), layer->W.rows * layer->W.cols, layer->W.x);
}

static const struct init table[] = {
    {"zero", draw_zero}, {"fanin", draw_fanin}, {"glorot", draw_glorot}, {"he", draw_he}};

static const struct init *find(const char *name)
{
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (strcmp(table[i].name, name) == 0)
            return &table[i];
    return NULL;
}

bl_status init_check_text(bl_context *ctx, const char *text)
{
    if (!find(text))
        BL_FAIL(ctx, BL_BAD_VALUE, "no init \"%s\"; there are: zero, fanin, glorot, he", text);
    return BL_OK;
}

void init_weights(struct net *net, const char *text, uint64_t seed)
{
    memset(net->params, 0, net->n_params * sizeof *net->params);
    net_start_own(net);
    for (size_t l = 0; l < net->n_blocks; l++) {
        const struct rng weights = {.seed = seed, .stream = RNG_WEIGHTS, .layer = (uint32_t)l};
        const struct rng biases = {.seed = seed, .stream = RNG_BIASES, .layer = (uint32_t)l};
        find(text)->draw(net_layer(net, l), &weights, &biases);
    }
}
