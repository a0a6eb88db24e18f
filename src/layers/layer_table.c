/*
 * layer_table.c - the table of layers, one entry per kind, and the parser of a layer's text.
 */
#include "layer_table.h"

#include "../base/mem.h"
#include "../base/nearest.h"

#include <stdio.h>
#include <string.h>

static const struct layer_ops *const table[] = {
    &layer_dense,   &layer_tanh,      &layer_logistic,  &layer_relu,      &layer_leaky_relu, &layer_softplus,
    &layer_gelu,    &layer_identity,  &layer_conv,      &layer_maxpool,   &layer_avgpool,    &layer_flatten,
    &layer_dropout, &layer_batchnorm, &layer_layernorm, &layer_subsample,
};

const struct layer_ops *layer_ops_at(size_t i)
{
    return i < sizeof table / sizeof *table ? table[i] : NULL;
}

static const struct layer_ops *find_layer_ops(struct slice name)
{
    for (size_t i = 0; layer_ops_at(i); i++)
        if (slice_is(name, layer_ops_at(i)->name))
            return layer_ops_at(i);
    return NULL;
}

/* Names that papers and other libraries use, for suggestions. None is accepted as a layer, because most have
   a slightly different meaning. */
static const struct alias aliases[] = {
    {"sigmoid sigm expit hardsigmoid logsigmoid", "the function 1 / (1 + exp(-a)) is written logistic"},
    {"softmax logsoftmax softmin", "leave it out: the loss ce applies the softmax to the output's sums"},
    {"linear linearlayer",
     "write dense UNITS for a layer with weights, or identity for no activation function"},
    {"fc full fullyconnected affine inner innerproduct hidden output layer mlp lineardense denselayer",
     "a fully connected layer is written dense UNITS"},
    {"input inputlayer in", "leave it out: the shape of the input follows from the data"},
    {"conv2d convolution convolution2d conv2dlayer cnn",
     "a convolution is written conv CHANNELS ROWSxCOLS, as in conv 16 5x5 stride 1 pad 2"},
    {"conv1d conv3d convtranspose2d conv2dtranspose deconv depthwiseconv separableconv2d",
     "the only convolution is conv CHANNELS ROWSxCOLS, in two dimensions"},
    {"bn bn1d bn2d norm batchnormalization batchnormalisation batchnorm1d batchnorm2d",
     "batch normalisation is written batchnorm"},
    {"ln layernormalization layernormalisation layernorm1d layernorm2d",
     "layer normalisation is written layernorm"},
    {"groupnorm instancenorm rmsnorm weightnorm gn lrn",
     "the only normalisations are batchnorm and layernorm"},
    {"lrelu leaky leakyrectifier", "write leaky-relu [SLOPE]"},
    {"rectifier rectlinear rectifiedlinear threshold", "the function max(a, 0) is written relu"},
    {"elu selu celu silu swish mish prelu rrelu relu6 hardswish glu",
     "that function is not implemented; the nearest are relu, leaky-relu and softplus"},
    {"hardtanh softsign arctan atan sin sine cos erf gaussian step sign",
     "that function is not implemented; the nearest is tanh"},
    {"tangent tansig hyperbolictangent", "the hyperbolic tangent is written tanh"},
    {"softrelu", "the function log(1 + exp(a)) is written softplus"},
    {"none noop pass passthrough", "no activation function is written identity, or nothing"},
    {"pool pooling", "write maxpool SIZE or avgpool SIZE, as in maxpool 2"},
    {"maxpool2d maxpooling maxpooling2d mp", "write maxpool SIZE, as in maxpool 2 or maxpool 3 stride 2"},
    {"avgpool2d averagepool averagepooling averagepooling2d meanpool ap",
     "write avgpool SIZE, as in avgpool 2"},
    {"globalavgpool globalaveragepooling gap adaptiveavgpool adaptiveavgpool2d globalaveragepooling2d",
     "write avgpool with the size of the whole map, as in avgpool 7"},
    {"globalmaxpool globalmaxpooling adaptivemaxpool",
     "write maxpool with the size of the whole map, as in maxpool 7"},
    {"subsampling downsample decimate lambdalayer zeropad padshortcut",
     "every N-th row and column, without weights, is written subsample N [pad-channels CHANNELS]"},
    {"drop dropout1d dropout2d spatialdropout alphadropout", "write dropout SHARE, as in dropout 0.5"},
    {"reshape view permute", "write flatten, or leave it out: dense takes an image as a vector by itself"},
    {"rnn lstm gru recurrent attention transformer embedding multiheadattention",
     "such layers are not implemented: a net consists of dense and conv layers"},
    {"residual resnet skip shortcut add block resblock",
     "a shortcut past layers is written residual (LAYERS), or residual (LAYERS | SHORTCUT), as in residual "
     "(dense 100, tanh, dense 100), tanh"},
    {"concat concatenate cat dense-block", "outputs cannot be concatenated; residual (LAYERS) adds them"},
};

static const char *name_at(size_t i)
{
    return layer_ops_at(i) ? layer_ops_at(i)->name : NULL;
}

static const char *usage_at(size_t i)
{
    return layer_ops_at(i)->usage;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Whether the whole word is one of the aliases, such as conv2d or relu6. */
static bool is_alias(struct slice word)
{
    struct nearest search;
    nearest_begin(&search, word);
    nearest_offer_aliases(&search, aliases, sizeof aliases / sizeof *aliases);
    return search.found && search.distance == 0;
}

/* The suggestion for "dense(100)", "Conv2d(1,16)", "dense=100" or "dense100" follows from the name before the
   argument. */
static bl_status fail_unknown(bl_context *ctx, struct slice word)
{
    static const struct vocabulary layers = {name_at, usage_at, aliases, sizeof aliases / sizeof *aliases};
    char advice[640];
    struct slice name = {word.at, 0}, spelling = {word.at, 0}; /* "Conv" and "Conv2d" of "Conv2d(1" */
    size_t units = 0;
    while (name.n < word.n && is_letter(word.at[name.n]))
        name.n++;
    while (spelling.n < word.n && (is_letter(word.at[spelling.n]) || is_digit(word.at[spelling.n])))
        spelling.n++;
    if (text_to_size(word, &units))
        BL_FAIL(ctx, BL_BAD_VALUE, "no such layer; a layer of %zu units is written dense %zu", units, units);
    if (name.n == 0)
        BL_FAIL(ctx, BL_BAD_VALUE, "no such layer; a net is written as in dense 100, tanh, dense 10");
    if (find_layer_ops(name) && !is_alias(spelling))
        BL_FAIL(ctx, BL_BAD_VALUE, "no such layer; a blank separates name and argument, without brackets: %s",
                find_layer_ops(name)->usage);
    vocabulary_advise(&layers, is_alias(spelling) ? spelling : name, advice, sizeof advice);
    BL_FAIL(ctx, BL_BAD_VALUE, "no such layer; %s", advice);
}

static bl_status parse(bl_context *ctx, struct layer *layer, struct slice text)
{
    struct slice rest = text, name;
    if (!slice_word(&rest, &name))
        BL_FAIL(ctx, BL_BAD_VALUE, "the layer is empty: there is one comma too many");
    const struct layer_ops *ops = find_layer_ops(name);
    if (!ops)
        return fail_unknown(ctx, name);
    *layer = (struct layer){.ops = ops};
    snprintf(layer->text, sizeof layer->text, "%s", ops->name);
    if (ops->parse)
        return ops->parse(ctx, layer, slice_trim(rest));
    if (slice_trim(rest).n > 0)
        BL_FAIL(ctx, BL_BAD_VALUE, "nothing may follow \"%s\"; a comma separates layers", ops->name);
    return BL_OK;
}

bl_status layer_parse(bl_context *ctx, struct layer *layer, struct slice text, size_t number)
{
    const struct slice shown = slice_trim(text);
    if (parse(ctx, layer, text) == BL_OK)
        return BL_OK;
    char why[800];
    snprintf(why, sizeof why, "%.799s", ctx->why);
    BL_FAIL(ctx, BL_BAD_VALUE, "layer %zu \"%.*s\": %s", number, shown.n < 100 ? (int)shown.n : 100, shown.at,
            why);
}

static size_t units_of(bl_shape s)
{
    return (size_t)s.channels * (size_t)s.rows * (size_t)s.cols;
}

bl_status layer_fit(bl_context *ctx, struct layer *layer, bl_shape in, size_t number)
{
    layer->in = layer->out = in;
    if (layer->ops->fit && layer->ops->fit(ctx, layer) != BL_OK) {
        char why[256];
        snprintf(why, sizeof why, "%.255s", ctx->why);
        BL_FAIL(ctx, BL_BAD_VALUE, "layer %zu \"%s\" on an input of %d x %d x %d: %s", number, layer->text,
                in.channels, in.rows, in.cols, why);
    }
    layer->in_units = units_of(layer->in);
    layer->units = units_of(layer->out);
    return BL_OK;
}
