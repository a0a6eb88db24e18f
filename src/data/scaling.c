/*
 * scaling.c - the constants that bring inputs to a range that nets learn from, fitted on the training set.
 */
#include "../base/mem.h"
#include "data.h"

#include <float.h>
#include <math.h>
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

/* Sums in double, examples in order: two passes, mean first. */
static void sum_columns(const bl_data *data, double *mean, double *square)
{
    for (size_t i = 0; i < data->n; i++)
        for (size_t j = 0; j < data->features; j++)
            mean[j] += (double)data->floats[i * data->features + j];
    for (size_t j = 0; j < data->features; j++)
        mean[j] /= (double)data->n;
    for (size_t i = 0; i < data->n; i++) {
        for (size_t j = 0; j < data->features; j++) {
            const double d = (double)data->floats[i * data->features + j] - mean[j];
            square[j] += d * d;
        }
    }
}

/* Told by the values, because the mean of equal numbers may be off by a rounding. */
static bool is_constant(const bl_data *data, size_t feature)
{
    for (size_t i = 1; i < data->n; i++)
        if (data->floats[i * data->features + feature] != data->floats[feature])
            return false;
    return true;
}

static bl_status fit_floats(struct scaling *s, const bl_data *data)
{
    double *sums = NULL;
    BL_TRY(MEM_ARRAY(data->ctx, &sums, 2 * data->features, "scaling"));
    double *mean = sums, *square = sums + data->features;
    sum_columns(data, mean, square);
    for (size_t j = 0; j < data->features; j++) {
        s->offset[j] = (float)mean[j];
        s->scale[j] = is_constant(data, j) ? 0.0f : scale_of(sqrt(square[j] / (double)data->n));
    }
    mem_free(data->ctx, sums);
    return BL_OK;
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
