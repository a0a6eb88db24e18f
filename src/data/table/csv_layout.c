/*
 * csv_layout.c - what stands where in a CSV file, found from its first lines: what comes before the table, separator, header,
 * names, and which column is what.
 */
#include "csv_layout.h"

#include "csv_number.h"

#include "../../base/mem.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SAMPLE_LINES = 100 };

struct csv_column_text csv_column(const struct csv_layout *layout, size_t column)
{
    struct csv_column_text out = {""};
    if (layout->names)
        text_append(out.text, sizeof out.text, "column \"%s\"",
                    text_shown(layout->names[column], strlen(layout->names[column])).text);
    else
        text_append(out.text, sizeof out.text, "column %zu (from 0)", column);
    return out;
}

/* ---- Sample */

/* 2020-03-31, 31.3.2020, 3/31/20, also with a time behind it: three numbers of four digits at most. */
static bool is_date(struct slice s)
{
    size_t i = 0, digits = 0, groups = 1;
    char sign = 0;
    for (; i < s.n && digits < 5; i++) {
        if (s.at[i] >= '0' && s.at[i] <= '9') {
            digits++;
            continue;
        }
        if (digits == 0 || groups == 3 || !strchr("-/.", s.at[i]) || (sign && s.at[i] != sign))
            break;
        sign = s.at[i];
        digits = 0;
        groups++;
    }
    return groups == 3 && digits > 0 && digits < 5 && (i == s.n || s.at[i] == ' ' || s.at[i] == 'T');
}

static void count_field(struct csv_column *column, const struct csv_field *field, char decimal,
                        bool is_repeat)
{
    double value;
    const bool is_number = csv_number(field->text, decimal, &value);
    column->numbers += is_number;
    column->fractions += is_number && memchr(field->text.at, decimal, field->text.n) != NULL;
    column->words += !is_number && !csv_is_missing(field->text);
    column->dates += !is_number && is_date(slice_trim(field->text));
    column->repeats += !is_repeat && slice_compare(field->text, column->first.text) == 0;
}

/* The first line once more: a header that was written twice says nothing about the values. */
static bool repeats_first(const struct csv_sample *s, struct slice line, char separator)
{
    struct csv_field field;
    for (size_t c = 0; c < s->n_columns; c++)
        if (!csv_next_field(&line, separator, &field) ||
            slice_compare(field.text, s->columns[c].first.text) != 0)
            return false;
    return true;
}

static void count_line(struct csv_sample *s, struct slice line, char separator)
{
    const struct csv_order order = csv_order_of(line, separator, s->decimal);
    const bool is_repeat = repeats_first(s, line, separator);
    struct csv_field field;
    for (size_t c = 0; c < s->n_columns && csv_next_field(&line, separator, &field); c++)
        count_field(&s->columns[c], &field, s->decimal, is_repeat);
    s->lines++;
    s->counted += order.numbers > 1 && order.is_counted;
    s->even += order.numbers > 1 && order.is_even;
    s->sorted += order.numbers > 1 && order.is_sorted;
    s->quoted += order.quoted > 0;
}

/* The first line's fields; the column of row names, which it does not name, comes before them. */
static bl_status take_sample(struct csv_sample *out, const struct csv_layout *layout, bl_context *ctx,
                             struct slice text, struct csv_line line)
{
    const char separator = layout->separator;
    out->decimal = layout->decimal;
    out->n_columns = csv_count_fields(line.text, separator) + layout->has_row_names;
    BL_TRY(MEM_ARRAY(ctx, &out->columns, out->n_columns, "the columns of a table"));
    out->columns[0].first.text = slice_of("row names");
    struct slice fields = line.text;
    struct csv_field field;
    for (size_t c = layout->has_row_names; csv_next_field(&fields, separator, &field); c++)
        out->columns[c].first = field;
    out->first_order = csv_order_of(line.text, separator, layout->decimal);
    while (out->lines < SAMPLE_LINES && csv_next_line(&text, separator, &line))
        count_line(out, line.text, separator);
    return BL_OK;
}

bool csv_is_numbers(const struct csv_sample *s, size_t c)
{
    return 2 * s->columns[c].numbers > s->lines;
}

bool csv_is_words(const struct csv_sample *s, size_t c)
{
    return 2 * s->columns[c].words > s->lines;
}

bool csv_is_dates(const struct csv_sample *s, size_t c)
{
    return 2 * s->columns[c].dates > s->lines;
}

/* ---- Names */

/* A column without a name is called by its number; but for the first one, where programs write their rows' numbers. */
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

/* Columns are matched by name later: a name that occurs twice would match the wrong one. */
static bl_status check_twins(const struct csv_layout *layout, const struct reading *r, char ***sorted)
{
    for (size_t c = 0; c < layout->columns; c++)
        sorted[c] = &layout->names[c];
    qsort(sorted, layout->columns, sizeof *sorted, by_name);
    for (size_t c = 1; c < layout->columns; c++) {
        const char *name = *sorted[c];
        if (strcmp(*sorted[c - 1], name) == 0)
            BL_FAIL(r->ctx, BL_BAD_DATA,
                    "%s: the header names \"%s\" twice, in columns %zu and %zu (from 0); give each "
                    "column a name of its own",
                    r->path, text_shown(name, strlen(name)).text, (size_t)(sorted[c - 1] - layout->names),
                    (size_t)(sorted[c] - layout->names));
    }
    return BL_OK;
}

static bl_status take_names(struct csv_layout *out, const struct reading *r, const struct csv_sample *s)
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

/* A file of one line has no lines behind it: what its own fields are must do. */
static void sample_first_itself(struct csv_sample *s, struct slice line, char separator)
{
    if (s->lines == 0)
        count_line(s, line, separator);
}

static char decimal_of(const struct reading *r)
{
    if (r->options->decimal)
        return r->options->decimal;
    return r->like && r->like->recipe && r->like->recipe->has_decimal_comma ? ',' : '.';
}

/* "|---|:--|", "---+---", "=== ===": what stands below the names in tables that are made to be looked at. */
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

static bl_status check_rules(const struct reading *r, const struct csv_layout *layout, struct slice text)
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

static bl_status find_separation(struct csv_layout *out, const struct reading *r, struct slice *text)
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

/* In a table of one column an empty line is a row without a value. At the end of the file one is no row, since many programs
   leave it there; more may be either. */
static bl_status trim_rows(struct csv_layout *out, const struct reading *r)
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

static bl_status find_with(struct csv_layout *out, struct csv_sample *s, const struct reading *r,
                           struct slice text)
{
    BL_TRY(find_separation(out, r, &text));
    struct csv_line line = {.number = out->lines_before};
    out->rows = text;
    csv_next_line(&text, out->separator, &line);
    BL_TRY(take_sample(s, out, r->ctx, text, line));
    out->columns = s->n_columns;
    out->first_line = line.number;
    if (out->columns == 1)
        BL_TRY(trim_rows(out, r));
    BL_TRY(csv_header_find(out, r, s));
    if (out->has_header && s->lines == 0)
        BL_FAIL(r->ctx, BL_BAD_DATA, "%s: only a header (line %zu) and no row of numbers", r->path,
                line.number);
    if (out->has_header)
        BL_TRY(take_names(out, r, s));
    sample_first_itself(s, line.text, out->separator);
    return csv_places_find(out, r, s);
}

bl_status csv_layout_find(struct csv_layout *out, const struct reading *r, struct slice text)
{
    struct csv_layout layout = {0};
    struct csv_sample sample = {0};
    const bl_status status = find_with(&layout, &sample, r, text);
    mem_free(r->ctx, sample.columns);
    if (status == BL_OK)
        *out = layout;
    else
        csv_layout_free(r->ctx, &layout);
    return status;
}

void csv_layout_free(bl_context *ctx, struct csv_layout *layout)
{
    names_free(ctx, layout->names, layout->columns);
    mem_free(ctx, layout->place);
    mem_free(ctx, layout->is_out);
    mem_free(ctx, layout->is_words);
    *layout = (struct csv_layout){0};
}
