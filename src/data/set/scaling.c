/*
 * scaling.c - fits the constants that scale inputs to the training set.
 *
 * For the n values x of a column which are not missing: offset = mean x, scale = 1 / sqrt(sum (x - offset)^2
 * / n). Sums are in double. The first value is subtracted from all, and units are powers of two, so that no
 * digits are lost for values such as 10^15 plus small numbers, 10^300 or 10^-300.
 */
#include "../../base/maths.h"
#include "../../base/mem.h"
#include "data.h"
#include "data_internal.h"
#include "whitening/whitening.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
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
    mem_free(ctx, s->matrix);
    *s = (struct scaling){0};
}

/* Replaces a scaling only if the new one is complete. */
static bl_status replace_if_whole(struct scaling *to, struct scaling *made, bl_context *ctx, bl_status status)
{
    scaling_free(ctx, status == BL_OK ? to : made);
    if (status == BL_OK)
        *to = *made;
    return status;
}

bl_status scaling_copy(bl_context *ctx, struct scaling *to, const struct scaling *from)
{
    struct scaling made = {0};
    bl_status status = from->n > 0 ? make(&made, ctx, from->n) : BL_OK;
    if (status == BL_OK && from->matrix)
        status = MEM_ARRAY(ctx, &made.matrix, from->n * from->n, "whitening");
    if (status == BL_OK && from->matrix)
        memcpy(made.matrix, from->matrix, from->n * from->n * sizeof *from->matrix);
    if (status == BL_OK && from->n > 0) {
        memcpy(made.offset, from->offset, from->n * sizeof *from->offset);
        memcpy(made.scale, from->scale, from->n * sizeof *from->scale);
        made.is_narrow = from->is_narrow;
    }
    made.is_of_example = from->is_of_example;
    return replace_if_whole(to, &made, ctx, status);
}

/* A block of numbers, row by row, in one of the three arrays; NaN: missing. A column consists of `width`
   adjacent numbers of a row, which share one pair. */
struct numbers {
    bl_context *ctx;
    const uint8_t *bytes;
    const float *floats;
    const double *doubles;
    size_t rows, cols, width;
};

static struct numbers inputs_of(const bl_data *data, size_t width)
{
    return (struct numbers){
        data->ctx, data->bytes, data->floats, data->doubles, data->n, data->features / width, width};
}

static double number_at(const struct numbers *a, size_t i)
{
    return a->doubles ? a->doubles[i] : a->floats ? (double)a->floats[i] : (double)a->bytes[i];
}

/* The statistics of one column. */
struct column {
    size_t n; /* number of values that are not missing */
    double first, least, most;
    double unit; /* a power of two: |x| unit is at most 1 */
    double sum;  /* sum of (x - first) unit */
    double offset;
    double finer;           /* a power of two: |x - offset| unit finer is at most about 1 */
    double sum_d, square_d; /* sums of d and d^2, where d = (x - offset) unit finer */
};

static void find_range(const struct numbers *a, struct column *columns)
{
    for (size_t i = 0; i < a->rows * a->cols; i++) {
        struct column *c = &columns[i % a->cols];
        for (size_t k = i * a->width; k < (i + 1) * a->width; k++) {
            const double x = number_at(a, k);
            if (isnan(x))
                continue;
            if (c->n++ == 0)
                c->first = c->least = c->most = x;
            c->least = x < c->least ? x : c->least;
            c->most = x > c->most ? x : c->most;
        }
    }
    for (size_t j = 0; j < a->cols; j++)
        columns[j].unit = maths_unit_for(fmax(fabs(columns[j].least), fabs(columns[j].most)));
}

static void find_offsets(const struct numbers *a, struct column *columns)
{
    for (size_t i = 0; i < a->rows * a->cols; i++) {
        struct column *c = &columns[i % a->cols];
        for (size_t k = i * a->width; k < (i + 1) * a->width; k++) {
            const double x = number_at(a, k);
            if (!isnan(x))
                c->sum += x * c->unit - c->first * c->unit;
        }
    }
    for (size_t j = 0; j < a->cols; j++) {
        struct column *c = &columns[j];
        const double mean = (c->first * c->unit + c->sum / (double)(c->n ? c->n : 1)) / c->unit;
        c->offset = fmin(fmax(mean, c->least), c->most);
        c->finer = maths_unit_for(
            fmax(c->most * c->unit - c->offset * c->unit, c->offset * c->unit - c->least * c->unit));
    }
}

static void find_squares(const struct numbers *a, struct column *columns)
{
    for (size_t i = 0; i < a->rows * a->cols; i++) {
        struct column *c = &columns[i % a->cols];
        for (size_t k = i * a->width; k < (i + 1) * a->width; k++) {
            const double x = number_at(a, k);
            const double d = isnan(x) ? 0.0 : (x * c->unit - c->offset * c->unit) * c->finer;
            c->sum_d += d;
            c->square_d += d * d;
        }
    }
}

/* The scale of a column. sum_d corrects for the rounding of the offset to a double: sum (d - mean d)^2 = sum
   d^2 - (sum d)^2 / n. */
static double scale_of(const struct column *c)
{
    if (c->n == 0 || !(c->most > c->least))
        return 0.0;
    const double n = (double)c->n, square = c->square_d - c->sum_d * c->sum_d / n;
    return 1.0 / sqrt(square / n) * c->finer * c->unit;
}

/* Names a column in a message: "feature 3 (from 0)", or "channel 1 (from 0)" and "the training set" for
   several numbers with one pair. */
static struct column_text column_text(const struct numbers *a, const bl_data *data, const char *what,
                                      size_t j)
{
    struct column_text out = {"the training set"};
    if (a->width == 1)
        return scaling_column(data, what, j);
    if (a->cols > 1)
        snprintf(out.text, sizeof out.text, "channel %zu (from 0)", j);
    return out;
}

/* Writes the pairs of a's columns into offset and scale. Sums are in double, in the order of the examples.
   what: "feature" or "target", for messages. */
static bl_status fit_numbers(double *offset, double *scale, const struct numbers *a, const bl_data *data,
                             const char *what)
{
    struct column *columns = NULL;
    size_t bad = a->cols;
    BL_TRY(MEM_ARRAY(a->ctx, &columns, a->cols, "scaling"));
    find_range(a, columns);
    find_offsets(a, columns);
    find_squares(a, columns);
    for (size_t j = 0; j < a->cols; j++) {
        offset[j] = columns[j].offset;
        scale[j] = scale_of(&columns[j]);
        bad = isfinite(scale[j]) ? bad : j;
    }
    const double least = bad < a->cols ? columns[bad].least : 0.0,
                 most = bad < a->cols ? columns[bad].most : 0.0;
    mem_free(a->ctx, columns);
    if (bad < a->cols)
        BL_FAIL(a->ctx, BL_BAD_DATA,
                "%s: the values of %s are between %g and %g, too close together to be standardised; "
                "multiply them by a power of ten%s",
                data->source, column_text(a, data, what, bad).text, least, most,
                strcmp(what, "target") == 0 || a->width > 1 ? "" : ", or leave the column out (--ignore)");
    return BL_OK;
}

/* Sets the pairs of marks to 0 and 1, because marks are not scaled. */
static bl_status leave_marks(struct scaling *s, const bl_data *data)
{
    bool *is_mark = NULL;
    BL_TRY(MEM_ARRAY(data->ctx, &is_mark, data->features, "scaling"));
    encoding_marks(data->encoding, is_mark);
    for (size_t j = 0; j < data->features; j++)
        if (is_mark[j]) {
            s->offset[j] = 0.0;
            s->scale[j] = 1.0;
        }
    mem_free(data->ctx, is_mark);
    return BL_OK;
}

static bl_status fit_features(struct scaling *s, const bl_data *data)
{
    const struct numbers x = inputs_of(data, 1);
    BL_TRY(fit_numbers(s->offset, s->scale, &x, data, "feature"));
    return data->encoding ? leave_marks(s, data) : BL_OK;
}

/* Fits one pair for each channel and stores it for each number of the channel. */
static bl_status fit_channels(struct scaling *s, const bl_data *data)
{
    const size_t map = data->features / (size_t)data->shape.channels;
    const struct numbers x = inputs_of(data, map);
    BL_TRY(fit_numbers(s->offset, s->scale, &x, data, "feature"));
    for (size_t j = data->features; j-- > 0;) { /* from the end, because the pairs are at the beginning */
        s->offset[j] = s->offset[j / map];
        s->scale[j] = s->scale[j / map];
    }
    return BL_OK;
}

/* Rounds the scale to a float if it fits. The backend scales bytes in float, and pixels in a table must be
   scaled to the same bits as the pixels of a picture. */
static double scale_as_float(double scale)
{
    return scale > 1e-30 && scale < 1e30 ? (double)(float)scale : scale;
}

static bl_status fit_global(struct scaling *s, const bl_data *data)
{
    const struct numbers x = inputs_of(data, data->features);
    BL_TRY(fit_numbers(s->offset, s->scale, &x, data, "feature"));
    s->scale[0] = scale_as_float(s->scale[0]);
    return BL_OK;
}

/* 1 / (most - least), also if the difference overflows, rounded by scale_as_float. */
static double scale_of_range(double least, double most)
{
    return scale_as_float(0.5 / (0.5 * most - 0.5 * least));
}

static void fit_bytes(struct scaling *s, const bl_data *data)
{
    uint8_t least = 255, most = 0;
    for (size_t i = 0; i < data->n * data->features; i++) {
        least = data->bytes[i] < least ? data->bytes[i] : least;
        most = data->bytes[i] > most ? data->bytes[i] : most;
    }
    s->offset[0] = (double)least;
    s->scale[0] = most > least ? scale_of_range((double)least, (double)most) : 0.0;
}

static bl_status fit_range(struct scaling *s, const bl_data *data)
{
    if (data->bytes) {
        fit_bytes(s, data);
        return BL_OK;
    }
    const struct numbers x = inputs_of(data, 1);
    double least = (double)INFINITY, most = -(double)INFINITY;
    for (size_t i = 0; i < x.rows * x.cols; i++) {
        least = fmin(least, number_at(&x, i));
        most = fmax(most, number_at(&x, i));
    }
    s->offset[0] = least;
    s->scale[0] = most > least ? scale_of_range(least, most) : 0.0;
    if (!isfinite(s->scale[0]))
        BL_FAIL(data->ctx, BL_BAD_DATA,
                "%s: the numbers of its images are between %g and %g, too close together to be scaled; "
                "multiply them by a power of ten",
                data->source, least, most);
    return BL_OK;
}

static bl_status fit_none(struct scaling *s, const bl_data *data)
{
    (void)data;
    s->offset[0] = 0.0;
    s->scale[0] = 1.0;
    return BL_OK;
}

static bl_status fit_nothing(struct scaling *s, const bl_data *data)
{
    (void)data;
    s->is_of_example = true;
    return BL_OK;
}

/* Means alone, and the matrix. */
static bl_status fit_zca(struct scaling *s, const bl_data *data)
{
    const struct numbers x = inputs_of(data, 1);
    BL_TRY(fit_numbers(s->offset, s->scale, &x, data, "feature"));
    for (size_t j = 0; j < data->features; j++)
        s->scale[j] = 1.0;
    return whitening_fit(s, data, data->epsilon);
}

bl_status scaling_fit(bl_data *data)
{
    static const struct {
        bl_status (*fit)(struct scaling *s, const bl_data *data);
        enum { NO_PAIR, ONE_PAIR, ONE_A_FEATURE } pairs;
    } ways[] = {[NORMALIZE_AUTO] = {fit_none, ONE_PAIR}, /* normalize_resolve never returns it */
                [NORMALIZE_NONE] = {fit_none, ONE_PAIR},
                [NORMALIZE_RANGE] = {fit_range, ONE_PAIR},
                [NORMALIZE_GLOBAL] = {fit_global, ONE_PAIR},
                [NORMALIZE_CHANNEL] = {fit_channels, ONE_A_FEATURE},
                [NORMALIZE_FEATURE] = {fit_features, ONE_A_FEATURE},
                [NORMALIZE_IMAGE] = {fit_nothing, NO_PAIR},
                [NORMALIZE_ZCA] = {fit_zca, ONE_A_FEATURE}};
    const enum normalize how = normalize_resolve(data->normalize, data);
    struct scaling made = {0};
    BL_TRY(normalize_check(data));
    bl_status status = BL_OK;
    if (ways[how].pairs != NO_PAIR)
        status = make(&made, data->ctx, ways[how].pairs == ONE_PAIR ? 1 : data->features);
    if (status == BL_OK)
        status = ways[how].fit(&made, data);
    return replace_if_whole(&data->scaling, &made, data->ctx, status);
}

bl_status scaling_fit_targets(bl_data *data)
{
    struct scaling made = {0};
    const struct numbers targets = {.ctx = data->ctx,
                                    .doubles = data->targets,
                                    .rows = data->n,
                                    .cols = (size_t)data->outputs,
                                    .width = 1};
    bl_status status = make(&made, data->ctx, targets.cols);
    if (status == BL_OK)
        status = fit_numbers(made.offset, made.scale, &targets, data, "target");
    return replace_if_whole(&data->target_scaling, &made, data->ctx, status);
}
