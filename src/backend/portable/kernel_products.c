/*
 * kernel_products.c - a product of matrices in double, for statistics of data: C += A^T B.
 *
 * A tile of C stays in registers while the rows of A and B pass. Products are rounded before they are added,
 * so that the sums are the same without fused operations. The vectors are the compiler's (four doubles, which
 * it splits where registers are shorter).
 */
#include "kernel.h"
#include "panel.h"

#include <string.h>

enum { TILE_ROWS = 4, LANES = 4, TILE_VECTORS = 2, TILE_COLUMNS = LANES * TILE_VECTORS };

typedef double lanes4 __attribute__((vector_size(LANES * sizeof(double))));

static void multiply_tile(const struct double_products *p, size_t i, size_t j)
{
    const double *a = p->a + i, *b = p->b + j;
    double *c = p->c + i * p->ldc + j;
    lanes4 sum[TILE_ROWS][TILE_VECTORS];
    EACH (r, TILE_ROWS)
        EACH (v, TILE_VECTORS)
            memcpy(&sum[r][v], c + r * p->ldc + v * LANES, sizeof sum[r][v]);
    for (size_t e = 0; e < p->k; e++, a += p->lda, b += p->ldb) {
        lanes4 column[TILE_VECTORS];
        EACH (v, TILE_VECTORS)
            memcpy(&column[v], b + v * LANES, sizeof column[v]);
        EACH (r, TILE_ROWS)
            EACH (v, TILE_VECTORS)
                sum[r][v] = sum[r][v] + a[r] * column[v];
    }
    EACH (r, TILE_ROWS)
        EACH (v, TILE_VECTORS)
            memcpy(c + r * p->ldc + v * LANES, &sum[r][v], sizeof sum[r][v]);
}

/* Rows i .. i_end of C and columns j .. j_end, less than a tile. */
static void multiply_rest(const struct double_products *p, size_t i, size_t i_end, size_t j, size_t j_end)
{
    for (size_t e = 0; e < p->k; e++)
        for (size_t r = i; r < i_end; r++)
            for (size_t s = j; s < j_end; s++)
                p->c[r * p->ldc + s] += p->a[e * p->lda + r] * p->b[e * p->ldb + s];
}

void KERNEL(add_products)(const struct double_products *p)
{
    const size_t m = p->m / TILE_ROWS * TILE_ROWS, n = p->n / TILE_COLUMNS * TILE_COLUMNS;
    for (size_t j = 0; j < n; j += TILE_COLUMNS)
        for (size_t i = 0; i < m; i += TILE_ROWS)
            multiply_tile(p, i, j);
    multiply_rest(p, m, p->m, 0, n);
    multiply_rest(p, 0, p->m, n, p->n);
}
