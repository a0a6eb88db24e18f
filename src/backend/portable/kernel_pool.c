/*
 * kernel_pool.c - the largest number of each window of a map, and where it stands: the first of equals, row by row.
 *
 * First down each column, for all rows of windows, then along those rows for windows at every column, of which every
 * `stride`th one is taken. (One row after the other would read what has just been written, at other borders, and wait for
 * it.) A place goes with each number, as a float, which holds whole numbers up to 2^24.
 */
#include "kernel.h"
#include "vec.h"

enum { MOST = 2048, SLACK = 1024 + VEC_WIDTH }; /* numbers at once; a window is at most 1024 wide */

struct columns {
    float value[MOST + SLACK], place[MOST + SLACK];
};

/* n columns of one row of windows. origin: the place of x. */
static inline void go_down(const struct pool *p, const float *x, size_t origin, size_t n, float *value,
                           float *place)
{
    const size_t in_cols = (size_t)p->in_cols;
    float lanes[VEC_WIDTH];
    for (size_t j = 0; j < VEC_WIDTH; j++)
        lanes[j] = (float)(origin + j);
    for (size_t i = 0; i < n; i += VEC_WIDTH) {
        const vec first = vec_add(vec_load(lanes), vec_all((float)i));
        vec largest = vec_load_part(x + i, n - i), at = first;
        for (size_t ky = 1; ky < (size_t)p->rows; ky++) {
            const vec other = vec_load_part(x + ky * in_cols + i, n - i);
            at = vec_pick_less(largest, other, vec_add(first, vec_all((float)(ky * in_cols))), at);
            largest = vec_pick_less(largest, other, other, largest);
        }
        vec_store(value + i, largest);
        vec_store(place + i, at);
    }
}

/* In place: a window reads columns from its first on only, and writes that one. Windows that begin behind a row's last
   make numbers that nobody takes. */
static inline void go_along(const struct pool *p, size_t n, struct columns *c)
{
    for (size_t i = 0; i < n; i += VEC_WIDTH) {
        vec value = vec_load(c->value + i), place = vec_load(c->place + i);
        for (size_t kx = 1; kx < (size_t)p->cols; kx++) {
            const vec other = vec_load(c->value + i + kx), there = vec_load(c->place + i + kx);
            const vec first = vec_pick_less(there, place, there, place);
            place = vec_pick_less(value, other, there, vec_pick_less(other, value, place, first));
            value = vec_pick_less(value, other, other, value);
        }
        vec_store(c->value + i, value);
        vec_store(c->place + i, place);
    }
}

/* Every stride-th one of rows that are `width` apart. The number is read from its place: zeros of both signs are equal. */
static inline void take(const struct pool *p, const struct columns *c, size_t width, const float *x, float *y,
                        int32_t *at)
{
    for (size_t oy = 0; oy < p->m; oy++)
        for (size_t ox = 0; ox < p->n; ox++) {
            const int32_t place = (int32_t)c->place[oy * width + ox * (size_t)p->stride];
            y[oy * p->n + ox] = x[place];
            at[oy * p->n + ox] = place;
        }
}

/* As many windows as fit. x: the whole map, whose first of them is at `origin`. */
static void find(const struct pool *p, const float *x, size_t origin, float *y, int32_t *at)
{
    struct columns c;
    const size_t stride = (size_t)p->stride, columns = (p->n - 1) * stride + (size_t)p->cols;
    const size_t width = (columns + VEC_WIDTH - 1) / VEC_WIDTH * VEC_WIDTH;
    const size_t down = stride * (size_t)p->in_cols;
    for (size_t oy = 0; oy < p->m; oy++)
        go_down(p, x + origin + oy * down, origin + oy * down, columns, c.value + oy * width,
                c.place + oy * width);
    go_along(p, p->m * width, &c);
    take(p, &c, width, x, y, at);
}

void KERNEL(max_windows)(const struct pool *p, const float *x, float *y, int32_t *at)
{
    const size_t stride = (size_t)p->stride, cols = (size_t)p->cols;
    const size_t widest = (MOST - cols) / stride + 1;
    const size_t n = p->n < widest ? p->n : widest, columns = (n - 1) * stride + cols;
    const size_t m = n < p->n ? 1 : MOST / ((columns + VEC_WIDTH - 1) / VEC_WIDTH * VEC_WIDTH);
    struct pool some = *p;
    for (size_t oy = 0; oy < p->m; oy += m)
        for (size_t ox = 0; ox < p->n; ox += n) {
            const size_t origin = oy * stride * (size_t)p->in_cols + ox * stride;
            some.m = p->m - oy < m ? p->m - oy : m;
            some.n = p->n - ox < n ? p->n - ox : n;
            find(&some, x, origin, y + oy * p->n + ox, at + oy * p->n + ox);
        }
}
