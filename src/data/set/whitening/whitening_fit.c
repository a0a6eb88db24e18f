/*
 * whitening_fit.c - the covariance of the training set, and P from its eigenvectors.
 *
 * Both are sums of outer products of rows, sum r^T r: of examples less their mean, and of eigenvectors times
 * (lambda + epsilon)^(-1/4). A task is some rows of the sum, right of the diagonal; the rest is their mirror
 * image. Each number is added up in the order of the rows.
 */
#include "../../../base/mem.h"
#include "../../../base/parallel.h"
#include "symmetric_eigen.h"
#include "whitening.h"

#include <math.h>
#include <string.h>

enum { ROWS_OF_TASK = 32, ROWS_AT_ONCE = 64 };

/* sum: n x n; rows: n_rows x n. */
struct outer_sum {
    bl_context *ctx;
    double *sum;
    size_t n;
    const double *rows;
    size_t n_rows;
};

static void add_task(void *work, size_t task, int worker)
{
    const struct outer_sum *s = work;
    const size_t first = task * ROWS_OF_TASK, left = s->n - first;
    (void)worker;
    s->ctx->backend->add_products(&(struct double_products){.m = left < ROWS_OF_TASK ? left : ROWS_OF_TASK,
                                                            .n = left,
                                                            .k = s->n_rows,
                                                            .a = s->rows + first,
                                                            .lda = s->n,
                                                            .b = s->rows + first,
                                                            .ldb = s->n,
                                                            .c = s->sum + first * s->n + first,
                                                            .ldc = s->n});
}

static void add_rows(struct outer_sum *s, const double *rows, size_t n_rows)
{
    s->rows = rows;
    s->n_rows = n_rows;
    parallel_for(s->ctx, s->ctx->threads, (s->n + ROWS_OF_TASK - 1) / ROWS_OF_TASK, NULL, add_task, s);
}

/* What stands left of the diagonal becomes the mirror image of the rest. */
static void mirror(double *sum, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++)
            sum[i * n + j] = sum[j * n + i];
}

/* rows: memory for ROWS_AT_ONCE examples. */
static void find_covariance(double *covariance, double *rows, const struct scaling *s, const bl_data *data)
{
    const size_t n = data->features;
    struct outer_sum sum = {.ctx = data->ctx, .sum = covariance, .n = n};
    memset(covariance, 0, n * n * sizeof *covariance);
    for (size_t first = 0, count; first < data->n; first += count) {
        count = data->n - first < ROWS_AT_ONCE ? data->n - first : ROWS_AT_ONCE;
        for (size_t i = 0, at = first * n; i < count * n; i++, at++)
            rows[i] = (data->bytes    ? (double)data->bytes[at]
                       : data->floats ? (double)data->floats[at]
                                      : data->doubles[at]) -
                      s->offset[i % n];
        add_rows(&sum, rows, count);
    }
    for (size_t i = 0; i < n; i++)
        for (size_t j = i; j < n; j++)
            covariance[i * n + j] /= (double)(data->n - 1);
    mirror(covariance, n);
}

/* P, into `sum`. vectors: a row for each value; they are scaled. Rounding makes some eigenvalues that are 0
   negative. */
static void compose(struct outer_sum *sum, const double *values, double *vectors, double epsilon)
{
    const size_t n = sum->n;
    for (size_t k = 0; k < n; k++) {
        const double root = sqrt(1.0 / sqrt(fmax(values[k], 0.0) + epsilon));
        for (size_t j = 0; j < n; j++)
            vectors[k * n + j] *= root;
    }
    memset(sum->sum, 0, n * n * sizeof *sum->sum);
    for (size_t k = 0; k < n; k += ROWS_AT_ONCE)
        add_rows(sum, vectors + k * n, n - k < ROWS_AT_ONCE ? n - k : ROWS_AT_ONCE);
    mirror(sum->sum, n);
}

struct fit_memory {
    double *matrix, *vectors, *values, *rows;
};

static bl_status make_memory(struct fit_memory *m, bl_context *ctx, size_t n)
{
    BL_TRY(MEM_ARRAY(ctx, &m->matrix, n * n, "whitening"));
    BL_TRY(MEM_ARRAY(ctx, &m->vectors, n * n, "whitening"));
    BL_TRY(MEM_ARRAY(ctx, &m->values, n, "whitening"));
    return MEM_ARRAY(ctx, &m->rows, ROWS_AT_ONCE * n, "whitening");
}

static bl_status fit(struct scaling *s, const bl_data *data, double epsilon, struct fit_memory *m)
{
    const size_t n = data->features;
    struct outer_sum sum = {.ctx = data->ctx, .n = n};
    BL_TRY(make_memory(m, data->ctx, n));
    BL_TRY(MEM_ARRAY(data->ctx, &s->matrix, n * n, "whitening"));
    BL_TRY(parallel_need(data->ctx, 0));
    find_covariance(m->matrix, m->rows, s, data);
    for (size_t i = 0; i < n * n; i++)
        if (!isfinite(m->matrix[i]))
            BL_FAIL(data->ctx, BL_BAD_DATA,
                    "%s: its numbers are too large to be whitened; divide them by a power of ten",
                    data->source);
    BL_TRY(symmetric_eigen(data->ctx, m->matrix, n, m->values, m->vectors));
    sum.sum = m->matrix;
    compose(&sum, m->values, m->vectors, epsilon);
    for (size_t i = 0; i < n * n; i++)
        s->matrix[i] = (float)m->matrix[i];
    return BL_OK;
}

bl_status whitening_fit(struct scaling *s, const bl_data *data, double epsilon)
{
    struct fit_memory m = {0};
    if (data->features > WHITENING_MOST)
        BL_FAIL(data->ctx, BL_BAD_VALUE,
                "%s: normalize zca takes examples of up to %d numbers, and these have %zu; make the images "
                "smaller",
                data->source, WHITENING_MOST, data->features);
    if (data->n < 2)
        BL_FAIL(data->ctx, BL_BAD_VALUE, "%s: normalize zca needs two examples or more", data->source);
    const bl_status status = fit(s, data, epsilon, &m);
    mem_free(data->ctx, m.matrix);
    mem_free(data->ctx, m.vectors);
    mem_free(data->ctx, m.values);
    mem_free(data->ctx, m.rows);
    return status;
}
