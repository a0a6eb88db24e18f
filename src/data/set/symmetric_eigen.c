/*
 * symmetric_eigen.c - A = Q T Q^T, then the rotations that make T diagonal, applied to Q^T.
 *
 * Reflections and rotations act on the rows of a matrix and are the same for each of its columns. So a task
 * is some columns, which stay in a cache while all reflections, or many rotations, pass.
 */
#include "symmetric_eigen.h"

#include "../../base/maths.h"
#include "../../base/mem.h"
#include "../../base/parallel.h"
#include "tridiagonal.h"

#include <math.h>
#include <string.h>

enum { COLUMNS_OF_TASK = 32, ROTATIONS_AT_ONCE = 1 << 19 };

struct solution {
    bl_context *ctx;
    struct tridiagonal t;
    struct rotation *rotations; /* room for `room` */
    size_t room;
    double *vectors;
    const struct rotation *taken; /* that are applied now */
    size_t n_taken;
};

struct columns {
    size_t first, n;
};

static struct columns columns_of(const struct solution *s, size_t task)
{
    const size_t first = task * COLUMNS_OF_TASK, left = s->t.n - first;
    return (struct columns){first, left < COLUMNS_OF_TASK ? left : COLUMNS_OF_TASK};
}

static size_t count_tasks(const struct solution *s)
{
    return (s->t.n + COLUMNS_OF_TASK - 1) / COLUMNS_OF_TASK;
}

/* z: the columns of row k + 1. */
static void reflect(const struct tridiagonal *t, size_t k, double *z, size_t n_columns)
{
    const double *v = t->a + k * t->n;
    double sums[COLUMNS_OF_TASK] = {0.0};
    if (t->factor[k] == 0.0)
        return;
    for (size_t i = k + 1; i < t->n; i++)
        for (size_t j = 0; j < n_columns; j++)
            sums[j] += v[i] * z[(i - k - 1) * t->n + j];
    for (size_t j = 0; j < n_columns; j++)
        sums[j] *= t->factor[k];
    for (size_t i = k + 1; i < t->n; i++)
        for (size_t j = 0; j < n_columns; j++)
            z[(i - k - 1) * t->n + j] -= v[i] * sums[j];
}

/* Q^T = H_{n-3} ... H_0. */
static void reflect_task(void *work, size_t task, int worker)
{
    const struct solution *s = work;
    const size_t n = s->t.n;
    const struct columns c = columns_of(s, task);
    (void)worker;
    for (size_t j = c.first; j < c.first + c.n; j++)
        s->vectors[j * n + j] = 1.0;
    for (size_t k = 0; k + 2 < n; k++)
        reflect(&s->t, k, s->vectors + (k + 1) * n + c.first, c.n);
}

static void rotate_task(void *work, size_t task, int worker)
{
    const struct solution *s = work;
    const size_t n = s->t.n;
    const struct columns columns = columns_of(s, task);
    (void)worker;
    for (size_t r = 0; r < s->n_taken; r++) {
        const double c = s->taken[r].c, sine = s->taken[r].s;
        double *high = s->vectors + s->taken[r].i * n + columns.first, *low = high + n;
        for (size_t j = 0; j < columns.n; j++) {
            const double h = high[j], l = low[j];
            high[j] = c * h - sine * l;
            low[j] = sine * h + c * l;
        }
    }
}

static void rotate(void *user, const struct rotation *rotations, size_t n)
{
    struct solution *s = user;
    s->taken = rotations;
    s->n_taken = n;
    parallel_for(s->ctx, s->ctx->threads, count_tasks(s), NULL, rotate_task, s);
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
    memset(s->vectors, 0, n * n * sizeof *s->vectors);
    parallel_for(s->ctx, s->ctx->threads, count_tasks(s), NULL, reflect_task, s);
    BL_TRY(tridiagonal_solve(s->ctx, &s->t, s->rotations, s->room, rotate, s));
    for (size_t i = 0; i < n; i++)
        s->t.diagonal[i] /= unit;
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
