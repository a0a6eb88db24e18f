/*
 * tile.h - computes one tile of a product, whose sums stay in registers over all terms.
 */
#ifndef BL_PORTABLE_TILE_H
#define BL_PORTABLE_TILE_H

#include "bf16.h"
#include "panel.h"

/* GEMM_DEPTH: the most terms of a block; a stripe of so many fits the second-level cache. AHEAD: how many
   terms ahead B is prefetched, because a stripe of GEMM_DEPTH terms does not fit the first-level cache.
   AHEAD_ACROSS: the same for A where it is stored transposed: each of its terms is in another line then,
   which the hardware does not fetch ahead. Measured on the shapes of docs/speed.md. */
enum {
    STRIPE = GEMM_VECTORS * VEC_WIDTH,
    GEMM_DEPTH = VEC_WIDTH == 16 ? 512 : 256,
    AHEAD = 6,
    AHEAD_ACROSS = 10
};

struct tile { /* c (rows x columns) = or += the sum of a b over `depth` terms */
    const float *a;
    size_t a_row, a_term; /* floats from one row, one term, to the next */
    const float *b;       /* depth x columns, padded to whole vectors */
    size_t b_term;        /* floats from one term to the next */
    size_t depth, columns;
    float *c;
    size_t ldc;
    bool is_sum; /* c += the sum; false: c = the sum */
};

SPECIALIZED void tile_ask(const float *b, size_t b_term, const size_t vectors)
{
    EACH (j, vectors)
        __builtin_prefetch(b + AHEAD * b_term + j * VEC_WIDTH);
}

/* Prefetches A, stored transposed. */
SPECIALIZED void tile_ask_across(const float *a, size_t a_term)
{
    __builtin_prefetch(a + AHEAD_ACROSS * a_term);
}

typedef vec tile_sums[GEMM_ROWS][GEMM_VECTORS];

SPECIALIZED void tile_begin(const struct tile *t, tile_sums sum, const size_t rows, const size_t vectors)
{
    EACH (i, rows)
        EACH (j, vectors)
            sum[i][j] = vec_all(0.0f);
    if (t->is_sum)
        EACH (i, rows)
            EACH (j, vectors)
                sum[i][j] = vec_load_part(t->c + i * t->ldc + j * VEC_WIDTH, t->columns - j * VEC_WIDTH);
}

/* Adds one term to the sums: a holds the tile's rows, a_row floats apart, b its columns. pairs: both are
   pairs of bfloat16. */
SPECIALIZED void tile_add(tile_sums sum, const float *a, size_t a_row, const float *b, const bool pairs,
                          const size_t rows, const size_t vectors)
{
    vec row[GEMM_VECTORS];
    EACH (j, vectors)
        row[j] = vec_load(b + j * VEC_WIDTH);
    EACH (i, rows) {
        const vec factor = vec_all(a[i * a_row]);
        EACH (j, vectors)
            sum[i][j] =
                pairs ? bf16_add_product(factor, row[j], sum[i][j]) : vec_fma(factor, row[j], sum[i][j]);
    }
}

SPECIALIZED void tile_end(const struct tile *t, tile_sums sum, const size_t rows, const size_t vectors)
{
    EACH (i, rows)
        EACH (j, vectors)
            vec_store_part(t->c + i * t->ldc + j * VEC_WIDTH, sum[i][j], t->columns - j * VEC_WIDTH);
}

static inline size_t vectors_of(size_t columns)
{
    return (columns + VEC_WIDTH - 1) / VEC_WIDTH;
}

/* The number of columns of the next stripe, of the `left` remaining ones. Stripes are as wide as the
   registers allow, and about equal, because a narrow stripe reads as much of A as a wide one. */
static inline size_t stripe(size_t left)
{
    const size_t vectors = vectors_of(left);
    const size_t stripes = (vectors + GEMM_VECTORS - 1) / GEMM_VECTORS;
    const size_t columns = (vectors + stripes - 1) / stripes * VEC_WIDTH;
    return columns < left ? columns : left;
}

/* The number of terms of the next block, of the `left` remaining ones. Blocks are about equal, because a
   block of few terms loads and stores as many sums as one of GEMM_DEPTH. */
static inline size_t block_depth(size_t left)
{
    const size_t blocks = (left + GEMM_DEPTH - 1) / GEMM_DEPTH;
    const size_t depth = ((left + blocks - 1) / blocks + LINE_FLOATS - 1) / LINE_FLOATS * LINE_FLOATS;
    return depth < left ? depth : left;
}

/* b: depth x columns, as stored; to: depth x width, where width is a multiple of VEC_WIDTH. */
static inline void pack_straight(const float *b, size_t ldb, size_t depth, size_t columns, size_t width,
                                 float *to)
{
    for (size_t k = 0; k < depth; k++)
        for (size_t j = 0; j < width; j += VEC_WIDTH)
            vec_store(to + k * width + j, vec_load_part(b + k * ldb + j, columns - j));
}

static inline float *on_cache_line(float *x)
{
    const size_t past = (uintptr_t)x % CACHE_LINE / sizeof(float);
    return x + (past ? LINE_FLOATS - past : 0);
}

#endif
