/*
 * sample_products.c - which inputs and weights meet in one element of a layer's product.
 *
 * W of a convolution: channels x (input channels x rows x cols of the window). y[c, r, k] sums over
 * W[c, (i, u, v)] x[i, r stride + u - pad, k stride + v - pad].
 */
#include "sample_products.h"

#include <stdlib.h>
#include <string.h>

static const char *find_word(const char *text, const char *word)
{
    const size_t n = strlen(word);
    for (const char *p = strstr(text, word); p; p = strstr(p + 1, word))
        if ((p == text || p[-1] == ' ') && (p[n] == ' ' || p[n] == 0))
            return p;
    return NULL;
}

bool has_word(const char *text, const char *word)
{
    return find_word(text, word) != NULL;
}

double number_behind(const char *text, const char *word, double other)
{
    const char *p = find_word(text, word);
    return p && p[strlen(word)] == ' ' ? strtod(p + strlen(word), NULL) : other;
}

bool window_of(const char *text, size_t *rows, size_t *cols)
{
    for (const char *p = text; (p = strchr(p, 'x')); p++) {
        const char *begin = p;
        while (begin > text && begin[-1] >= '0' && begin[-1] <= '9')
            begin--;
        if (begin < p && (begin == text || begin[-1] == ' ') && p[1] >= '0' && p[1] <= '9') {
            *rows = strtoul(begin, NULL, 10);
            *cols = strtoul(p + 1, NULL, 10);
            return true;
        }
    }
    return false;
}

/* A convolution between an input and an output of these shapes. */
struct geometry {
    size_t in_rows, in_cols, out_rows, out_cols, rows, cols, stride, pad;
};

static bool geometry_of(struct geometry *g, const char *layer, bl_shape in, bl_shape out)
{
    *g = (struct geometry){.in_rows = (size_t)in.rows,
                           .in_cols = (size_t)in.cols,
                           .out_rows = (size_t)out.rows,
                           .out_cols = (size_t)out.cols,
                           .stride = (size_t)number_behind(layer, "stride", 1.0),
                           .pad = (size_t)number_behind(layer, "pad", 0.0)};
    return strncmp(layer, "conv ", 5) == 0 && window_of(layer, &g->rows, &g->cols);
}

/* The column of the input that weight `column` of a window at (row, col) multiplies. false: it is padding. */
static bool input_at(const struct geometry *g, size_t row, size_t col, size_t column, size_t *at)
{
    const size_t window = g->rows * g->cols, i = column / window, u = column % window / g->cols,
                 v = column % g->cols, r = row * g->stride + u, c = col * g->stride + v;
    if (r < g->pad || c < g->pad || r - g->pad >= g->in_rows || c - g->pad >= g->in_cols)
        return false;
    *at = (i * g->in_rows + r - g->pad) * g->in_cols + c - g->pad;
    return true;
}

size_t input_of_weight(const char *layer, bl_shape x_shape, bl_shape out, size_t unit, size_t column)
{
    struct geometry g;
    size_t at = column;
    if (!geometry_of(&g, layer, x_shape, out))
        return column;
    const size_t place = unit % (g.out_rows * g.out_cols);
    return input_at(&g, place / g.out_cols, place % g.out_cols, column, &at) ? at : 0;
}

static void add_product(struct sum *sum, struct named a, size_t i, size_t j, bool has_row, struct named b,
                        size_t k, size_t l, bool b_has_row)
{
    char first[SUM_TEXT], second[SUM_TEXT];
    if (has_row)
        sum_element_at(first, a.name, i, j);
    else
        sum_element(first, a.name, j);
    if (b_has_row)
        sum_element_at(second, b.name, k, l);
    else
        sum_element(second, b.name, l);
    sum_add(sum, first, trace_value(a.a, i, j), second, trace_value(b.a, k, l));
}

void add_forward_terms(struct sum *sum, const char *layer, struct named x, struct named W, bl_shape out,
                       size_t unit)
{
    struct geometry g;
    const bool is_conv = geometry_of(&g, layer, x.a->shape, out);
    const size_t map = (size_t)out.rows * (size_t)out.cols, row = is_conv ? unit / map : unit;
    for (size_t j = 0; j < W.a->cols; j++) {
        size_t at = j;
        if (!is_conv || input_at(&g, unit % map / (size_t)out.cols, unit % map % (size_t)out.cols, j, &at))
            add_product(sum, x, 0, at, false, W, row, j, true);
    }
}

void add_pull_terms(struct sum *sum, const char *layer, struct named d, struct named M, bl_shape in,
                    size_t unit)
{
    struct geometry g;
    const bool is_conv = geometry_of(&g, layer, in, d.a->shape);
    if (!is_conv) {
        for (size_t i = 0; i < d.a->cols; i++)
            add_product(sum, d, 0, i, false, M, i, unit, true);
        return;
    }
    const size_t window = g.rows * g.cols, map = g.in_rows * g.in_cols, channel = unit / map;
    for (size_t i = 0; i < d.a->cols; i++) {
        const size_t place = i % (g.out_rows * g.out_cols), c = i / (g.out_rows * g.out_cols);
        for (size_t k = 0; k < window; k++) {
            size_t at = 0;
            if (input_at(&g, place / g.out_cols, place % g.out_cols, channel * window + k, &at) && at == unit)
                add_product(sum, d, 0, i, false, M, c, channel * window + k, true);
        }
    }
}

void add_gradient_terms(struct sum *sum, const char *layer, struct named d, struct named x, size_t row,
                        size_t column)
{
    struct geometry g;
    const bool is_conv = geometry_of(&g, layer, x.a->shape, d.a->shape), has_rows = d.a->rows > 1;
    for (size_t n = 0; n < d.a->rows; n++) {
        if (!is_conv) {
            add_product(sum, d, n, row, has_rows, x, n, column, has_rows);
            continue;
        }
        for (size_t place = 0; place < g.out_rows * g.out_cols; place++) {
            size_t at = 0;
            if (input_at(&g, place / g.out_cols, place % g.out_cols, column, &at))
                add_product(sum, d, n, row * g.out_rows * g.out_cols + place, has_rows, x, n, at, has_rows);
        }
    }
}
