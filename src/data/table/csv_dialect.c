/*
 * csv_dialect.c - determines the layout of a CSV file from its first lines: text before the table, separator,
 * header, names, and the role of each column.
 */
#include "csv_dialect.h"

#include "csv_number.h"

#include "../../base/mem.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Names */

/* Names a column. A column without a name is named by its number, except the first one, in which many
   programs write row numbers. */
static bl_status take_name(char **out, const struct reading *r, const struct csv_field *field, size_t c)
{
    char buffer[CSV_WORD_ROOM];
    struct slice name;
    if (!csv_word(field, buffer, &name))
        BL_FAIL(r->ctx, BL_BAD_DATA,
                "%s: the name of column %zu (from 0) has %zu bytes, expected fewer than %d", r->path, c,
                field->text.n, CSV_WORD_ROOM);
    char number[32];
    snprintf(number, sizeof number, "unnamed: %zu", c);
    return name.n > 0 || c == 0 ? mem_text(r->ctx, out, name.at, name.n)
                                : mem_text(r->ctx, out, number, strlen(number));
}

static int by_name(const void *a, const void *b)
{
    const char *const *x = *(const char *const *const *)a, *const *y = *(const char *const *const *)b;
    const int order = strcmp(*x, *y);
    return order ? order : (x > y) - (x < y);
}

/* Refuses names that occur twice, because columns are matched by name later. */
static bl_status check_twins(const struct csv_dialect *layout, const struct reading *r, char ***sorted)
{
    for (size_t c = 0; c < layout->columns; c++)
        sorted[c] = &layout->names[c];
    qsort(sorted, layout->columns, sizeof *sorted, by_name);
    for (size_t c = 1; c < layout->columns; c++) {
        const char *name = *sorted[c];
        if (strcmp(*sorted[c - 1], name) == 0)
            BL_FAIL(r->ctx, BL_BAD_DATA,
                    "%s: the header names \"%s\" twice, in columns %zu and %zu (from 0); give each column a "
                    "different name",
                    r->path, text_shown(name, strlen(name)).text, (size_t)(sorted[c - 1] - layout->names),
                    (size_t)(sorted[c] - layout->names));
    }
    return BL_OK;
}

static bl_status take_names(struct csv_dialect *out, const struct reading *r, const struct csv_sample *s)
{
    char ***sorted = NULL;
    BL_TRY(MEM_ARRAY(r->ctx, &out->names, s->n_columns, "column names"));
    for (size_t c = 0; c < s->n_columns; c++)
        BL_TRY(take_name(&out->names[c], r, &s->columns[c].first, c));
    BL_TRY(MEM_ARRAY(r->ctx, &sorted, s->n_columns, "column names"));
    const bl_status status = check_twins(out, r, sorted);
    mem_free(r->ctx, sorted);
    return status;
}

/* ---- All together */

static char decimal_of(const struct reading *r)
{
    if (r->options->decimal)
        return r->options->decimal;
    return r->schema && r->schema->encoding && r->schema->encoding->has_decimal_comma ? ',' : '.';
}

/* Whether the line is the rule below the names in a table for display: "|---|:--|", "---+---", "=== ===". */
static bool is_rule(struct slice line)
{
    size_t dashes = 0;
    for (size_t i = 0; i < line.n; i++) {
        if (!strchr("-=+|: \t", line.at[i]) || !line.at[i])
            return false;
        dashes += line.at[i] == '-' || line.at[i] == '=';
    }
    return dashes > 2;
}

static bl_status check_rules(const struct reading *r, const struct csv_dialect *layout, struct slice text)
{
    struct csv_line line = {.number = layout->lines_before};
    for (int i = 0; i < 2 && csv_next_line(&text, '\0', &line); i++)
        if (is_rule(line.text))
            BL_FAIL(
                r->ctx, BL_BAD_DATA,
                "%s: line %zu is a rule of dashes, as Markdown and psql draw tables; write the table as CSV",
                r->path, line.number);
    return BL_OK;
}

static bl_status find_separation(struct csv_dialect *out, const struct reading *r, struct slice *text)
{
    struct csv_line line = {.number = 0};
    struct slice rest = *text;
    out->decimal = decimal_of(r);
    out->separator = r->options->separator;
    BL_TRY(csv_preamble_take(out, r, text));
    rest = *text;
    if (!csv_next_line(&rest, '\0', &line))
        BL_FAIL(r->ctx, BL_BAD_DATA, "%s: the file is empty, expected rows of numbers", r->path);
    BL_TRY(check_rules(r, out, *text));
    if (!out->separator)
        out->separator = csv_separator_find(*text, out->decimal);
    out->has_row_names = csv_has_row_names(*text, out->separator);
    return csv_separator_check(r, *text, out->separator, out->decimal);
}

/* Removes empty lines at the end of a table of one column, where an empty line is a row without a value. A
   single one at the end of the file is not a row, because many programs write it; several are ambiguous. */
static bl_status trim_rows(struct csv_dialect *out, const struct reading *r)
{
    struct slice *rows = &out->rows;
    size_t blank = 0;
    while (rows->n > 0 &&
           (rows->at[rows->n - 1] == '\n' || rows->at[rows->n - 1] == '\r' || rows->at[rows->n - 1] == ' '))
        blank += rows->at[--rows->n] == '\n';
    if (blank > 2)
        BL_FAIL(r->ctx, BL_BAD_DATA,
                "%s: %zu empty lines at the end of a table of one column, where an empty line is a row "
                "without a value; "
                "remove them, or write \"\" for such a row",
                r->path, blank - 1);
    return BL_OK;
}

static bl_status find_with(struct csv_dialect *out, struct csv_sample *s, const struct reading *r,
                           struct slice text)
{
    BL_TRY(find_separation(out, r, &text));
    struct csv_line line = {.number = out->lines_before};
    out->rows = text;
    csv_next_line(&text, out->separator, &line);
    BL_TRY(csv_sample_take(s, out, r->ctx, text, line));
    out->columns = s->n_columns;
    out->first_line = line.number;
    if (out->columns == 1)
        BL_TRY(trim_rows(out, r));
    BL_TRY(csv_header_find(out, r, s));
    if (out->has_header && s->lines == 0)
        BL_FAIL(r->ctx, BL_BAD_DATA, "%s: has only a header (line %zu), expected rows of numbers after it",
                r->path, line.number);
    if (out->has_header)
        BL_TRY(take_names(out, r, s));
    csv_sample_first_itself(s, line.text, out->separator);
    return csv_roles_find(out, r, s);
}

bl_status csv_dialect_find(struct csv_dialect *out, const struct reading *r, struct slice text)
{
    struct csv_dialect layout = {0};
    struct csv_sample sample = {0};
    const bl_status status = find_with(&layout, &sample, r, text);
    mem_free(r->ctx, sample.columns);
    if (status == BL_OK)
        *out = layout;
    else
        csv_dialect_free(r->ctx, &layout);
    return status;
}

void csv_dialect_free(bl_context *ctx, struct csv_dialect *layout)
{
    names_free(ctx, layout->names, layout->columns);
    mem_free(ctx, layout->place);
    mem_free(ctx, layout->is_out);
    mem_free(ctx, layout->is_words);
    *layout = (struct csv_dialect){0};
}
