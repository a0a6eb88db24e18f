/*
 * encoding_json.c - writes an encoding as JSON and parses it. The parser checks everything, because the text
 * may come from any file.
 */
#include "encoding.h"

#include "../../base/mem.h"
#include "data_internal.h"
#include "json_text.h"

#include <jansson.h>
#include <string.h>

enum { MOST_COLUMNS = 1 << 24 };

static const char *const kind_names[COLUMN_KINDS] = {"left out", "label", "number", "words"};

static json_t *column_to_json(const struct encoding_column *column, bool has_decimal_comma)
{
    json_t *object = json_object();
    if (column->name)
        json_object_set_new(object, "name", json_string(column->name));
    json_object_set_new(object, "kind", json_string(kind_names[column->kind]));
    if (column->kind == COLUMN_WORDS) {
        json_t *words = json_array();
        for (size_t i = 0; i < column->n_words; i++)
            json_array_append_new(words, json_string(column->words[i]));
        json_object_set_new(object, "words", words);
    }
    if (column->has_indicator)
        json_object_set_new(object, "indicator", json_true());
    if (has_decimal_comma && (column->kind == COLUMN_NUMBER || column->kind == COLUMN_LABEL))
        json_object_set_new(object, "decimal", json_string("comma"));
    return object;
}

bl_status encoding_to_text(char **out, bl_context *ctx, const struct encoding *encoding)
{
    json_t *list = json_array();
    for (size_t c = 0; c < encoding->n; c++)
        json_array_append_new(list, column_to_json(&encoding->columns[c], encoding->has_decimal_comma));
    return json_to_text(out, ctx, list, json_array_size(list) == encoding->n, "a table's columns");
}

/* ---- Parsing */

struct parsing {
    bl_context *ctx;
    const char *path;
    size_t column;
};

static bl_status read_kind(struct encoding_column *column, const struct parsing *p, const json_t *object)
{
    const char *kind = json_string_value(json_object_get(object, "kind"));
    for (int i = 0; kind && i < COLUMN_KINDS; i++)
        if (strcmp(kind, kind_names[i]) == 0) {
            column->kind = (enum column_kind)i;
            return BL_OK;
        }
    BL_FAIL(p->ctx, BL_BAD_DATA,
            "%s: column %zu of its table is \"%s\", expected number, words, label or left out", p->path,
            p->column, kind ? kind : "nothing");
}

static bl_status read_words(struct encoding_column *column, const struct parsing *p, const json_t *object)
{
    const json_t *list = json_object_get(object, "words");
    const size_t n = json_array_size(list);
    if (column->kind != COLUMN_WORDS && list)
        BL_FAIL(p->ctx, BL_BAD_DATA, "%s: column %zu of its table has words, but its kind is %s", p->path,
                p->column, kind_names[column->kind]);
    if (column->kind != COLUMN_WORDS)
        return BL_OK;
    if (n == 0)
        BL_FAIL(p->ctx, BL_BAD_DATA, "%s: column %zu of its table has no words", p->path, p->column);
    BL_TRY(MEM_ARRAY(p->ctx, &column->words, n, "words"));
    column->n_words = n;
    for (size_t i = 0; i < n; i++) {
        const char *word = json_string_value(json_array_get(list, i));
        if (!word || (i > 0 && strcmp(column->words[i - 1], word) >= 0))
            BL_FAIL(p->ctx, BL_BAD_DATA, "%s: the words of column %zu of its table are not sorted texts",
                    p->path, p->column);
        BL_TRY(mem_text(p->ctx, &column->words[i], word, strlen(word)));
    }
    return BL_OK;
}

/* Refuses members with an unknown name or of another type, because they would change the features. */
static bl_status check_members(const struct parsing *p, const json_t *object)
{
    const json_t *name = json_object_get(object, "name"), *indicator = json_object_get(object, "indicator"),
                 *words = json_object_get(object, "words"), *decimal = json_object_get(object, "decimal");
    size_t known = json_object_get(object, "kind") ? 1 : 0;
    known += (name ? 1u : 0u) + (words ? 1u : 0u) + (indicator ? 1u : 0u) + (decimal ? 1u : 0u);
    if (!json_is_object(object) || json_object_size(object) != known)
        BL_FAIL(p->ctx, BL_BAD_DATA,
                "%s: column %zu of its table is not an object of name, kind, words, indicator and decimal",
                p->path, p->column);
    if ((name && !json_is_string(name)) || (indicator && !json_is_boolean(indicator)) ||
        (words && !json_is_array(words)))
        BL_FAIL(p->ctx, BL_BAD_DATA,
                "%s: column %zu of its table: expected a text as name, true or false as indicator, a list as "
                "words",
                p->path, p->column);
    return BL_OK;
}

static bl_status read_decimal(struct encoding *encoding, const struct parsing *p, const json_t *object)
{
    const json_t *decimal = json_object_get(object, "decimal");
    const char *text = json_string_value(decimal);
    if (decimal && (!text || (strcmp(text, "comma") != 0 && strcmp(text, "point") != 0)))
        BL_FAIL(p->ctx, BL_BAD_DATA,
                "%s: column %zu of its table has the decimal sign \"%s\", expected comma or point", p->path,
                p->column, text ? text_shown(text, strlen(text)).text : "?");
    encoding->has_decimal_comma = encoding->has_decimal_comma || (text && strcmp(text, "comma") == 0);
    return BL_OK;
}

static bl_status read_column(struct encoding_column *column, const struct parsing *p, const json_t *object)
{
    const char *name = json_string_value(json_object_get(object, "name"));
    BL_TRY(check_members(p, object));
    BL_TRY(read_kind(column, p, object));
    if (name)
        BL_TRY(mem_text(p->ctx, &column->name, name, strlen(name)));
    column->has_indicator = json_is_true(json_object_get(object, "indicator"));
    return read_words(column, p, object);
}

/* Checks that all columns or none have names, because columns are found either by name or by position, and
   that at most one is the label. */
static bl_status check_all(const struct encoding *encoding, const struct parsing *p)
{
    size_t names = 0, labels = 0;
    for (size_t c = 0; c < encoding->n; c++) {
        names += encoding->columns[c].name != NULL;
        labels += encoding->columns[c].kind == COLUMN_LABEL;
    }
    if (names != 0 && names != encoding->n)
        BL_FAIL(p->ctx, BL_BAD_DATA,
                "%s: %zu of the %zu columns of its table have names, expected all or none", p->path, names,
                encoding->n);
    if (labels > 1)
        BL_FAIL(p->ctx, BL_BAD_DATA, "%s: its table has %zu label columns, expected one", p->path, labels);
    return BL_OK;
}

static bl_status read_columns(struct encoding **out, struct parsing *p, const json_t *list)
{
    struct encoding *encoding = NULL;
    if (!json_is_array(list) || json_array_size(list) == 0 || json_array_size(list) > MOST_COLUMNS)
        BL_FAIL(p->ctx, BL_BAD_DATA, "%s: the description of its table is not a list of columns", p->path);
    BL_TRY(encoding_create(&encoding, p->ctx, json_array_size(list)));
    bl_status status = BL_OK;
    for (; status == BL_OK && p->column < encoding->n; p->column++) {
        const json_t *object = json_array_get(list, p->column);
        status = read_column(&encoding->columns[p->column], p, object);
        if (status == BL_OK)
            status = read_decimal(encoding, p, object);
    }
    if (status == BL_OK)
        status = check_all(encoding, p);
    if (status == BL_OK)
        *out = encoding;
    else
        encoding_free(p->ctx, encoding);
    return status;
}

bl_status encoding_from_text(struct encoding **out, bl_context *ctx, const char *path, const char *text)
{
    struct parsing p = {ctx, path, 0};
    json_t *list = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    const bl_status status = read_columns(out, &p, list);
    json_decref(list);
    return status;
}
