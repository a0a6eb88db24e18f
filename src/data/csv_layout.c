/*
 * csv_layout.c - what stands where in a CSV file, found from its first lines.
 *
 * Separator: the one of , ; tab whose number of fields agrees over the first lines. Header: a first row with
 * words over columns of numbers. Label column: as told, else by its name, else the only column of words, else
 * the last.
 */
#include "csv_layout.h"

#include "../base/mem.h"
#include "csv_text.h"

#include <stdint.h>
#include <string.h>

enum { SAMPLE_LINES = 100, SEPARATOR_LINES = 10 };

/* Names that tell a label column, whatever their case; the first that is there counts. */
static const char *const usual_labels[] = {"label", "class", "target", "species", "quality"};
#define N_USUAL (sizeof usual_labels / sizeof *usual_labels)

/* A column in the lines behind the first. */
struct column {
    struct slice first; /* the field in the first line */
    size_t numbers, words;
};

struct sample {
    struct column *columns;
    size_t n_columns, lines;
};

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
    for (int i = 0; i < SEPARATOR_LINES && csv_next_line(&text, &line); i++) {
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

static void count_line(struct sample *s, struct slice line, char separator)
{
    struct csv_field field;
    double value;
    for (size_t c = 0; c < s->n_columns && csv_next_field(&line, separator, &field); c++) {
        const bool is_number = text_to_double(field.text, &value);
        s->columns[c].numbers += is_number;
        s->columns[c].words += !is_number && !csv_is_missing(field.text);
    }
    s->lines++;
}

static bl_status take_sample(struct sample *out, bl_context *ctx, struct slice text, struct csv_line line,
                             char separator)
{
    out->n_columns = count_fields(line.text, separator);
    BL_TRY(MEM_ARRAY(ctx, &out->columns, out->n_columns, "the columns of a table"));
    struct slice fields = line.text;
    struct csv_field field;
    for (size_t c = 0; csv_next_field(&fields, separator, &field); c++)
        out->columns[c].first = field.text;
    while (out->lines < SAMPLE_LINES && csv_next_line(&text, &line))
        count_line(out, line.text, separator);
    return BL_OK;
}

static bool is_numbers(const struct sample *s, size_t c)
{
    return 2 * s->columns[c].numbers > s->lines;
}

static bool is_words(const struct sample *s, size_t c)
{
    return 2 * s->columns[c].words > s->lines;
}

/* ---- Header */

/* In the first line, over the columns of numbers. */
struct first_line {
    size_t numbers, words, missing;
    bool are_counted; /* the numbers are 0, 1, 2, ... or 1, 2, 3, ...: names that a program made */
};

static struct first_line look_at_first(const struct sample *s)
{
    struct first_line f = {.are_counted = true};
    double before = 0.0;
    for (size_t c = 0; c < s->n_columns; c++) {
        double value;
        const struct slice text = s->columns[c].first;
        if (s->lines > 0 && !is_numbers(s, c))
            continue;
        if (!text_to_double(text, &value)) {
            f.missing += csv_is_missing_number(text);
            f.words += !csv_is_missing_number(text);
            continue;
        }
        f.are_counted = f.are_counted && (value == before + 1.0 || (f.numbers == 0 && value == 0.0));
        before = value;
        f.numbers++;
    }
    return f;
}

static bool names_a_label(const struct sample *s)
{
    for (size_t c = 0; c < s->n_columns; c++)
        for (size_t i = 0; i < N_USUAL; i++)
            if (csv_is_word(s->columns[c].first, usual_labels[i]))
                return true;
    return false;
}

/* A line of words over numbers is a header. Numbers beside words may be either: "7.4,x,0.3" is a row with a
   mistake in it, which is to be told, and "0,1,2,target" is a header, as libraries write it. */
static bool looks_like_header(const struct sample *s)
{
    const struct first_line f = look_at_first(s);
    if (f.numbers == 0)
        return f.words > 0;
    const bool may_be_names = f.numbers > 1 && f.are_counted;
    return may_be_names && (f.words + f.missing > 0 || names_a_label(s));
}

static bool find_header(const struct sample *s, const char *option)
{
    if (option && strcmp(option, "yes") == 0)
        return true;
    if (option && strcmp(option, "no") == 0)
        return false;
    return looks_like_header(s);
}

static bl_status take_name(char **out, bl_context *ctx, struct slice text)
{
    BL_TRY(mem_text(ctx, out, text.at, text.n));
    (*out)[csv_unescape(*out, text.n)] = 0;
    return BL_OK;
}

static size_t find_name(const struct csv_layout *layout, const char *name)
{
    for (size_t c = 0; layout->names && c < layout->columns; c++)
        if (strcmp(layout->names[c], name) == 0)
            return c;
    return CSV_NONE;
}

/* Columns are matched by name later: a name that occurs twice would match the wrong one. An empty name is no
   name. */
static bl_status take_names(struct csv_layout *out, const struct reading *r, const struct sample *s)
{
    BL_TRY(MEM_ARRAY(r->ctx, &out->names, s->n_columns, "column names"));
    for (size_t c = 0; c < s->n_columns; c++) {
        BL_TRY(take_name(&out->names[c], r->ctx, s->columns[c].first));
        out->columns = c;
        const size_t twin = find_name(out, out->names[c]);
        out->columns = s->n_columns;
        if (twin != CSV_NONE && out->names[c][0])
            BL_FAIL(r->ctx, BL_BAD_DATA, "%s: the header names \"%s\" twice, in columns %zu and %zu (from 0)",
                    r->path, text_shown(out->names[c], strlen(out->names[c])).text, twin, c);
    }
    return BL_OK;
}

/* ---- Label column */

static bl_status no_such_label(const struct csv_layout *layout, const struct reading *r)
{
    char known[256] = "";
    for (size_t c = 0; layout->names && c < layout->columns; c++)
        text_append(known, sizeof known, "%s\"%s\"", c ? ", " : "",
                    text_shown(layout->names[c], strlen(layout->names[c])).text);
    BL_FAIL(r->ctx, BL_BAD_DATA, "%s: no label column \"%s\"; the file has columns 0 to %zu%s%s", r->path,
            r->options->label, layout->columns - 1, layout->names ? ": " : " and no header", known);
}

static size_t told_label(const struct csv_layout *layout, const char *label)
{
    size_t column = find_name(layout, label);
    if (column != CSV_NONE)
        return column;
    if (strcmp(label, "first") == 0)
        return 0;
    if (strcmp(label, "last") == 0)
        return layout->columns - 1;
    return text_to_size(slice_of(label), &column) && column < layout->columns ? column : CSV_NONE;
}

static size_t named_label(const struct csv_layout *layout)
{
    for (size_t i = 0; layout->names && i < N_USUAL; i++)
        for (size_t c = 0; c < layout->columns; c++)
            if (csv_is_word(slice_of(layout->names[c]), usual_labels[i]))
                return c;
    return CSV_NONE;
}

/* Among the columns that are no feature yet (all of them, unless names have been matched). */
static size_t only_words(const struct csv_layout *layout, const struct sample *s)
{
    size_t found = CSV_NONE;
    for (size_t c = 0; c < layout->columns; c++) {
        if (!is_words(s, c) || layout->place[c] != CSV_NONE)
            continue;
        if (found != CSV_NONE)
            return CSV_NONE;
        found = c;
    }
    return found;
}

static size_t guessed_label(const struct csv_layout *layout, const struct sample *s)
{
    const size_t by_name = named_label(layout);
    return by_name != CSV_NONE ? by_name : only_words(layout, s);
}

/* ---- Places */

/* Every column but the label is a feature, in the file's order. */
static void place_in_order(struct csv_layout *out)
{
    out->features = 0;
    for (size_t c = 0; c < out->columns; c++)
        if (c != out->label)
            out->place[c] = out->features++;
}

/* fallback: the column that is the label when nothing tells; CSV_NONE: then there is none. */
static bl_status label_of_all(struct csv_layout *out, const struct reading *r, const struct sample *s,
                              size_t fallback)
{
    const char *told = r->options->label;
    const size_t found = told ? told_label(out, told) : guessed_label(out, s);
    if (found == CSV_NONE && told && fallback != CSV_NONE)
        return no_such_label(out, r);
    out->label = found != CSV_NONE ? found : fallback;
    place_in_order(out);
    return BL_OK;
}

static bl_status place_alone(struct csv_layout *out, const struct reading *r, const struct sample *s)
{
    BL_TRY(label_of_all(out, r, s, r->options->has_labels ? out->columns - 1 : CSV_NONE));
    if (out->features == 0)
        BL_FAIL(r->ctx, BL_BAD_DATA,
                "%s: only one column, expected features and a label, separated by , ; or tab", r->path);
    return BL_OK;
}

/* The same number of columns as the model has features, or one more. */
static bl_status place_by_count(struct csv_layout *out, const struct reading *r, const struct sample *s)
{
    if (out->columns == r->like->features + 1)
        return label_of_all(out, r, s, out->columns - 1);
    if (out->columns != r->like->features)
        BL_FAIL(r->ctx, BL_BAD_DATA, "%s: %zu columns, expected %zu features and a label%s", r->path,
                out->columns, r->like->features, r->options->has_labels ? "" : " (or no label)");
    if (r->options->has_labels)
        BL_FAIL(r->ctx, BL_BAD_DATA, "%s: %zu columns, which are the features; the label column is missing",
                r->path, out->columns);
    place_in_order(out);
    return BL_OK;
}

static size_t only_left_over(const struct csv_layout *layout)
{
    size_t found = CSV_NONE;
    for (size_t c = 0; c < layout->columns; c++) {
        if (layout->place[c] != CSV_NONE)
            continue;
        if (found != CSV_NONE)
            return CSV_NONE;
        found = c;
    }
    return found;
}

/* The label among the columns that are not features. Without has_labels, a column that only happens to be
   left over (an id) is not taken for one. */
static bl_status label_beside_features(struct csv_layout *out, const struct reading *r,
                                       const struct sample *s)
{
    const char *told = r->options->label;
    size_t label = told ? told_label(out, told) : guessed_label(out, s);
    if (label != CSV_NONE && out->place[label] != CSV_NONE)
        label = CSV_NONE;
    if (label == CSV_NONE && !told && r->options->has_labels)
        label = only_left_over(out);
    if (label == CSV_NONE && r->options->has_labels)
        BL_FAIL(r->ctx, BL_BAD_DATA,
                "%s: no label column%s%s%s beside the %zu features; name it with the option label", r->path,
                told ? " \"" : "", told ? told : "", told ? "\"" : "", out->features);
    out->label = label;
    return BL_OK;
}

static bl_status place_by_name(struct csv_layout *out, const struct reading *r, const struct sample *s)
{
    out->features = r->like->features;
    for (size_t i = 0; i < out->features; i++) {
        const char *name = r->like->column_names[i];
        const bool is_same_place = i < out->columns && strcmp(out->names[i], name) == 0;
        const size_t c = is_same_place ? i : find_name(out, name);
        if (c == CSV_NONE)
            BL_FAIL(r->ctx, BL_BAD_DATA,
                    "%s: no column \"%s\", which is feature %zu (from 0) of the training set", r->path,
                    text_shown(name, strlen(name)).text, i);
        out->place[c] = i;
    }
    return label_beside_features(out, r, s);
}

static bl_status find_places(struct csv_layout *out, const struct reading *r, const struct sample *s)
{
    BL_TRY(MEM_ARRAY(r->ctx, &out->place, out->columns, "the columns of a table"));
    for (size_t c = 0; c < out->columns; c++)
        out->place[c] = CSV_NONE;
    out->label = CSV_NONE;
    if (!r->like)
        return place_alone(out, r, s);
    if (r->like->column_names && out->names)
        return place_by_name(out, r, s);
    return place_by_count(out, r, s);
}

/* ---- All together */

/* A file of one line has no lines behind it: what its own fields are must do. */
static void sample_first_itself(struct sample *s, struct slice line, char separator)
{
    if (s->lines == 0)
        count_line(s, line, separator);
}

static bl_status find_with(struct csv_layout *out, struct sample *s, const struct reading *r,
                           struct slice text)
{
    struct csv_line line = {.number = 0};
    if (!csv_next_line(&text, &line))
        BL_FAIL(r->ctx, BL_BAD_DATA, "%s: the file is empty, expected rows of numbers", r->path);
    struct slice from_first = {line.text.at, line.text.n};
    if (text.at)
        from_first.n = (size_t)(text.at - line.text.at) + text.n;
    out->separator = r->options->separator;
    if (!out->separator)
        out->separator = find_separator(from_first, line.text);
    BL_TRY(take_sample(s, r->ctx, text, line, out->separator));
    out->columns = s->n_columns;
    out->has_header = find_header(s, r->options->header);
    if (out->has_header && s->lines == 0)
        BL_FAIL(r->ctx, BL_BAD_DATA, "%s: only a header (line %zu) and no row of numbers", r->path,
                line.number);
    if (out->has_header)
        BL_TRY(take_names(out, r, s));
    sample_first_itself(s, line.text, out->separator);
    return find_places(out, r, s);
}

bl_status csv_layout_find(struct csv_layout *out, const struct reading *r, struct slice text)
{
    struct csv_layout layout = {0};
    struct sample sample = {0};
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
    *layout = (struct csv_layout){0};
}
