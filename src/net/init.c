/*
 * init.c - draws the initial weights, from the streams RNG_WEIGHTS and RNG_BIASES with layer = the block's
 * index.
 */
#include "init.h"

#include "../base/nearest.h"
#include "../base/rng.h"
#include "../base/text.h"

#include <math.h>
#include <string.h>
#include <sys/stat.h>

/* The random streams of a layer's weights and biases, the X of "uniform X", and whether no weighted layer
   precedes the layer. */
struct init_source {
    struct rng weights, biases;
    float size;
    bool is_first;
};

struct init {
    const char *name;
    void (*draw)(const struct layer *layer, const struct init_source *from);
    bool has_size; /* a number follows the name */
};

static float root(double x)
{
    return (float)sqrt(x);
}

static void draw_zero(const struct layer *layer, const struct init_source *from)
{
    (void)from;
    memset(layer->W.x, 0, layer->W.rows * layer->W.cols * sizeof *layer->W.x);
    if (layer->has_bias)
        memset(layer->b, 0, layer->weight_rows * sizeof *layer->b);
}

static void draw_within(const struct layer *layer, const struct init_source *from, float limit)
{
    rng_uniform(&from->weights, limit, layer->W.rows * layer->W.cols, layer->W.x);
    if (layer->has_bias)
        rng_uniform(&from->biases, limit, layer->weight_rows, layer->b);
}

static void draw_fanin(const struct layer *layer, const struct init_source *from)
{
    draw_within(layer, from, root(1.0 / (double)layer->weight_cols));
}

/* The start of feedback alignment on tanh and logistic nets in the published code of Nøkland 2016
   (arXiv:1609.01596): the first layer is drawn, the others are 0. */
static void draw_fanin_first(const struct layer *layer, const struct init_source *from)
{
    if (from->is_first)
        draw_fanin(layer, from);
    else
        draw_zero(layer, from);
}

static void draw_uniform(const struct layer *layer, const struct init_source *from)
{
    draw_within(layer, from, from->size);
}

static void draw_glorot(const struct layer *layer, const struct init_source *from)
{
    rng_uniform(&from->weights, root(6.0 / (double)(layer->weight_cols + layer->weight_rows)),
                layer->W.rows * layer->W.cols, layer->W.x);
}

static void draw_he(const struct layer *layer, const struct init_source *from)
{
    rng_normal(&from->weights, root(2.0 / (double)layer->weight_cols), layer->W.rows * layer->W.cols,
               layer->W.x);
}

static const struct init table[] = {
    {"zero", draw_zero, false},     {"fanin", draw_fanin, false}, {"fanin-first", draw_fanin_first, false},
    {"glorot", draw_glorot, false}, {"he", draw_he, false},       {"uniform", draw_uniform, true}};

/* NULL: no init has this name. */
static const struct init *find_init(struct slice name)
{
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (slice_is(name, table[i].name))
            return &table[i];
    return NULL;
}

/* Parses a text such as "uniform 0.01"; false if it is invalid. */
static bool parse_init(const char *text, const struct init **init, float *size)
{
    struct slice rest = slice_of(text), word = {"", 0};
    double number = 0.0;
    *init = find_init(slice_of(text));
    if (*init && !(*init)->has_size)
        return true;
    (void)slice_word(&rest, &word);
    *init = find_init(word);
    if (!*init || !(*init)->has_size || !text_to_double(slice_trim(rest), &number) || !(number <= 1e6) ||
        !((float)number > 0.0f))
        return false;
    *size = (float)number;
    return true;
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
    {"random rand", "write \"uniform X\", which draws from -X to X"},
    {"normal gaussian randn orthogonal identity eye ones constant sparse truncatednormal",
     "that init is not implemented; there are zero, fanin, fanin-first, glorot, he and \"uniform X\""},
};

static const char *name_at(size_t i)
{
    return i < sizeof table / sizeof *table ? table[i].name : NULL;
}

static const char *usage_at(size_t i)
{
    return table[i].has_size ? "\"uniform X\"" : table[i].name;
}

bool init_is_file(const char *text)
{
    static const char end[] = ".safetensors";
    const size_t n = strlen(text), n_end = sizeof end - 1;
    return n > n_end && strcmp(text + n - n_end, end) == 0;
}

bl_status init_check_text(bl_context *ctx, const char *text)
{
    static const struct vocabulary inits = {name_at, usage_at, aliases, sizeof aliases / sizeof *aliases};
    const struct init *init = NULL;
    struct slice rest = slice_of(text), word = {"", 0};
    float size = 0.0f;
    char advice[256];
    struct stat found;
    if (init_is_file(text) || parse_init(text, &init, &size))
        return BL_OK;
    if (init && init->has_size)
        BL_FAIL(ctx, BL_BAD_VALUE, "init \"%s\": expected a number above 0 and up to 1e6 after the word",
                text);
    if (stat(text, &found) == 0 && S_ISDIR(found.st_mode))
        BL_FAIL(ctx, BL_BAD_VALUE,
                "init \"%s\" is a folder, expected a model file, NAME.safetensors; a run folder has "
                "%s/model.safetensors",
                text, text);
    if (stat(text, &found) == 0)
        BL_FAIL(ctx, BL_BAD_VALUE, "init \"%s\" is a file, expected a model file, NAME.safetensors", text);
    (void)slice_word(&rest, &word);
    vocabulary_advise(&inits, word, advice, sizeof advice);
    BL_FAIL(ctx, BL_BAD_VALUE, "no init \"%s\"; %s", text, advice);
}

void init_weights(struct net *net, const char *text, uint64_t seed)
{
    const struct init *init = NULL;
    struct init_source from = {
        {.seed = seed, .stream = RNG_WEIGHTS}, {.seed = seed, .stream = RNG_BIASES}, 0.0f, true};
    (void)parse_init(text, &init, &from.size);
    memset(net->params, 0, net->n_params * sizeof *net->params);
    net_start_layers(net);
    for (size_t l = 0; l < net->n_blocks; l++) {
        from.weights.layer = from.biases.layer = (uint32_t)l;
        if (!net->blocks[l].is_weighted)
            continue;
        init->draw(net_layer(net, l), &from);
        from.is_first = false;
    }
}
