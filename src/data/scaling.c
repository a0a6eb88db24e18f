/*
 * scaling.c - the constants that bring inputs to a range that nets learn from, fitted on the training set.
 */
#include "../base/mem.h"
#include "data.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

static bl_status make(struct scaling *out, bl_context *ctx, size_t n)
{
    out->n = n;
    BL_TRY(MEM_ARRAY(ctx, &out->offset, n, "scaling"));
    return MEM_ARRAY(ctx, &out->scale, n, "scaling");
}

void scaling_free(bl_context *ctx, struct scaling *s)
{
    mem_free(ctx, s->offset);
    mem_free(ctx, s->scale);
    *s = (struct scaling){0};
}

/* The new one takes the old one's place only when it is whole. */
static bl_status settle(struct scaling *to, struct scaling *made, bl_context *ctx, bl_status status)
{
    scaling_free(ctx, status == BL_OK ? to : made);
    if (status == BL_OK)
        *to = *made;
    return status;
}

bl_status scaling_copy(bl_context *ctx, struct scaling *to, const struct scaling *from)
{
    struct scaling made = {0};
    const bl_status status = from->n > 0 ? make(&made, ctx, from->n) : BL_OK;
    if (status == BL_OK && from->n > 0) {
        memcpy(made.offset, from->offset, from->n * sizeof *from->offset);
        memcpy(made.scale, from->scale, from->n * sizeof *from->scale);
    }
    return settle(to, &made, ctx, status);
}

/* 1 / width, and 0 where there is no width or no float for it: such a feature tells nothing. */
static float scale_of(double width)
{
    const double scale = width > 0.0 ? 1.0 / width : 0.0;
    return scale <= (double)FLT_MAX ? (float)scale : 0.0f;
}

static void fit_bytes(struct scaling *s, const bl_data *data)
{
    uint8_t least = 255, most = 0;
    for (size_t i = 0; i < data->n * data->features; i++) {
        least = data->bytes[i] < least ? data->bytes[i] : least;
        most = data->bytes[i] > most ? data->bytes[i] : most;
    }
    s->offset[0] = (float)least;
    s->scale[0] = scale_of((double)most - (double)least);
}

/* A block of numbers, row by row; NaN: missing. */
struct numbers {
    bl_context *ctx;
    const float *x;
    size_t rows, cols;
};

/* What is known of one column. */
struct column_sums {
    size_t n; /* that are not missing */
    double mean, square;
    float first;
    bool is_constant; /* told by the values, because the mean of equal numbers may be off by a rounding */
};

static void add_value(struct column_sums *c, float x)
{
    if (c->n++ == 0) {
        c->first = x;
        c->is_constant = true;
    }
    c->is_constant = c->is_constant && x == c->first;
    c->mean += (double)x;
}

/* Sums in double, examples in order: two passes, mean first. */
static void sum_columns(const struct numbers *a, struct column_sums *sums)
{
    for (size_t i = 0; i < a->rows * a->cols; i++)
        if (!isnan(a->x[i]))
            add_value(&sums[i % a->cols], a->x[i]);
    for (size_t j = 0; j < a->cols; j++)
        sums[j].mean /= sums[j].n > 0 ? (double)sums[j].n : 1.0;
    for (size_t i = 0; i < a->rows * a->cols; i++) {
        struct column_sums *c = &sums[i % a->cols];
        const double d = isnan(a->x[i]) ? 0.0 : (double)a->x[i] - c->mean;
        c->square += d * d;
    }
}

static bl_status fit_numbers(struct scaling *s, const struct numbers *a)
{
    struct column_sums *sums = NULL;
    BL_TRY(MEM_ARRAY(a->ctx, &sums, a->cols, "scaling"));
    sum_columns(a, sums);
    for (size_t j = 0; j < a->cols; j++) {
        const bool is_flat = sums[j].n == 0 || sums[j].is_constant;
        s->offset[j] = (float)sums[j].mean;
        s->scale[j] = is_flat ? 0.0f : scale_of(sqrt(sums[j].square / (double)sums[j].n));
    }
    mem_free(a->ctx, sums);
    return BL_OK;
}

/* Marks stay what they are. */
static bl_status leave_marks(struct scaling *s, const bl_data *data)
{
    bool *is_mark = NULL;
    BL_TRY(MEM_ARRAY(data->ctx, &is_mark, data->features, "scaling"));
    recipe_marks(data->recipe, is_mark);
    for (size_t j = 0; j < data->features; j++)
        if (is_mark[j]) {
            s->offset[j] = 0.0f;
            s->scale[j] = 1.0f;
        }
    mem_free(data->ctx, is_mark);
    return BL_OK;
}

static bl_status fit_floats(struct scaling *s, const bl_data *data)
{
    BL_TRY(fit_numbers(s, &(struct numbers){data->ctx, data->floats, data->n, data->features}));
    return data->recipe ? leave_marks(s, data) : BL_OK;
}

bl_status scaling_fit(bl_data *data)
{
    struct scaling made = {0};
    bl_status status = make(&made, data->ctx, data->bytes ? 1 : data->features);
    if (status == BL_OK && data->bytes)
        fit_bytes(&made, data);
    else if (status == BL_OK)
        status = fit_floats(&made, data);
    return settle(&data->scaling, &made, data->ctx, status);
}

bl_status scaling_fit_targets(bl_data *data)
{
    struct scaling made = {0};
    const struct numbers targets = {data->ctx, data->targets, data->n, (size_t)data->outputs};
    bl_status status = make(&made, data->ctx, targets.cols);
    if (status == BL_OK)
        status = fit_numbers(&made, &targets);
    return settle(&data->target_scaling, &made, data->ctx, status);
}
