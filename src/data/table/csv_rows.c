/*
 * csv_rows.c - visits every field of a table in turn. A row with another number of fields than the first is
 * refused. A row without a label is skipped when the table is only examined, because training would not use
 * it.
 */
#include "csv_table.h"

static bl_status ragged(const struct csv_table *t, const struct csv_line *line)
{
    const struct slice text = slice_trim(line->text);
    const bool is_comment = text.n > 0 && text.at[0] == '#';
    BL_FAIL(t->r->ctx, BL_BAD_DATA, "%s: line %zu has %zu fields, expected %zu as in the first line%s",
            t->r->path, line->number, csv_count_fields(line->text, t->layout.separator), t->layout.columns,
            is_comment ? "; comments (#) may only precede the table" : "");
}

static bl_status broken_quote(const struct csv_table *t, const struct csv_line *line, size_t column)
{
    BL_FAIL(t->r->ctx, BL_BAD_DATA, "%s: line %zu, %s: a quote that does not end before the separator",
            t->r->path, line->number, csv_column(&t->layout, column).text);
}

static bl_status for_each_in_row(struct csv_table *t, const struct csv_line *line, csv_take take)
{
    struct slice rest = line->text;
    struct csv_field field;
    for (size_t c = 0; c < t->layout.columns; c++) {
        if (!csv_next_field(&rest, t->layout.separator, &field))
            return ragged(t, line);
        if (field.is_broken)
            return broken_quote(t, line, c);
        BL_TRY(take(t, line, c, &field));
    }
    return rest.at ? ragged(t, line) : BL_OK;
}

bl_status csv_count_missing(struct csv_table *t, const struct csv_line *line, size_t column,
                            const struct csv_field *field)
{
    (void)line;
    if (t->missing && !t->is_scanned && csv_is_missing(field->text))
        t->missing[column]++;
    return BL_OK;
}

/* Whether the row has no label and so would not be used by training. */
static bool lacks_label(const struct csv_table *t, const struct csv_line *line)
{
    struct slice rest = line->text;
    struct csv_field field = {.text = {NULL, 0}};
    if (!t->r->options->looks || t->layout.label == CSV_NONE)
        return false;
    for (size_t c = 0; c <= t->layout.label; c++)
        if (!csv_next_field(&rest, t->layout.separator, &field))
            return false;
    return csv_is_missing(field.text);
}

bl_status csv_for_each_field(struct csv_table *t, csv_take take)
{
    struct slice rest = t->layout.rows;
    struct csv_line line = {.number = t->layout.lines_before};
    if (t->layout.has_header)
        csv_next_line(&rest, t->layout.separator, &line);
    line.takes_blank = t->layout.columns == 1;
    t->n = t->unlabelled = 0;
    while (csv_next_line(&rest, t->layout.separator, &line)) {
        const bool is_skipped = lacks_label(t, &line);
        BL_TRY(for_each_in_row(t, &line, is_skipped ? csv_count_missing : take));
        *(is_skipped ? &t->unlabelled : &t->n) += 1;
    }
    return BL_OK;
}
