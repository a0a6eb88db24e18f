/*
 * normalize.c - the words of the option normalize, and the check that one suits the data.
 */
#include "data_internal.h"

#include <string.h>

static const char *const words[] = {"auto", "none", "range", "global", "channel", "feature", "image", "zca"};
enum { N_WORDS = sizeof words / sizeof *words };

/* Nøkland's for CIFAR, in the units of pixels from 0 to 255. */
static const double usual_epsilon = 1e-5;

/* "zca" or "zca EPSILON" */
static bool read_zca(const char *text, double *epsilon)
{
    struct slice rest = slice_of(text), word, number, more;
    *epsilon = usual_epsilon;
    if (!slice_word(&rest, &word) || !slice_is(word, words[NORMALIZE_ZCA]))
        return false;
    return !slice_word(&rest, &number) || (text_to_double(number, epsilon) && *epsilon >= 1e-12 &&
                                           *epsilon <= 1e12 && !slice_word(&rest, &more));
}

bl_status normalize_check_text(bl_context *ctx, const char *text)
{
    double epsilon = 0.0;
    for (size_t i = 0; i < N_WORDS; i++)
        if (strcmp(words[i], text) == 0)
            return BL_OK;
    if (read_zca(text, &epsilon))
        return BL_OK;
    BL_FAIL(ctx, BL_BAD_VALUE,
            "normalize is \"%s\", expected one of: auto none range global channel feature image, or "
            "\"zca EPSILON\" with a number from 1e-12 to 1e12",
            text);
}

enum normalize normalize_of(const char *text)
{
    for (size_t i = 0; i < N_WORDS; i++)
        if (strcmp(words[i], text) == 0)
            return (enum normalize)i;
    double epsilon = 0.0;
    return read_zca(text, &epsilon) ? NORMALIZE_ZCA : NORMALIZE_AUTO;
}

double normalize_epsilon(const char *text)
{
    double epsilon = 0.0;
    return read_zca(text, &epsilon) ? epsilon : 0.0;
}

enum normalize normalize_resolve(enum normalize how, const bl_data *data)
{
    if (how != NORMALIZE_AUTO)
        return how;
    return data->bytes || data->is_shaped ? NORMALIZE_RANGE : NORMALIZE_FEATURE;
}

static bool has_missing(const bl_data *data)
{
    for (size_t c = 0; data->encoding && c < data->encoding->n; c++)
        if (data->encoding->columns[c].has_indicator)
            return true;
    return false;
}

bl_status normalize_check(const bl_data *data)
{
    const enum normalize how = normalize_resolve(data->normalize, data);
    const bool is_table = data->encoding && !data->is_shaped;
    if (is_table && how != NORMALIZE_NONE && how != NORMALIZE_FEATURE)
        BL_FAIL(
            data->ctx, BL_BAD_VALUE,
            "%s: normalize %s uses one mean for all columns of a table, but columns have different units; "
            "use feature or none, or --shape for a table of pixels",
            data->source, words[how]);
    if (how == NORMALIZE_CHANNEL && shape_is_vector(data->shape))
        BL_FAIL(data->ctx, BL_BAD_VALUE,
                "%s: normalize channel is for images, and the examples are rows of %zu numbers without "
                "channels; use global or feature",
                data->source, data->features);
    if (how == NORMALIZE_NONE && has_missing(data))
        BL_FAIL(data->ctx, BL_BAD_VALUE,
                "%s: normalize none, but some numbers are missing, and a missing number becomes 0, which is "
                "the mean of standardised numbers only; use feature",
                data->source);
    return BL_OK;
}
