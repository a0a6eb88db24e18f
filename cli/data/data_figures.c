/*
 * data_figures.c - computes statistics in one pass over a data set, a block of rows at a time, without a
 * second copy of the data.
 */
#include "data_figures.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_VALUES = 1 << 20 }; /* 8 MB of doubles */

static void add_values(struct value_range *range, const double *x, size_t n, size_t stride)
{
    for (size_t i = 0; i < n; i++) {
        const double value = x[i * stride];
        if (isnan(value)) /* missing */
            continue;
        range->n++;
        range->least = value < range->least ? value : range->least;
        range->most = value > range->most ? value : range->most;
        range->mean += value; /* the sum, until the end */
    }
}

static void add_block(struct data_figures *f, const double *x, size_t rows, size_t features)
{
    add_values(&f->all, x, rows * features, 1);
    for (size_t j = 0; j < f->n_columns; j++)
        add_values(&f->columns[j], x + j, rows, features);
}

static bl_status add_all(struct data_figures *f, const bl_data *data, size_t features, double *block,
                         size_t block_rows)
{
    const size_t n = bl_data_count(data);
    for (size_t first = 0; first < n; first += block_rows) {
        const size_t rows = n - first < block_rows ? n - first : block_rows;
        const bl_status status = bl_data_raw_rows(data, first, rows, block);
        if (status != BL_OK)
            return status;
        add_block(f, block, rows, features);
    }
    return BL_OK;
}

static void finish(struct data_figures *f)
{
    f->all.mean /= (double)f->all.n;
    for (size_t j = 0; j < f->n_columns; j++)
        f->columns[j].mean /= (double)f->columns[j].n;
}

bl_status data_figures_measure(struct data_figures *out, const bl_data *data)
{
    const struct value_range nothing = {INFINITY, -INFINITY, 0.0, 0};
    const bl_shape shape = bl_data_shape(data);
    const size_t features = (size_t)shape.channels * (size_t)shape.rows * (size_t)shape.cols;
    const size_t rows = features < BLOCK_VALUES ? BLOCK_VALUES / features : 1;
    *out = (struct data_figures){.all = nothing, .n_columns = shape.rows == 1 ? features : 0};
    double *block = malloc(rows * features * sizeof *block);
    out->columns = malloc((out->n_columns + 1) * sizeof *out->columns);
    bl_status status = block && out->columns ? BL_OK : BL_NO_MEMORY;
    for (size_t j = 0; status == BL_OK && j < out->n_columns; j++)
        out->columns[j] = nothing;
    if (status == BL_OK)
        status = add_all(out, data, features, block, rows);
    if (status == BL_OK)
        finish(out);
    else
        data_figures_free(out);
    free(block);
    return status;
}

void data_figures_free(struct data_figures *figures)
{
    free(figures->columns);
    figures->columns = NULL;
}

void data_count_classes(const bl_data *data, int classes, size_t *counts)
{
    const int32_t *labels = data ? bl_data_labels(data) : NULL;
    memset(counts, 0, (size_t)classes * sizeof *counts);
    for (size_t i = 0; labels && i < bl_data_count(data); i++)
        counts[labels[i]]++;
}

/* Returns the row of the next example of this class from `from` on; the number of rows if there is none. */
static size_t next_of_class(const bl_data *data, int label, size_t from)
{
    const int32_t *labels = bl_data_labels(data);
    const size_t n = bl_data_count(data);
    while (from < n && labels[from] != label)
        from++;
    return from;
}

static size_t pick_by_turns(const bl_data *data, size_t n, size_t *rows, size_t *next)
{
    size_t picked = 0, before;
    do {
        before = picked;
        for (int k = 0; k < bl_data_outputs(data) && picked < n; k++) {
            const size_t row = next_of_class(data, k, next[k]);
            next[k] = row + 1;
            if (row < bl_data_count(data))
                rows[picked++] = row;
        }
    } while (picked < n && picked > before);
    return picked;
}

size_t data_pick_rows(const bl_data *data, size_t n, size_t *rows)
{
    const size_t count = bl_data_count(data);
    size_t *next = bl_data_labels(data) ? calloc((size_t)bl_data_outputs(data), sizeof *next) : NULL;
    size_t picked = 0;
    if (next)
        picked = pick_by_turns(data, n, rows, next);
    for (; !next && picked < n && picked < count; picked++)
        rows[picked] = picked;
    free(next);
    return picked;
}
