/*
 * products_float32.c - products in float32.
 *
 * In x M^T either x or M must be transposed and packed. A batch of usual size is smaller than the weights, so
 * each worker packs the batch, once for all ranges of the layer that it computes.
 */
#include "panels.h"
#include "products.h"

/* The largest batch and the largest number of inputs that are packed. */
enum { MOST_PACKED = 256, MOST_COLS = 1 << 20 };

static bool packs(size_t examples, size_t inputs)
{
    return examples <= MOST_PACKED && inputs <= MOST_COLS;
}

static size_t scratch(size_t units, size_t inputs, size_t examples)
{
    if (!packs(1, inputs))
        return 0;
    const size_t packed = examples < MOST_PACKED ? examples : MOST_PACKED;
    return panel_lines(inputs) + panel_lines(units) + panel_lines(packed) * inputs;
}

static void pack(struct matrix x, float *to, const struct worker *worker)
{
    const struct backend *backend = worker->backend;
    for (size_t n = 0, columns; n < x.rows; n += columns) {
        columns = panel_next(backend, x.rows - n);
        backend->panel(matrix_row(&x, n), x.stride, x.cols, columns, to + n * x.cols);
    }
}

static void multiply_packed(struct matrix M, struct matrix x, struct matrix y, struct worker *worker)
{
    float *packed = worker->floats, *behind = packed + panel_lines(x.rows) * x.cols;
    int32_t *terms = (int32_t *)(void *)behind, *rows = terms + panel_lines(x.cols);
    if (worker->packed.x != x.x || worker->packed.as != PACKED_FLOAT32) {
        pack(x, packed, worker);
        for (size_t i = 0; i < x.cols; i++)
            terms[i] = (int32_t)i;
        worker->packed = (struct packed){x.x, PACKED_FLOAT32};
    }
    for (size_t i = 0; i < M.rows; i++)
        rows[i] = (int32_t)(i * M.stride);
    for (size_t n = 0, columns; n < x.rows; n += columns) {
        columns = panel_next(worker->backend, x.rows - n);
        worker->backend->gather(&(struct gather){.m = M.rows,
                                                 .n = columns,
                                                 .k = x.cols,
                                                 .a = M.x,
                                                 .rows = rows,
                                                 .terms = terms,
                                                 .b = packed + n * x.cols,
                                                 .c = matrix_row(&y, n),
                                                 .ldc = y.stride});
    }
}

static void out(struct matrix M, struct matrix x, struct matrix y, struct worker *worker)
{
    if (x.rows == 1 && worker->backend->multiply_vector)
        worker->backend->multiply_vector(M.x, M.stride, M.rows, M.cols, x.x, y.x);
    else if (packs(x.rows, x.cols))
        multiply_packed(M, x, y, worker);
    else
        worker_gemm(worker, (struct gemm){.transpose_b = true,
                                          .m = x.rows,
                                          .n = M.rows,
                                          .k = x.cols,
                                          .a = x.x,
                                          .lda = x.stride,
                                          .b = M.x,
                                          .ldb = M.stride,
                                          .c = y.x,
                                          .ldc = y.stride});
}

static void back(struct matrix M, struct matrix d, struct matrix to, struct worker *worker)
{
    worker_gemm(worker, (struct gemm){.m = d.rows,
                                      .n = M.cols,
                                      .k = d.cols,
                                      .a = d.x,
                                      .lda = d.stride,
                                      .b = M.x,
                                      .ldb = M.stride,
                                      .c = to.x,
                                      .ldc = to.stride});
}

static void gradient(struct matrix d, struct matrix x, struct matrix dW, struct worker *worker)
{
    worker_gemm(worker, (struct gemm){.transpose_a = true,
                                      .m = d.cols,
                                      .n = x.cols,
                                      .k = x.rows,
                                      .a = d.x,
                                      .lda = d.stride,
                                      .b = x.x,
                                      .ldb = x.stride,
                                      .c = dW.x,
                                      .ldc = dW.stride});
}

static void update_fused(struct matrix d, struct matrix x, struct matrix W, const struct update *by,
                         float *const slots[2], struct worker *worker)
{
    worker->backend->update_fused(&(struct fused_update){.m = W.rows,
                                                         .n = W.cols,
                                                         .k = x.rows,
                                                         .delta = d.x,
                                                         .ldd = d.stride,
                                                         .x = x.x,
                                                         .ldx = x.stride,
                                                         .w = W.x,
                                                         .slots = {slots[0], slots[1]},
                                                         .ldw = W.stride,
                                                         .by = *by},
                                  worker->scratch);
}

const struct products products_float32 = {scratch, out, back, gradient, update_fused};
