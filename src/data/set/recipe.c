/*
 * recipe.c - the columns of a table, and what they become.
 */
#include "recipe.h"

#include "../../base/mem.h"
#include "../../base/utf8.h"
#include "making.h"

#include <string.h>

bl_status recipe_create(struct recipe **out, bl_context *ctx, size_t n)
{
    struct recipe *recipe = NULL;
    BL_TRY(MEM_ONE(ctx, &recipe, "the columns of a table"));
    recipe->n = n;
    const bl_status status = MEM_ARRAY(ctx, &recipe->columns, n, "the columns of a table");
    if (status == BL_OK)
        *out = recipe;
    else
        mem_free(ctx, recipe);
    return status;
}

void recipe_free(bl_context *ctx, struct recipe *recipe)
{
    for (size_t c = 0; recipe && c < recipe->n; c++) {
        mem_free(ctx, recipe->columns[c].name);
        names_free(ctx, recipe->columns[c].words, recipe->columns[c].n_words);
    }
    if (recipe)
        mem_free(ctx, recipe->columns);
    mem_free(ctx, recipe);
}

static bl_status copy_column(struct recipe_column *to, bl_context *ctx, const struct recipe_column *from)
{
    to->kind = from->kind;
    to->has_indicator = from->has_indicator;
    to->n_words = from->n_words;
    if (from->name)
        BL_TRY(mem_text(ctx, &to->name, from->name, strlen(from->name)));
    return names_copy(ctx, &to->words, from->words, from->n_words);
}

bl_status recipe_copy(struct recipe **out, bl_context *ctx, const struct recipe *from)
{
    struct recipe *copy = NULL;
    if (from)
        BL_TRY(recipe_create(&copy, ctx, from->n));
    if (copy) {
        copy->has_decimal_comma = from->has_decimal_comma;
        copy->takes_missing = from->takes_missing;
    }
    for (size_t c = 0; from && c < from->n; c++) {
        const bl_status status = copy_column(&copy->columns[c], ctx, &from->columns[c]);
        if (status != BL_OK) {
            recipe_free(ctx, copy);
            return status;
        }
    }
    *out = copy;
    return BL_OK;
}

static bool is_input(const struct recipe_column *column)
{
    return column->kind == COLUMN_NUMBER || column->kind == COLUMN_WORDS;
}

size_t column_features(const struct recipe_column *column)
{
    if (!is_input(column))
        return 0;
    return (column->kind == COLUMN_NUMBER ? 1 : column->n_words) + column->has_indicator;
}

size_t recipe_features(const struct recipe *recipe)
{
    size_t n = 0;
    for (size_t c = 0; c < recipe->n; c++)
        n += column_features(&recipe->columns[c]);
    return n;
}

size_t recipe_inputs(const struct recipe *recipe)
{
    size_t n = 0;
    for (size_t c = 0; c < recipe->n; c++)
        n += is_input(&recipe->columns[c]);
    return n;
}

bool recipe_has_names(const struct recipe *recipe)
{
    for (size_t c = 0; c < recipe->n; c++)
        if (!recipe->columns[c].name)
            return false;
    return recipe->n > 0;
}

int column_word(const struct recipe_column *column, struct slice word)
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

void recipe_marks(const struct recipe *recipe, bool *is_mark)
{
    size_t feature = 0;
    for (size_t c = 0; c < recipe->n; c++) {
        const struct recipe_column *column = &recipe->columns[c];
        for (size_t i = 0; i < column_features(column); i++)
            is_mark[feature++] = column->kind == COLUMN_WORDS || i > 0;
    }
}

static bl_status feature_name(char **out, bl_context *ctx, const struct recipe_column *column, size_t i)
{
    char text[512] = "";
    text_append(text, sizeof text, "%s", column->name);
    if (column->kind == COLUMN_WORDS && i < column->n_words)
        text_append(text, sizeof text, "=%s", column->words[i]);
    else if (column->has_indicator && i + 1 == column_features(column))
        text_append(text, sizeof text, " is missing");
    return mem_text(ctx, out, text, utf8_valid((const unsigned char *)text, strlen(text)));
}

bl_status recipe_feature_names(char ***out, bl_context *ctx, const struct recipe *recipe)
{
    if (!recipe_has_names(recipe))
        return BL_OK;
    size_t feature = 0;
    BL_TRY(MEM_ARRAY(ctx, out, recipe_features(recipe), "the features' names"));
    for (size_t c = 0; c < recipe->n; c++)
        for (size_t i = 0; i < column_features(&recipe->columns[c]); i++)
            BL_TRY(feature_name(&(*out)[feature++], ctx, &recipe->columns[c], i));
    return BL_OK;
}
