/*
 * npy_labels.c - converts an array of labels to classes: numbers by value, texts (UTF-32 or bytes) by their
 * UTF-8 bytes.
 */
#include "npy_labels.h"

#include "../../base/mem.h"
#include "../../base/text.h"
#include "../../base/utf8.h"
#include "../table/classes.h"

#include <math.h>
#include <string.h>

/* ---- Numbers */

static bl_status no_class(const struct reading *r, const char *where, double value, size_t row)
{
    const bool is_whole = value == floor(value) && fabs(value) <= 0x1p31;
    if (!is_whole)
        BL_FAIL(r->ctx, BL_BAD_DATA,
                "%s: label %g in row %zu (from 0), expected whole numbers; for regression targets use "
                "--loss mse",
                where, value, row);
    BL_FAIL(r->ctx, BL_BAD_DATA,
            "%s: label %.0f in row %zu (from 0), which is none of the %d classes of the training set%s",
            where, value, row, r->schema->outputs, classes_shown(r->schema).text);
}

/* The distinct values, sorted. */
struct values {
    double *items;
    size_t n, room;
};

static size_t place_of(const struct values *v, double value)
{
    size_t low = 0, high = v->n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (v->items[middle] < value)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bl_status add_value(struct values *v, bl_context *ctx, double value)
{
    const size_t place = place_of(v, value);
    if (place < v->n && !(v->items[place] > value))
        return BL_OK;
    BL_TRY(MEM_GROW(ctx, &v->items, &v->room, v->n, "classes"));
    memmove(v->items + place + 1, v->items + place, (v->n - place) * sizeof *v->items);
    v->items[place] = value;
    v->n++;
    return BL_OK;
}

static bl_status collect_distinct_labels(struct values *v, const struct reading *r, const struct npy_view *y,
                                         const char *where)
{
    for (size_t i = 0; i < y->count; i++) {
        const double value = npy_value(y, i);
        if (!(fabs(value) <= 0x1p31) || value != floor(value))
            return no_class(r, where, value, i);
        BL_TRY(add_value(v, r->ctx, value));
        if (v->n > MOST_CLASSES)
            BL_FAIL(r->ctx, BL_BAD_DATA,
                    "%s: more than %d different labels, expected classes; for regression targets use "
                    "--loss mse",
                    where, MOST_CLASSES);
    }
    return BL_OK;
}

/* Sets the class names to the values, unless these are 0 .. k-1. */
static bl_status name_values(bl_data *data, const struct values *v)
{
    data->outputs = (int)v->n;
    if (v->items[0] >= 0.0 && v->items[0] <= 0.0 && v->items[v->n - 1] <= (double)(v->n - 1))
        return BL_OK;
    BL_TRY(MEM_ARRAY(data->ctx, &data->class_names, v->n, "class names"));
    for (size_t k = 0; k < v->n; k++) {
        char name[32] = "";
        text_append(name, sizeof name, "%.0f", v->items[k] + 0.0); /* adding 0 turns -0 into 0 */
        BL_TRY(mem_text(data->ctx, &data->class_names[k], name, strlen(name)));
    }
    return BL_OK;
}

static bl_status learn_values(bl_data *data, struct values *v, const struct reading *r,
                              const struct npy_view *y, const char *where)
{
    BL_TRY(collect_distinct_labels(v, r, y, where));
    BL_TRY(name_values(data, v));
    int32_t *labels = NULL;
    BL_TRY(MEM_ARRAY(r->ctx, &labels, y->count, "labels"));
    data->labels = labels;
    for (size_t i = 0; i < y->count; i++)
        labels[i] = (int32_t)place_of(v, npy_value(y, i));
    return BL_OK;
}

static bl_status match_values(bl_data *data, const struct reading *r, const struct npy_view *y,
                              const char *where)
{
    int32_t *labels = NULL;
    BL_TRY(MEM_ARRAY(r->ctx, &labels, y->count, "labels"));
    data->labels = labels;
    data->outputs = r->schema->outputs;
    for (size_t i = 0; i < y->count; i++) {
        labels[i] = class_of_number(r->schema, npy_value(y, i));
        if (labels[i] < 0)
            return no_class(r, where, npy_value(y, i), i);
    }
    return BL_OK;
}

static bl_status take_numbers(bl_data *data, const struct reading *r, const struct npy_view *y,
                              const char *where)
{
    struct values v = {0};
    if (r->schema)
        return match_values(data, r, y, where);
    const bl_status status = learn_values(data, &v, r, y, where);
    mem_free(r->ctx, v.items);
    return status;
}

/* ---- Texts */

static size_t put_utf8(char *to, uint32_t c)
{
    if (c < 0x80) {
        to[0] = (char)c;
        return 1;
    }
    const size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = n; i-- > 1; c >>= 6)
        to[i] = (char)(0x80 | (c & 0x3f));
    to[0] = (char)((n == 2 ? 0xC0u : n == 3 ? 0xE0u : 0xF0u) | c);
    return n;
}

static uint32_t character(const struct npy_view *y, const unsigned char *at)
{
    return y->is_big ? (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3]
                     : (uint32_t)at[3] << 24 | (uint32_t)at[2] << 16 | (uint32_t)at[1] << 8 | at[0];
}

/* Converts value i to UTF-8, at most y->size bytes, without the zeros with which NumPy pads texts. false: it
   is not valid text, or contains zeros or control characters. */
static bool text_of(const struct npy_view *y, size_t i, char *to, size_t *n)
{
    const unsigned char *at = npy_at(y, i);
    const size_t width = y->kind == 'U' ? 4 : 1;
    size_t length = y->size / width;
    while (length > 0 && (width == 4 ? character(y, at + 4 * (length - 1)) : at[length - 1]) == 0)
        length--;
    *n = 0;
    for (size_t c = 0; c < length; c++) {
        const uint32_t code = width == 4 ? character(y, at + 4 * c) : at[c];
        if (code < 0x20 || code > 0x10FFFF)
            return false;
        if (width == 4)
            *n += put_utf8(to + *n, code);
        else
            to[(*n)++] = (char)code;
    }
    return utf8_valid((const unsigned char *)to, *n) == *n;
}

static bl_status take_texts(bl_data *data, const struct reading *r, const struct npy_view *y,
                            const char *where, struct label_text *texts, char *buffer)
{
    for (size_t i = 0; i < y->count; i++) {
        char *to = buffer + i * y->size;
        size_t n = 0;
        if (!text_of(y, i, to, &n))
            BL_FAIL(r->ctx, BL_BAD_DATA, "%s: the label in row %zu (from 0) is not text (UTF-8 or UTF-32)",
                    where, i);
        texts[i] = (struct label_text){{.text = slice_trim((struct slice){to, n})}, i};
    }
    const struct label_column from = {"counted from 0", "row", true};
    struct reading named = *r;
    named.path = where;
    return classes_number(data, &named, texts, &from);
}

static bl_status take_words(bl_data *data, const struct reading *r, const struct npy_view *y,
                            const char *where)
{
    struct label_text *texts = NULL;
    char *buffer = NULL;
    BL_TRY(MEM_ARRAY(r->ctx, &texts, y->count, "labels"));
    bl_status status = mem_array_bytes(r->ctx, (void **)&buffer, y->count, y->size, "labels");
    if (status == BL_OK)
        status = take_texts(data, r, y, where, texts, buffer);
    mem_free(r->ctx, texts);
    mem_free(r->ctx, buffer);
    return status;
}

bl_status npy_take_classes(bl_data *data, const struct reading *r, const struct npy_view *y,
                           const char *where)
{
    if (y->count != y->sizes[0])
        BL_FAIL(
            r->ctx, BL_BAD_DATA,
            "%s: %zu labels for each of %zu examples, expected one; rows of zeros and a one become labels by "
            "numpy.argmax(y, axis=1); for regression targets use --loss mse",
            where, y->count / y->sizes[0], y->sizes[0]);
    return npy_is_text(y) ? take_words(data, r, y, where) : take_numbers(data, r, y, where);
}
