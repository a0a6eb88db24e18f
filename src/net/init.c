/*
 * init.c - draws the initial weights, from the streams RNG_WEIGHTS and RNG_BIASES with layer = the block's
 * index.
 */
#include "init.h"

#include "../base/nearest.h"
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
    if (layer->has_bias)
        memset(layer->b, 0, layer->weight_rows * sizeof *layer->b);
}

static void draw_fanin(const struct layer *layer, const struct rng *weights, const struct rng *biases)
{
    const float limit = root(1.0 / (double)layer->weight_cols);
    rng_uniform(weights, limit, layer->W.rows * layer->W.cols, layer->W.x);
    if (layer->has_bias)
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

static const struct init *find_init(const char *name)
{
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (strcmp(table[i].name, name) == 0)
            return &table[i];
    return NULL;
}

/* Names that other libraries use. */
static const struct alias aliases[] = {
    {"xavier xavieruniform glorotuniform glorotnormal xaviernormal",
     "write glorot, which is uniform within sqrt(6 / (inputs + outputs))"},
    {"kaiming kaimingnormal kaiminguniform henormal heuniform msra",
     "write he, which is normal with variance 2 / inputs"},
    {"zeros zeroes 0 null", "write zero"},
    {"default torch pytorch lecun lecununiform lecunnormal fanin fan fanavg fanout",
     "write fanin, which is uniform within sqrt(1 / inputs), as PyTorch's default"},
    {"normal gaussian uniform random rand randn orthogonal identity eye ones constant sparse truncatednormal",
     "that init is not implemented; there are zero, fanin, glorot and he"},
};

static const char *name_at(size_t i)
{
    return i < sizeof table / sizeof *table ? table[i].name : NULL;
}

bool init_is_file(const char *text)
{
    static const char end[] = ".safetensors";
    const size_t n = strlen(text), n_end = sizeof end - 1;
    return n > n_end && strcmp(text + n - n_end, end) == 0;
}

bl_status init_check_text(bl_context *ctx, const char *text)
{
    static const struct vocabulary inits = {name_at, NULL, aliases, sizeof aliases / sizeof *aliases};
    char advice[256];
    if (find_init(text) || init_is_file(text))
        return BL_OK;
    vocabulary_advise(&inits, slice_of(text), advice, sizeof advice);
    BL_FAIL(ctx, BL_BAD_VALUE, "no init \"%s\"; %s", text, advice);
}

void init_weights(struct net *net, const char *text, uint64_t seed)
{
    memset(net->params, 0, net->n_params * sizeof *net->params);
    net_start_layers(net);
    for (size_t l = 0; l < net->n_blocks; l++) {
        const struct rng weights = {.seed = seed, .stream = RNG_WEIGHTS, .layer = (uint32_t)l};
        const struct rng biases = {.seed = seed, .stream = RNG_BIASES, .layer = (uint32_t)l};
        if (net->blocks[l].is_weighted)
            find_init(text)->draw(net_layer(net, l), &weights, &biases);
    }
}
