/*
 * csv_scan.c - the first pass over a table: checks that every row has as many fields as the first, stores
 * numbers, and counts other fields, recording the position of the first.
 */
#include "csv_table.h"

#include "../../base/mem.h"
#include "csv_number.h"

#include <limits.h>
#include <math.h>
#include <string.h>

/* ---- Memory */

/* An upper bound of the number of rows: one per line, and a row of c fields has at least c bytes. */
static size_t most_rows(const struct csv_table *t)
{
    size_t lines = 1;
    for (struct slice rest = t->layout.rows, line; slice_next(&rest, '\n', &line);)
        lines++;
    const size_t by_size = t->layout.rows.n / t->layout.columns + 1;
    return lines < by_size ? lines : by_size;
}

static bl_status make_room(struct csv_table *t)
{
    bl_context *ctx = t->r->ctx;
    const size_t inputs = t->layout.inputs;
    t->room = most_rows(t);
    if (inputs > INT_MAX || t->room > SIZE_MAX / inputs)
        BL_FAIL(ctx, BL_BAD_DATA, "%s: %zu columns are too many", t->r->path, t->layout.columns);
    BL_TRY(MEM_ARRAY(ctx, &t->inputs, inputs, "a table's columns"));
    BL_TRY(MEM_ARRAY(ctx, &t->values, t->room * inputs, "a table"));
    if (t->layout.label != CSV_NONE)
        BL_TRY(MEM_ARRAY(ctx, &t->labels, t->room, "labels"));
    if (t->layout.id != CSV_NONE)
        BL_TRY(MEM_ARRAY(ctx, &t->ids, t->room, "ids"));
    return BL_OK;
}

/* ---- Fields */

static void count(struct csv_count *of, const struct csv_line *line, struct slice text)
{
    if (of->n++ == 0) {
        of->line = line->number;
        of->text = text;
    }
}

static void count_word(struct csv_input *input, const struct csv_line *line, struct slice text, char decimal)
{
    if (csv_is_odd_number(text)) {
        count(&input->odd, line, text);
        return;
    }
    count(&input->words, line, text);
    if (csv_notation(text, decimal) != NOTATION_NONE)
        count(&input->alike, line, text);
}

static bl_status take_input(struct csv_table *t, const struct csv_line *line, size_t column,
                            struct slice text)
{
    const size_t i = t->layout.place[column];
    struct csv_input *input = &t->inputs[i];
    double value = (double)NAN;
    if (csv_is_missing(text))
        count(&input->missing, line, text);
    else if (input->is_given && input->kind == COLUMN_WORDS)
        count(&input->words, line, text);
    else if (!csv_number(text, t->layout.decimal, &value))
        count_word(input, line, text, t->layout.decimal);
    else
        count(&input->numbers, line, text);
    if (fabs(value) >= 0x1p53 && csv_is_inexact(text, value))
        count(&input->inexact, line, text);
    t->values[t->n * t->layout.inputs + i] = value;
    return BL_OK;
}

/* Refuses a repeated header, which concatenated tables have. */
static bl_status check_repeat(const struct csv_table *t, const struct csv_line *line)
{
    struct slice rest = line->text;
    struct csv_field field;
    for (size_t c = 0; csv_next_field(&rest, t->layout.separator, &field); c++)
        if (!slice_is(field.text, t->layout.names[c]))
            return BL_OK;
    BL_FAIL(t->r->ctx, BL_BAD_DATA,
            "%s: line %zu repeats the header; remove the line, or use --header no if the first line is also "
            "an example",
            t->r->path, line->number);
}

static bl_status take_field(struct csv_table *t, const struct csv_line *line, size_t column,
                            const struct csv_field *field)
{
    if (column == 0 && t->layout.names && slice_is(field->text, t->layout.names[0]))
        BL_TRY(check_repeat(t, line));
    BL_TRY(csv_count_missing(t, line, column, field));
    if (column == t->layout.label)
        t->labels[t->n] = (struct label_text){*field, line->number};
    if (column == t->layout.id) /* the id column may also be an input of a model */
        t->ids[t->n] = *field;
    return t->layout.place[column] != CSV_NONE ? take_input(t, line, column, field->text) : BL_OK;
}

/* Sets the types of the columns that are known before the scan, from the options or the model. */
static void know_inputs(struct csv_table *t)
{
    const struct bl_data *schema = t->r->schema;
    for (size_t c = 0; c < t->layout.columns; c++) {
        if (t->layout.place[c] == CSV_NONE)
            continue;
        struct csv_input *input = &t->inputs[t->layout.place[c]];
        input->column = c;
        input->is_given = schema || t->layout.is_words[c];
        input->kind = !schema && t->layout.is_words[c] ? COLUMN_WORDS : COLUMN_NUMBER;
    }
    for (size_t c = 0, i = 0; schema && schema->encoding && c < schema->encoding->n; c++) {
        const struct encoding_column *as = &schema->encoding->columns[c];
        if (as->kind == COLUMN_NUMBER || as->kind == COLUMN_WORDS) {
            t->inputs[i].as = as;
            t->inputs[i++].kind = as->kind;
        }
    }
}

bl_status csv_scan(struct csv_table *t)
{
    BL_TRY(make_room(t));
    know_inputs(t);
    if (t->r->options->looks)
        BL_TRY(MEM_ARRAY(t->r->ctx, &t->missing, t->layout.columns, "counts of missing values"));
    BL_TRY(csv_for_each_field(t, take_field));
    t->is_scanned = true;
    return BL_OK;
}
