/*
 * shape.c - interprets examples that are vectors as images: the option shape.
 *
 * The channels x rows x cols numbers of an example are stored channel by channel, and row by row in a
 * channel. All are pixels, so one pair scales them all to [0, 1] by the smallest and the largest number of
 * the training set. Pixels that never change then need no special case.
 */
#include "data_internal.h"

#include <limits.h>
#include <string.h>

size_t shape_numbers(bl_shape s)
{
    return (size_t)s.channels * (size_t)s.rows * (size_t)s.cols;
}

bool shape_is_vector(bl_shape s)
{
    return s.channels == 1 && s.rows == 1;
}

static bool shape_is_same(bl_shape a, bl_shape b)
{
    return a.channels == b.channels && a.rows == b.rows && a.cols == b.cols;
}

bool shape_parse(const char *text, bl_shape *out)
{
    struct slice rest = slice_of(text), piece;
    size_t sides[3], n = 0;
    while (slice_next(&rest, 'x', &piece)) {
        if (n == 3 || !text_to_size(slice_trim(piece), &sides[n]) || sides[n] == 0 || sides[n] > INT_MAX)
            return false;
        n++;
    }
    if (n < 2)
        return false;
    const size_t channels = n == 3 ? sides[0] : 1, rows = sides[n - 2], cols = sides[n - 1];
    if (channels > INT_MAX / rows || cols > INT_MAX / (channels * rows))
        return false;
    *out = (bl_shape){(int)channels, (int)rows, (int)cols};
    return true;
}

/* Refuses columns that are not pixels. */
static bl_status check_columns(const bl_data *data, const struct data_options *o)
{
    const struct encoding *encoding = data->encoding;
    if (encoding && o->imputes)
        BL_FAIL(data->ctx, BL_BAD_VALUE,
                "%s: shape %dx%dx%d and missing impute, expected one of the two: an image has no missing "
                "values",
                data->source, o->shape.channels, o->shape.rows, o->shape.cols);
    for (size_t c = 0; encoding && c < encoding->n; c++)
        if (encoding->columns[c].kind == COLUMN_WORDS)
            BL_FAIL(data->ctx, BL_BAD_DATA,
                    "%s: column %zu (from 0)%s%s holds words, but the option shape interprets the columns "
                    "as the numbers of an image; leave it out with the option ignore",
                    data->source, c, encoding->columns[c].name ? ", " : "",
                    encoding->columns[c].name
                        ? text_shown(encoding->columns[c].name, strlen(encoding->columns[c].name)).text
                        : "");
    return BL_OK;
}

bl_status shape_take(bl_data *data, const struct data_options *o)
{
    const bl_shape wanted = o->shape, is = data->shape;
    if (wanted.channels == 0 || shape_is_same(wanted, is))
        return BL_OK;
    if (!shape_is_vector(is))
        BL_FAIL(data->ctx, BL_BAD_VALUE,
                "%s: shape %dx%dx%d, but its examples are %d x %d x %d already; leave the option shape out",
                data->source, wanted.channels, wanted.rows, wanted.cols, is.channels, is.rows, is.cols);
    BL_TRY(check_columns(data, o));
    if (shape_numbers(wanted) != data->features)
        BL_FAIL(data->ctx, BL_BAD_VALUE,
                "%s: shape %dx%dx%d (channels x rows x columns) has %zu numbers, but an example has %zu "
                "features; the options label and ignore name the columns that are not features",
                data->source, wanted.channels, wanted.rows, wanted.cols, shape_numbers(wanted),
                data->features);
    data->shape = wanted;
    data->is_shaped = true;
    return BL_OK;
}

bl_status shape_check(const bl_data *data, const struct data_options *o, const bl_data *schema)
{
    const bl_shape wanted = o->shape, is = schema->shape;
    if (wanted.channels > 0 && !shape_is_same(wanted, is))
        BL_FAIL(data->ctx, BL_BAD_VALUE,
                "%s: shape %dx%dx%d, but the training set's examples are %d x %d x %d; the option shape is "
                "not needed here",
                data->source, wanted.channels, wanted.rows, wanted.cols, is.channels, is.rows, is.cols);
    return BL_OK;
}

/* A row of a table may be an image, and an image may be needed as a vector, so only the number of features
   must agree. */
bl_status shape_from_schema(bl_data *data, const bl_data *schema, const char *path)
{
    if (!schema)
        return BL_OK;
    const bl_shape a = data->shape, b = schema->shape;
    if (data->features != schema->features ||
        !(shape_is_same(a, b) || shape_is_vector(a) || shape_is_vector(b)))
        BL_FAIL(data->ctx, BL_BAD_DATA,
                "%s: examples of %d x %d x %d, expected %d x %d x %d as in the training set", path,
                a.channels, a.rows, a.cols, b.channels, b.rows, b.cols);
    data->shape = b;
    return BL_OK;
}
