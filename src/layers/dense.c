/*
 * dense.c - the fully connected layer: y = x W^T + b.
 *
 * W: units x inputs, b: units. An image is taken as the row of its numbers. Multiply-accumulates per example: units x inputs
 * each for forward, pull and gradient.
 */
#include "layer_table.h"

#include <limits.h>
#include <stdio.h>

static bl_status dense_parse(bl_context *ctx, struct layer *layer, struct slice arguments)
{
    size_t units = 0;
    if (!text_to_size(arguments, &units) || units == 0 || units > 1u << 24)
        BL_FAIL(ctx, BL_BAD_VALUE, "layer \"dense %.*s\": expected \"dense UNITS\" with 1 to 16777216 units",
                (int)arguments.n, arguments.at);
    layer->units = units;
    snprintf(layer->text, sizeof layer->text, "dense %zu", units);
    return BL_OK;
}

static bl_status dense_fit(bl_context *ctx, struct layer *layer)
{
    const double inputs = (double)layer->in.channels * layer->in.rows * layer->in.cols;
    if (inputs * (double)layer->units > (double)(SIZE_MAX / 64) || inputs > (double)INT_MAX)
        BL_FAIL(ctx, BL_BAD_VALUE, "%.0f inputs x %zu units are too many weights", inputs, layer->units);
    layer->out = (bl_shape){1, 1, (int)layer->units};
    layer->weight_rows = layer->fan_out = layer->units;
    layer->weight_cols = (size_t)inputs;
    return BL_OK;
}

static void dense_push(const struct layer *layer, struct matrix M, struct matrix delta, struct matrix signal,
                       struct part part, struct worker *worker)
{
    (void)layer;
    const struct matrix through = matrix_rows(M, part), to = matrix_columns(signal, part);
    worker_gemm(worker, (struct gemm){.transpose_b = true,
                                      .m = delta.rows,
                                      .n = part_size(part),
                                      .k = delta.cols,
                                      .a = delta.x,
                                      .lda = delta.stride,
                                      .b = through.x,
                                      .ldb = through.stride,
                                      .c = to.x,
                                      .ldc = to.stride});
}

static void dense_forward(const struct layer *layer, struct matrix x, struct matrix y, struct part part,
                          struct worker *worker)
{
    const struct matrix to = matrix_columns(y, part);
    dense_push(layer, layer->W, x, y, part, worker);
    for (size_t n = 0; n < to.rows; n++)
        worker->backend->add(matrix_row(&to, n), layer->b + part.begin, to.cols);
}

static void dense_pull(const struct layer *layer, struct matrix M, struct matrix delta, struct matrix signal,
                       struct part part, struct worker *worker)
{
    (void)layer;
    const struct matrix from = matrix_columns(M, part), to = matrix_columns(signal, part);
    worker_gemm(worker, (struct gemm){.m = delta.rows,
                                      .n = part_size(part),
                                      .k = delta.cols,
                                      .a = delta.x,
                                      .lda = delta.stride,
                                      .b = from.x,
                                      .ldb = from.stride,
                                      .c = to.x,
                                      .ldc = to.stride});
}

/* dW = delta^T input, db = the sum of delta over the examples. */
static void dense_gradient(const struct layer *layer, struct matrix input, struct matrix delta,
                           struct part part, struct matrix dW, float *db, struct worker *worker)
{
    (void)layer;
    const struct matrix d = matrix_columns(delta, part);
    worker_gemm(worker, (struct gemm){.transpose_a = true,
                                      .m = d.cols,
                                      .n = input.cols,
                                      .k = input.rows,
                                      .a = d.x,
                                      .lda = d.stride,
                                      .b = input.x,
                                      .ldb = input.stride,
                                      .c = dW.x,
                                      .ldc = dW.stride});
    worker->backend->column_sum(d.x, d.rows, d.cols, d.stride, db);
}

const struct layer_ops layer_dense = {
    .name = "dense",
    .usage = "dense UNITS",
    .is_weighted = true,
    .parse = dense_parse,
    .fit = dense_fit,
    .forward = dense_forward,
    .pull = dense_pull,
    .push = dense_push,
    .gradient = dense_gradient,
};
