/*
 * kernel_gemm.c - C = op(A) op(B): each c is one chain of fused multiply-adds over k, in order.
 *
 * For each stripe of columns, as wide as the accumulators, and each block of at most GEMM_DEPTH terms: that
 * piece of op(B) is packed, unless its rows already lie as they are wanted, and tiles of C pass over it with their
 * sums in registers. From one block of terms to the next the sums travel through C, which loses no bits. A is read
 * where it lies: one element serves a whole row of a tile.
 */
#include "kernel.h"
#include "panel.h"

#include <string.h>

enum { STRIPE = GEMM_VECTORS * VEC_WIDTH, GEMM_DEPTH = 256, CACHE_LINE = 64 };

struct tile { /* c (rows x columns) = or += the sum of a b over `depth` terms */
    const float *a;
    size_t a_row, a_term; /* floats from one row, one term, to the next */
    const float *b;       /* depth x the columns, filled up to whole vectors */
    size_t b_term;        /* floats from one term to the next */
    size_t depth, columns;
    float *c;
    size_t ldc;
    bool is_sum;    /* += */
    uintptr_t soon; /* a line for each term is brought near, from this address on */
    size_t soon_step;
};

static inline __attribute__((always_inline)) void multiply(const struct tile *t, const size_t rows,
                                                           const size_t vectors)
{
    const float *a = t->a, *b = t->b;
    const size_t a_row = t->a_row, a_term = t->a_term, b_term = t->b_term;
    uintptr_t soon = t->soon;
    vec sum[GEMM_ROWS][GEMM_VECTORS];
    EACH (i, rows)
        EACH (j, vectors)
            sum[i][j] = vec_all(0.0f);
    if (t->is_sum)
        EACH (i, rows)
            EACH (j, vectors)
                sum[i][j] = vec_load_part(t->c + i * t->ldc + j * VEC_WIDTH, t->columns - j * VEC_WIDTH);

    for (size_t k = t->depth; k > 0; k--, a += a_term, b += b_term, soon += t->soon_step) {
        __builtin_prefetch((const void *)soon, 0, 2);
        vec row[GEMM_VECTORS];
        EACH (j, vectors)
            row[j] = vec_load(b + j * VEC_WIDTH);
        EACH (i, rows) {
            const vec factor = vec_all(a[i * a_row]);
            EACH (j, vectors)
                sum[i][j] = vec_fma(factor, row[j], sum[i][j]);
        }
    }

    EACH (i, rows)
        EACH (j, vectors)
            vec_store_part(t->c + i * t->ldc + j * VEC_WIDTH, sum[i][j], t->columns - j * VEC_WIDTH);
}

/* As many rows as one tile takes of the `left` ones; gives their number. */
static inline __attribute__((always_inline)) size_t multiply_rows(const struct tile *t, size_t left,
                                                                  const size_t vectors)
{
    if (left >= GEMM_ROWS) {
        multiply(t, GEMM_ROWS, vectors);
        return GEMM_ROWS;
    }
    if (left >= 4) {
        multiply(t, 4, vectors);
        return 4;
    }
    if (left >= 2) {
        multiply(t, 2, vectors);
        return 2;
    }
    multiply(t, 1, vectors);
    return 1;
}

static size_t multiply_some(const struct tile *t, size_t left, size_t vectors)
{
    return vectors == 3   ? multiply_rows(t, left, 3)
           : vectors == 2 ? multiply_rows(t, left, 2)
                          : multiply_rows(t, left, 1);
}

static void pack(const float *b, size_t ldb, size_t depth, size_t columns, size_t width, float *to)
{
    for (size_t k = 0; k < depth; k++)
        for (size_t j = 0; j < width; j += VEC_WIDTH)
            vec_store(to + k * width + j, vec_load_part(b + k * ldb + j, columns - j));
}

/* How far bringing near has come: `done` floats of number `which`. */
struct progress {
    size_t which, done;
};

/* The tile gets the next lines; where nothing is left, one that it has anyway. */
static void bring_near(const struct gemm *g, struct tile *t, struct progress *p)
{
    while (g->soon && p->which < SOON && p->done >= g->soon[p->which].n)
        *p = (struct progress){p->which + 1, 0};
    const bool is_any = g->soon && p->which < SOON;
    t->soon = is_any ? (uintptr_t)(g->soon[p->which].x + p->done) : (uintptr_t)t->b;
    t->soon_step = is_any ? CACHE_LINE : 0;
    p->done += is_any ? t->depth * (CACHE_LINE / sizeof(float)) : 0;
}

/* Columns j .. j + columns - 1 of C, terms k .. k + depth - 1. */
static void multiply_block(const struct gemm *g, size_t j, size_t columns, size_t k, size_t depth,
                           float *packed, struct progress *progress)
{
    const size_t vectors = (columns + VEC_WIDTH - 1) / VEC_WIDTH;
    const bool lies_well = !g->transpose_b && columns % VEC_WIDTH == 0;
    if (lies_well)
        ;
    else if (g->transpose_b)
        pack_transposed(g->b + j * g->ldb + k, g->ldb, depth, columns, vectors * VEC_WIDTH, packed);
    else
        pack(g->b + k * g->ldb + j, g->ldb, depth, columns, vectors * VEC_WIDTH, packed);

    struct tile t = {.a_row = g->transpose_a ? 1 : g->lda,
                     .a_term = g->transpose_a ? g->lda : 1,
                     .b = lies_well ? g->b + k * g->ldb + j : packed,
                     .b_term = lies_well ? g->ldb : vectors * VEC_WIDTH,
                     .depth = depth,
                     .columns = columns,
                     .ldc = g->ldc,
                     .is_sum = g->accumulate || k > 0};
    for (size_t i = 0; i < g->m;) {
        t.a = g->a + i * t.a_row + k * t.a_term;
        t.c = g->c + i * g->ldc + j;
        bring_near(g, &t, progress);
        i += multiply_some(&t, g->m - i, vectors);
    }
}

/* Of `left` columns as many as come next: stripes are as wide as the registers allow, and about equal, for a narrow one
   reads as much of A as a wide one. */
static size_t stripe(size_t left)
{
    const size_t vectors = (left + VEC_WIDTH - 1) / VEC_WIDTH;
    const size_t stripes = (vectors + GEMM_VECTORS - 1) / GEMM_VECTORS;
    const size_t columns = (vectors + stripes - 1) / stripes * VEC_WIDTH;
    return columns < left ? columns : left;
}

static void clear(const struct gemm *g)
{
    for (size_t i = 0; i < g->m; i++)
        memset(g->c + i * g->ldc, 0, g->n * sizeof *g->c);
}

size_t KERNEL(gemm_scratch)(size_t m, size_t n, size_t k)
{
    (void)m, (void)n, (void)k;
    return STRIPE * GEMM_DEPTH + CACHE_LINE / sizeof(float) - 1;
}

bool KERNEL(gemm)(const struct gemm *g, float *scratch)
{
    const size_t past = (uintptr_t)scratch % CACHE_LINE / sizeof(float);
    float *packed = scratch + (past ? CACHE_LINE / sizeof(float) - past : 0);
    if (g->m == 0 || g->n == 0)
        return true;
    if (g->k == 0 && !g->accumulate)
        clear(g);
    struct progress progress = {0, 0};
    for (size_t j = 0, columns; j < g->n; j += columns) {
        columns = stripe(g->n - j);
        for (size_t k = 0; k < g->k; k += GEMM_DEPTH)
            multiply_block(g, j, columns, k, g->k - k < GEMM_DEPTH ? g->k - k : GEMM_DEPTH, packed,
                           &progress);
    }
    return true;
}
