/*
 * csv_roles.c - assigns roles to the columns of a table: label, id, omitted, or input.
 *
 * The label column is that of the option, else one with a usual name, else the only column of words other
 * than dates, else the last. For a model the columns are those of its training, matched by name in any order
 * if both have names, else by number.
 */
#include "../../base/text.h"
#include "csv_dialect.h"

#include "../../base/mem.h"
#include "../../base/nearest.h"

#include <string.h>

/* Usual names of a label column, in any case; the first of them that occurs is used. */
static const char *const usual_labels[] = {"label", "class", "target", "species", "quality"};
#define N_USUAL (sizeof usual_labels / sizeof *usual_labels)

bool csv_is_usual_label(struct slice name)
{
    for (size_t i = 0; i < N_USUAL; i++)
        if (csv_is_word(name, usual_labels[i]))
            return true;
    return false;
}

/* The state of assigning roles. */
struct role_search {
    struct csv_dialect *layout;
    const struct reading *r;
    const struct csv_sample *sample;
};

static size_t find_name(const struct csv_dialect *layout, struct slice name)
{
    for (size_t c = 0; layout->names && c < layout->columns; c++)
        if (slice_is(name, layout->names[c]))
            return c;
    return CSV_NONE;
}

/* The column that an option specifies by its name, as "first" or "last", or by its number. */
static size_t given_column(const struct csv_dialect *layout, struct slice text)
{
    size_t column = find_name(layout, text);
    if (column != CSV_NONE)
        return column;
    if (slice_is(text, "first"))
        return 0;
    if (slice_is(text, "last"))
        return layout->columns - 1;
    return text_to_size(text, &column) && column < layout->columns ? column : CSV_NONE;
}

static bl_status no_such_column(const struct role_search *p, const char *what, struct slice text)
{
    const struct csv_dialect *layout = p->layout;
    const char *near = csv_nearest_name(layout, text);
    char known[256] = "";
    if (near)
        BL_FAIL(p->r->ctx, BL_BAD_DATA, "%s: no %s \"%s\"; did you mean \"%s\"?", p->r->path, what,
                text_shown(text.at, text.n).text, text_shown(near, strlen(near)).text);
    for (size_t c = 0; layout->names && c < layout->columns; c++)
        text_append(known, sizeof known, "%s\"%s\"", c ? ", " : "",
                    text_shown(layout->names[c], strlen(layout->names[c])).text);
    BL_FAIL(p->r->ctx, BL_BAD_DATA, "%s: no %s \"%s\"; the file has columns 0 to %zu%s%s", p->r->path, what,
            text_shown(text.at, text.n).text, layout->columns - 1, layout->names ? ": " : " and no header",
            known);
}

/* ---- Columns that the options name */

/* Marks each column of a comma-separated list. For a model the inputs are fixed, so the list may name columns
   that do not exist. */
static bl_status mark_columns(const struct role_search *p, const char *list, const char *what, bool *marks)
{
    struct slice rest = slice_of(list ? list : ""), piece;
    while (slice_next(&rest, ',', &piece)) {
        piece = slice_trim(piece);
        const size_t column = piece.n > 0 ? given_column(p->layout, piece) : CSV_NONE;
        if (column != CSV_NONE)
            marks[column] = true;
        else if (piece.n > 0 && !p->r->schema)
            return no_such_column(p, what, piece);
    }
    return BL_OK;
}

/* Finds the id column. A file for a model may lack it; its rows are then numbered. */
static bl_status find_id(const struct role_search *p)
{
    const char *given = p->r->options->id_column;
    struct csv_dialect *layout = p->layout;
    layout->id = given ? given_column(layout, slice_of(given)) : CSV_NONE;
    if (given && layout->id == CSV_NONE && !p->r->schema)
        return no_such_column(p, "id column", slice_of(given));
    if (layout->id != CSV_NONE)
        layout->is_out[layout->id] = true;
    return BL_OK;
}

static bool keeps_all(const struct data_options *o)
{
    return o->ignore && strcmp(o->ignore, "none") == 0;
}

static bl_status find_given_columns(const struct role_search *p)
{
    const struct data_options *o = p->r->options;
    if (p->layout->has_row_names && !keeps_all(o))
        p->layout->is_out[0] = true;
    BL_TRY(mark_columns(p, keeps_all(o) ? NULL : o->ignore, "column to ignore", p->layout->is_out));
    BL_TRY(mark_columns(p, o->categorical, "categorical column", p->layout->is_words));
    return find_id(p);
}

/* ---- Label column */

static size_t named_label(const struct csv_dialect *layout)
{
    for (size_t i = 0; layout->names && i < N_USUAL; i++)
        for (size_t c = 0; c < layout->columns; c++)
            if (!layout->is_out[c] && csv_is_word(slice_of(layout->names[c]), usual_labels[i]))
                return c;
    return CSV_NONE;
}

static bool is_free(const struct csv_dialect *layout, size_t c)
{
    return !layout->is_out[c] && layout->place[c] == CSV_NONE;
}

static size_t only_words(const struct role_search *p)
{
    size_t found = CSV_NONE;
    for (size_t c = 0; c < p->layout->columns; c++) {
        if (!csv_is_words(p->sample, c) || csv_is_dates(p->sample, c) || !is_free(p->layout, c) ||
            p->layout->is_words[c])
            continue;
        if (found != CSV_NONE)
            return CSV_NONE;
        found = c;
    }
    return found;
}

static size_t guessed_label(const struct role_search *p)
{
    const size_t by_name = named_label(p->layout);
    return by_name != CSV_NONE ? by_name : only_words(p);
}

static size_t last_free(const struct csv_dialect *layout)
{
    for (size_t c = layout->columns; c-- > 0;)
        if (is_free(layout, c))
            return c;
    return CSV_NONE;
}

/* The last column that has values: rows that end with a separator have an empty last column, which cannot be
   the label. */
static size_t last_with_values(const struct role_search *p)
{
    for (size_t c = p->layout->columns; c-- > 0;)
        if (is_free(p->layout, c) && p->sample->columns[c].numbers + p->sample->columns[c].words > 0)
            return c;
    return last_free(p->layout);
}

static bl_status label_is_feature(const struct role_search *p, size_t label)
{
    BL_FAIL(p->r->ctx, BL_BAD_DATA, "%s: the label %s is one of the features that the model was trained on",
            p->r->path, csv_column(p->layout, label).text);
}

static bl_status label_is_out(const struct role_search *p, size_t label)
{
    BL_FAIL(p->r->ctx, BL_BAD_DATA, "%s: the label %s is also the id column or a column to ignore",
            p->r->path, csv_column(p->layout, label).text);
}

/* Why this column is the label, if no option names it. */
static const char *reason_of(const struct csv_dialect *layout, size_t found)
{
    if (found == CSV_NONE)
        return "as the last column with values";
    return named_label(layout) == found ? "by its name" : "as the only column of words";
}

/* Finds the label column. default_value: the column that is used if no option names one; CSV_NONE: no
   label. */
static bl_status find_label(const struct role_search *p, size_t default_value)
{
    const char *given = p->r->options->label;
    const size_t found = given ? given_column(p->layout, slice_of(given)) : guessed_label(p);
    if (found == CSV_NONE && given && default_value != CSV_NONE)
        return no_such_column(p, "label column", slice_of(given));
    p->layout->label = found != CSV_NONE ? found : default_value;
    p->layout->is_label_guessed = !given && p->layout->label != CSV_NONE;
    p->layout->label_reason = reason_of(p->layout, found);
    if (p->layout->label != CSV_NONE && p->layout->is_out[p->layout->label])
        return label_is_out(p, p->layout->label);
    return BL_OK;
}

/* ---- Inputs */

/* Makes every column that has no other role an input, in the file's order. */
static void place_in_order(struct csv_dialect *out)
{
    out->inputs = 0;
    for (size_t c = 0; c < out->columns; c++)
        if (c != out->label && !out->is_out[c])
            out->place[c] = out->inputs++;
}

static bl_status place_alone(const struct role_search *p)
{
    BL_TRY(find_label(p, p->r->options->has_labels ? last_with_values(p) : CSV_NONE));
    place_in_order(p->layout);
    if (p->layout->inputs == 0)
        BL_FAIL(p->r->ctx, BL_BAD_DATA,
                "%s: only one column%s, expected features and a label, separated by , ; | "
                "or tab (--separator names another: space : ^ ~)",
                p->r->path, p->layout->columns > 1 ? " that is not left out" : "");
    return BL_OK;
}

static size_t inputs_of(const bl_data *schema)
{
    return schema->encoding ? encoding_inputs(schema->encoding) : schema->features;
}

/* Matches columns by number, for a training table or a file that has no names. */
static bl_status place_like_training(const struct role_search *p)
{
    const struct encoding *encoding = p->r->schema->encoding;
    struct csv_dialect *out = p->layout;
    for (size_t c = 0; c < encoding->n; c++) {
        const enum column_kind kind = encoding->columns[c].kind;
        if (kind == COLUMN_NUMBER || kind == COLUMN_WORDS)
            out->place[c] = out->inputs++;
        if (kind == COLUMN_LABEL)
            out->label = c;
    }
    if (!p->r->options->label)
        return BL_OK;
    BL_TRY(find_label(p, out->label));
    return out->label != CSV_NONE && out->place[out->label] != CSV_NONE ? label_is_feature(p, out->label)
                                                                        : BL_OK;
}

static size_t given_label(const struct role_search *p)
{
    const char *given = p->r->options->label;
    return given ? given_column(p->layout, slice_of(given)) : CSV_NONE;
}

static bool leaves_out(const struct encoding *encoding)
{
    for (size_t c = 0; encoding && c < encoding->n; c++)
        if (encoding->columns[c].kind == COLUMN_LEFT_OUT)
            return true;
    return false;
}

/* Whether the column after the features may be the label, or one that training left out: nothing names
   either. */
static bool is_last_unknown(const struct role_search *p)
{
    const struct data_options *o = p->r->options;
    return leaves_out(p->r->schema->encoding) && !o->label && !o->ignore && !o->id_column &&
           guessed_label(p) == CSV_NONE;
}

/* Matches columns by number: the file must have as many columns as the model has inputs, or one more. */
static bl_status place_by_count(const struct role_search *p)
{
    struct csv_dialect *out = p->layout;
    const size_t expected = inputs_of(p->r->schema);
    size_t free = 0;
    if (p->r->schema->encoding && out->columns == p->r->schema->encoding->n)
        return place_like_training(p);
    for (size_t c = 0; c < out->columns; c++)
        free += !out->is_out[c];
    if (free == expected + 1 && is_last_unknown(p))
        BL_FAIL(p->r->ctx, BL_BAD_DATA,
                "%s: %zu columns, which may be the %zu feature%s and the label, or the features and a column "
                "that training left out (its table had %zu columns); name the label (--label last), or the "
                "other column (--ignore)",
                p->r->path, out->columns, expected, text_plural(expected), p->r->schema->encoding->n);
    if (free == expected + 1)
        BL_TRY(find_label(p, last_free(out)));
    else if (free != expected)
        BL_FAIL(p->r->ctx, BL_BAD_DATA, "%s: %zu column%s, expected %zu feature%s and a label%s", p->r->path,
                out->columns, text_plural(out->columns), expected, text_plural(expected),
                p->r->options->has_labels ? "" : " (or no label)");
    else if (p->r->options->has_labels)
        BL_FAIL(p->r->ctx, BL_BAD_DATA,
                "%s: %zu columns, which are the features; the label column is missing", p->r->path,
                out->columns);
    else if (given_label(p) != CSV_NONE)
        return label_is_feature(p, given_label(p));
    place_in_order(out);
    return BL_OK;
}

static size_t only_left_over(const struct csv_dialect *layout)
{
    size_t found = CSV_NONE;
    for (size_t c = 0; c < layout->columns; c++) {
        if (!is_free(layout, c))
            continue;
        if (found != CSV_NONE)
            return CSV_NONE;
        found = c;
    }
    return found;
}

static const char *label_name(const struct encoding *encoding)
{
    for (size_t c = 0; c < encoding->n; c++)
        if (encoding->columns[c].kind == COLUMN_LABEL)
            return encoding->columns[c].name;
    return NULL;
}

/* Finds the label among the columns that are not inputs: by option, else by its name in training. If it had
   no name, or has_labels, it may also be another column; without has_labels one with a usual name only, not
   an id that remains. */
static bl_status label_beside_inputs(const struct role_search *p)
{
    struct csv_dialect *out = p->layout;
    const bool must = p->r->options->has_labels;
    const char *given = p->r->options->label, *called = label_name(p->r->schema->encoding);
    size_t label = given ? given_label(p) : called ? find_name(out, slice_of(called)) : CSV_NONE;
    if (label != CSV_NONE && out->is_out[label] && must)
        return label_is_out(p, label);
    if (given && label != CSV_NONE && out->place[label] != CSV_NONE)
        return label_is_feature(p, label);
    const bool is_known = label != CSV_NONE;
    if (!is_known && !given && (must || !called))
        label = must ? guessed_label(p) : named_label(out);
    out->label_reason = reason_of(out, label);
    if (label != CSV_NONE && !is_free(out, label))
        label = CSV_NONE;
    if (label == CSV_NONE && !given && must) {
        label = only_left_over(out);
        out->label_reason = "as the only column that is no feature";
    }
    if (label == CSV_NONE && must)
        BL_FAIL(p->r->ctx, BL_BAD_DATA,
                "%s: no label column%s%s%s in addition to the %zu features; name it with the option label; "
                "a file without labels can be used for predictions, but not as a test set",
                p->r->path, given ? " \"" : "", given ? given : "", given ? "\"" : "", out->inputs);
    out->label = label;
    out->is_label_guessed = !is_known && label != CSV_NONE;
    return BL_OK;
}

static bl_status no_such_feature(const struct role_search *p, const char *name)
{
    const char *near = csv_nearest_name(p->layout, slice_of(name));
    BL_FAIL(p->r->ctx, BL_BAD_DATA,
            "%s: no column \"%s\", which is feature %zu (from 0) of the training set%s%s%s", p->r->path,
            text_shown(name, strlen(name)).text, p->layout->inputs, near ? "; the nearest is \"" : "",
            near ? text_shown(near, strlen(near)).text : "", near ? "\"" : "");
}

static bl_status place_by_name(const struct role_search *p)
{
    const struct encoding *encoding = p->r->schema->encoding;
    struct csv_dialect *out = p->layout;
    for (size_t i = 0; i < encoding->n; i++) {
        const struct encoding_column *column = &encoding->columns[i];
        if (column->kind != COLUMN_NUMBER && column->kind != COLUMN_WORDS)
            continue;
        const bool is_same_place = i < out->columns && strcmp(out->names[i], column->name) == 0;
        const size_t c = is_same_place ? i : find_name(out, slice_of(column->name));
        if (c == CSV_NONE)
            return no_such_feature(p, column->name);
        if (out->is_out[c] && c != out->id)
            BL_FAIL(
                p->r->ctx, BL_BAD_DATA,
                "%s: %s is a feature that the model was trained on: the option ignore cannot leave it out",
                p->r->path, csv_column(out, c).text);
        out->place[c] = out->inputs++;
    }
    return label_beside_inputs(p);
}

bl_status csv_roles_find(struct csv_dialect *layout, const struct reading *r, const struct csv_sample *sample)
{
    const struct role_search p = {layout, r, sample};
    BL_TRY(MEM_ARRAY(r->ctx, &layout->place, layout->columns, "the columns of a table"));
    BL_TRY(MEM_ARRAY(r->ctx, &layout->is_out, layout->columns, "the columns of a table"));
    BL_TRY(MEM_ARRAY(r->ctx, &layout->is_words, layout->columns, "the columns of a table"));
    for (size_t c = 0; c < layout->columns; c++)
        layout->place[c] = CSV_NONE;
    layout->label = layout->id = CSV_NONE;
    BL_TRY(find_given_columns(&p));
    if (!r->schema)
        return place_alone(&p);
    if (r->schema->encoding && encoding_has_names(r->schema->encoding) && layout->names)
        return place_by_name(&p);
    return place_by_count(&p);
}
