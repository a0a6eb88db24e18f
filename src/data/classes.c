/*
 * classes.c - from the texts in a label column to numbers of classes.
 */
#include "classes.h"

#include "../base/mem.h"
#include "csv_text.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* More different labels than this are no classes: the wrong column was taken. */
enum { MOST_CLASSES = 32768 };

/* A text that occurs, with what is known of it. */
struct kind {
    struct slice text;
    size_t line, count; /* where it is first, and how often */
    bool is_number;
    double value;
    int number; /* its class */
};

struct kinds { /* sorted by text */
    struct kind *items;
    size_t n, room;
};

static int compare_text(struct slice a, struct slice b)
{
    const int order = memcmp(a.at, b.at, a.n < b.n ? a.n : b.n);
    return order ? order : (a.n > b.n) - (a.n < b.n);
}

/* Where `text` is, or would be. */
static size_t kind_place(const struct kinds *kinds, struct slice text)
{
    size_t low = 0, high = kinds->n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (compare_text(kinds->items[middle].text, text) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_kind(const struct kinds *kinds, size_t place, struct slice text)
{
    return place < kinds->n && compare_text(kinds->items[place].text, text) == 0;
}

static bl_status kind_insert(struct kinds *kinds, bl_context *ctx, size_t place,
                             const struct label_text *label)
{
    BL_TRY(MEM_GROW(ctx, &kinds->items, &kinds->room, kinds->n, "class names"));
    struct kind *at = kinds->items + place;
    memmove(at + 1, at, (kinds->n - place) * sizeof *at);
    *at = (struct kind){.text = label->text, .line = label->line};
    at->is_number = text_to_double(label->text, &at->value);
    kinds->n++;
    return BL_OK;
}

static bl_status collect(struct kinds *kinds, const struct reading *r, const struct label_text *texts,
                         size_t n, const char *column)
{
    for (size_t i = 0; i < n; i++) {
        const struct slice text = texts[i].text;
        if (csv_is_missing(text))
            BL_FAIL(r->ctx, BL_BAD_DATA, "%s: line %zu, %s: \"%s\" is no label", r->path, texts[i].line,
                    column, text_shown(text.at, text.n).text);
        const size_t place = kind_place(kinds, text);
        if (!is_kind(kinds, place, text))
            BL_TRY(kind_insert(kinds, r->ctx, place, &texts[i]));
        kinds->items[place].count++;
        if (kinds->n > MOST_CLASSES)
            BL_FAIL(r->ctx, BL_BAD_DATA, "%s: line %zu, %s: more than %d different labels, expected classes",
                    r->path, texts[i].line, column, MOST_CLASSES);
    }
    return BL_OK;
}

/* Numbers with one odd word among them are a mistake in that row, not a class of one example. */
static bl_status check_mixture(const struct kinds *kinds, const struct reading *r, size_t n,
                               const char *column)
{
    size_t numbers = 0;
    for (size_t k = 0; k < kinds->n; k++)
        numbers += kinds->items[k].is_number ? kinds->items[k].count : 0;
    for (size_t k = 0; k < kinds->n; k++) {
        const struct kind *kind = &kinds->items[k];
        const bool is_odd = !kind->is_number && (kind->count == 1 || csv_is_missing_number(kind->text));
        if (is_odd && 2 * numbers > n)
            BL_FAIL(r->ctx, BL_BAD_DATA, "%s: line %zu, %s: \"%s\" is no number, but most other labels are",
                    r->path, kind->line, column, text_shown(kind->text.at, kind->text.n).text);
    }
    return BL_OK;
}

static bool is_whole(const struct kind *kind)
{
    return kind->is_number && fabs(kind->value) <= 0x1p31 && kind->value == floor(kind->value);
}

/* are_numbers: all of them, and then they must be whole. */
static bl_status check_numbers(const struct kinds *kinds, const struct reading *r, const char *column,
                               bool *are_numbers)
{
    *are_numbers = true;
    for (size_t k = 0; k < kinds->n; k++)
        *are_numbers = *are_numbers && kinds->items[k].is_number;
    for (size_t k = 0; *are_numbers && k < kinds->n; k++)
        if (!is_whole(&kinds->items[k]))
            BL_FAIL(r->ctx, BL_BAD_DATA,
                    "%s: line %zu, %s: label %s, expected whole numbers or words; "
                    "the option label names another column",
                    r->path, kinds->items[k].line, column,
                    text_shown(kinds->items[k].text.at, kinds->items[k].text.n).text);
    return BL_OK;
}

static int by_value(const void *a, const void *b)
{
    const double x = (*(const struct kind *const *)a)->value, y = (*(const struct kind *const *)b)->value;
    return (x > y) - (x < y);
}

/* Classes by value: "3" and "3.0" are one. Gives their number; sorted holds one kind of each, in order. */
static int number_by_value(struct kind **sorted, size_t n)
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

static bool are_natural(struct kind *const *sorted, int n)
{
    return sorted[0]->value == 0.0 && sorted[n - 1]->value == n - 1;
}

static bl_status name_classes(bl_data *data, struct kind *const *sorted, bool are_numbers)
{
    BL_TRY(MEM_ARRAY(data->ctx, &data->class_names, (size_t)data->outputs, "class names"));
    for (int k = 0; k < data->outputs; k++) {
        char number[16] = "";
        text_append(number, sizeof number, "%.0f", sorted[k]->value + 0.0); /* -0 is 0 */
        const struct slice name = are_numbers ? slice_of(number) : sorted[k]->text;
        BL_TRY(mem_text(data->ctx, &data->class_names[k], name.at, name.n));
    }
    return BL_OK;
}

static bl_status number_kinds(bl_data *data, struct kinds *kinds, struct kind **sorted, bool are_numbers)
{
    for (size_t k = 0; k < kinds->n; k++) {
        sorted[k] = &kinds->items[k];
        sorted[k]->number = (int)k;
    }
    data->outputs = are_numbers ? number_by_value(sorted, kinds->n) : (int)kinds->n;
    if (are_numbers && are_natural(sorted, data->outputs))
        return BL_OK;
    return name_classes(data, sorted, are_numbers);
}

static bl_status sort_kinds(bl_data *data, struct kinds *kinds, bool are_numbers)
{
    struct kind **sorted = NULL;
    BL_TRY(MEM_ARRAY(data->ctx, &sorted, kinds->n, "class names"));
    const bl_status status = number_kinds(data, kinds, sorted, are_numbers);
    mem_free(data->ctx, sorted);
    return status;
}

static bl_status learn(bl_data *data, struct kinds *kinds, const struct reading *r, const char *column)
{
    bool are_numbers = false;
    BL_TRY(check_mixture(kinds, r, data->n, column));
    BL_TRY(check_numbers(kinds, r, column, &are_numbers));
    return sort_kinds(data, kinds, are_numbers);
}

static bl_status match(bl_data *data, struct kinds *kinds, const struct reading *r, const char *column)
{
    data->outputs = r->like->outputs;
    for (size_t k = 0; k < kinds->n; k++) {
        struct kind *kind = &kinds->items[k];
        kind->number = class_of_text(r->like, kind->text.at, kind->text.n);
        if (kind->number < 0)
            BL_FAIL(r->ctx, BL_BAD_DATA,
                    "%s: line %zu, %s: label \"%s\", which is none of the %d classes of the training set",
                    r->path, kind->line, column, text_shown(kind->text.at, kind->text.n).text, data->outputs);
    }
    return BL_OK;
}

static bl_status number_texts(bl_data *data, struct kinds *kinds, const struct reading *r,
                              const struct label_text *texts, const char *column)
{
    BL_TRY(collect(kinds, r, texts, data->n, column));
    BL_TRY(r->like ? match(data, kinds, r, column) : learn(data, kinds, r, column));
    assert(kinds->items); /* a table has a row */
    int32_t *labels = NULL;
    BL_TRY(MEM_ARRAY(r->ctx, &labels, data->n, "labels"));
    data->labels = labels;
    for (size_t i = 0; i < data->n; i++)
        labels[i] = kinds->items[kind_place(kinds, texts[i].text)].number;
    return BL_OK;
}

bl_status classes_number(bl_data *data, const struct reading *r, const struct label_text *texts,
                         const char *column)
{
    struct kinds kinds = {0};
    const bl_status status = number_texts(data, &kinds, r, texts, column);
    mem_free(r->ctx, kinds.items);
    return status;
}

static int class_of_name(const bl_data *like, struct slice text)
{
    for (int k = 0; k < like->outputs; k++)
        if (slice_is(text, like->class_names[k]))
            return k;
    return -1;
}

/* "7", "7.0" */
static int class_of_number(const bl_data *like, double value)
{
    char number[32] = "";
    text_append(number, sizeof number, "%.0f", value + 0.0); /* -0 is 0 */
    if (!like->class_names)
        return value >= 0.0 && value < like->outputs ? (int)value : -1;
    const int by_name = class_of_name(like, slice_of(number));
    double name = 0.0;
    if (by_name >= 0 || text_to_double(slice_of(like->class_names[0]), &name))
        return by_name;
    return value >= 0.0 && value < like->outputs ? (int)value : -1;
}

int class_of_text(const bl_data *like, const char *text, size_t n)
{
    const struct slice label = {text, n};
    const int by_name = like->class_names ? class_of_name(like, label) : -1;
    double value = 0.0;
    if (by_name >= 0 || !text_to_double(label, &value) || fabs(value) > 0x1p31 || value != floor(value))
        return by_name;
    return class_of_number(like, value);
}
