/*
 * kernel_pool.c - max pooling: the largest number of each window of a map, and its position; of equal numbers
 * the first, row by row, counts.
 *
 * A row of windows is computed at a time, as if a window began at every column; then every `stride`th is
 * used. The position of each number is kept as a float, which holds whole numbers up to 2^24.
 */
#include "kernel.h"
#include "vec.h"

enum { MOST = 2048 }; /* columns that are computed at a time */

/* Computes the windows that begin at the n columns from x on. place: the offset of the largest number from
   the window's first one; NULL: not wanted. */
static inline __attribute__((always_inline)) void go_over(const struct pool *p, const float *x, size_t n,
                                                          float *value, float *place, const int rows,
                                                          const int cols)
{
    const vec one = vec_all(1.0f), down = vec_all((float)p->in_cols);
    for (size_t i = 0; i < n; i += VEC_WIDTH) {
        vec largest = vec_load_part(x + i, n - i), at = vec_all(0.0f), first = at;
        for (int ky = 0; ky < rows; ky++, first = vec_add(first, down)) {
            vec here = first;
            for (int kx = 0; kx < cols; kx++, here = vec_add(here, one)) {
                const vec other = vec_load_part(x + ky * p->in_cols + kx + i, n - i);
                if (place)
                    at = vec_pick_less(largest, other, here, at);
                largest = vec_larger(largest, other);
            }
        }
        vec_store(value + i, largest);
        if (place)
            vec_store(place + i, at);
    }
}

/* Calls go_over, unrolled for the common sizes. */
static inline __attribute__((always_inline)) void go(const struct pool *p, const float *x, size_t n,
                                                     float *value, float *place)
{
    if (p->rows == 2 && p->cols == 2)
        go_over(p, x, n, value, place, 2, 2);
    else if (p->rows == 3 && p->cols == 3)
        go_over(p, x, n, value, place, 3, 3);
    else
        go_over(p, x, n, value, place, p->rows, p->cols);
}

/* Computes n windows of one row. origin: the position of x in the map. at NULL: positions are not wanted. */
static inline void find_pool(const struct pool *p, const float *x, size_t origin, size_t n, float *y,
                             int32_t *at)
{
    float value[MOST + VEC_WIDTH], place[MOST + VEC_WIDTH];
    const size_t stride = (size_t)p->stride, columns = (n - 1) * stride + 1;
    if (at)
        go(p, x, columns, value, place);
    else
        go(p, x, columns, value, NULL);
    for (size_t j = 0; j < n; j++)
        /* NOLINTNEXTLINE(clang-analyzer-core.uninitialized.Assign): go has set `columns` > 0 numbers */
        y[j] = value[j * stride];
    for (size_t j = 0; at && j < n; j++)
        at[j] = (int32_t)(origin + j * stride) + (int32_t)place[j * stride];
}

void KERNEL(max_windows)(const struct pool *p, const float *x, float *y, int32_t *at)
{
    const size_t stride = (size_t)p->stride, most = (MOST - 1) / stride + 1;
    for (size_t oy = 0; oy < p->m; oy++)
        for (size_t ox = 0; ox < p->n; ox += most) {
            const size_t origin = oy * stride * (size_t)p->in_cols + ox * stride, to = oy * p->n + ox;
            find_pool(p, x + origin, origin, p->n - ox < most ? p->n - ox : most, y + to,
                      at ? at + to : NULL);
        }
}
