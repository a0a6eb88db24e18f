/*
 * csv.c - reads tables with a label column: numbers become features, words one-hot features.
 *
 * A missing value is refused, with its position in the message, unless the options allow imputation.
 * Infinities and NaN are always refused.
 */
#include "csv.h"
#include "../../base/mem.h"
#include "../../base/text.h"
#include "../../base/utf8.h"
#include "../unsupported_formats.h"
#include "csv_line_ends.h"
#include "csv_number.h"
#include "csv_table.h"

#include <string.h>

static size_t line_of(const struct bytes *file, size_t place)
{
    size_t line = 1;
    for (size_t i = 0; i < place; i++)
        line += file->at[i] == '\n';
    return line;
}

/* Names are written into models, logs and messages, so they must be UTF-8. */
static bl_status check_text(const struct reading *r, const struct bytes *file)
{
    const uint8_t *zero = file->n > 0 ? memchr(file->at, 0, file->n) : NULL;
    if (zero)
        BL_FAIL(
            r->ctx, BL_BAD_DATA,
            "%s: is neither an IDX file (by its magic number) nor a table: there is a zero byte in line %zu",
            r->path, line_of(file, (size_t)(zero - file->at)));
    const size_t valid = utf8_valid(file->at, file->n);
    if (valid < file->n)
        BL_FAIL(r->ctx, BL_BAD_DATA,
                "%s: line %zu: byte 0x%02x is not UTF-8; convert the file (iconv -f latin1 -t utf-8)",
                r->path, line_of(file, valid), file->at[valid]);
    return BL_OK;
}

/* The file's text without a UTF-8 byte order mark. */
static struct slice without_mark(const struct bytes *file)
{
    const struct slice all = {(const char *)file->at, file->n};
    size_t i = 0; /* concatenated files have more than one mark */
    while (all.n - i >= 3 && memcmp(all.at + i, "\xEF\xBB\xBF", 3) == 0)
        i += 3;
    return (struct slice){all.at + i, all.n - i};
}

/* ---- Labels and ids */

static bool wants_numbers(const struct csv_table *t)
{
    const struct reading *r = t->r;
    if (r->schema)
        return r->schema->has_targets;
    if (t->layout.is_words[t->layout.label])
        return false;
    switch (r->options->target) {
    case TARGET_NUMBER:
        return true;
    case TARGET_NUMBER_IF_ALL:
        return targets_are_numbers(t->labels, t->n);
    case TARGET_NUMBER_IF_FRACTIONS:
        return targets_are_fractions(t->labels, t->n);
    case TARGET_CLASS:
        break;
    }
    return false;
}

/* Whether the model has a class of this name, as it has with the option categorical. */
static bool is_class(const struct csv_table *t, struct slice text)
{
    const bl_data *schema = t->r->schema;
    return schema && schema->class_match == CLASS_BY_TEXT && class_of_text(schema, text.at, text.n) >= 0;
}

/* Replaces decimal commas in labels by points, which classes.c and targets.c expect. This reader owns the
   text. */
static void points_for_commas(struct csv_table *t)
{
    double value;
    for (size_t i = 0; t->labels && t->layout.decimal == ',' && i < t->n; i++) {
        const struct slice text = t->labels[i].field.text;
        char *comma = csv_number(text, ',', &value) ? memchr(text.at, ',', text.n) : NULL;
        if (comma && !t->layout.is_words[t->layout.label] && !is_class(t, text))
            *comma = '.';
    }
}

/* Whether all fields of the label column are empty, as in a file for prediction. */
static bool are_blank(const struct csv_table *t)
{
    if (t->r->options->has_labels)
        return false;
    for (size_t i = 0; i < t->n; i++)
        if (!csv_is_missing(t->labels[i].field.text))
            return false;
    return true;
}

static const char *label_name(const struct csv_table *t)
{
    const struct encoding *encoding = t->r->schema ? t->r->schema->encoding : NULL;
    const char *given = t->r->options->label;
    for (size_t c = 0; !given && encoding && c < encoding->n; c++)
        if (encoding->columns[c].kind == COLUMN_LABEL)
            given = encoding->columns[c].name;
    return given;
}

static bl_status say_lacks(const struct csv_table *t)
{
    const char *name = label_name(t);
    if (t->labels)
        return data_set_lacks(t->data, "%s is empty", csv_column(&t->layout, t->layout.label).text);
    if (!name)
        return data_set_lacks(t->data, "it has only the %zu column%s of the features", t->layout.columns,
                              text_plural(t->layout.columns));
    const char *near = csv_nearest_name(&t->layout, slice_of(name));
    return data_set_lacks(t->data, "it has no column \"%s\"%s%s%s (--label names another)",
                          text_shown(name, strlen(name)).text, near ? " (the nearest is \"" : "",
                          near ? text_shown(near, strlen(near)).text : "", near ? "\")" : "");
}

/* Adds a note if the first line was read as an example, and its label is the only one of its class while
   other classes have several: the line may be names of columns. */
static bl_status note_first_alone(const struct csv_table *t, const char *column)
{
    const bl_data *data = t->data;
    const char *option = t->r->options->header;
    bool repeats = false;
    if (t->r->schema || t->layout.has_header || !data->class_names || (option && strcmp(option, "no") == 0))
        return BL_OK;
    for (size_t i = 1; i < data->n; i++) {
        if (data->labels[i] == data->labels[0])
            return BL_OK;
        repeats = repeats || (i > 1 && data->labels[i] == data->labels[1]);
    }
    const char *name = data->class_names[data->labels[0]];
    return !repeats ? BL_OK
                    : data_add_note(t->data,
                                    "%s: \"%s\" occurs in the first line only; if that line has the names of "
                                    "the columns, --header yes says so",
                                    column, text_shown(name, strlen(name)).text);
}

static bl_status take_labels(struct csv_table *t)
{
    bl_data *data = t->data;
    data->has_targets = t->r->schema && t->r->schema->has_targets;
    BL_TRY(csv_infer_label(t));
    points_for_commas(t);
    if (!t->labels || are_blank(t)) {
        data->outputs = t->r->schema ? t->r->schema->outputs : 0;
        return say_lacks(t);
    }
    const struct csv_column_text column = csv_column(&t->layout, t->layout.label);
    if (t->layout.is_label_guessed) {
        BL_TRY(data_add_note(data, "%s is used as the label (--label names another)", column.text));
        BL_TRY(data_add_note(data, "the label column was chosen %s", t->layout.label_reason));
    }
    if (!wants_numbers(t)) {
        const struct label_column from = {column.text, "line",
                                          !t->r->schema && t->layout.is_words[t->layout.label]};
        BL_TRY(classes_number(data, t->r, t->labels, &from));
        return note_first_alone(t, column.text);
    }
    if (t->r->options->target != TARGET_NUMBER && !t->r->schema)
        BL_TRY(data_add_note(data, "%s has regression targets (--target class treats them as classes)",
                             column.text));
    data->has_targets = true;
    return targets_number(data, t->r, t->labels, column.text);
}

static bl_status take_ids(struct csv_table *t)
{
    bl_data *data = t->data;
    if (!t->ids)
        return BL_OK;
    BL_TRY(MEM_ARRAY(data->ctx, &data->ids, t->n, "ids"));
    for (size_t i = 0; i < t->n; i++) {
        char buffer[CSV_WORD_ROOM];
        struct slice id;
        if (!csv_word(&t->ids[i], buffer, &id))
            BL_FAIL(t->r->ctx, BL_BAD_DATA, "%s: %s: an id of %zu bytes in row %zu, expected fewer than %d",
                    t->r->path, csv_column(&t->layout, t->layout.id).text, t->ids[i].text.n, i + 1,
                    CSV_WORD_ROOM);
        BL_TRY(mem_text(data->ctx, &data->ids[i], id.at, id.n));
    }
    return BL_OK;
}

/* Adds a note if the id column is not in the file. The output then has row numbers instead of ids, and the
   name may be misspelt. */
static bl_status note_no_ids(const struct csv_table *t)
{
    const char *given = t->r->options->id_column;
    if (!given || !t->r->schema || t->layout.id != CSV_NONE)
        return BL_OK;
    const char *near = csv_nearest_name(&t->layout, slice_of(given));
    return data_add_note(t->data, "no id column \"%s\" in this file: the ids are numbers from 1%s%s%s",
                         text_shown(given, strlen(given)).text, near ? "; did you mean \"" : "",
                         near ? text_shown(near, strlen(near)).text : "", near ? "\"?" : "");
}

/* ---- All together */

/* Adds notes about unusual properties of the file. */
static bl_status note_layout(const struct csv_table *t)
{
    const struct csv_dialect *l = &t->layout;
    if (l->comments > 0)
        BL_TRY(data_add_note(t->data, "%zu lines that begin with # are left out", l->comments));
    if (l->is_header_guessed)
        BL_TRY(data_add_note(
            t->data, "line %zu is used as the names of the columns (--header no treats it as an example)",
            l->first_line));
    if (l->separator == ' ' && !t->r->options->separator)
        BL_TRY(data_add_note(t->data, "columns are separated by blanks (--separator names another)"));
    if (l->has_row_names)
        BL_TRY(data_add_note(
            t->data,
            "the header has one field less than the rows: their first fields are names of the rows%s",
            l->is_out[0] ? ", left out (--ignore none keeps them)" : ""));
    return BL_OK;
}

static bl_status note_unlabelled(const struct csv_table *t)
{
    if (t->unlabelled == 0)
        return BL_OK;
    const struct csv_column_text label = csv_column(&t->layout, t->layout.label);
    if (t->n == 0)
        BL_FAIL(t->r->ctx, BL_BAD_DATA,
                "%s: %s is used as the label, but is empty in all %zu rows; --label names another",
                t->r->path, label.text, t->unlabelled);
    return data_add_note(t->data,
                         "%zu row%s without a label, which is %s, left out here; training refuses such rows",
                         t->unlabelled, text_plural(t->unlabelled), label.text);
}

/* Moves the counts of missing values to the data set: the columns of its encoding are those of the file, in
   the same order. */
static void hand_over_missing(struct csv_table *t)
{
    if (t->r->schema)
        return;
    t->data->missing = t->missing;
    t->missing = NULL;
}

static bl_status fill_csv(struct csv_table *t, struct slice text)
{
    BL_TRY(csv_dialect_find(&t->layout, t->r, text));
    BL_TRY(note_layout(t));
    BL_TRY(note_no_ids(t));
    BL_TRY(csv_scan(t));
    t->data->n = t->n;
    BL_TRY(note_unlabelled(t));
    BL_TRY(csv_infer(t));
    BL_TRY(csv_encode(t));
    BL_TRY(shape_from_schema(t->data, t->r->schema, t->r->path));
    BL_TRY(take_labels(t));
    BL_TRY(take_ids(t));
    hand_over_missing(t);
    data_take_hash(t->data);
    return BL_OK;
}

static void table_free(struct csv_table *t)
{
    bl_context *ctx = t->r->ctx;
    for (size_t i = 0; t->inputs && i < t->layout.inputs; i++)
        words_free(ctx, &t->inputs[i].different);
    mem_free(ctx, t->inputs);
    mem_free(ctx, t->values);
    mem_free(ctx, t->labels);
    mem_free(ctx, t->ids);
    mem_free(ctx, t->missing);
    csv_dialect_free(ctx, &t->layout);
}

static bl_status read_table(bl_data **out, const struct reading *r, struct bytes *file)
{
    struct csv_table t = {.r = r};
    BL_TRY(unsupported_format_check(r->ctx, r->path, file));
    BL_TRY(check_text(r, file));
    BL_TRY(csv_line_ends_convert(r, file));
    BL_TRY(data_create(&t.data, r->ctx, r->path));
    const bl_status status = fill_csv(&t, without_mark(file));
    table_free(&t);
    if (status == BL_OK)
        *out = t.data;
    else
        data_free(t.data);
    return status;
}

bl_status csv_read(bl_data **out, const struct reading *r, struct bytes *file)
{
    const bl_status status = read_table(out, r, file);
    mem_free(r->ctx, file->at);
    *file = (struct bytes){0};
    return status;
}

static bool is_table(const struct bytes *file, const char *path)
{
    (void)file, (void)path;
    return true;
}

static bl_status read_any(bl_data **out, const struct reading *r, struct bytes *file, const char *part)
{
    (void)part;
    return csv_read(out, r, file);
}

const struct reader reader_csv = {is_table, read_any};
