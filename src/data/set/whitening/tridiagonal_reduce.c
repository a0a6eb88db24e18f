/*
 * tridiagonal_reduce.c - Householder's reduction.
 *
 * Step k: with x the numbers of row k behind its diagonal and v = x -+ |x| e_1, H = I - (2 / |v|^2) v v^T
 * makes x a multiple of e_1. The rest of the matrix B becomes H B H = B - v w^T - w v^T with p = (2 / |v|^2)
 * B v and w = p - (1 / |v|^2) (p . v) v.
 *
 * The subtraction of one step and the product B v of the next are one pass over the matrix, which is larger
 * than a cache: first row k alone is brought up to date, which gives v.
 */
#include "tridiagonal.h"

#include "../../../base/mem.h"
#include "../../../base/parallel.h"

#include <math.h>

enum { LANES = 8, ROWS_OF_TASK = 32 };

struct reduction {
    struct tridiagonal *t;
    size_t k;               /* the step */
    const double *v_before; /* of the step before, from number k on; NULL: none */
    double *w_before, *p;   /* n each, by the numbers of the matrix */
    const double *v; /* of this step: its numbers k+1 .. n-1 are set; NULL: x is that multiple already */
};

/* LANES sums that are added in order, which compilers can vectorise. */
static double dot(const double *x, const double *y, size_t n)
{
    double sums[LANES] = {0.0}, sum = 0.0;
    size_t j = 0;
    for (; j + LANES <= n; j += LANES)
        for (size_t i = 0; i < LANES; i++)
            sums[i] += x[j + i] * y[j + i];
    for (size_t i = 0; j + i < n; i++)
        sums[i] += x[j + i] * y[j + i];
    for (size_t i = 0; i < LANES; i++)
        sum += sums[i];
    return sum;
}

/* Brings the numbers from `first` on of row i up to date. */
static void subtract(const struct reduction *r, size_t i, size_t first)
{
    double *row = r->t->a + i * r->t->n;
    const double *v = r->v_before, *w = r->w_before;
    if (!v)
        return;
    const double v_i = v[i], w_i = w[i];
    for (size_t j = first; j < r->t->n; j++)
        row[j] -= v_i * w[j] + w_i * v[j];
}

/* Some rows of the rest: brought up to date, and multiplied by v. */
static void row_task(void *work, size_t task, int worker)
{
    const struct reduction *r = work;
    const size_t n = r->t->n, first = r->k + 1, begin = first + task * ROWS_OF_TASK,
                 end = begin + ROWS_OF_TASK < n ? begin + ROWS_OF_TASK : n;
    (void)worker;
    for (size_t i = begin; i < end; i++) {
        subtract(r, i, first);
        r->p[i] = r->v ? dot(r->t->a + i * n + first, r->v + first, n - first) : 0.0;
    }
}

/* Turns x, the numbers of row k from k+1 on, into v. What is below 1e-30 counts as 0 beside a
   matrix whose numbers are about 1. */
static void make_reflection(struct reduction *r)
{
    struct tridiagonal *t = r->t;
    double *x = t->a + r->k * t->n + r->k + 1;
    const size_t m = t->n - r->k - 1;
    const double rest = dot(x + 1, x + 1, m - 1), norm = sqrt(x[0] * x[0] + rest);
    r->v = NULL;
    t->factor[r->k] = 0.0;
    t->beside[r->k] = x[0];
    if (!(rest > 1e-60))
        return;
    t->beside[r->k] = x[0] > 0.0 ? -norm : norm;
    x[0] -= t->beside[r->k];
    t->factor[r->k] = 2.0 / (x[0] * x[0] + rest);
    r->v = t->a + r->k * t->n;
}

/* w of this step, for the next one's subtraction. */
static void make_w(struct reduction *r)
{
    const size_t n = r->t->n, first = r->k + 1;
    const double factor = r->t->factor[r->k];
    r->v_before = r->v;
    if (!r->v)
        return;
    const double share = 0.5 * factor * factor * dot(r->p + first, r->v + first, n - first);
    for (size_t j = first; j < n; j++)
        r->w_before[j] = factor * r->p[j] - share * r->v[j];
}

static void reduce(bl_context *ctx, struct reduction *r)
{
    struct tridiagonal *t = r->t;
    const size_t n = t->n;
    for (r->k = 0; r->k + 2 < n; r->k++) {
        subtract(r, r->k, r->k);
        t->diagonal[r->k] = t->a[r->k * n + r->k];
        make_reflection(r);
        parallel_for(ctx, ctx->threads, (n - r->k - 1 + ROWS_OF_TASK - 1) / ROWS_OF_TASK, NULL, row_task, r);
        make_w(r);
    }
    for (; r->k < n; r->k++) {
        subtract(r, r->k, r->k);
        t->diagonal[r->k] = t->a[r->k * n + r->k];
        if (r->k + 1 < n)
            t->beside[r->k] = t->a[r->k * n + r->k + 1];
    }
}

bl_status tridiagonal_reduce(bl_context *ctx, struct tridiagonal *t)
{
    struct reduction r = {.t = t};
    BL_TRY(parallel_need(ctx, 0));
    bl_status status = MEM_ARRAY(ctx, &r.w_before, t->n, "the eigenvectors");
    if (status == BL_OK)
        status = MEM_ARRAY(ctx, &r.p, t->n, "the eigenvectors");
    if (status == BL_OK)
        reduce(ctx, &r);
    mem_free(ctx, r.w_before);
    mem_free(ctx, r.p);
    return status;
}
