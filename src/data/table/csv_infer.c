/*
 * csv_infer.c - infers the type of each column after the scan, and the features that it becomes.
 *
 * A column without words is numeric; one with more words than numbers is categorical; otherwise the words are
 * mistakes and are refused with their positions. A column that only numbers the rows is omitted.
 */
#include "../../base/mem.h"
#include "../../base/text.h"
#include "csv_number.h"
#include "csv_table.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static struct csv_column_text name_of(const struct csv_table *t, const struct csv_input *input)
{
    return csv_column(&t->layout, input->column);
}

/* The name of the column in an option. */
static struct shown option_name(const struct csv_table *t, size_t column)
{
    char number[24] = "";
    const char *name = t->layout.names ? t->layout.names[column] : "";
    if (name[0] && !strchr(name, ','))
        return text_shown(name, strlen(name));
    text_append(number, sizeof number, "%zu", column);
    return text_shown(number, strlen(number));
}

/* ---- Refusals */

/* Whether the text is a notation of missing values that this reader does not accept. */
static bool is_unsupported_missing(struct slice text)
{
    static const char *const words[] = {"null", "none", "nil",  "nan",     "-",      "--",
                                        ".",    "#n/a", "<na>", "missing", "unknown"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (csv_is_word(slice_trim(text), words[i]))
            return true;
    return false;
}

static bl_status no_number(const struct csv_table *t, const struct csv_input *input,
                           const struct csv_count *found)
{
    const struct shown option = option_name(t, input->column);
    char advice[256] = "";
    if (is_unsupported_missing(found->text))
        text_append(advice, sizeof advice,
                    "; write a missing value as an empty field, ?, NA or N/A, which --missing impute "
                    "accepts");
    else if (!t->r->schema && !t->layout.has_header && found->line == t->layout.first_line)
        text_append(advice, sizeof advice, " as in %zu other rows (--header yes treats line %zu as names)",
                    input->numbers.n, found->line);
    else if (!t->r->schema)
        text_append(advice, sizeof advice,
                    " as in %zu other rows (--categorical \"%s\" treats the column as words, --ignore "
                    "\"%s\" leaves it out)",
                    input->numbers.n, option.text, option.text);
    BL_FAIL(t->r->ctx, BL_BAD_DATA, "%s: line %zu, %s: found \"%s\"; expected a number%s", t->r->path,
            found->line, name_of(t, input).text, text_shown(found->text.at, found->text.n).text, advice);
}

/* Refuses a number in a notation that is not supported. */
static bl_status other_notation(const struct csv_table *t, size_t column, const struct csv_count *found,
                                bool can_be_words)
{
    const enum csv_notation notation = csv_notation(found->text, t->layout.decimal);
    const struct shown option = option_name(t, column);
    char advice[256] = "";
    if (can_be_words)
        text_append(advice, sizeof advice, "; --categorical \"%s\" treats the column as words", option.text);
    if (can_be_words && column != t->layout.label)
        text_append(advice, sizeof advice, ", --ignore \"%s\" leaves it out", option.text);
    BL_FAIL(t->r->ctx, BL_BAD_DATA,
            "%s: line %zu, %s: found \"%s\", %s (%zu such row%s in this column); %s%s", t->r->path,
            found->line, csv_column(&t->layout, column).text, text_shown(found->text.at, found->text.n).text,
            csv_notation_name(notation), found->n, text_plural(found->n), csv_notation_advice(notation),
            advice);
}

/* Whether a column is meant to be numeric. alike: its numbers in other notations; numbers, words: its other
   fields. */
static bool are_numbers_meant(size_t alike, size_t numbers, size_t words)
{
    return alike > 0 && alike + numbers > words - alike;
}

bl_status csv_infer_label(const struct csv_table *t)
{
    const char decimal = t->layout.decimal;
    struct csv_count alike = {.n = 0};
    size_t numbers = 0, words = 0;
    double value;
    if (!t->labels || t->layout.is_words[t->layout.label] || (t->r->schema && !t->r->schema->has_targets))
        return BL_OK;
    for (size_t i = 0; i < t->n; i++) {
        const struct slice text = t->labels[i].field.text;
        if (csv_number(text, decimal, &value)) {
            numbers++;
            continue;
        }
        words++;
        if (!csv_is_odd_number(text) && csv_notation(text, decimal) != NOTATION_NONE && alike.n++ == 0)
            alike = (struct csv_count){1, t->labels[i].line, text};
    }
    const struct slice first = t->labels[0].field.text;
    if (words == 1 && numbers > 1 && !t->r->schema && !t->layout.has_header && !csv_is_missing(first) &&
        !csv_number(first, decimal, &value))
        BL_FAIL(t->r->ctx, BL_BAD_DATA,
                "%s: line %zu, %s: \"%s\" is not a number, but all other labels are; --header yes treats "
                "the line as names",
                t->r->path, t->labels[0].line, csv_column(&t->layout, t->layout.label).text,
                text_shown(first.at, first.n).text);
    return are_numbers_meant(alike.n, numbers, words)
               ? other_notation(t, t->layout.label, &alike, !t->r->schema)
               : BL_OK;
}

/* Whether missing values are accepted: as the options say, else as in training. */
static bool takes_missing(const struct csv_table *t)
{
    const struct data_options *o = t->r->options;
    const struct encoding *encoding = t->r->schema ? t->r->schema->encoding : NULL;
    return o->imputes || (encoding && encoding->takes_missing && !o->refuses_missing);
}

/* Adds a note about missing values in a column that had none in training: without an indicator feature the
   net cannot distinguish them from the mean. */
static bl_status note_new_missing(const struct csv_table *t, const struct csv_input *input)
{
    if (!input->as || input->as->has_indicator)
        return BL_OK;
    return data_add_note(t->data, "%s: %zu missing value%s, where the training set had none: %s",
                         name_of(t, input).text, input->missing.n, text_plural(input->missing.n),
                         input->kind == COLUMN_WORDS ? "treated as none of its words"
                                                     : "filled in by the mean of its column");
}

static bl_status check_missing(const struct csv_table *t, const struct csv_input *input)
{
    const struct csv_count *missing = &input->missing;
    /* Such a column is omitted. */
    const bool is_empty = missing->n == t->n && missing->text.n == 0 && !t->r->schema;
    if (missing->n == 0 || is_empty)
        return BL_OK;
    if (takes_missing(t))
        return note_new_missing(t, input);
    if (t->r->options->shape.channels > 0)
        BL_FAIL(
            t->r->ctx, BL_BAD_DATA,
            "%s: line %zu, %s: found \"%s\", no value (%zu such row%s in this column); an image (--shape) "
            "has no missing values: write a number there",
            t->r->path, missing->line, name_of(t, input).text,
            text_shown(missing->text.at, missing->text.n).text, missing->n, text_plural(missing->n));
    BL_FAIL(t->r->ctx, BL_BAD_DATA,
            "%s: line %zu, %s: found \"%s\", no value (%zu such row%s in this column); --missing impute %s",
            t->r->path, missing->line, name_of(t, input).text,
            text_shown(missing->text.at, missing->text.n).text, missing->n, text_plural(missing->n),
            !t->r->schema                 ? "imputes them and adds a column that marks them"
            : input->kind == COLUMN_WORDS ? "treats them as none of its words"
                                          : "fills them in by the mean of the training set");
}

/* ---- Kinds */

static bl_status judge_kind(const struct csv_table *t, struct csv_input *input)
{
    const bool is_open = !input->is_given || input->kind == COLUMN_NUMBER;
    if (is_open && are_numbers_meant(input->alike.n, input->numbers.n, input->words.n))
        return other_notation(t, input->column, &input->alike, !t->r->schema);
    if (!input->is_given)
        input->kind = input->words.n > input->numbers.n ? COLUMN_WORDS : COLUMN_NUMBER;
    if (input->kind == COLUMN_NUMBER && input->words.n > 0)
        return no_number(t, input, &input->words);
    if (input->kind == COLUMN_NUMBER && input->odd.n > 0)
        return no_number(t, input, &input->odd);
    return BL_OK;
}

/* Whether the name is that of a column of row numbers: "Id", "PassengerId", "row_id", "index", or none. */
static bool is_called_id(const char *name)
{
    static const char *const names[] = {"", "id", "index", "rownames", "unnamed: 0"};
    const size_t n = strlen(name);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (csv_is_word(slice_of(name), names[i]))
            return true;
    if (n < 3 || !csv_is_word(slice_of(name + n - 2), "id"))
        return false;
    const bool has_break = strchr("_- .", name[n - 3]) != NULL;
    return has_break || (islower((unsigned char)name[n - 3]) && name[n - 2] == 'I');
}

static bool is_id_like(const struct csv_table *t, const struct csv_input *input)
{
    const char *ignore = t->r->options->ignore;
    const bool may_drop = !ignore || strcmp(ignore, "none") != 0;
    return may_drop && t->layout.names && is_called_id(t->layout.names[input->column]);
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Sets *out to whether the column consists of whole numbers that all differ. */
static bl_status numbers_rows(struct csv_table *t, size_t i, bool *out)
{
    double *sorted = NULL;
    bool is_whole = true, are_same = false;
    if (t->inputs[i].inexact.n > 0)
        return csv_compare_digits(t, i, out, &are_same);
    BL_TRY(MEM_ARRAY(t->r->ctx, &sorted, t->n, "a column"));
    for (size_t n = 0; n < t->n; n++) {
        sorted[n] = t->values[n * t->layout.inputs + i];
        is_whole = is_whole && sorted[n] == floor(sorted[n]);
    }
    *out = is_whole;
    if (is_whole)
        qsort(sorted, t->n, sizeof *sorted, by_value);
    for (size_t n = 1; *out && n < t->n; n++)
        *out = sorted[n] != sorted[n - 1];
    mem_free(t->r->ctx, sorted);
    return BL_OK;
}

static bool is_flat(const struct csv_table *t, size_t i)
{
    for (size_t n = 1; n < t->n; n++)
        if (t->values[n * t->layout.inputs + i] != t->values[i])
            return false;
    return true;
}

/* Adds a note about whole numbers beyond 2^53, which are rounded, and refuses a column whose values become
   equal by that. */
static bl_status check_inexact(struct csv_table *t, size_t i)
{
    const struct csv_input *input = &t->inputs[i];
    const struct csv_count *found = &input->inexact;
    bool are_different = false, are_same = true;
    if (input->is_dropped || input->kind != COLUMN_NUMBER || found->n == 0)
        return BL_OK;
    if (is_flat(t, i))
        BL_TRY(csv_compare_digits(t, i, &are_different, &are_same));
    if (!are_same)
        BL_FAIL(
            t->r->ctx, BL_BAD_DATA,
            "%s: line %zu, %s: \"%s\" is a whole number beyond 2^53, and all numbers of the column are "
            "equal as doubles; --categorical \"%s\" treats them as words, --ignore \"%s\" leaves the column "
            "out",
            t->r->path, found->line, name_of(t, input).text, text_shown(found->text.at, found->text.n).text,
            option_name(t, input->column).text, option_name(t, input->column).text);
    return data_add_note(
        t->data, "%s: %zu whole numbers beyond 2^53 are rounded to doubles, \"%s\" in line %zu first",
        name_of(t, input).text, found->n, text_shown(found->text.at, found->text.n).text, found->line);
}

static bl_status drop(struct csv_table *t, struct csv_input *input, const char *why)
{
    input->is_dropped = true;
    return data_add_note(t->data, "%s left out: %s", name_of(t, input).text, why);
}

static bl_status drop_useless(struct csv_table *t, size_t i)
{
    struct csv_input *input = &t->inputs[i];
    bool is_id = false;
    if (input->missing.n == t->n)
        return drop(t, input, "it has no values");
    if (input->kind == COLUMN_NUMBER && input->numbers.n == t->n && t->n > 1 && is_id_like(t, input))
        BL_TRY(numbers_rows(t, i, &is_id));
    return is_id ? drop(t, input, "it numbers the rows (--ignore none keeps it)") : BL_OK;
}

/* ---- Words */

/* Lists the first few columns with too many words in the form of the option --ignore: "Name,Ticket,Cabin".
   Returns the number of all such columns. */
static size_t list_wordy(const struct csv_table *t, char *list, size_t room)
{
    enum { MOST_LISTED = 8 };
    size_t n = 0;
    list[0] = 0;
    for (size_t i = 0; i < t->layout.inputs; i++)
        if (t->inputs[i].wordy.line > 0 && n++ < MOST_LISTED)
            text_append(list, room, "%s%s", list[0] ? "," : "", option_name(t, t->inputs[i].column).text);
    return n;
}

/* Refuses columns with too many words. One message names all of them, so that the user need not repeat the
   command for each. */
static bl_status check_categories(const struct csv_table *t)
{
    char found[64] = "", list[512];
    const size_t n = list_wordy(t, list, sizeof list);
    const struct csv_input *input = t->inputs;
    if (n == 0)
        return BL_OK;
    while (input->wordy.line == 0)
        input++;
    if (input->wordy.n < CSV_WORD_ROOM)
        text_append(found, sizeof found, "more than %d different words", MOST_WORDS);
    else
        text_append(found, sizeof found, "a text of %zu bytes", input->wordy.n);
    if (n > 1)
        BL_FAIL(t->r->ctx, BL_BAD_DATA,
                "%s: line %zu, %s: %s, expected a column of few different words; there are %zu such columns: "
                "--ignore \"%s\" leaves them out",
                t->r->path, input->wordy.line, name_of(t, input).text, found, n, list);
    BL_FAIL(
        t->r->ctx, BL_BAD_DATA,
        "%s: line %zu, %s: %s, expected a column of few different words; --ignore \"%s\" leaves the column "
        "out",
        t->r->path, input->wordy.line, name_of(t, input).text, found, list);
}

static bl_status count_word(struct csv_table *t, const struct csv_line *line, size_t column,
                            const struct csv_field *field)
{
    char buffer[CSV_WORD_ROOM];
    struct slice word;
    if (t->layout.place[column] == CSV_NONE)
        return BL_OK;
    struct csv_input *input = &t->inputs[t->layout.place[column]];
    if (input->kind != COLUMN_WORDS || input->is_dropped || input->wordy.line > 0 ||
        csv_is_missing(field->text))
        return BL_OK;
    if (csv_word(field, buffer, &word) && input->different.n <= MOST_WORDS)
        BL_TRY(words_count(&input->different, t->r->ctx, word, line->number));
    if (word.n < CSV_WORD_ROOM && input->different.n <= MOST_WORDS)
        return BL_OK;
    if (is_id_like(t, input))
        return drop(t, input, "it names the rows (--ignore none keeps it)");
    if (t->r->options->looks)
        return drop(t, input,
                    "it has more different words than training accepts (--ignore leaves it out there too)");
    input->wordy = (struct csv_count){.n = word.n, .line = line->number};
    return BL_OK;
}

static bl_status check_comments(const struct csv_table *t)
{
    for (size_t i = 0; i < t->layout.inputs; i++) {
        const struct csv_input *input = &t->inputs[i];
        const struct word *found = input->is_given ? NULL : words_commented(&input->different);
        if (found && !input->is_dropped)
            BL_FAIL(t->r->ctx, BL_BAD_DATA,
                    "%s: line %zu, %s: found \"%s\", a comment after a word; remove the comments, or use "
                    "--categorical \"%s\", with which the whole text is a word",
                    t->r->path, found->line, name_of(t, input).text,
                    text_shown(found->text, strlen(found->text)).text, option_name(t, input->column).text);
    }
    return BL_OK;
}

static bool has_words(const struct csv_table *t)
{
    for (size_t i = 0; i < t->layout.inputs; i++)
        if (t->inputs[i].kind == COLUMN_WORDS && !t->inputs[i].is_dropped)
            return true;
    return false;
}

/* ---- The encoding */

static bl_status name_column(struct csv_table *t, size_t c)
{
    if (!t->layout.names)
        return BL_OK;
    const char *name = t->layout.names[c];
    return mem_text(t->r->ctx, &t->data->encoding->columns[c].name, name, strlen(name));
}

static bl_status take_words(struct encoding_column *column, bl_context *ctx, const struct words *different)
{
    BL_TRY(MEM_ARRAY(ctx, &column->words, different->n, "words"));
    column->n_words = different->n;
    for (size_t i = 0; i < different->n; i++)
        BL_TRY(mem_text(ctx, &column->words[i], different->items[i].text, strlen(different->items[i].text)));
    return BL_OK;
}

static bl_status write_encoding(struct csv_table *t)
{
    BL_TRY(encoding_create(&t->data->encoding, t->r->ctx, t->layout.columns));
    t->data->encoding->has_decimal_comma = t->layout.decimal == ',';
    t->data->encoding->takes_missing = t->r->options->imputes;
    for (size_t c = 0; c < t->layout.columns; c++) {
        struct encoding_column *column = &t->data->encoding->columns[c];
        struct csv_input *input = t->layout.place[c] == CSV_NONE ? NULL : &t->inputs[t->layout.place[c]];
        BL_TRY(name_column(t, c));
        if (c == t->layout.label)
            column->kind = COLUMN_LABEL;
        if (!input || input->is_dropped)
            continue;
        column->kind = input->kind;
        column->has_indicator = input->missing.n > 0;
        input->as = column;
        if (input->kind == COLUMN_WORDS)
            BL_TRY(take_words(column, t->r->ctx, &input->different));
    }
    return BL_OK;
}

static bl_status judge_alone(struct csv_table *t)
{
    size_t left = 0;
    for (size_t i = 0; i < t->layout.inputs; i++)
        BL_TRY(drop_useless(t, i));
    for (size_t i = 0; i < t->layout.inputs; i++)
        BL_TRY(check_inexact(t, i));
    if (has_words(t))
        BL_TRY(csv_for_each_field(t, count_word));
    BL_TRY(check_categories(t));
    BL_TRY(check_comments(t));
    for (size_t i = 0; i < t->layout.inputs; i++)
        left += !t->inputs[i].is_dropped;
    if (left == 0)
        BL_FAIL(t->r->ctx, BL_BAD_DATA, "%s: no column is left to learn from; --ignore none keeps all",
                t->r->path);
    return write_encoding(t);
}

bl_status csv_infer(struct csv_table *t)
{
    for (size_t i = 0; i < t->layout.inputs; i++) {
        BL_TRY(judge_kind(t, &t->inputs[i]));
        BL_TRY(check_missing(t, &t->inputs[i]));
    }
    return t->r->schema ? encoding_copy(&t->data->encoding, t->r->ctx, t->r->schema->encoding)
                        : judge_alone(t);
}
