/*
 * scaled_rows.c - scales rows of numbers for a net: (x - offset) * scale in double, then rounded to float.
 *
 * A number that is not finite, before or after scaling, is refused, so that it never reaches a net.
 */
#include "../../base/context.h"
#include "../../file/float_bytes.h"
#include "data_internal.h"
#include "whitening.h"

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

/* Whether any number is infinite or NaN. The exponent bits of such numbers are all ones, so that adding one
   to the exponent sets the sign bit. The loop uses only integers and one sum, so that compilers can vectorise
   it. */
static bool are_wild(const float *x, size_t n)
{
    const uint32_t exponent = 0x7f800000, one = 0x00800000, sign = 0x80000000;
    uint32_t found = 0;
    for (size_t j = 0; j < n; j++)
        found |= (bits_of_float(x[j]) & exponent) + one;
    return (found & sign) != 0;
}

/* Scales a value; a missing one becomes 0, the mean. */
static float scaled(double x, double offset, double scale)
{
    const double y = (x - offset) * scale;
    return isnan(x) ? 0.0f : (float)y;
}

/* As scaled, for a difference that overflows although the scaled number may not: half of the difference never
   overflows. */
static float scaled_far(double x, double offset, double scale)
{
    const double y = (0.5 * x - 0.5 * offset) * scale;
    return isnan(x) ? 0.0f : (float)(2.0 * y);
}

/* Scales as version 0.1.0 did: in float, but a difference that overflows is computed again in double. */
static float scaled_narrow(float x, float offset, float scale)
{
    const float y = (x - offset) * scale, far = (float)(((double)x - (double)offset) * (double)scale);
    return isnan(x) ? 0.0f : isfinite(y) ? y : far;
}

void scaling_of_doubles(const struct scaling *s, const double *from, size_t n, float *x)
{
    const size_t stride = s->n == 1 ? 0 : 1;
    if (s->is_of_example) {
        standardise_doubles(from, n, x);
        return;
    }
    if (s->n == 0) {
        for (size_t j = 0; j < n; j++)
            x[j] = (float)from[j];
        return;
    }
    if (s->is_narrow) {
        for (size_t j = 0; j < n; j++)
            x[j] = scaled_narrow((float)from[j], (float)s->offset[stride * j], (float)s->scale[stride * j]);
        return;
    }
    if (stride) /* two loops, which compilers can vectorise */
        for (size_t j = 0; j < n; j++)
            x[j] = scaled(from[j], s->offset[j], s->scale[j]);
    else
        for (size_t j = 0; j < n; j++)
            x[j] = scaled(from[j], s->offset[0], s->scale[0]);
    if (are_wild(x, n))
        for (size_t j = 0; j < n; j++)
            x[j] = scaled_far(from[j], s->offset[stride * j], s->scale[stride * j]);
}

static void scaling_of_floats(const struct scaling *s, const float *from, size_t n, float *x)
{
    const size_t stride = s->n == 1 ? 0 : 1;
    if (s->n == 0) {
        memcpy(x, from, n * sizeof *x);
        if (s->is_of_example)
            standardise_floats(x, n);
        return;
    }
    if (s->is_narrow) {
        for (size_t j = 0; j < n; j++)
            x[j] = scaled_narrow(from[j], (float)s->offset[stride * j], (float)s->scale[stride * j]);
        return;
    }
    if (stride)
        for (size_t j = 0; j < n; j++)
            x[j] = scaled((double)from[j], s->offset[j], s->scale[j]);
    else
        for (size_t j = 0; j < n; j++)
            x[j] = scaled((double)from[j], s->offset[0], s->scale[0]);
}

/* Whether bytes can be scaled in float with the same bits: the difference of a byte and a whole offset is
   exact. */
static bool fits_floats(const struct scaling *s)
{
    return s->n == 0 || (s->n == 1 && s->offset[0] == floor(s->offset[0]));
}

static void scaling_of_bytes(const struct scaling *s, const struct backend *backend, const uint8_t *from,
                             size_t n, float *x)
{
    const size_t stride = s->n == 1 ? 0 : 1;
    if (fits_floats(s)) {
        const float offset = s->n ? (float)s->offset[0] : 0.0f, scale = s->n ? (float)s->scale[0] : 1.0f;
        backend->bytes_to_float(from, n, offset, scale, x);
        if (s->is_of_example)
            standardise_floats(x, n);
        return;
    }
    for (size_t j = 0; j < n; j++)
        x[j] = (float)(((double)from[j] - s->offset[stride * j]) * s->scale[stride * j]);
}

/* ---- Whitening: several examples at once, because the matrix is larger than a cache. It is symmetric, so
   y^T = P (x - m)^T, in which the examples are the columns of a panel (backend.h, `gather`). Some terms at a
   time, so that all fits the stack */

enum { TERMS = 128, OUTPUTS = 256 };

void raw_scale(const struct scaling *s, const struct backend *backend, struct raw_example from, size_t first,
               size_t n, float *x)
{
    const size_t at = s->n > 1 ? first : 0;
    struct scaling some = *s;
    some.n = s->n > 1 ? n : s->n;
    some.offset = s->offset ? s->offset + at : NULL;
    some.scale = s->scale ? s->scale + at : NULL;
    if (from.bytes)
        scaling_of_bytes(&some, backend, from.bytes + first, n, x);
    else if (from.floats)
        scaling_of_floats(&some, from.floats + first, n, x);
    else
        scaling_of_doubles(&some, from.doubles + first, n, x);
}

void whitening_apply(const struct scaling *s, const struct backend *backend, const struct raw_example *from,
                     size_t n, float *x)
{
    const size_t features = s->n;
    _Alignas(64) float rows[WHITENING_ROWS * TERMS];
    _Alignas(64) float panel[WHITENING_ROWS * TERMS];
    int32_t row_at[OUTPUTS], term_at[TERMS];
    for (size_t i = 0; i < OUTPUTS; i++)
        row_at[i] = (int32_t)(i * features);
    for (size_t k = 0; k < TERMS; k++)
        term_at[k] = (int32_t)k;
    for (size_t first = 0; first < features; first += TERMS) {
        const size_t terms = features - first < TERMS ? features - first : TERMS;
        for (size_t i = 0; i < n; i++)
            raw_scale(s, backend, from[i], first, terms, rows + i * terms);
        backend->panel(rows, terms, terms, n, panel);
        for (size_t j = 0; j < features; j += OUTPUTS)
            backend->gather(&(struct gather){.accumulate = first > 0,
                                             .m = features - j < OUTPUTS ? features - j : OUTPUTS,
                                             .n = n,
                                             .k = terms,
                                             .a = s->matrix + j * features + first,
                                             .rows = row_at,
                                             .terms = term_at,
                                             .b = panel,
                                             .c = x + j,
                                             .ldc = features});
    }
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
    if (!isfinite(value))
        BL_FAIL(ctx, c->status, "%s: row %zu (from 0), %s: %g, expected a number", c->data->source, row,
                column.text, value);
    if (s->n == 0)
        BL_FAIL(ctx, c->status,
                "%s: row %zu (from 0), %s: %g, which is too large for a float without scaling",
                c->data->source, row, column.text, value);
    BL_FAIL(ctx, c->status,
            "%s: row %zu (from 0), %s: %g is too large for a float when it is standardised with the training "
            "set's mean %g and deviation %g",
            c->data->source, row, column.text, value, s->offset[at], 1.0 / s->scale[at]);
}

/* Checks unscaled rows, n x cols. */
static bl_status check_block(bl_context *ctx, const struct checking *c, const struct raw_rows *rows,
                             size_t cols)
{
    for (size_t i = 0; i < rows->n * cols; i++) {
        const double value = rows->floats ? (double)rows->floats[i] : rows->doubles[i];
        const bool is_missing = isnan(value) && c->scaling->n > 0;
        if (!is_missing && !isfinite(scaled_one(c->scaling, value, i % cols)))
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
    if (data->floats && are_wild(data->floats, data->n * data->features))
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

/* Scales the rows from i on that are scaled together. Returns how many they are. */
static size_t apply_some(bl_context *ctx, const bl_data *schema, const struct raw_rows *rows, size_t i,
                         float *x)
{
    const struct scaling *s = &schema->scaling;
    const size_t most = s->matrix ? ctx->backend->panel_columns : 1,
                 count = rows->n - i < most ? rows->n - i : most;
    struct raw_example from[WHITENING_ROWS];
    for (size_t k = 0; k < count; k++)
        from[k] = (struct raw_example){NULL, rows->floats ? rows->floats + (i + k) * schema->features : NULL,
                                       rows->floats ? NULL : rows->doubles + (i + k) * schema->features};
    if (s->matrix)
        whitening_apply(s, ctx->backend, from, count, x);
    else
        raw_scale(s, ctx->backend, from[0], 0, schema->features, x);
    return count;
}

bl_status scaling_apply(bl_context *ctx, const bl_data *schema, const struct raw_rows *rows, float *x)
{
    const size_t cols = schema->features, n = rows->n * cols;
    const struct checking checking = {schema, &schema->scaling, "feature", BL_BAD_VALUE};
    const bool may_lack = rows->floats ? are_wild(rows->floats, n) : has_nan(rows->doubles, n);
    if (may_lack)
        BL_TRY(check_missing(ctx, schema, rows));
    for (size_t i = 0, count; i < rows->n; i += count)
        count = apply_some(ctx, schema, rows, i, x + i * cols);
    if (schema->scaling.matrix && are_wild(x, n))
        BL_TRY(check_whitened(ctx, &checking, rows, cols));
    /* x is a copy of numbers that were already checked. */
    if (rows->floats && schema->scaling.n == 0 && !may_lack)
        return BL_OK;
    return are_wild(x, n) ? check_block(ctx, &checking, rows, cols) : BL_OK;
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
    return are_wild(y, n * cols) ? check_block(ctx, &checking, &(struct raw_rows){targets, NULL, 0, n}, cols)
                                 : BL_OK;
}
