/*
 * pool.c - pooling: the maximum, or the mean, of each window of a map. Windows that cross the edge of the map
 * are left out; channels are independent. "avgpool all" is the mean of each map, "maxpool all" its maximum.
 *
 * The derivative of a maximum goes to the largest number, the first one where several are equal. The
 * derivative of a mean is divided equally among the numbers of the window.
 */
#include "layer_table.h"

#include <stdio.h>
#include <string.h>

static bl_status pool_parse(bl_context *ctx, struct layer *layer, struct slice arguments)
{
    struct window *w = &layer->window;
    *w = (struct window){0};
    if (slice_is(arguments, "all")) {
        snprintf(layer->text, sizeof layer->text, "%s all", layer->ops->name);
        return BL_OK;
    }
    BL_TRY(window_parse(ctx, w, arguments, layer->ops->usage));
    if (w->stride == 0)
        w->stride = w->rows;
    if (w->pad != 0)
        BL_FAIL(ctx, BL_BAD_VALUE, "a pool has no padding");
    snprintf(layer->text, sizeof layer->text, "%s %dx%d stride %d", layer->ops->name, w->rows, w->cols,
             w->stride);
    return BL_OK;
}

static bl_status pool_fit(bl_context *ctx, struct layer *layer)
{
    if (layer->in.rows == 1 && layer->in.cols > 1 && layer->in.channels == 1)
        BL_FAIL(ctx, BL_BAD_VALUE, "a pool needs an image, but its input is a vector");
    if ((double)layer->in.cols * layer->in.rows > 0x1p24)
        BL_FAIL(ctx, BL_BAD_VALUE, "a pool takes maps of at most 16777216 numbers, this one is %d x %d",
                layer->in.rows, layer->in.cols);
    if (layer->window.rows == 0) /* "avgpool all" or "maxpool all" */
        layer->window = (struct window){.rows = layer->in.rows, .cols = layer->in.cols, .stride = 1};
    return window_fit(ctx, &layer->window, layer->in, &layer->out);
}

/* The input and output maps of one channel of one example. */
struct maps {
    const struct backend *backend;
    const float *x, *dy;
    float *y, *dx;
};

typedef void (*pool_map)(const struct layer *layer, const struct maps *maps);

static void for_each_map(const struct layer *layer, const struct layer_io *c, pool_map run)
{
    const size_t in = (size_t)layer->in.rows * (size_t)layer->in.cols;
    const size_t out = (size_t)layer->out.rows * (size_t)layer->out.cols;
    for (size_t n = 0; n < c->x.rows; n++)
        for (size_t i = 0; i < range_size(c->out) / out; i++) {
            const size_t from = c->in.begin + i * in, to = c->out.begin + i * out;
            const struct maps maps = {.backend = c->worker->backend,
                                      .x = matrix_row(&c->x, n) + from,
                                      .y = matrix_row(&c->y, n) + to,
                                      .dx = c->dx.x ? matrix_row(&c->dx, n) + from : NULL,
                                      .dy = c->dy.x ? matrix_row(&c->dy, n) + to : NULL};
            run(layer, &maps);
        }
}

/* Where the window of output (oy, ox) begins. */
static size_t corner(const struct layer *layer, int oy, int ox)
{
    return (size_t)(oy * layer->window.stride) * (size_t)layer->in.cols + (size_t)(ox * layer->window.stride);
}

enum { WINDOWS = 1024 }; /* the largest number of windows in one call of the backend */

/* The windows of one call: whole rows of them, or a piece of one row. */
struct pool_piece {
    int top, left, rows, cols;
};

/* Advances to the next piece; false: there is none. */
static bool next_piece(const struct layer *layer, struct pool_piece *p)
{
    const bool is_new = p->rows == 0, ends_row = p->left + p->cols == layer->out.cols;
    p->left = is_new || ends_row ? 0 : p->left + p->cols;
    p->top += ends_row ? p->rows : 0;
    const int right = layer->out.cols - p->left, below = layer->out.rows - p->top;
    p->cols = right < WINDOWS ? right : WINDOWS;
    /* NOLINTNEXTLINE(clang-analyzer-core.DivideZero): window_fit gives every map one column or more */
    p->rows = layer->out.cols > WINDOWS ? 1 : WINDOWS / layer->out.cols;
    p->rows = below < p->rows ? below : p->rows;
    return below > 0;
}

static void find_largest(const struct layer *layer, const struct maps *m, const struct pool_piece *p,
                         float *y, int32_t *at)
{
    const struct window *w = &layer->window;
    m->backend->max_windows(&(struct pool){.m = (size_t)p->rows,
                                           .n = (size_t)p->cols,
                                           .rows = w->rows,
                                           .cols = w->cols,
                                           .stride = w->stride,
                                           .in_cols = layer->in.cols},
                            m->x + corner(layer, p->top, p->left), y, at);
}

static void max_of_map(const struct layer *layer, const struct maps *m)
{
    for (struct pool_piece p = {0}; next_piece(layer, &p);)
        find_largest(layer, m, &p, m->y + p.top * layer->out.cols + p.left, NULL);
}

static void max_backward_map(const struct layer *layer, const struct maps *m)
{
    int32_t at[WINDOWS];
    float largest[WINDOWS];
    memset(m->dx, 0, (size_t)layer->in.rows * (size_t)layer->in.cols * sizeof *m->dx);
    for (struct pool_piece p = {0}; next_piece(layer, &p);) {
        const float *dy = m->dy + p.top * layer->out.cols + p.left;
        float *dx = m->dx + corner(layer, p.top, p.left);
        find_largest(layer, m, &p, largest, at);
        for (int i = 0; i < p.rows * p.cols; i++)
            dx[at[i]] += dy[i];
    }
}

static void max_forward(const struct layer *layer, const struct layer_io *c)
{
    for_each_map(layer, c, max_of_map);
}

static void max_backward(const struct layer *layer, const struct layer_io *c)
{
    for_each_map(layer, c, max_backward_map);
}

const struct layer_ops layer_maxpool = {
    .name = "maxpool",
    .usage = "maxpool ROWSxCOLS [stride N]|all",
    .parse = pool_parse,
    .fit = pool_fit,
    .local_forward = max_forward,
    .local_backward = max_backward,
    .needs_input = true,
};

static float share(const struct layer *layer)
{
    return 1.0f / (float)(layer->window.rows * layer->window.cols);
}

static void mean_of_map(const struct layer *layer, const struct maps *m)
{
    for (int oy = 0; oy < layer->out.rows; oy++)
        for (int ox = 0; ox < layer->out.cols; ox++) {
            const float *x = m->x + corner(layer, oy, ox);
            float sum = 0.0f;
            for (int ky = 0; ky < layer->window.rows; ky++, x += layer->in.cols)
                for (int kx = 0; kx < layer->window.cols; kx++)
                    sum += x[kx];
            m->y[oy * layer->out.cols + ox] = sum * share(layer);
        }
}

static void mean_backward_map(const struct layer *layer, const struct maps *m)
{
    memset(m->dx, 0, (size_t)layer->in.rows * (size_t)layer->in.cols * sizeof *m->dx);
    for (int oy = 0; oy < layer->out.rows; oy++)
        for (int ox = 0; ox < layer->out.cols; ox++) {
            float *dx = m->dx + corner(layer, oy, ox);
            const float d = m->dy[oy * layer->out.cols + ox] * share(layer);
            for (int ky = 0; ky < layer->window.rows; ky++, dx += layer->in.cols)
                for (int kx = 0; kx < layer->window.cols; kx++)
                    dx[kx] += d;
        }
}

static void mean_forward(const struct layer *layer, const struct layer_io *c)
{
    for_each_map(layer, c, mean_of_map);
}

static void mean_backward(const struct layer *layer, const struct layer_io *c)
{
    for_each_map(layer, c, mean_backward_map);
}

const struct layer_ops layer_avgpool = {
    .name = "avgpool",
    .usage = "avgpool ROWSxCOLS [stride N]|all",
    .parse = pool_parse,
    .fit = pool_fit,
    .local_forward = mean_forward,
    .local_backward = mean_backward,
};
