/*
 * dense.c - the fully connected layer: y = x W^T + b, or y = x W^T ("nobias").
 *
 * W: units x inputs, b: units. An image is treated as a vector. Multiply-accumulates per example: units x
 * inputs each for forward, pull and gradient.
 */
#include "layer_table.h"
#include "products.h"

#include <limits.h>
#include <stdio.h>

static bl_status dense_parse(bl_context *ctx, struct layer *layer, struct slice arguments)
{
    size_t units = 0;
    layer_parse_bias(layer, &arguments);
    if (!text_to_size(arguments, &units) || units == 0 || units > 1u << 24)
        BL_FAIL(
            ctx, BL_BAD_VALUE,
            "expected \"dense UNITS [nobias]\" with 1 to 16777216 units, and a comma before the next layer");
    layer->units = units;
    snprintf(layer->text, sizeof layer->text, "dense %zu%s", units, layer->has_bias ? "" : " nobias");
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

static size_t dense_scratch(const struct layer *layer, size_t examples, enum precision precision)
{
    return products_in(precision)->scratch(layer->units, layer->weight_cols, examples);
}

static void dense_push(const struct layer *layer, struct matrix M, struct matrix delta, struct matrix signal,
                       struct range range, struct worker *worker)
{
    (void)layer;
    products_in(worker->precision)->out(matrix_rows(M, range), delta, matrix_columns(signal, range), worker);
}

static void dense_forward(const struct layer *layer, struct matrix x, struct matrix y, struct range range,
                          struct worker *worker)
{
    const struct matrix to = matrix_columns(y, range);
    products_in(worker->precision)->out(matrix_rows(layer->W, range), x, to, worker);
    for (size_t n = 0; n < to.rows && layer->has_bias; n++)
        worker->backend->add(matrix_row(&to, n), layer->b + range.begin, to.cols);
}

static void dense_pull(const struct layer *layer, struct matrix M, struct matrix delta, struct matrix signal,
                       struct range range, struct worker *worker)
{
    (void)layer;
    products_in(worker->precision)
        ->back(matrix_columns(M, range), delta, matrix_columns(signal, range), worker);
}

/* dW = delta^T input, db = the sum of delta over the examples. */
static void dense_gradient(const struct layer *layer, struct matrix input, struct matrix delta,
                           struct range range, struct range inputs, struct matrix dW, float *db,
                           struct worker *worker)
{
    (void)layer, (void)inputs;
    const struct matrix d = matrix_columns(delta, range);
    products_in(worker->precision)->gradient(d, input, dW, worker);
    if (db)
        worker->backend->column_sum(d.x, d.rows, d.cols, d.stride, db);
}

static void dense_update_fused(const struct layer *layer, struct matrix input, struct matrix delta,
                               struct range range, const struct update *by, float *const slots[2], float *db,
                               struct worker *worker)
{
    const struct matrix d = matrix_columns(delta, range);
    float *at[2];
    for (size_t i = 0; i < 2; i++)
        at[i] = slots[i] ? slots[i] + range.begin * layer->W.stride : NULL;
    products_in(worker->precision)->update_fused(d, input, matrix_rows(layer->W, range), by, at, worker);
    worker->backend->column_sum(d.x, d.rows, d.cols, d.stride, db);
}

const struct layer_ops layer_dense = {
    .name = "dense",
    .usage = "dense UNITS [nobias]",
    .is_weighted = true,
    .parse = dense_parse,
    .fit = dense_fit,
    .forward = dense_forward,
    .pull = dense_pull,
    .push = dense_push,
    .gradient = dense_gradient,
    .update_fused = dense_update_fused,
    .scratch = dense_scratch,
};
