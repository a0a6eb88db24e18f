/*
 * csv_encode.c - encodes the columns of a table as features, as its struct encoding describes.
 */
#include "../../base/mem.h"
#include "csv_table.h"

#include <limits.h>
#include <string.h>

static bool is_plain(const struct csv_table *t)
{
    for (size_t i = 0; i < t->layout.inputs; i++) {
        const struct csv_input *input = &t->inputs[i];
        if (input->is_dropped || (input->as && column_features(input->as) != 1) ||
            input->kind == COLUMN_WORDS)
            return false;
    }
    return true;
}

static void place_features(struct csv_table *t)
{
    size_t feature = 0;
    for (size_t i = 0; i < t->layout.inputs; i++) {
        t->inputs[i].feature = feature;
        if (!t->inputs[i].is_dropped)
            feature += column_features(t->inputs[i].as);
    }
}

static double *feature_at(const struct csv_table *t, size_t row, size_t feature)
{
    return (double *)t->data->doubles + row * t->data->features + feature;
}

static void mark_missing(const struct csv_table *t, size_t row, const struct csv_input *input)
{
    if (input->as->has_indicator)
        *feature_at(t, row, input->feature + column_features(input->as) - 1) = 1.0;
}

static void copy_numbers(struct csv_table *t)
{
    for (size_t i = 0; i < t->layout.inputs; i++) {
        const struct csv_input *input = &t->inputs[i];
        for (size_t row = 0; !input->is_dropped && input->kind == COLUMN_NUMBER && row < t->n; row++) {
            const double value = t->values[row * t->layout.inputs + i];
            *feature_at(t, row, input->feature) = value;
            if (value != value)
                mark_missing(t, row, input);
        }
    }
}

static bl_status unknown_word(const struct csv_table *t, const struct csv_line *line,
                              const struct csv_input *input, struct slice word)
{
    BL_FAIL(t->r->ctx, BL_BAD_DATA,
            "%s: line %zu, %s: \"%s\" is none of the %zu words of the training set; --missing impute treats "
            "it as a missing value",
            t->r->path, line->number, csv_column(&t->layout, input->column).text,
            text_shown(word.at, word.n).text, input->as->n_words);
}

static bl_status take_word(struct csv_table *t, const struct csv_line *line, size_t column,
                           const struct csv_field *field)
{
    char buffer[CSV_WORD_ROOM];
    struct slice word;
    if (t->layout.place[column] == CSV_NONE)
        return BL_OK;
    const struct csv_input *input = &t->inputs[t->layout.place[column]];
    if (input->is_dropped || input->kind != COLUMN_WORDS)
        return BL_OK;
    const bool is_missing = csv_is_missing(field->text);
    const int known = !is_missing && csv_word(field, buffer, &word) ? column_word(input->as, word) : -1;
    if (known < 0 && !is_missing && !t->r->options->imputes)
        return unknown_word(t, line, input, field->text);
    if (known < 0)
        mark_missing(t, t->n, input);
    else
        *feature_at(t, t->n, input->feature + (size_t)known) = 1.0;
    return BL_OK;
}

static bl_status encode_rows(struct csv_table *t)
{
    bl_data *data = t->data;
    double *x = NULL;
    data->features = encoding_features(data->encoding);
    if (data->features == 0 || data->features > INT_MAX)
        BL_FAIL(t->r->ctx, BL_BAD_DATA, "%s: its columns become %zu features, expected 1 to %d", t->r->path,
                data->features, INT_MAX);
    if (t->n > SIZE_MAX / data->features)
        BL_FAIL(t->r->ctx, BL_BAD_DATA, "%s: %zu rows of %zu features are too many", t->r->path, t->n,
                data->features);
    BL_TRY(MEM_ARRAY(t->r->ctx, &x, t->n * data->features, "a table"));
    data->doubles = x;
    place_features(t);
    copy_numbers(t);
    return csv_for_each_field(t, take_word);
}

bl_status csv_encode(struct csv_table *t)
{
    bl_data *data = t->data;
    if (is_plain(t)) {
        data->doubles = t->values;
        data->features = t->layout.inputs;
        t->values = NULL;
    } else
        BL_TRY(encode_rows(t));
    data->shape = (bl_shape){1, 1, (int)data->features};
    return data->encoding ? encoding_feature_names(&data->column_names, t->r->ctx, data->encoding) : BL_OK;
}
