/*
 * kernel_gather.c - a product whose left matrix is read through offsets, so that a convolution needs no
 * unfolded (im2col) copy of its input: each c is one chain of fused multiply-adds over the terms, in order.
 *
 * A tile has as many rows and vectors of columns as the registers hold. Its columns are read from a packed
 * panel, its rows in place: each element is multiplied with a whole row of the panel.
 *
 * With few columns a part of their vector is empty, and a tile of a single vector waits for its loads. Where
 * rows are adjacent in memory, as the positions of a row of an image are, a tile can be transposed: vectors
 * of rows, and one element of the panel for each column.
 */
#include "bf16.h"
#include "kernel.h"
#include "panel.h"

#include <string.h>

enum { PANEL = GEMM_VECTORS * VEC_WIDTH };

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

struct gather_tile {
    const float *rows[GEMM_ROWS], *next[GEMM_ROWS]; /* next: the rows of the next tile */
    float *c;
};

/* ---- The rows of a tile are columns of C: a tile is transposed between memory and registers */

typedef vec sums[GEMM_ROWS][GEMM_VECTORS];

/* Whether the tile consists of whole vectors, so that it can be transposed in registers. */
SPECIALIZED bool is_whole(const struct gather *g, const size_t rows, const size_t vectors)
{
    return rows == GEMM_ROWS && g->n == vectors * VEC_WIDTH;
}

SPECIALIZED void load_sums(const struct gather *g, const float *c, sums sum, const size_t rows,
                           const size_t vectors)
{
    if (is_whole(g, rows, vectors)) {
        EACH (j, vectors) {
            vec column[GEMM_ROWS];
            vec_load_columns(c + j * VEC_WIDTH * g->ldc, g->ldc, column);
            EACH (i, GEMM_ROWS)
                sum[i][j] = column[i];
        }
        return;
    }
    float turned[GEMM_ROWS * PANEL] = {0};
    for (size_t j = 0; j < g->n; j++)
        for (size_t i = 0; i < rows; i++)
            turned[i * PANEL + j] = c[j * g->ldc + i];
    EACH (i, rows)
        EACH (j, vectors)
            sum[i][j] = vec_load(turned + i * PANEL + j * VEC_WIDTH);
}

SPECIALIZED void store_sums(const struct gather *g, float *c, sums sum, const size_t rows,
                            const size_t vectors)
{
    if (is_whole(g, rows, vectors)) {
        EACH (j, vectors) {
            vec column[GEMM_ROWS];
            EACH (i, GEMM_ROWS)
                column[i] = sum[i][j];
            vec_store_columns(c + j * VEC_WIDTH * g->ldc, g->ldc, column);
        }
        return;
    }
    float turned[GEMM_ROWS * PANEL];
    EACH (i, rows)
        EACH (j, vectors)
            vec_store(turned + i * PANEL + j * VEC_WIDTH, sum[i][j]);
    for (size_t j = 0; j < g->n && j < vectors * VEC_WIDTH; j++)
        for (size_t i = 0; i < rows; i++)
            /* cppcheck-suppress uninitvar ; set by vec_store, which cppcheck cannot see */
            c[j * g->ldc + i] = turned[i * PANEL + j];
}

SPECIALIZED void multiply(const struct gather *g, const struct gather_tile *t, const bool pairs,
                          const size_t rows, const size_t vectors)
{
    const int32_t *terms = g->terms;
    const float *b = g->b;
    sums sum;
    if (g->accumulate)
        load_sums(g, t->c, sum, rows, vectors);
    else
        EACH (i, rows)
            EACH (j, vectors)
                sum[i][j] = vec_all(0.0f);

    const float *row[GEMM_ROWS];
    EACH (i, rows)
        row[i] = t->rows[i];
    for (size_t k = 0; k < g->k; k++, b += vectors * VEC_WIDTH) {
        const ptrdiff_t term = terms[k];
        if (k % LINE_FLOATS < rows) /* prefetched, because otherwise a tile of weights waits for memory */
            __builtin_prefetch(t->next[k % LINE_FLOATS] + terms[k - k % LINE_FLOATS]);
        vec column[GEMM_VECTORS];
        EACH (j, vectors)
            column[j] = vec_load(b + j * VEC_WIDTH);
        EACH (i, rows) {
            const vec factor = vec_all(row[i][term]);
            EACH (j, vectors)
                sum[i][j] = pairs ? bf16_add_product(factor, column[j], sum[i][j])
                                  : vec_fma(factor, column[j], sum[i][j]);
        }
    }

    store_sums(g, t->c, sum, rows, vectors);
}

/* Tiles of any height are compiled, because the length of an image's row is rarely a multiple of a tile's
   height. */
#define HEIGHT(n) ((n) < GEMM_ROWS ? (n) : GEMM_ROWS)
#define CALL_ROWS(rows, vectors, multiply, ...)                                                              \
    ((rows) == 3   ? multiply(__VA_ARGS__, 3, vectors)                                                       \
     : (rows) == 5 ? multiply(__VA_ARGS__, HEIGHT(5), vectors)                                               \
     : (rows) == 6 ? multiply(__VA_ARGS__, HEIGHT(6), vectors)                                               \
     : (rows) == 7 ? multiply(__VA_ARGS__, HEIGHT(7), vectors)                                               \
                   : TILE_CALL_ROWS(rows, vectors, multiply, __VA_ARGS__))

/* Loads `left` terms of `rows` rows and transposes them: vector c of the square holds term c of all rows. */
SPECIALIZED void load_square(const float *a, size_t lda, size_t rows, size_t left, vec *square)
{
    EACH (r, VEC_WIDTH)
        square[r] = r < rows ? vec_load_part(a + r * lda, left) : vec_all(0.0f);
    transpose(square);
}

/* Processes VEC_WIDTH rows of A at a time, transposed in registers square by square, so that their sums are
   adjacent. It avoids a panel of one column, which would consist mostly of zeros that are multiplied too. */
void KERNEL(multiply_vector)(const float *a, size_t lda, size_t m, size_t k, const float *x, float *y)
{
    for (size_t i = 0; i < m; i += VEC_WIDTH) {
        const size_t rows = m - i < VEC_WIDTH ? m - i : VEC_WIDTH;
        vec sum = vec_all(0.0f);
        for (size_t t = 0; t < k; t += VEC_WIDTH) {
            vec square[VEC_WIDTH];
            load_square(a + i * lda + t, lda, rows, k - t, square);
            if (k - t >= VEC_WIDTH)
                EACH (c, VEC_WIDTH)
                    sum = vec_fma(square[c], vec_all(x[t + c]), sum);
            else
                EACH (c, VEC_WIDTH)
                    sum = c < k - t ? vec_fma(square[c], vec_all(x[t + c]), sum) : sum;
        }
        vec_store_part(y + i, sum, rows);
    }
}

/* ---- Adjacent rows as vectors: `rows` columns of the panel from `column` on, `count` rows from `first`
   on */

struct run {
    size_t first, count, column;
};

SPECIALIZED void multiply_run(const struct gather *g, const struct run *run, const size_t rows,
                              const size_t vectors)
{
    const float *rows_at = g->a + g->rows[run->first], *b = g->b + run->column;
    float *c = g->c + run->column * g->ldc + run->first;
    const size_t width = KERNEL(panel_width)(g->n), left = run->count - (vectors - 1) * VEC_WIDTH;
    sums sum;
    EACH (i, rows)
        EACH (j, vectors)
            sum[i][j] = vec_all(0.0f);
    for (size_t k = 0; k < g->k; k++, b += width) {
        const float *term = rows_at + g->terms[k];
        vec row[GEMM_VECTORS];
        EACH (j, vectors)
            row[j] = vec_load_part(term + j * VEC_WIDTH, j + 1 < vectors ? VEC_WIDTH : left);
        EACH (i, rows) {
            const vec factor = vec_all(b[i]);
            EACH (j, vectors)
                sum[i][j] = vec_fma(factor, row[j], sum[i][j]);
        }
    }
    EACH (i, rows)
        EACH (j, vectors)
            vec_store_part(c + i * g->ldc + j * VEC_WIDTH, sum[i][j], j + 1 < vectors ? VEC_WIDTH : left);
}

static void multiply_columns(const struct gather *g, struct run run)
{
    const size_t vectors = (run.count + VEC_WIDTH - 1) / VEC_WIDTH;
    for (size_t rows; run.column < g->n; run.column += rows) {
        rows = g->n - run.column < GEMM_ROWS ? g->n - run.column : GEMM_ROWS;
        TILE_CALL_WITH(CALL_ROWS, rows, vectors, multiply_run, g, &run);
    }
}

/* The number of rows from i on that are adjacent in memory, at most those of a tile. */
static size_t side_by_side(const struct gather *g, size_t i)
{
    size_t n = 1;
    while (n < PANEL && i + n < g->m && g->rows[i + n] == g->rows[i] + (int32_t)n)
        n++;
    return n;
}

/* Whether vectors of `rows` rows are better filled than vectors of the columns. A tile of a single vector of
   columns counts as a quarter slower. */
static bool fills_better(const struct gather *g, size_t rows, size_t vectors)
{
    const size_t row_vectors = (rows + VEC_WIDTH - 1) / VEC_WIDTH;
    return vectors == 1 ? 4 * rows >= 3 * g->n * row_vectors : rows * vectors > g->n * row_vectors;
}

void KERNEL(gather)(const struct gather *g)
{
    const size_t vectors = (g->n + VEC_WIDTH - 1) / VEC_WIDTH;
    const bool may_turn = VEC_WIDTH > 1 && !g->accumulate && !g->pairs && g->n < PANEL;
    for (size_t i = 0, rows, seen = 0; i < g->m; i += rows) { /* seen: rows before it were examined */
        if (may_turn && i >= seen) {
            rows = side_by_side(g, i);
            seen = i + rows;
            if (rows > 1 && fills_better(g, rows, vectors)) {
                multiply_columns(g, (struct run){.first = i, .count = rows});
                continue;
            }
        }
        struct gather_tile t = {.c = g->c + i};
        rows = g->m - i < GEMM_ROWS ? g->m - i : GEMM_ROWS;
        rows = g->pairs ? bf16_rows(rows) : rows;
        for (size_t r = 0; r < rows; r++) {
            t.rows[r] = g->a + g->rows[i + r];
            t.next[r] = g->a + g->rows[i + r + GEMM_ROWS < g->m ? i + r + GEMM_ROWS : i + r];
        }
        if (g->pairs)
            BF16_CALL(CALL_ROWS, rows, vectors, multiply, g, &t, true);
        else
            TILE_CALL_WITH(CALL_ROWS, rows, vectors, multiply, g, &t, false);
    }
}
