/*
 * kernel_gather.c - a product whose left matrix is read through offsets, so that a convolution needs no unfolded copy of its
 * input: each c is one chain of fused multiply-adds over the terms, in order.
 *
 * A tile has as many rows and vectors of columns as the registers hold. Its columns come from a packed panel, its rows from
 * wherever they lie: one element serves a whole row of the tile.
 */
#include "kernel.h"
#include "panel.h"

#include <string.h>

enum { PANEL = GEMM_VECTORS * VEC_WIDTH, LINE = 16 };

size_t KERNEL(panel_columns)(void)
{
    return PANEL;
}

size_t KERNEL(panel_width)(size_t columns)
{
    return (columns + VEC_WIDTH - 1) / VEC_WIDTH * VEC_WIDTH;
}

void KERNEL(panel)(const float *b, size_t ldb, size_t depth, size_t columns, float *to)
{
    pack_transposed(b, ldb, depth, columns, KERNEL(panel_width)(columns), to);
}

struct tile {
    const float *rows[GEMM_ROWS], *next[GEMM_ROWS]; /* next: of the tile after this one */
    float *c;
};

/* In registers while the sums are made; the tile's rows are C's columns, so it goes through memory to be turned. */
static inline __attribute__((always_inline)) void multiply(const struct gather *g, const struct tile *t,
                                                           const size_t rows, const size_t vectors)
{
    float turned[GEMM_ROWS * PANEL];
    const int32_t *terms = g->terms;
    const float *b = g->b;
    vec sum[GEMM_ROWS][GEMM_VECTORS];
    if (g->accumulate) {
        for (size_t j = 0; j < g->n; j++)
            for (size_t i = 0; i < rows; i++)
                turned[i * PANEL + j] = t->c[j * g->ldc + i];
        EACH (i, rows)
            EACH (j, vectors)
                sum[i][j] = vec_load_part(turned + i * PANEL + j * VEC_WIDTH, g->n - j * VEC_WIDTH);
    } else
        EACH (i, rows)
            EACH (j, vectors)
                sum[i][j] = vec_all(0.0f);

    const float *row[GEMM_ROWS];
    EACH (i, rows)
        row[i] = t->rows[i];
    for (size_t k = 0; k < g->k; k++, b += vectors * VEC_WIDTH) {
        const ptrdiff_t term = terms[k];
        if (k % LINE < rows) /* or a tile of weights waits for memory */
            __builtin_prefetch(t->next[k % LINE] + terms[k - k % LINE]);
        vec column[GEMM_VECTORS];
        EACH (j, vectors)
            column[j] = vec_load(b + j * VEC_WIDTH);
        EACH (i, rows) {
            const vec factor = vec_all(row[i][term]);
            EACH (j, vectors)
                sum[i][j] = vec_fma(factor, column[j], sum[i][j]);
        }
    }

    EACH (i, rows)
        EACH (j, vectors)
            vec_store(turned + i * PANEL + j * VEC_WIDTH, sum[i][j]);
    for (size_t j = 0; j < g->n; j++)
        for (size_t i = 0; i < rows; i++)
            t->c[j * g->ldc + i] = turned[i * PANEL + j];
}

/* As many rows as one tile takes of the `left` ones; gives their number. */
static inline __attribute__((always_inline)) size_t
multiply_rows(const struct gather *g, const struct tile *t, size_t left, const size_t vectors)
{
    if (left >= GEMM_ROWS) {
        multiply(g, t, GEMM_ROWS, vectors);
        return GEMM_ROWS;
    }
    if (left >= 4) {
        multiply(g, t, 4, vectors);
        return 4;
    }
    if (left >= 2) {
        multiply(g, t, 2, vectors);
        return 2;
    }
    multiply(g, t, 1, vectors);
    return 1;
}

void KERNEL(gather)(const struct gather *g)
{
    const size_t vectors = (g->n + VEC_WIDTH - 1) / VEC_WIDTH;
    for (size_t i = 0; i < g->m;) {
        struct tile t = {.c = g->c + i};
        for (size_t r = 0; r < GEMM_ROWS && i + r < g->m; r++) {
            t.rows[r] = g->a + g->rows[i + r];
            t.next[r] = g->a + g->rows[i + r + GEMM_ROWS < g->m ? i + r + GEMM_ROWS : i + r];
        }
        i += vectors == 3   ? multiply_rows(g, &t, g->m - i, 3)
             : vectors == 2 ? multiply_rows(g, &t, g->m - i, 2)
                            : multiply_rows(g, &t, g->m - i, 1);
    }
}
