/*
 * csv_header.c - decides whether the first line of a table is a header.
 *
 * A line of words above numbers is a header, and so is "0,1,2,target", which libraries write. In a table
 * without numbers a header is a line of different words that do not occur as values. A first line of numbers
 * may be a header too (wavelengths, years): if its numbers have an order that the other lines lack, are whole
 * numbers above fractions, or occur together with a usual name of a label, the file is refused, and the
 * message asks for --header.
 */
#include "csv_dialect.h"

#include "csv_number.h"

#include <math.h>
#include <string.h>

/* How many numbers a line needs at least so that their order is evidence of a header. */
enum { COUNTED = 3, EVEN = 4, EVEN_BESIDE_A_WORD = 3, SORTED = 8, SORTED_BESIDE_A_WORD = 5, WHOLE = 3 };

/* Whether the text is a placeholder for a number and so not a name. */
static bool is_no_name(struct slice text)
{
    return csv_is_missing(text) || csv_is_odd_number(text);
}

/* Counts over the first line's fields above columns of numbers. */
struct first_line {
    size_t numbers, words;
    bool has_blank_corner; /* the first field is empty, as in a header that pandas writes above row numbers */
    bool are_counted;      /* the numbers are 0, 1, 2, ... or 1, 2, 3, ...: generated names */
};

static struct first_line look_at_first(const struct csv_sample *s)
{
    struct first_line f = {.are_counted = true, .has_blank_corner = s->columns[0].first.text.n == 0};
    double before = 0.0;
    for (size_t c = 0; c < s->n_columns; c++) {
        double value;
        const struct slice text = s->columns[c].first.text;
        if (s->lines > 0 && !csv_is_numbers(s, c))
            continue;
        if (!csv_number(text, s->decimal, &value)) {
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

/* Whether a field among the names may be empty: it is above row numbers or row names, as pandas and R write
   them, or above a column without values. */
static bool may_be_unnamed(const struct csv_sample *s, size_t c)
{
    const struct csv_column *column = &s->columns[c];
    return column->first.text.n == 0 && s->n_columns > 1 &&
           (c == 0 || (column->numbers == 0 && column->words == 0));
}

/* Whether the first line of a table of words is a header: the names are all different, and most of them are
   not values of their column. "1,5" is not a name. */
static bool are_names_of_words(const struct csv_sample *s)
{
    size_t names = 0;
    for (size_t c = 0; c < s->n_columns; c++) {
        const struct slice text = s->columns[c].first.text;
        if (may_be_unnamed(s, c)) {
            names++;
            continue;
        }
        if (csv_is_numbers(s, c) || has_twin(s, c) || csv_is_missing(text) ||
            csv_notation(text, s->decimal) != NOTATION_NONE)
            return false;
        names += !occurs_below(s, c);
    }
    return s->lines >= 2 && 2 * names > s->n_columns;
}

/* Whether the first line is a header because it has words above numbers. A line of words and numbers is
   ambiguous: "7.4,x,0.3" is a row with a mistake, which must be reported, and "0,1,2,target" is a header. */
static bool looks_like_header(const struct csv_sample *s)
{
    const struct first_line f = look_at_first(s);
    if (f.numbers == 0)
        return f.words > 0 || are_names_of_words(s);
    const bool may_be_names = s->lines > 0 && f.numbers > 1 && f.are_counted;
    return may_be_names && (f.words > 0 || f.has_blank_corner || names_a_label(s));
}

/* Frequent names of the last column, in addition to the usual names of a label. */
static bool is_usual_name(struct slice text)
{
    static const char *const names[] = {
        "y",      "labels", "classes",  "targets",  "target_names", "output", "outcome",
        "result", "group",  "category", "response", "diagnosis",    "type",   "name",
        "id",     "index",  "sample",   "value",    "date",         "time",   "unnamed: 0"};
    if (csv_is_usual_label(text))
        return true;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (csv_is_word(text, names[i]))
            return true;
    return false;
}

/* Whether a word above a column of words does not occur in the column. usual: the word must also be a usual
   name. */
static bool has_strange_word(const struct csv_sample *s, bool usual)
{
    for (size_t c = 0; c < s->n_columns; c++) {
        double value;
        const struct slice text = s->columns[c].first.text;
        if (is_no_name(text) || csv_number(text, s->decimal, &value) || !csv_is_words(s, c) ||
            occurs_below(s, c))
            continue;
        if (!usual || is_usual_name(text))
            return true;
    }
    return false;
}

/* Two numbers, 0 1 or 1 2, are weak evidence, unless the numbers below them have a decimal point. */
static bool are_counted_over_fractions(const struct csv_sample *s)
{
    for (size_t c = 0; c < s->n_columns; c++)
        if (s->columns[c].fractions > 0 && s->columns[c].fractions == s->columns[c].numbers)
            return true;
    return false;
}

/* Whether sorted numbers without a decimal point (years) are above columns that consist of numbers with
   one. */
static bool are_sorted_over_fractions(const struct csv_sample *s)
{
    size_t n = 0;
    for (size_t c = 0; c < s->n_columns; c++) {
        double value;
        const struct slice text = s->columns[c].first.text;
        if (s->columns[c].fractions == 0 || s->columns[c].fractions < s->columns[c].numbers)
            continue;
        if (!csv_number(text, s->decimal, &value) || memchr(text.at, s->decimal, text.n))
            return false;
        n++;
    }
    return n >= WHOLE && s->first_order.is_sorted;
}

/* Whether the line has only words, one of which is a usual name of a label and no value of its column:
   "red,small,label". */
static bool has_label_over_words(const struct csv_sample *s)
{
    for (size_t c = 0; c < s->n_columns; c++)
        if (csv_is_usual_label(s->columns[c].first.text) && csv_is_words(s, c) && !occurs_below(s, c))
            return true;
    return false;
}

/* Whether a line of numbers is probably not an example. */
static bool is_doubtful(const struct csv_sample *s)
{
    const struct csv_order o = s->first_order;
    const bool is_whole = o.numbers == o.fields;
    if (s->lines == 0)
        return false;
    if (o.numbers == 0)
        return has_label_over_words(s);
    if (are_sorted_over_fractions(s))
        return true;
    if (has_strange_word(s, true) || (o.quoted == o.numbers && s->quoted == 0))
        return true;
    if (!is_whole)
        return has_strange_word(s, false) &&
               ((o.numbers >= EVEN_BESIDE_A_WORD && o.is_even && s->even == 0) ||
                (o.numbers >= SORTED_BESIDE_A_WORD && o.is_sorted && s->sorted == 0));
    if (o.is_counted && s->counted == 0)
        return (o.numbers >= COUNTED && s->even == 0) || (o.numbers == 2 && are_counted_over_fractions(s));
    return (o.numbers >= EVEN && o.is_even && s->even == 0) ||
           (o.numbers >= SORTED && o.is_sorted && s->sorted == 0);
}

/* ---- Files for a model */

static bool is_in_first(const struct csv_sample *s, const char *name)
{
    for (size_t c = 0; c < s->n_columns; c++) {
        char buffer[CSV_WORD_ROOM];
        struct slice text = s->columns[c].first.text;
        (void)csv_word(&s->columns[c].first, buffer, &text);
        if (slice_is(text, name))
            return true;
    }
    return false;
}

/* Whether the first line contains the names of all inputs of the model's table. */
static bool names_the_inputs(const struct csv_sample *s, const struct reading *r)
{
    const struct encoding *encoding = r->schema ? r->schema->encoding : NULL;
    if (!encoding || !encoding_has_names(encoding))
        return false;
    for (size_t c = 0; c < encoding->n; c++) {
        const enum column_kind kind = encoding->columns[c].kind;
        if ((kind == COLUMN_NUMBER || kind == COLUMN_WORDS) && !is_in_first(s, encoding->columns[c].name))
            return false;
    }
    return encoding_inputs(encoding) > 0;
}

static bool is_column_name(const struct encoding *encoding, struct slice text)
{
    for (size_t c = 0; c < encoding->n; c++)
        if (encoding->columns[c].name && slice_is(text, encoding->columns[c].name))
            return true;
    return false;
}

/* Whether the text is a word of a column, or a class, of the model's table. */
static bool is_known_word(const bl_data *schema, struct slice text)
{
    for (size_t c = 0; c < schema->encoding->n; c++)
        if (column_word(&schema->encoding->columns[c], text) >= 0)
            return true;
    return class_of_text(schema, text.at, text.n) >= 0;
}

/* Whether the first line is an example of the model's table: it has words, and all of them are words or
   classes of that table, and none is the name of a column. */
static bool has_known_words(const struct csv_sample *s, const struct reading *r)
{
    size_t words = 0;
    if (!r->schema || !r->schema->encoding)
        return false;
    for (size_t c = 0; c < s->n_columns; c++) {
        char buffer[CSV_WORD_ROOM];
        double value;
        struct slice text = s->columns[c].first.text;
        if (csv_is_missing(text) || csv_number(text, s->decimal, &value))
            continue;
        if (!csv_word(&s->columns[c].first, buffer, &text) || is_column_name(r->schema->encoding, text) ||
            !is_known_word(r->schema, text))
            return false;
        words++;
    }
    return words > 0;
}

/* Whether a note says that the line is read as names: it has numbers, or only words above words. */
static bool is_guess(const struct csv_sample *s, bool has_schema)
{
    const struct first_line f = look_at_first(s);
    return f.words == 0 || (!has_schema && s->first_order.numbers > 0);
}

bl_status csv_header_find(struct csv_dialect *layout, const struct reading *r, const struct csv_sample *s)
{
    const char *option = r->options->header;
    const bool is_given = option && (strcmp(option, "yes") == 0 || strcmp(option, "no") == 0);
    const bool has_names = names_the_inputs(s, r),
               is_example = !layout->has_row_names && !has_names && has_known_words(s, r);
    layout->has_header = is_given
                             ? strcmp(option, "yes") == 0
                             : layout->has_row_names || has_names || (!is_example && looks_like_header(s));
    layout->is_header_guessed =
        layout->has_header && !is_given && !has_names && is_guess(s, r->schema != NULL);
    if (layout->has_header || is_given || is_example || !is_doubtful(s))
        return BL_OK;
    const struct slice first = s->columns[0].first.text, last = s->columns[s->n_columns - 1].first.text;
    BL_FAIL(r->ctx, BL_BAD_DATA,
            "%s: line %zu: \"%s\" to \"%s\" may be names of the %zu columns or an example; --header yes "
            "treats the line as names, --header no as an example",
            r->path, layout->first_line, text_shown(first.at, first.n).text, text_shown(last.at, last.n).text,
            s->n_columns);
}
