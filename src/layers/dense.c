/*
 * dense.c - the fully connected layer: y = x W^T + b.
 *
 * W: units x inputs, b: units. An image is taken as the row of its numbers. Multiply-accumulates per example: units x inputs
 * each for forward, pull and gradient.
 *
 * Forward, one of the two must be turned about and packed: a batch of common size is smaller than the weights, so each
 * worker does it once with the batch, for all parts of the layer.
 */
#include "layer_table.h"
#include "panels.h"

#include <limits.h>
#include <stdio.h>

static bl_status dense_parse(bl_context *ctx, struct layer *layer, struct slice arguments)
{
    size_t units = 0;
    if (!text_to_size(arguments, &units) || units == 0 || units > 1u << 24)
        BL_FAIL(ctx, BL_BAD_VALUE, "expected \"dense UNITS\" with 1 to 16777216 units");
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

enum { MOST_PACKED = 256, MOST_COLS = 1 << 20 }; /* examples; inputs */

static bool packs(size_t examples, size_t inputs)
{
    return examples <= MOST_PACKED && inputs <= MOST_COLS;
}

static size_t dense_scratch(const struct layer *layer, size_t examples)
{
    const size_t inputs = layer->weight_cols;
    if (!packs(1, inputs))
        return 0;
    const size_t packed = examples < MOST_PACKED ? examples : MOST_PACKED;
    return panel_lines(inputs) + panel_lines(layer->units) + panel_lines(packed) * inputs;
}

static void pack(struct matrix x, float *to, const struct worker *worker)
{
    const struct backend *backend = worker->backend;
    const size_t size = panel_size(backend, x.rows);
    for (size_t n = 0; n < x.rows; n += size) {
        const size_t columns = x.rows - n < size ? x.rows - n : size;
        backend->panel(matrix_row(&x, n), x.stride, x.cols, columns, to + n * x.cols);
    }
}

static void multiply_packed(struct matrix W, struct matrix x, struct matrix y, struct worker *worker)
{
    const size_t size = panel_size(worker->backend, x.rows);
    float *packed = worker->floats, *behind = packed + panel_lines(x.rows) * x.cols;
    int32_t *terms = (int32_t *)(void *)behind, *rows = terms + panel_lines(x.cols);
    if (worker->packed != x.x) {
        pack(x, packed, worker);
        for (size_t i = 0; i < x.cols; i++)
            terms[i] = (int32_t)i;
        worker->packed = x.x;
    }
    for (size_t i = 0; i < W.rows; i++)
        rows[i] = (int32_t)(i * W.stride);
    for (size_t n = 0; n < x.rows; n += size)
        worker->backend->gather(&(struct gather){.m = W.rows,
                                                 .n = x.rows - n < size ? x.rows - n : size,
                                                 .k = x.cols,
                                                 .a = W.x,
                                                 .rows = rows,
                                                 .terms = terms,
                                                 .b = packed + n * x.cols,
                                                 .c = matrix_row(&y, n),
                                                 .ldc = y.stride});
}

static void dense_forward(const struct layer *layer, struct matrix x, struct matrix y, struct part part,
                          struct worker *worker)
{
    const struct matrix to = matrix_columns(y, part);
    if (packs(x.rows, x.cols))
        multiply_packed(matrix_rows(layer->W, part), x, to, worker);
    else
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

static void dense_descend(const struct layer *layer, struct matrix input, struct matrix delta,
                          struct part part, const struct update *by, float *const slots[2], float *db,
                          struct worker *worker)
{
    const struct matrix d = matrix_columns(delta, part), W = matrix_rows(layer->W, part);
    const size_t first = part.begin * W.stride;
    worker->backend->descend(
        &(struct descent){.m = W.rows,
                          .n = W.cols,
                          .k = input.rows,
                          .delta = d.x,
                          .ldd = d.stride,
                          .x = input.x,
                          .ldx = input.stride,
                          .w = W.x,
                          .slots = {slots[0] ? slots[0] + first : NULL, slots[1] ? slots[1] + first : NULL},
                          .ldw = W.stride,
                          .by = *by},
        worker->scratch);
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
    .descend = dense_descend,
    .scratch = dense_scratch,
};
