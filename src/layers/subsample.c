/*
 * subsample.c - takes every STRIDE-th row and column of each map, and adds channels of zeros where the output
 * has more channels than the input: the shortcut without parameters, option A of He, Zhang, Ren, Sun 2015
 * (arXiv:1512.03385, section 3.3).
 *
 *     y[before + c, i, j] = x[c, i stride, j stride]    0 in all other channels of y
 *     before = (channels of y - channels of x) / 2
 *
 * y has ceil(rows / stride) rows, and columns likewise. Half of the channels of zeros precede the input's and
 * half follow, as in the usual PyTorch code, x[:, :, ::2, ::2] and F.pad; an odd one follows. The paper does
 * not say where they are. The derivative at y goes to the numbers that were taken; it is 0 at all others.
 *
 * Channel c of y is not channel c of x, so the layer begins a block.
 */
#include "layer_table.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

static bl_status subsample_parse(bl_context *ctx, struct layer *layer, struct slice arguments)
{
    struct slice rest = arguments, word = {"", 0};
    size_t stride = 0, channels = 0;
    bool is_right = slice_word(&rest, &word) && text_to_size(word, &stride) && stride > 0 && stride <= 4096;
    if (is_right && slice_word(&rest, &word))
        is_right = slice_is(word, "pad-channels") && slice_word(&rest, &word) &&
                   text_to_size(word, &channels) && channels > 0 && channels <= 1u << 20 &&
                   slice_trim(rest).n == 0;
    if (!is_right)
        BL_FAIL(ctx, BL_BAD_VALUE, "expected \"%s\" with a stride of 1 to 4096 and 1 to 1048576 channels",
                layer->ops->usage);
    layer->window = (struct window){.rows = 1, .cols = 1, .stride = (int)stride};
    layer->channels = (int)channels;
    snprintf(layer->text, sizeof layer->text, "subsample %zu", stride);
    if (channels > 0)
        text_append(layer->text, sizeof layer->text, " pad-channels %zu", channels);
    return BL_OK;
}

static bl_status subsample_fit(bl_context *ctx, struct layer *layer)
{
    const int channels = layer->channels ? layer->channels : layer->in.channels;
    if (layer->in.rows == 1 && layer->in.cols > 1 && layer->in.channels == 1)
        BL_FAIL(ctx, BL_BAD_VALUE, "subsampling needs an image, but its input is a vector");
    if (channels < layer->in.channels)
        BL_FAIL(ctx, BL_BAD_VALUE, "%d channels are fewer than the %d of the input", channels,
                layer->in.channels);
    BL_TRY(window_fit(ctx, &layer->window, layer->in, &layer->out));
    layer->out.channels = channels;
    if ((double)channels * layer->out.rows * layer->out.cols > (double)INT_MAX)
        BL_FAIL(ctx, BL_BAD_VALUE, "%d channels of %d x %d are too many numbers", channels, layer->out.rows,
                layer->out.cols);
    return BL_OK;
}

static size_t map_size(bl_shape s)
{
    return (size_t)s.rows * (size_t)s.cols;
}

/* The number of channels of zeros before those of the input. */
static size_t zeros_before(const struct layer *layer)
{
    return (size_t)(layer->out.channels - layer->in.channels) / 2;
}

static void take_map(const struct layer *layer, const float *x, float *y)
{
    const size_t stride = (size_t)layer->window.stride, cols = (size_t)layer->out.cols;
    for (size_t i = 0; i < (size_t)layer->out.rows; i++)
        for (size_t j = 0; j < cols; j++)
            y[i * cols + j] = x[i * stride * (size_t)layer->in.cols + j * stride];
}

static void subsample_forward(const struct layer *layer, const struct layer_io *c)
{
    const size_t before = zeros_before(layer), size = map_size(layer->out);
    for (size_t n = 0; n < c->x.rows; n++)
        for (size_t k = c->first; k < c->last; k++) {
            float *y = matrix_row(&c->y, n) + k * size;
            if (k >= before && k - before < (size_t)layer->in.channels)
                take_map(layer, matrix_row(&c->x, n) + (k - before) * map_size(layer->in), y);
            else
                memset(y, 0, size * sizeof *y);
        }
}

/* dx += dy at the numbers that were taken. */
static void spread_map(const struct layer *layer, const float *dy, float *dx)
{
    const size_t stride = (size_t)layer->window.stride, cols = (size_t)layer->out.cols;
    for (size_t i = 0; i < (size_t)layer->out.rows; i++)
        for (size_t j = 0; j < cols; j++)
            dx[i * stride * (size_t)layer->in.cols + j * stride] += dy[i * cols + j];
}

static void subsample_backward(const struct layer *layer, const struct layer_io *c)
{
    const size_t before = zeros_before(layer), size = map_size(layer->in);
    for (size_t n = 0; n < c->dx.rows; n++) {
        if (!c->accumulates)
            memset(matrix_row(&c->dx, n) + c->in.begin, 0, range_size(c->in) * sizeof *c->dx.x);
        for (size_t k = c->in.begin / size; k < c->in.end / size; k++)
            spread_map(layer, matrix_row(&c->dy, n) + (before + k) * map_size(layer->out),
                       matrix_row(&c->dx, n) + k * size);
    }
}

const struct layer_ops layer_subsample = {
    .name = "subsample",
    .usage = "subsample STRIDE [pad-channels CHANNELS]",
    .reads_all = true,
    .parse = subsample_parse,
    .fit = subsample_fit,
    .local_forward = subsample_forward,
    .local_backward = subsample_backward,
};
