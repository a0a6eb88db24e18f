/*
 * symmetric_eigen.c - A = Q T Q^T, then the rotations that make T diagonal, applied to Q^T.
 *
 * Reflections and rotations act on the rows of a matrix and are the same for each of its columns. So a task
 * is a panel of some columns, which stays in a cache while all reflections, or many rotations, pass. A panel
 * is stored by itself, row by row: rows of the whole matrix, thousands of numbers apart, would share few
 * lines of a cache.
 */
#include "symmetric_eigen.h"

#include "../../../base/maths.h"
#include "../../../base/mem.h"
#include "../../../base/parallel.h"
#include "tridiagonal.h"

#include <math.h>
#include <string.h>

enum { COLUMNS_OF_TASK = 32, LANES = 8, ROTATIONS_AT_ONCE = 1 << 19 };

struct solution {
    bl_context *ctx;
    struct tridiagonal t;
    struct rotation *rotations; /* room for `room` */
    size_t room;
    double *vectors;              /* panels of COLUMNS_OF_TASK columns, the last one narrower */
    const struct rotation *taken; /* that are applied now */
    size_t n_taken;
};

/* Columns first .. first + n - 1 of all rows, n apart. */
struct columns {
    size_t first, n;
    double *z;
};

static struct columns columns_of(const struct solution *s, size_t task)
{
    const size_t first = task * COLUMNS_OF_TASK, left = s->t.n - first;
    return (struct columns){first, left < COLUMNS_OF_TASK ? left : COLUMNS_OF_TASK,
                            s->vectors + first * s->t.n};
}

static size_t count_tasks(const struct solution *s)
{
    return (s->t.n + COLUMNS_OF_TASK - 1) / COLUMNS_OF_TASK;
}

/* z: the panel's row k + 1. */
static void reflect(const struct tridiagonal *t, size_t k, double *z, size_t n_columns)
{
    const double *v = t->a + k * t->n;
    double sums[COLUMNS_OF_TASK] = {0.0};
    if (t->factor[k] == 0.0)
        return;
    for (size_t i = k + 1; i < t->n; i++)
        for (size_t j = 0; j < n_columns; j++)
            sums[j] += v[i] * z[(i - k - 1) * n_columns + j];
    for (size_t j = 0; j < n_columns; j++)
        sums[j] *= t->factor[k];
    for (size_t i = k + 1; i < t->n; i++)
        for (size_t j = 0; j < n_columns; j++)
            z[(i - k - 1) * n_columns + j] -= v[i] * sums[j];
}

/* Q^T = H_{n-3} ... H_0. */
static void reflect_task(void *work, size_t task, int worker)
{
    const struct solution *s = work;
    const size_t n = s->t.n;
    const struct columns p = columns_of(s, task);
    (void)worker;
    memset(p.z, 0, n * p.n * sizeof *p.z);
    for (size_t j = 0; j < p.n; j++)
        p.z[(p.first + j) * p.n + j] = 1.0;
    for (size_t k = 0; k + 2 < n; k++)
        reflect(&s->t, k, p.z + (k + 1) * p.n, p.n);
}

/* The rotations from `r` on that take one row after the other, as a sweep's do: the upper row of one is the
   lower row of the next. */
static size_t chain_of(const struct rotation *r, size_t n)
{
    size_t length = 1;
    while (length < n && r[length].i + length == r->i)
        length++;
    return length;
}

/* Applies a chain to LANES columns of a panel; the row that two rotations share stays in registers. */
typedef double pair __attribute__((vector_size(2 * sizeof(double))));
static void rotate_lanes(const struct rotation *r, size_t n, double *z, size_t stride)
{
    pair low[LANES / 2], high, down;
    double *row = z + (r->i + 1) * stride;
    memcpy(low, row, sizeof low);
    for (size_t k = 0; k < n; k++, row -= stride) {
        const pair c = {r[k].c, r[k].c}, sine = {r[k].s, r[k].s};
        for (size_t j = 0; j < LANES / 2; j++) {
            memcpy(&high, row - stride + 2 * j, sizeof high);
            down = sine * high + c * low[j];
            low[j] = c * high - sine * low[j];
            memcpy(row + 2 * j, &down, sizeof down);
        }
    }
    memcpy(row, low, sizeof low);
}

static void rotate_column(const struct rotation *r, size_t n, double *z, size_t stride)
{
    for (size_t k = 0; k < n; k++) {
        double *high = z + r[k].i * stride, *low = high + stride;
        const double h = *high, l = *low;
        *high = r[k].c * h - r[k].s * l;
        *low = r[k].s * h + r[k].c * l;
    }
}

static void rotate_task(void *work, size_t task, int worker)
{
    const struct solution *s = work;
    const struct columns p = columns_of(s, task);
    (void)worker;
    for (size_t at = 0, n; at < s->n_taken; at += n) {
        size_t j = 0;
        n = chain_of(s->taken + at, s->n_taken - at);
        for (; j + LANES <= p.n; j += LANES)
            rotate_lanes(s->taken + at, n, p.z + j, p.n);
        for (; j < p.n; j++)
            rotate_column(s->taken + at, n, p.z + j, p.n);
    }
}

static void rotate(void *user, const struct rotation *rotations, size_t n)
{
    struct solution *s = user;
    s->taken = rotations;
    s->n_taken = n;
    parallel_for(s->ctx, s->ctx->threads, count_tasks(s), NULL, rotate_task, s);
}

/* The panel's columns, into t.a, whose reflections are done. */
static void unpack_task(void *work, size_t task, int worker)
{
    const struct solution *s = work;
    const struct columns p = columns_of(s, task);
    (void)worker;
    for (size_t i = 0; i < s->t.n; i++)
        memcpy(s->t.a + i * s->t.n + p.first, p.z + i * p.n, p.n * sizeof *p.z);
}

static bl_status make_memory(struct solution *s)
{
    const size_t n = s->t.n;
    s->room = n > ROTATIONS_AT_ONCE ? n : ROTATIONS_AT_ONCE;
    BL_TRY(MEM_ARRAY(s->ctx, &s->t.beside, n, "the eigenvectors"));
    BL_TRY(MEM_ARRAY(s->ctx, &s->t.factor, n, "the eigenvectors"));
    return MEM_ARRAY(s->ctx, &s->rotations, s->room, "the eigenvectors");
}

static bl_status solve(struct solution *s)
{
    const size_t n = s->t.n;
    double most = 0.0;
    for (size_t i = 0; i < n * n; i++)
        most = fmax(most, fabs(s->t.a[i]));
    const double unit = maths_unit_for(most);
    for (size_t i = 0; i < n * n; i++)
        s->t.a[i] *= unit;
    BL_TRY(make_memory(s));
    BL_TRY(tridiagonal_reduce(s->ctx, &s->t));
    parallel_for(s->ctx, s->ctx->threads, count_tasks(s), NULL, reflect_task, s);
    BL_TRY(tridiagonal_solve(s->ctx, &s->t, s->rotations, s->room, rotate, s));
    for (size_t i = 0; i < n; i++)
        s->t.diagonal[i] /= unit;
    parallel_for(s->ctx, s->ctx->threads, count_tasks(s), NULL, unpack_task, s);
    memcpy(s->vectors, s->t.a, n * n * sizeof *s->vectors);
    return BL_OK;
}

bl_status symmetric_eigen(bl_context *ctx, double *a, size_t n, double *values, double *vectors)
{
    struct solution s = {.ctx = ctx, .t = {.n = n, .a = a, .diagonal = values}, .vectors = vectors};
    const bl_status status = solve(&s);
    mem_free(ctx, s.t.beside);
    mem_free(ctx, s.t.factor);
    mem_free(ctx, s.rotations);
    return status;
}
