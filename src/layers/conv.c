/*
 * conv.c - the convolution: y[c] = b[c] + sum over input channels i and window places k of W[c, i, k] x[i] moved by k.
 *
 * W: channels x (input channels x rows x cols of the window), b: channels. An image is unfolded into a matrix of window
 * contents, K x places, and the rest are products:
 *
 *     forward    y = W U(x)                 gradient   dW = sum over examples of delta U(x)^T
 *     pull       x's signal = U^T(M^T delta), where U^T adds every window's content back to its place
 *
 * Multiply-accumulates per example: channels x K x places each.
 */
#include "layer_table.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

static bl_status conv_parse(bl_context *ctx, struct layer *layer, struct slice arguments)
{
    struct slice rest = arguments, word = {"", 0};
    size_t channels = 0;
    layer->window = (struct window){.stride = 1};
    if (!slice_word(&rest, &word) || !text_to_size(word, &channels) || channels == 0 || channels > 1u << 20)
        BL_FAIL(ctx, BL_BAD_VALUE, "layer \"conv %.*s\": expected \"%s\" with 1 to 1048576 channels",
                (int)arguments.n, arguments.at, layer->ops->usage);
    BL_TRY(window_parse(ctx, &layer->window, rest, layer->ops->usage));
    layer->channels = (int)channels;
    const struct window *w = &layer->window;
    snprintf(layer->text, sizeof layer->text, "conv %zu %dx%d", channels, w->rows, w->cols);
    if (w->stride != 1)
        text_append(layer->text, sizeof layer->text, " stride %d", w->stride);
    if (w->pad != 0)
        text_append(layer->text, sizeof layer->text, " pad %d", w->pad);
    return BL_OK;
}

static size_t places(const struct layer *layer)
{
    return (size_t)layer->out.rows * (size_t)layer->out.cols;
}

static size_t map_size(const struct layer *layer)
{
    return (size_t)layer->in.rows * (size_t)layer->in.cols;
}

static size_t window_size(const struct layer *layer)
{
    return (size_t)layer->window.rows * (size_t)layer->window.cols;
}

static bl_status conv_fit(bl_context *ctx, struct layer *layer)
{
    const int channels = layer->channels;
    if (layer->in.rows == 1 && layer->in.cols > 1 && layer->in.channels == 1)
        BL_FAIL(ctx, BL_BAD_VALUE,
                "a convolution needs an image, and this is a row of numbers (a table, or behind a "
                "dense layer or flatten)");
    BL_TRY(window_fit(ctx, &layer->window, layer->in, &layer->out));
    layer->out.channels = channels;
    layer->weight_rows = (size_t)channels;
    layer->fan_out = (size_t)channels * window_size(layer);
    layer->weight_cols = (size_t)layer->in.channels * window_size(layer);
    if ((double)layer->weight_cols * (double)channels > (double)(SIZE_MAX / 64) ||
        (double)channels * (double)places(layer) > (double)INT_MAX)
        BL_FAIL(ctx, BL_BAD_VALUE, "%d channels of %d x %d are too many numbers", channels, layer->out.rows,
                layer->out.cols);
    return BL_OK;
}

static size_t conv_scratch(const struct layer *layer)
{
    return layer->weight_cols * places(layer);
}

/* Columns of the output where the window's column kx lies inside the input: first .. last - 1. */
static struct part inside(int size, int out, const struct window *w, int k)
{
    const int low = w->pad - k, high = size + w->pad - k; /* low <= o stride < high */
    const int first = low > 0 ? (low + w->stride - 1) / w->stride : 0;
    const int last = high > 0 ? (high - 1) / w->stride + 1 : 0;
    return (struct part){(size_t)first, (size_t)(last < out ? last > first ? last : first : out)};
}

/* One row of U for one input channel and window place: out.rows x out.cols numbers. map: in.rows x in.cols. */
static void unfold_place(const struct layer *layer, const float *map, int ky, int kx, float *row)
{
    const struct window *w = &layer->window;
    const struct part cols = inside(layer->in.cols, layer->out.cols, w, kx);
    for (int oy = 0; oy < layer->out.rows; oy++, row += layer->out.cols) {
        const int y = oy * w->stride + ky - w->pad;
        if (y < 0 || y >= layer->in.rows || cols.begin >= cols.end) {
            memset(row, 0, (size_t)layer->out.cols * sizeof *row);
            continue;
        }
        const float *from = map + (size_t)y * (size_t)layer->in.cols;
        memset(row, 0, cols.begin * sizeof *row);
        for (size_t ox = cols.begin; ox < cols.end; ox++)
            row[ox] = from[(int)ox * w->stride + kx - w->pad];
        memset(row + cols.end, 0, ((size_t)layer->out.cols - cols.end) * sizeof *row);
    }
}

/* U(x) of one example: rows in the order of W's columns. */
static void unfold(const struct layer *layer, const float *x, float *unfolded)
{
    for (int i = 0; i < layer->in.channels; i++, x += map_size(layer))
        for (int ky = 0; ky < layer->window.rows; ky++)
            for (int kx = 0; kx < layer->window.cols; kx++, unfolded += places(layer))
                unfold_place(layer, x, ky, kx, unfolded);
}

static void fold_place(const struct layer *layer, const float *row, int ky, int kx, float *map)
{
    const struct window *w = &layer->window;
    const struct part cols = inside(layer->in.cols, layer->out.cols, w, kx);
    for (int oy = 0; oy < layer->out.rows; oy++, row += layer->out.cols) {
        const int y = oy * w->stride + ky - w->pad;
        if (y < 0 || y >= layer->in.rows)
            continue;
        float *to = map + (size_t)y * (size_t)layer->in.cols;
        for (size_t ox = cols.begin; ox < cols.end; ox++)
            to[(int)ox * w->stride + kx - w->pad] += row[ox];
    }
}

static void conv_push(const struct layer *layer, struct matrix M, struct matrix x, struct matrix y,
                      struct part part, struct worker *worker)
{
    const struct matrix rows = matrix_rows(M, part);
    for (size_t n = 0; n < x.rows; n++) {
        unfold(layer, matrix_row(&x, n), worker->floats);
        worker_gemm(worker, (struct gemm){.m = part_size(part),
                                          .n = places(layer),
                                          .k = layer->weight_cols,
                                          .a = rows.x,
                                          .lda = rows.stride,
                                          .b = worker->floats,
                                          .ldb = places(layer),
                                          .c = matrix_row(&y, n) + part.begin * places(layer),
                                          .ldc = places(layer)});
    }
}

static void conv_forward(const struct layer *layer, struct matrix x, struct matrix y, struct part part,
                         struct worker *worker)
{
    conv_push(layer, layer->W, x, y, part, worker);
    for (size_t n = 0; n < y.rows; n++)
        for (size_t c = part.begin; c < part.end; c++)
            for (size_t i = 0; i < places(layer); i++)
                matrix_row(&y, n)[c * places(layer) + i] += layer->b[c];
}

static void conv_pull(const struct layer *layer, struct matrix M, struct matrix delta, struct matrix signal,
                      struct part part, struct worker *worker)
{
    const size_t map = map_size(layer), window = window_size(layer);
    const size_t first = part.begin / map, channels = part_size(part) / map;
    for (size_t n = 0; n < delta.rows; n++) {
        float *to = matrix_row(&signal, n) + part.begin, *row = worker->floats;
        worker_gemm(worker, (struct gemm){.transpose_a = true,
                                          .m = channels * window,
                                          .n = places(layer),
                                          .k = layer->weight_rows,
                                          .a = M.x + first * window,
                                          .lda = M.stride,
                                          .b = matrix_row(&delta, n),
                                          .ldb = places(layer),
                                          .c = row,
                                          .ldc = places(layer)});
        memset(to, 0, part_size(part) * sizeof *to);
        for (size_t i = 0; i < channels; i++, to += map)
            for (int ky = 0; ky < layer->window.rows; ky++)
                for (int kx = 0; kx < layer->window.cols; kx++, row += places(layer))
                    fold_place(layer, row, ky, kx, to);
    }
}

/* Examples in order; the first begins the sum. */
static void conv_gradient(const struct layer *layer, struct matrix input, struct matrix delta,
                          struct part part, struct matrix dW, float *db, struct worker *worker)
{
    for (size_t n = 0; n < input.rows; n++) {
        unfold(layer, matrix_row(&input, n), worker->floats);
        worker_gemm(worker, (struct gemm){.transpose_b = true,
                                          .accumulate = n > 0,
                                          .m = part_size(part),
                                          .n = layer->weight_cols,
                                          .k = places(layer),
                                          .a = matrix_row(&delta, n) + part.begin * places(layer),
                                          .lda = places(layer),
                                          .b = worker->floats,
                                          .ldb = places(layer),
                                          .c = dW.x,
                                          .ldc = dW.stride});
    }
    for (size_t c = part.begin; c < part.end; c++) {
        double sum = 0.0;
        for (size_t n = 0; n < delta.rows; n++)
            for (size_t i = 0; i < places(layer); i++)
                sum += (double)matrix_row(&delta, n)[c * places(layer) + i];
        db[c - part.begin] = (float)sum;
    }
}

const struct layer_ops layer_conv = {
    .name = "conv",
    .usage = "conv CHANNELS ROWSxCOLS [stride N] [pad N]",
    .is_weighted = true,
    .parse = conv_parse,
    .fit = conv_fit,
    .forward = conv_forward,
    .pull = conv_pull,
    .push = conv_push,
    .gradient = conv_gradient,
    .scratch = conv_scratch,
};
