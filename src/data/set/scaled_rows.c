/*
 * scaled_rows.c - refuses numbers that are not finite, before or after scaling, so that they never reach a
 * net, and scales the rows of a caller.
 */
#include "../../base/context.h"
#include "data_internal.h"
#include "whitening/whitening.h"

#include <float.h>
#include <math.h>
#include <string.h>

struct column_text scaling_column(const bl_data *data, const char *what, size_t j)
{
    struct column_text out = {""};
    const bool is_named = strcmp(what, "feature") == 0 && data->column_names;
    if (is_named)
        text_append(out.text, sizeof out.text, "column \"%s\"",
                    text_shown(data->column_names[j], strlen(data->column_names[j])).text);
    else
        text_append(out.text, sizeof out.text, "%s %zu (from 0)", what, j);
    return out;
}

/* An upper bound of |y| for numbers with |x - m| at most `most`. */
static double whitening_bound(const struct scaling *s, double most)
{
    double largest = 0.0;
    for (size_t i = 0; i < s->n; i++) {
        double sum = 0.0;
        for (size_t j = 0; j < s->n; j++)
            sum += fabs((double)s->matrix[i * s->n + j]);
        largest = fmax(largest, sum);
    }
    return largest * most;
}

/* ---- Checks */

/* Scales one value, to find the invalid value of a row that has one. */
static float scaled_one(const struct scaling *s, double value, size_t j)
{
    /* Finite numbers stay finite, because none is further from the mean than sqrt(n) deviations. */
    if (s->is_of_example)
        return isfinite(value) ? 0.0f : (float)value;
    const size_t at = s->n == 1 ? 0 : j;
    const struct scaling own = {.n = s->n > 0,
                                .offset = s->offset ? s->offset + at : NULL,
                                .scale = s->scale ? s->scale + at : NULL,
                                .is_narrow = s->is_narrow};
    float y = 0.0f;
    scaling_of_doubles(&own, &value, 1, &y);
    return y;
}

struct checking {
    const bl_data *data; /* has the names of the columns and the source */
    const struct scaling *scaling;
    const char *what; /* "feature" or "target" */
    bl_status status; /* status that a failure returns */
};

static bl_status refuse_value(bl_context *ctx, const struct checking *c, double value, size_t row, size_t j)
{
    const struct scaling *s = c->scaling;
    const size_t at = s->n == 1 ? 0 : j;
    const struct column_text column = scaling_column(c->data, c->what, j);
    if (isnan(value) && c->data->encoding)
        BL_FAIL(ctx, c->status,
                "%s: row %zu (from 0), %s: no value, and there is no mean of this column to fill in, because "
                "the inputs are not standardised column by column (normalize feature)",
                c->data->source, row, column.text);
    if (!isfinite(value))
        BL_FAIL(ctx, c->status, "%s: row %zu (from 0), %s: %g, expected a number", c->data->source, row,
                column.text, value);
    if (s->n == 0 || scaling_is_identity(s))
        BL_FAIL(ctx, c->status,
                "%s: row %zu (from 0), %s: %g, which is too large for a float without scaling",
                c->data->source, row, column.text, value);
    BL_FAIL(ctx, c->status,
            "%s: row %zu (from 0), %s: %g is too large for a float when it is standardised with the training "
            "set's mean %g and deviation %g",
            c->data->source, row, column.text, value, s->offset[at], 1.0 / s->scale[at]);
}

/* Whether a missing value of any column becomes 0, which is the column's mean: each column has a pair of its
   own. */
static bool has_means(const struct scaling *s, size_t cols)
{
    return s->n == cols && !scaling_is_identity(s) && !s->is_of_example && !s->matrix;
}

/* Checks unscaled rows, n x cols. */
static bl_status check_block(bl_context *ctx, const struct checking *c, const struct raw_rows *rows,
                             size_t cols)
{
    const bool takes_missing = has_means(c->scaling, cols);
    for (size_t i = 0; i < rows->n * cols; i++) {
        const double value = rows->floats ? (double)rows->floats[i] : rows->doubles[i];
        const bool is_missing = isnan(value) && takes_missing;
        if (!is_missing && (isnan(value) || !isfinite(scaled_one(c->scaling, value, i % cols))))
            return refuse_value(ctx, c, value, rows->first + i / cols, i % cols);
    }
    return BL_OK;
}

/* Refuses numbers of which a sum of products may exceed the range of floats. */
static bl_status check_whitened(bl_context *ctx, const struct checking *c, const struct raw_rows *rows,
                                size_t cols)
{
    const struct scaling *s = c->scaling;
    double most = 0.0;
    if (!s->matrix)
        return BL_OK;
    for (size_t i = 0; i < rows->n * cols; i++)
        most = fmax(most,
                    fabs((rows->floats ? (double)rows->floats[i] : rows->doubles[i]) - s->offset[i % cols]));
    if (whitening_bound(s, most) < (double)FLT_MAX)
        return BL_OK;
    BL_FAIL(ctx, c->status,
            "%s: a number is %g away from the training set's mean, which is too far to be whitened in floats",
            c->data->source, most);
}

bl_status scaling_check(const bl_data *data)
{
    const struct checking x = {data, &data->scaling, "feature", BL_BAD_DATA},
                          y = {data, &data->target_scaling, "target", BL_BAD_DATA};
    if (!data->bytes) {
        const struct raw_rows rows = {data->floats, data->doubles, 0, data->n};
        BL_TRY(check_block(data->ctx, &x, &rows, data->features));
        BL_TRY(check_whitened(data->ctx, &x, &rows, data->features));
    }
    if (!data->targets)
        return BL_OK;
    return check_block(data->ctx, &y, &(struct raw_rows){NULL, data->targets, 0, data->n},
                       (size_t)data->outputs);
}

bl_status data_check_wrapped(bl_context *ctx, const bl_data *data)
{
    const struct checking x = {data, &data->scaling, "feature", BL_BAD_VALUE},
                          y = {data, &data->target_scaling, "target", BL_BAD_VALUE};
    const size_t outputs = (size_t)data->outputs;
    if (data->owns)
        return BL_OK;
    if (data->doubles)
        BL_TRY(check_block(ctx, &x, &(struct raw_rows){NULL, data->doubles, 0, data->n}, data->features));
    if (data->floats && floats_are_wild(data->floats, data->n * data->features))
        BL_TRY(check_block(ctx, &x, &(struct raw_rows){data->floats, NULL, 0, data->n}, data->features));
    BL_TRY(data_check_labels(ctx, data->labels, data->n, data->outputs));
    if (!data->targets)
        return BL_OK;
    return check_block(ctx, &y, &(struct raw_rows){NULL, data->targets, 0, data->n}, outputs);
}

/* ---- Rows of the caller */

/* Whether feature j had missing values in the training set, which an indicator feature then marks. */
static bool may_be_missing(const struct encoding *encoding, size_t j)
{
    size_t feature = 0;
    for (size_t c = 0; encoding && c < encoding->n; c++) {
        const struct encoding_column *column = &encoding->columns[c];
        if (j == feature && column->kind == COLUMN_NUMBER)
            return column->has_indicator;
        feature += column_features(column);
    }
    return false;
}

static bl_status check_missing(bl_context *ctx, const bl_data *schema, const struct raw_rows *rows)
{
    for (size_t i = 0; i < rows->n * schema->features; i++) {
        const size_t row = rows->first + i / schema->features, j = i % schema->features;
        const double value = rows->floats ? (double)rows->floats[i] : rows->doubles[i];
        if (isnan(value) && !may_be_missing(schema->encoding, j))
            BL_FAIL(ctx, BL_BAD_VALUE,
                    "row %zu (from 0), %s: NaN, but the training set had no missing value there", row,
                    scaling_column(schema, "feature", j).text);
    }
    return BL_OK;
}

static bool has_nan(const double *x, size_t n)
{
    bool any = false;
    for (size_t i = 0; i < n; i++)
        any |= isnan(x[i]);
    return any;
}

static void apply(bl_context *ctx, const bl_data *schema, const struct raw_rows *rows, float *x)
{
    const struct scaling *s = &schema->scaling;
    const size_t cols = schema->features;
    if (s->matrix) {
        whitening_apply(ctx, &(struct whitening_rows){.scaling = s,
                                                      .backend = ctx->backend,
                                                      .floats = rows->floats,
                                                      .doubles = rows->doubles,
                                                      .n = rows->n,
                                                      .x = x});
        return;
    }
    for (size_t i = 0; i < rows->n; i++)
        raw_scale(s, ctx->backend,
                  (struct raw_example){.floats = rows->floats ? rows->floats + i * cols : NULL,
                                       .doubles = rows->floats ? NULL : rows->doubles + i * cols},
                  0, cols, x + i * cols);
}

bl_status scaling_apply(bl_context *ctx, const bl_data *schema, const struct raw_rows *rows, float *x)
{
    const size_t cols = schema->features, n = rows->n * cols;
    const struct checking checking = {schema, &schema->scaling, "feature", BL_BAD_VALUE};
    const bool may_lack = rows->floats ? floats_are_wild(rows->floats, n) : has_nan(rows->doubles, n);
    if (may_lack)
        BL_TRY(check_missing(ctx, schema, rows));
    apply(ctx, schema, rows, x);
    if (schema->scaling.matrix && floats_are_wild(x, n))
        BL_TRY(check_whitened(ctx, &checking, rows, cols));
    /* x is a copy of numbers that were already checked. */
    if (rows->floats && schema->scaling.n == 0 && !may_lack)
        return BL_OK;
    return floats_are_wild(x, n) ? check_block(ctx, &checking, rows, cols) : BL_OK;
}

bl_status scaling_apply_targets(bl_context *ctx, const bl_data *schema, const float *targets, size_t n,
                                float *y)
{
    const size_t cols = (size_t)schema->outputs;
    const struct checking checking = {schema, &schema->target_scaling, "target", BL_BAD_VALUE};
    for (size_t i = 0; i < n * cols; i++)
        if (!isfinite(targets[i]))
            return refuse_value(ctx, &checking, (double)targets[i], i / cols, i % cols);
    for (size_t i = 0; i < n; i++)
        scaling_of_floats(&schema->target_scaling, targets + i * cols, cols, y + i * cols);
    return floats_are_wild(y, n * cols)
               ? check_block(ctx, &checking, &(struct raw_rows){targets, NULL, 0, n}, cols)
               : BL_OK;
}
