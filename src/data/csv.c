/*
 * csv.c - tables of numbers with a label column, read in one pass.
 *
 * Every field but the label must be a finite number that a float holds. Nothing is guessed for a missing
 * value: the message tells where it is.
 */
#include "../base/mem.h"
#include "classes.h"
#include "csv_layout.h"
#include "csv_text.h"

#include <float.h>
#include <limits.h>
#include <math.h>
#include <string.h>

/* One reading, from text to set. */
struct table {
    const struct reading *r;
    struct csv_layout layout;
    struct slice text;         /* in the file's own memory */
    char *base;                /* the same, to be written in: labels lose their escapes in place */
    float *x;                  /* room x features */
    struct label_text *labels; /* room, or NULL */
    size_t room, n;
};

static size_t line_of(const struct bytes *file, size_t place)
{
    size_t line = 1;
    for (size_t i = 0; i < place; i++)
        line += file->at[i] == '\n';
    return line;
}

/* Names go on into models, logs and messages, where they must be UTF-8. */
static bl_status check_text(const struct reading *r, const struct bytes *file)
{
    const uint8_t *zero = file->n > 0 ? memchr(file->at, 0, file->n) : NULL;
    if (zero)
        BL_FAIL(r->ctx, BL_BAD_DATA, "%s: neither IDX (magic number) nor text: a zero byte in line %zu",
                r->path, line_of(file, (size_t)(zero - file->at)));
    const size_t valid = csv_valid_text(file->at, file->n);
    if (valid < file->n)
        BL_FAIL(r->ctx, BL_BAD_DATA,
                "%s: line %zu: byte 0x%02x is not UTF-8; convert the file (iconv -f latin1 -t utf-8)",
                r->path, line_of(file, valid), file->at[valid]);
    return BL_OK;
}

static struct slice without_mark(const struct bytes *file)
{
    const struct slice all = {(const char *)file->at, file->n};
    const bool has_mark = all.n >= 3 && memcmp(all.at, "\xEF\xBB\xBF", 3) == 0; /* UTF-8's byte order mark */
    return has_mark ? (struct slice){all.at + 3, all.n - 3} : all;
}

/* Most rows there can be: one a line, and a row of c fields has at least c bytes. */
static size_t most_rows(const struct table *t)
{
    size_t lines = 1;
    for (struct slice rest = t->text, line; slice_next(&rest, '\n', &line);)
        lines++;
    const size_t by_size = t->text.n / t->layout.columns + 1;
    return lines < by_size ? lines : by_size;
}

static bl_status make_room(struct table *t)
{
    bl_context *ctx = t->r->ctx;
    t->room = most_rows(t);
    if (t->layout.features > INT_MAX || t->room > SIZE_MAX / t->layout.features)
        BL_FAIL(ctx, BL_BAD_DATA, "%s: %zu columns are too many", t->r->path, t->layout.columns);
    BL_TRY(MEM_ARRAY(ctx, &t->x, t->room * t->layout.features, "a table"));
    if (t->layout.label != CSV_NONE)
        BL_TRY(MEM_ARRAY(ctx, &t->labels, t->room, "labels"));
    return BL_OK;
}

static size_t count_fields(const struct table *t, const struct csv_line *line)
{
    struct slice rest = line->text;
    struct csv_field field;
    size_t fields = 0;
    while (csv_next_field(&rest, t->layout.separator, &field))
        fields++;
    return fields;
}

static bl_status ragged(const struct table *t, const struct csv_line *line)
{
    BL_FAIL(t->r->ctx, BL_BAD_DATA, "%s: line %zu has %zu fields, expected %zu as in the first line",
            t->r->path, line->number, count_fields(t, line), t->layout.columns);
}

static bl_status bad_number(const struct table *t, const struct csv_line *line, size_t column,
                            struct slice text)
{
    double value = 0.0;
    if (count_fields(t, line) != t->layout.columns) /* then that is what is wrong */
        return ragged(t, line);
    const char *why = text_to_double(text, &value) ? ", which no float can hold" : "";
    BL_FAIL(t->r->ctx, BL_BAD_DATA, "%s: line %zu, %s: found \"%s\"%s; expected a number", t->r->path,
            line->number, csv_column(&t->layout, column).text, text_shown(text.at, text.n).text, why);
}

static bool to_float(struct slice text, float *out)
{
    double value;
    if (!text_to_double(text, &value) || !(fabs(value) <= (double)FLT_MAX))
        return false;
    *out = (float)value;
    return true;
}

static struct slice clean_label(struct table *t, const struct csv_field *field)
{
    struct slice text = field->text;
    if (field->has_escapes)
        text.n = csv_unescape(t->base + (text.at - t->text.at), text.n);
    return text;
}

static bl_status read_field(struct table *t, const struct csv_line *line, size_t column,
                            const struct csv_field *field)
{
    const size_t place = t->layout.place[column];
    if (field->is_broken)
        BL_FAIL(t->r->ctx, BL_BAD_DATA, "%s: line %zu, %s: a quote that does not end before the separator",
                t->r->path, line->number, csv_column(&t->layout, column).text);
    if (column == t->layout.label)
        t->labels[t->n] = (struct label_text){clean_label(t, field), line->number};
    else if (place != CSV_NONE && !to_float(field->text, &t->x[t->n * t->layout.features + place]))
        return bad_number(t, line, column, field->text);
    return BL_OK;
}

static bl_status read_row(struct table *t, const struct csv_line *line)
{
    struct slice rest = line->text;
    struct csv_field field;
    for (size_t c = 0; c < t->layout.columns; c++) {
        if (!csv_next_field(&rest, t->layout.separator, &field))
            return ragged(t, line);
        BL_TRY(read_field(t, line, c, &field));
    }
    if (rest.at)
        return ragged(t, line);
    t->n++;
    return BL_OK;
}

static bl_status read_rows(struct table *t)
{
    struct slice rest = t->text;
    struct csv_line line = {.number = 0};
    if (t->layout.has_header)
        csv_next_line(&rest, &line);
    while (csv_next_line(&rest, &line))
        BL_TRY(read_row(t, &line));
    return BL_OK;
}

/* The features' names, in their order. */
static bl_status take_columns(bl_data *data, const struct table *t)
{
    if (!t->layout.names)
        return BL_OK;
    BL_TRY(MEM_ARRAY(data->ctx, &data->column_names, data->features, "column names"));
    for (size_t c = 0; c < t->layout.columns; c++) {
        const char *name = t->layout.names[c];
        if (t->layout.place[c] != CSV_NONE)
            BL_TRY(mem_text(data->ctx, &data->column_names[t->layout.place[c]], name, strlen(name)));
    }
    return BL_OK;
}

static bl_status fill(bl_data *data, struct table *t)
{
    BL_TRY(csv_layout_find(&t->layout, t->r, t->text));
    BL_TRY(make_room(t));
    BL_TRY(read_rows(t));
    data->n = t->n;
    data->features = t->layout.features;
    data->shape = (bl_shape){1, 1, (int)t->layout.features};
    BL_TRY(data_shape_like(data, t->r));
    BL_TRY(take_columns(data, t));
    if (t->labels)
        BL_TRY(classes_number(data, t->r, t->labels, csv_column(&t->layout, t->layout.label).text));
    else
        data->outputs = t->r->like ? t->r->like->outputs : 0;
    data->floats = t->x;
    t->x = NULL;
    data->hash = data_hash(data);
    return BL_OK;
}

static bl_status read_table(bl_data **out, const struct reading *r, const struct bytes *file)
{
    struct table t = {.r = r, .text = without_mark(file)};
    t.base = (char *)file->at + (t.text.at - (const char *)file->at);
    BL_TRY(check_text(r, file));
    bl_data *data = NULL;
    bl_status status = data_create(&data, r->ctx, r->path);
    if (status == BL_OK)
        status = fill(data, &t);
    mem_free(r->ctx, t.x);
    mem_free(r->ctx, t.labels);
    csv_layout_free(r->ctx, &t.layout);
    if (status == BL_OK)
        *out = data;
    else
        data_free(data);
    return status;
}

bl_status csv_read(bl_data **out, const struct reading *r, struct bytes *file)
{
    const bl_status status = read_table(out, r, file);
    mem_free(r->ctx, file->at);
    *file = (struct bytes){0};
    return status;
}
