/*
 * csv_layout.c - what stands where in a CSV file, found from its first lines.
 *
 * Separator: the one of , ; tab whose number of fields agrees over the first lines. Header: a first row with
 * words over columns of numbers, or, where there are none, of words that are all different and no values.
 */
#include "csv_layout.h"

#include "../base/mem.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SAMPLE_LINES = 100, SEPARATOR_LINES = 10 };

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

/* ---- Separator */

static size_t count_fields(struct slice line, char separator)
{
    struct csv_field field;
    size_t n = 0;
    while (csv_next_field(&line, separator, &field))
        n++;
    return n;
}

/* Fields in each of the first lines; 0 when they do not agree. */
static size_t agreed_fields(struct slice text, char separator)
{
    struct csv_line line = {.number = 0};
    size_t agreed = 0;
    for (int i = 0; i < SEPARATOR_LINES && csv_next_line(&text, separator, &line); i++) {
        const size_t n = count_fields(line.text, separator);
        if (i > 0 && n != agreed)
            return 0;
        agreed = n;
    }
    return agreed;
}

/* Where none agrees (a ragged file), the first line decides. */
static char find_separator(struct slice text, struct slice first_line)
{
    static const char candidates[] = {',', ';', '\t'};
    char best = ',';
    size_t agreed = 1, most = 1;
    for (size_t i = 0; i < sizeof candidates; i++) {
        const size_t n = agreed_fields(text, candidates[i]);
        if (n > agreed) {
            agreed = n;
            best = candidates[i];
        }
    }
    for (size_t i = 0; i < sizeof candidates && agreed == 1; i++) {
        const size_t n = count_fields(first_line, candidates[i]);
        if (n > most) {
            most = n;
            best = candidates[i];
        }
    }
    return best;
}

/* ---- Sample */

static void count_line(struct csv_sample *s, struct slice line, char separator)
{
    struct csv_field field;
    double value;
    for (size_t c = 0; c < s->n_columns && csv_next_field(&line, separator, &field); c++) {
        const bool is_number = text_to_double(field.text, &value);
        s->columns[c].numbers += is_number;
        s->columns[c].words += !is_number && !csv_is_missing(field.text);
        s->columns[c].repeats += slice_compare(field.text, s->columns[c].first.text) == 0;
    }
    s->lines++;
}

static bl_status take_sample(struct csv_sample *out, bl_context *ctx, struct slice text, struct csv_line line,
                             char separator)
{
    out->n_columns = count_fields(line.text, separator);
    BL_TRY(MEM_ARRAY(ctx, &out->columns, out->n_columns, "the columns of a table"));
    struct slice fields = line.text;
    struct csv_field field;
    for (size_t c = 0; csv_next_field(&fields, separator, &field); c++)
        out->columns[c].first = field;
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

/* ---- Header */

/* What stands in for a number, and so is no name. */
static bool is_no_name(struct slice text)
{
    return csv_is_missing(text) || csv_is_odd_number(text);
}

/* In the first line, over the columns of numbers. */
struct first_line {
    size_t numbers, words, missing;
    bool are_counted; /* the numbers are 0, 1, 2, ... or 1, 2, 3, ...: names that a program made */
};

static struct first_line look_at_first(const struct csv_sample *s)
{
    struct first_line f = {.are_counted = true};
    double before = 0.0;
    for (size_t c = 0; c < s->n_columns; c++) {
        double value;
        const struct slice text = s->columns[c].first.text;
        if (s->lines > 0 && !csv_is_numbers(s, c))
            continue;
        if (!text_to_double(text, &value)) {
            f.missing += is_no_name(text);
            f.words += !is_no_name(text);
            continue;
        }
        f.are_counted = f.are_counted && (value == before + 1.0 || (f.numbers == 0 && value == 0.0));
        before = value;
        f.numbers++;
    }
    return f;
}

static bool names_a_label(const struct csv_sample *s)
{
    for (size_t c = 0; c < s->n_columns; c++)
        if (csv_is_usual_label(s->columns[c].first.text))
            return true;
    return false;
}

static bool occurs_below(const struct csv_sample *s, size_t c)
{
    return s->columns[c].repeats > 0;
}

static bool has_twin(const struct csv_sample *s, size_t c)
{
    for (size_t other = 0; other < c; other++)
        if (slice_compare(s->columns[other].first.text, s->columns[c].first.text) == 0)
            return true;
    return false;
}

/* Nothing but words: names are all different, and most of them are no values of their column. */
static bool are_names_of_words(const struct csv_sample *s)
{
    size_t names = 0;
    for (size_t c = 0; c < s->n_columns; c++) {
        if (csv_is_numbers(s, c) || has_twin(s, c) || csv_is_missing(s->columns[c].first.text))
            return false;
        names += !occurs_below(s, c);
    }
    return s->lines >= 2 && 2 * names > s->n_columns;
}

/* A line of words over numbers is a header. Numbers beside words may be either: "7.4,x,0.3" is a row with a
   mistake in it, which is to be told, and "0,1,2,target" is a header, as libraries write it. */
static bool looks_like_header(const struct csv_sample *s)
{
    const struct first_line f = look_at_first(s);
    if (f.numbers == 0)
        return f.words > 0 || are_names_of_words(s);
    const bool may_be_names = f.numbers > 1 && f.are_counted;
    return may_be_names && (f.words + f.missing > 0 || names_a_label(s));
}

static bool find_header(const struct csv_sample *s, const char *option)
{
    if (option && strcmp(option, "yes") == 0)
        return true;
    if (option && strcmp(option, "no") == 0)
        return false;
    return looks_like_header(s);
}

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
            BL_FAIL(r->ctx, BL_BAD_DATA, "%s: the header names \"%s\" twice, in columns %zu and %zu (from 0)",
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

static bl_status find_separation(struct csv_layout *out, const struct reading *r, struct slice text)
{
    struct csv_line line = {.number = 0};
    struct slice rest = text;
    const char comma = ',', *first = r->options->separator ? &r->options->separator : &comma;
    out->separator = r->options->separator;
    if (!csv_next_line(&rest, *first, &line))
        BL_FAIL(r->ctx, BL_BAD_DATA, "%s: the file is empty, expected rows of numbers", r->path);
    if (!out->separator)
        out->separator = find_separator(text, line.text);
    return BL_OK;
}

static bl_status find_with(struct csv_layout *out, struct csv_sample *s, const struct reading *r,
                           struct slice text)
{
    struct csv_line line = {.number = 0};
    BL_TRY(find_separation(out, r, text));
    csv_next_line(&text, out->separator, &line);
    BL_TRY(take_sample(s, r->ctx, text, line, out->separator));
    out->columns = s->n_columns;
    out->has_header = find_header(s, r->options->header);
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
