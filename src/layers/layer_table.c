/*
 * layer_table.c - every kind of layer, a line each, and the reading of a layer's text.
 */
#include "layer_table.h"

#include "../base/mem.h"

#include <stdio.h>
#include <string.h>

static const struct layer_ops *const table[] = {
    &layer_dense,    &layer_tanh,    &layer_logistic, &layer_relu,      &layer_leaky_relu,
    &layer_softplus, &layer_gelu,    &layer_identity, &layer_conv,      &layer_maxpool,
    &layer_avgpool,  &layer_flatten, &layer_dropout,  &layer_batchnorm,
};

const struct layer_ops *layer_ops_at(size_t i)
{
    return i < sizeof table / sizeof *table ? table[i] : NULL;
}

static const struct layer_ops *find(struct slice name)
{
    for (size_t i = 0; layer_ops_at(i); i++)
        if (slice_is(name, layer_ops_at(i)->name))
            return layer_ops_at(i);
    return NULL;
}

static bl_status fail_unknown(bl_context *ctx)
{
    char known[512] = "";
    for (size_t i = 0; layer_ops_at(i); i++)
        text_append(known, sizeof known, "%s%s", i ? ", " : "", layer_ops_at(i)->usage);
    BL_FAIL(ctx, BL_BAD_VALUE, "no such layer; there are: %s", known);
}

static bl_status parse(bl_context *ctx, struct layer *layer, struct slice text)
{
    struct slice rest = text, name;
    if (!slice_word(&rest, &name))
        BL_FAIL(ctx, BL_BAD_VALUE, "nothing stands there: a comma too many");
    const struct layer_ops *ops = find(name);
    if (!ops)
        return fail_unknown(ctx);
    *layer = (struct layer){.ops = ops};
    snprintf(layer->text, sizeof layer->text, "%s", ops->name);
    if (ops->parse)
        return ops->parse(ctx, layer, slice_trim(rest));
    if (slice_trim(rest).n > 0)
        BL_FAIL(ctx, BL_BAD_VALUE, "nothing may follow \"%s\"", ops->name);
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
