/*
 * kernel_gemm.c - C = op(A) op(B): each c is one chain of fused multiply-adds over k, in order.
 *
 * The columns are cut into stripes as wide as the accumulators, and the terms into blocks of at most
 * GEMM_DEPTH. For each stripe and block, that piece of op(B) is packed unless its layout already fits, and
 * the tiles of C are computed from it with their sums in registers. Between blocks the sums are stored in C,
 * which loses no bits. A is read in place: each element is multiplied with a whole row of the stripe.
 *
 * The rows of C are cut into blocks of MOST_ROWS, so that the piece of A which each stripe reads again stays
 * in the second-level cache.
 */
#include "kernel.h"
#include "tile.h"

#include <string.h>

/* PACKED_ROWS: with at least this many rows of C, packing a stripe of B costs less than reading its rows in
   place, far apart; measured on the shapes of docs/speed.md. */
enum { MOST_ROWS = 256, PACKED_ROWS = 128 };

/* is_transposed: whether A is stored transposed, so that a term of all rows is contiguous. If it is not, the
   lines of the next tile's rows are prefetched, one at each of the first terms of a line. */
SPECIALIZED void multiply(const struct tile *t, const bool pairs, const bool is_transposed, const size_t rows,
                          const size_t vectors)
{
    const float *a = t->a, *b = t->b;
    const size_t a_row = is_transposed ? 1 : t->a_row, a_term = is_transposed ? t->a_term : 1;
    const size_t b_term = t->b_term;
    tile_sums sum;
    tile_begin(t, sum, rows, vectors);
    for (size_t k = t->depth; k > 0; k--, a += a_term, b += b_term) {
        tile_ask(b, b_term, vectors);
        if (is_transposed)
            tile_ask_across(a, a_term);
        else if (k % LINE_FLOATS < rows)
            __builtin_prefetch(a + (rows + k % LINE_FLOATS) * a_row);
        tile_add(sum, a, a_row, b, pairs, rows, vectors);
    }
    tile_end(t, sum, rows, vectors);
}

static void multiply_tile(const struct tile *t, bool pairs, size_t rows, size_t vectors)
{
    const bool is_transposed = t->a_row == 1;
    if (pairs && is_transposed)
        BF16_CALL(TILE_CALL_ROWS, rows, vectors, multiply, t, true, true);
    else if (pairs)
        BF16_CALL(TILE_CALL_ROWS, rows, vectors, multiply, t, true, false);
    else if (is_transposed)
        TILE_CALL(rows, vectors, multiply, t, false, true);
    else
        TILE_CALL(rows, vectors, multiply, t, false, false);
}

/* Computes columns j .. j + columns - 1 of C from the terms k .. k + depth - 1. */
static void multiply_block(const struct gemm *g, size_t j, size_t columns, size_t k, size_t depth,
                           float *packed)
{
    const size_t vectors = vectors_of(columns);
    const bool lies_well = !g->transpose_b && columns % VEC_WIDTH == 0 && g->m < PACKED_ROWS;
    if (lies_well)
        ;
    else if (g->transpose_b)
        pack_transposed(g->b + j * g->ldb + k, g->ldb, depth, columns, vectors * VEC_WIDTH, packed);
    else
        pack_straight(g->b + k * g->ldb + j, g->ldb, depth, columns, vectors * VEC_WIDTH, packed);

    struct tile t = {.a_row = g->transpose_a ? 1 : g->lda,
                     .a_term = g->transpose_a ? g->lda : 1,
                     .b = lies_well ? g->b + k * g->ldb + j : packed,
                     .b_term = lies_well ? g->ldb : vectors * VEC_WIDTH,
                     .depth = depth,
                     .columns = columns,
                     .ldc = g->ldc,
                     .is_sum = g->accumulate || k > 0};
    for (size_t i = 0, rows; i < g->m; i += rows) {
        rows = g->pairs ? bf16_rows(tile_rows(g->m - i)) : tile_rows(g->m - i);
        t.a = g->a + i * t.a_row + k * t.a_term;
        t.c = g->c + i * g->ldc + j;
        multiply_tile(&t, g->pairs, rows, vectors);
    }
}

static void clear(const struct gemm *g)
{
    for (size_t i = 0; i < g->m; i++)
        memset(g->c + i * g->ldc, 0, g->n * sizeof *g->c);
}

static void multiply_rows(const struct gemm *g, float *packed)
{
    for (size_t j = 0, columns; j < g->n; j += columns) {
        columns = stripe(g->n - j);
        for (size_t k = 0, depth; k < g->k; k += depth) {
            depth = block_depth(g->k - k);
            multiply_block(g, j, columns, k, depth, packed);
        }
    }
}

void KERNEL(gemm)(const struct gemm *g, float *scratch)
{
    if (g->m == 0 || g->n == 0)
        return;
    if (g->k == 0 && !g->accumulate)
        clear(g);
    struct gemm block = *g;
    for (size_t i = 0; i < g->m; i += MOST_ROWS) {
        block.m = g->m - i < MOST_ROWS ? g->m - i : MOST_ROWS;
        block.a = g->a + i * (g->transpose_a ? 1 : g->lda);
        block.c = g->c + i * g->ldc;
        multiply_rows(&block, on_cache_line(scratch));
    }
}
