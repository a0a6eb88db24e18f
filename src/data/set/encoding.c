/*
 * encoding.c - the encoding of a table's columns as features.
 */
#include "encoding.h"

#include "../../base/mem.h"
#include "../../base/utf8.h"
#include "data_internal.h"

#include <string.h>

bl_status encoding_create(struct encoding **out, bl_context *ctx, size_t n)
{
    struct encoding *encoding = NULL;
    BL_TRY(MEM_ONE(ctx, &encoding, "the columns of a table"));
    encoding->n = n;
    const bl_status status = MEM_ARRAY(ctx, &encoding->columns, n, "the columns of a table");
    if (status == BL_OK)
        *out = encoding;
    else
        mem_free(ctx, encoding);
    return status;
}

void encoding_free(bl_context *ctx, struct encoding *encoding)
{
    for (size_t c = 0; encoding && c < encoding->n; c++) {
        mem_free(ctx, encoding->columns[c].name);
        names_free(ctx, encoding->columns[c].words, encoding->columns[c].n_words);
    }
    if (encoding)
        mem_free(ctx, encoding->columns);
    mem_free(ctx, encoding);
}

static bl_status copy_column(struct encoding_column *to, bl_context *ctx, const struct encoding_column *from)
{
    to->kind = from->kind;
    to->has_indicator = from->has_indicator;
    to->n_words = from->n_words;
    if (from->name)
        BL_TRY(mem_text(ctx, &to->name, from->name, strlen(from->name)));
    return names_copy(ctx, &to->words, from->words, from->n_words);
}

bl_status encoding_copy(struct encoding **out, bl_context *ctx, const struct encoding *from)
{
    struct encoding *copy = NULL;
    if (from)
        BL_TRY(encoding_create(&copy, ctx, from->n));
    if (copy) {
        copy->has_decimal_comma = from->has_decimal_comma;
        copy->takes_missing = from->takes_missing;
    }
    for (size_t c = 0; from && c < from->n; c++) {
        const bl_status status = copy_column(&copy->columns[c], ctx, &from->columns[c]);
        if (status != BL_OK) {
            encoding_free(ctx, copy);
            return status;
        }
    }
    *out = copy;
    return BL_OK;
}

static bool is_input(const struct encoding_column *column)
{
    return column->kind == COLUMN_NUMBER || column->kind == COLUMN_WORDS;
}

size_t column_features(const struct encoding_column *column)
{
    if (!is_input(column))
        return 0;
    return (column->kind == COLUMN_NUMBER ? 1 : column->n_words) + column->has_indicator;
}

size_t encoding_features(const struct encoding *encoding)
{
    size_t n = 0;
    for (size_t c = 0; c < encoding->n; c++)
        n += column_features(&encoding->columns[c]);
    return n;
}

size_t encoding_inputs(const struct encoding *encoding)
{
    size_t n = 0;
    for (size_t c = 0; c < encoding->n; c++)
        n += is_input(&encoding->columns[c]);
    return n;
}

bool encoding_has_names(const struct encoding *encoding)
{
    for (size_t c = 0; c < encoding->n; c++)
        if (!encoding->columns[c].name)
            return false;
    return encoding->n > 0;
}

int column_word(const struct encoding_column *column, struct slice word)
{
    size_t low = 0, high = column->n_words;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const int order = slice_compare(slice_of(column->words[middle]), word);
        if (order == 0)
            return (int)middle;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return -1;
}

void encoding_marks(const struct encoding *encoding, bool *is_mark)
{
    size_t feature = 0;
    for (size_t c = 0; c < encoding->n; c++) {
        const struct encoding_column *column = &encoding->columns[c];
        for (size_t i = 0; i < column_features(column); i++)
            is_mark[feature++] = column->kind == COLUMN_WORDS || i > 0;
    }
}

static bl_status feature_name(char **out, bl_context *ctx, const struct encoding_column *column, size_t i)
{
    char text[512] = "";
    text_append(text, sizeof text, "%s", column->name);
    if (column->kind == COLUMN_WORDS && i < column->n_words)
        text_append(text, sizeof text, "=%s", column->words[i]);
    else if (column->has_indicator && i + 1 == column_features(column))
        text_append(text, sizeof text, " is missing");
    return mem_text(ctx, out, text, utf8_valid((const unsigned char *)text, strlen(text)));
}

bl_status encoding_feature_names(char ***out, bl_context *ctx, const struct encoding *encoding)
{
    if (!encoding_has_names(encoding))
        return BL_OK;
    size_t feature = 0;
    BL_TRY(MEM_ARRAY(ctx, out, encoding_features(encoding), "the features' names"));
    for (size_t c = 0; c < encoding->n; c++)
        for (size_t i = 0; i < column_features(&encoding->columns[c]); i++)
            BL_TRY(feature_name(&(*out)[feature++], ctx, &encoding->columns[c], i));
    return BL_OK;
}
