/*
 * classes.c - converts the texts of a label column to class numbers.
 */
#include "classes.h"
#include "../../base/text.h"

#include "../../base/mem.h"
#include "distinct_words.h"

#include <assert.h>
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { MOST_COMPARED = 1000, FEW_EXAMPLES = 20 };

/* One of the distinct texts of a label column. */
struct distinct_label {
    const struct word *word;
    bool is_number;
    double value;
    int number; /* its class */
};

struct kinds { /* the distinct texts; items are in the order of the words */
    struct words words;
    struct distinct_label *items;
    size_t n;
};

static bl_status label_word(const struct reading *r, const struct label_text *label,
                            const struct label_column *column, char buffer[CSV_WORD_ROOM], struct slice *word)
{
    if (!csv_word(&label->field, buffer, word))
        BL_FAIL(r->ctx, BL_BAD_DATA, "%s: %s %zu, %s: a label of %zu bytes, expected fewer than %d", r->path,
                column->unit, label->line, column->name, label->field.text.n, CSV_WORD_ROOM);
    return BL_OK;
}

bool label_is_missing(struct slice word)
{
    return csv_is_missing(word) || csv_is_word(word, "nan");
}

bl_status labels_refuse_missing(const struct reading *r, const struct label_text *texts, size_t n,
                                const struct label_text *label, const struct label_column *column)
{
    const struct slice found = slice_trim(label->field.text);
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += label_is_missing(slice_trim(texts[i].field.text));
    BL_FAIL(
        r->ctx, BL_BAD_DATA,
        "%s: %s %zu, %s: \"%s\" is not a label (%zu such %s%s); labels are not imputed: remove the %s%s, or "
        "write the missing labels",
        r->path, column->unit, label->line, column->name, text_shown(found.at, found.n).text, count,
        column->unit, text_plural(count), column->unit, text_plural(count));
}

static bl_status count_words(struct kinds *kinds, const struct reading *r, const struct label_text *texts,
                             size_t n, const struct label_column *column)
{
    char buffer[CSV_WORD_ROOM];
    struct slice word;
    for (size_t i = 0; i < n; i++) {
        BL_TRY(label_word(r, &texts[i], column, buffer, &word));
        if (label_is_missing(word))
            return labels_refuse_missing(r, texts, n, &texts[i], column);
        BL_TRY(words_count(&kinds->words, r->ctx, word, texts[i].line));
        if (kinds->words.n > MOST_CLASSES)
            BL_FAIL(r->ctx, BL_BAD_DATA, "%s: %s %zu, %s: more than %d different labels, expected classes",
                    r->path, column->unit, texts[i].line, column->name, MOST_CLASSES);
    }
    return BL_OK;
}

static bl_status collect_classes(struct kinds *kinds, const struct reading *r, const struct label_text *texts,
                                 size_t n, const struct label_column *column)
{
    BL_TRY(count_words(kinds, r, texts, n, column));
    BL_TRY(MEM_ARRAY(r->ctx, &kinds->items, kinds->words.n, "classes"));
    kinds->n = kinds->words.n;
    for (size_t k = 0; k < kinds->n; k++) {
        struct distinct_label *kind = &kinds->items[k];
        kind->word = &kinds->words.items[k];
        kind->is_number = text_to_double(slice_of(kind->word->text), &kind->value);
    }
    return BL_OK;
}

static struct shown kind_shown(const struct distinct_label *kind)
{
    return text_shown(kind->word->text, strlen(kind->word->text));
}

/* Refuses a single word among numbers, which is a mistake in its row, not a class of one example. */
static bl_status check_mixture(const struct kinds *kinds, const struct reading *r, size_t n,
                               const struct label_column *column)
{
    size_t numbers = 0;
    for (size_t k = 0; k < kinds->n; k++)
        numbers += kinds->items[k].is_number ? kinds->items[k].word->count : 0;
    for (size_t k = 0; k < kinds->n; k++) {
        const struct distinct_label *kind = &kinds->items[k];
        const bool is_odd =
            !kind->is_number && (kind->word->count == 1 || csv_is_odd_number(slice_of(kind->word->text)));
        if (is_odd && 2 * numbers > n)
            BL_FAIL(r->ctx, BL_BAD_DATA, "%s: %s %zu, %s: \"%s\" is not a number, but most other labels are",
                    r->path, column->unit, kind->word->line, column->name, kind_shown(kind).text);
    }
    return BL_OK;
}

static bool is_whole(const struct distinct_label *kind)
{
    return kind->is_number && fabs(kind->value) <= 0x1p31 && kind->value == floor(kind->value);
}

/* Sets *are_numbers to whether all labels are numbers; if so, they must be whole. */
static bl_status check_numbers(const struct kinds *kinds, const struct reading *r,
                               const struct label_column *column, bool *are_numbers)
{
    *are_numbers = true;
    for (size_t k = 0; k < kinds->n; k++)
        *are_numbers = *are_numbers && kinds->items[k].is_number;
    for (size_t k = 0; *are_numbers && k < kinds->n; k++)
        if (!is_whole(&kinds->items[k]))
            BL_FAIL(r->ctx, BL_BAD_DATA,
                    "%s: %s %zu, %s: label %s, expected whole numbers or words; %swith the loss mse the "
                    "labels are regression targets; the option label names another column",
                    r->path, column->unit, kinds->items[k].word->line, column->name,
                    kind_shown(&kinds->items[k]).text,
                    fabs(kinds->items[k].value) > 0x1p31
                        ? "numbers beyond 2^31 are classes only as words (--categorical); "
                        : "");
    return BL_OK;
}

/* Refuses comments in labels, because "x # sure" and "x" would be two classes. */
static bl_status check_comments(const struct kinds *kinds, const struct reading *r,
                                const struct label_column *column)
{
    const struct word *found = words_commented(&kinds->words);
    if (found)
        BL_FAIL(r->ctx, BL_BAD_DATA,
                "%s: %s %zu, %s: found \"%s\", a comment after a label; remove the comments, or use "
                "--categorical, with which the whole text is a class",
                r->path, column->unit, found->line, column->name,
                text_shown(found->text, strlen(found->text)).text);
    return BL_OK;
}

static int by_value(const void *a, const void *b)
{
    const double x = (*(const struct distinct_label *const *)a)->value,
                 y = (*(const struct distinct_label *const *)b)->value;
    return (x > y) - (x < y);
}

/* Numbers the classes by value: "3" and "3.0" are one class. Returns the number of classes; `sorted` then has
   one text of each class, in order. */
static int number_by_value(struct distinct_label **sorted, size_t n)
{
    qsort(sorted, n, sizeof *sorted, by_value);
    int last = -1;
    for (size_t k = 0; k < n; k++) {
        if (k == 0 || sorted[k]->value != sorted[last]->value)
            sorted[++last] = sorted[k];
        sorted[k]->number = last;
    }
    return last + 1;
}

static bool are_natural(struct distinct_label *const *sorted, int n)
{
    return sorted[0]->value == 0.0 && sorted[n - 1]->value == n - 1;
}

static bl_status name_classes(bl_data *data, struct distinct_label *const *sorted, bool are_numbers)
{
    BL_TRY(MEM_ARRAY(data->ctx, &data->class_names, (size_t)data->outputs, "class names"));
    for (int k = 0; k < data->outputs; k++) {
        char number[16] = "";
        text_append(number, sizeof number, "%.0f", sorted[k]->value + 0.0); /* adding 0 turns -0 into 0 */
        const struct slice name = slice_of(are_numbers ? number : sorted[k]->word->text);
        BL_TRY(mem_text(data->ctx, &data->class_names[k], name.at, name.n));
    }
    return BL_OK;
}

static bl_status number_kinds(bl_data *data, struct kinds *kinds, struct distinct_label **sorted,
                              bool are_numbers)
{
    for (size_t k = 0; k < kinds->n; k++) {
        sorted[k] = &kinds->items[k];
        sorted[k]->number = (int)k;
    }
    data->outputs = are_numbers ? number_by_value(sorted, kinds->n) : (int)kinds->n;
    data->class_match = are_numbers ? CLASS_BY_VALUE : CLASS_BY_TEXT;
    if (are_numbers && are_natural(sorted, data->outputs))
        return BL_OK;
    return name_classes(data, sorted, are_numbers);
}

static bl_status sort_kinds(bl_data *data, struct kinds *kinds, bool are_numbers)
{
    struct distinct_label **sorted = NULL;
    BL_TRY(MEM_ARRAY(data->ctx, &sorted, kinds->n, "class names"));
    const bl_status status = number_kinds(data, kinds, sorted, are_numbers);
    mem_free(data->ctx, sorted);
    return status;
}

static bool is_blank_at(const char *at)
{
    return *at == ' ' || *at == '\t' || (at[0] == '\xC2' && at[1] == '\xA0');
}

static const char *skip_blanks(const char *at)
{
    while (is_blank_at(at))
        at += *at == '\xC2' ? 2 : 1;
    return at;
}

/* Whether the texts differ at most in case (of ASCII) and blanks (including U+00A0). */
static bool are_alike(const char *a, const char *b)
{
    for (;; a++, b++) {
        a = skip_blanks(a);
        b = skip_blanks(b);
        if (tolower((unsigned char)*a) != tolower((unsigned char)*b))
            return false;
        if (!*a)
            return true;
    }
}

/* Adds a note if two class names are alike. It is not an error, because that may be intended. */
static bl_status note_alike(bl_data *data, const struct kinds *kinds, const struct label_column *column)
{
    for (size_t k = 0; k < kinds->n; k++)
        for (size_t j = 0; j < k && kinds->n <= MOST_COMPARED; j++) {
            const char *one = kinds->items[j].word->text, *other = kinds->items[k].word->text;
            if (are_alike(one, other))
                return data_add_note(data, "%s: \"%s\" and \"%s\" differ in %s and are two classes",
                                     column->name, kind_shown(&kinds->items[j]).text,
                                     kind_shown(&kinds->items[k]).text,
                                     strcasecmp(one, other) == 0 ? "case" : "blanks");
        }
    return BL_OK;
}

/* Adds a note if both "true" and "1" occur, which may be two notations of one class. */
static bl_status note_mixture(bl_data *data, const struct kinds *kinds, const struct label_column *column)
{
    const struct distinct_label *number = NULL, *word = NULL;
    for (size_t k = 0; k < kinds->n; k++)
        *(kinds->items[k].is_number ? &number : &word) = &kinds->items[k];
    if (!number || !word)
        return BL_OK;
    return data_add_note(
        data, "%s: numbers (\"%s\") and words (\"%s\") are both labels; they are compared as texts",
        column->name, kind_shown(number).text, kind_shown(word).text);
}

/* Adds a note if most classes have a single example, because the labels are then probably ids, names or
   regression targets. */
static bl_status note_single(bl_data *data, const struct kinds *kinds, bool are_numbers,
                             const struct label_column *column)
{
    size_t single = 0;
    for (size_t k = 0; k < kinds->n; k++)
        single += kinds->items[k].word->count == 1;
    if (data->n < FEW_EXAMPLES || 2 * single <= data->n)
        return BL_OK;
    return data_add_note(
        data, "%s: %zu of the %d classes have one example each, which is too few to learn from; %s%s",
        column->name, single, data->outputs,
        are_numbers ? "--target number treats them as regression targets, " : "",
        "--label names another column");
}

static bl_status learn(bl_data *data, struct kinds *kinds, const struct reading *r,
                       const struct label_column *column)
{
    bool are_numbers = false;
    if (!column->is_text) {
        BL_TRY(check_mixture(kinds, r, data->n, column));
        BL_TRY(check_comments(kinds, r, column));
        BL_TRY(check_numbers(kinds, r, column, &are_numbers));
        BL_TRY(note_mixture(data, kinds, column));
    }
    BL_TRY(sort_kinds(data, kinds, are_numbers));
    BL_TRY(note_single(data, kinds, are_numbers, column));
    return note_alike(data, kinds, column);
}

/* Assigns the labels to the classes of the schema. The message names the first text in the file that is not a
   class. */
static bl_status match(bl_data *data, struct kinds *kinds, const struct reading *r,
                       const struct label_column *column)
{
    const struct distinct_label *unknown = NULL;
    data->outputs = r->schema->outputs;
    for (size_t k = 0; k < kinds->n; k++) {
        struct distinct_label *kind = &kinds->items[k];
        kind->number = class_of_text(r->schema, kind->word->text, strlen(kind->word->text));
        if (kind->number < 0 && (!unknown || kind->word->line < unknown->word->line))
            unknown = kind;
    }
    if (unknown)
        BL_FAIL(r->ctx, BL_BAD_DATA,
                "%s: %s %zu, %s: label \"%s\", which is none of the %d classes of the training set%s",
                r->path, column->unit, unknown->word->line, column->name, kind_shown(unknown).text,
                data->outputs, classes_shown(r->schema).text);
    return BL_OK;
}

static bl_status number_texts(bl_data *data, struct kinds *kinds, const struct reading *r,
                              const struct label_text *texts, const struct label_column *column)
{
    BL_TRY(collect_classes(kinds, r, texts, data->n, column));
    BL_TRY(r->schema ? match(data, kinds, r, column) : learn(data, kinds, r, column));
    assert(kinds->items); /* because a table has at least one row */
    int32_t *labels = NULL;
    BL_TRY(MEM_ARRAY(r->ctx, &labels, data->n, "labels"));
    data->labels = labels;
    for (size_t i = 0; i < data->n; i++) {
        char buffer[CSV_WORD_ROOM];
        struct slice word;
        BL_TRY(label_word(r, &texts[i], column, buffer, &word));
        labels[i] = kinds->items[words_place(&kinds->words, word)].number;
    }
    return BL_OK;
}

bl_status classes_number(bl_data *data, const struct reading *r, const struct label_text *texts,
                         const struct label_column *column)
{
    struct kinds kinds = {0};
    const bl_status status = number_texts(data, &kinds, r, texts, column);
    words_free(r->ctx, &kinds.words);
    mem_free(r->ctx, kinds.items);
    return status;
}
