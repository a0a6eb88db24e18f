/*
 * csv.c - tables with a label column: numbers become features, words one-hot features.
 *
 * Nothing is guessed for a missing value, unless the options say so: the message tells where it is. Infinities and NaN
 * are always refused.
 */
#include "../base/mem.h"
#include "csv_table.h"

#include <string.h>

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

/* ---- Labels and ids */

static bool wants_numbers(const struct csv_table *t)
{
    const struct reading *r = t->r;
    if (r->like)
        return r->like->has_targets;
    switch (r->options->target) {
    case TARGET_NUMBER:
        return true;
    case TARGET_NUMBER_IF_ALL:
        return targets_are_numbers(t->labels, t->n);
    case TARGET_NUMBER_IF_FRACTIONS:
        return targets_are_fractions(t->labels, t->n);
    case TARGET_CLASS:
        break;
    }
    return false;
}

static bl_status take_labels(struct csv_table *t)
{
    bl_data *data = t->data;
    data->has_targets = t->r->like && t->r->like->has_targets;
    if (!t->labels) {
        data->outputs = t->r->like ? t->r->like->outputs : 0;
        return BL_OK;
    }
    const struct csv_column_text column = csv_column(&t->layout, t->layout.label);
    if (!t->r->like && t->layout.is_label_guessed)
        BL_TRY(data_add_note(data, "%s is taken for the label (--label names another)", column.text));
    if (!wants_numbers(t))
        return classes_number(data, t->r, t->labels, column.text);
    if (t->r->options->target != TARGET_NUMBER && !t->r->like)
        BL_TRY(data_add_note(data, "%s holds numbers to come near to (--target class takes them for classes)",
                             column.text));
    data->has_targets = true;
    return targets_number(data, t->r, t->labels, column.text);
}

static bl_status take_ids(struct csv_table *t)
{
    bl_data *data = t->data;
    if (!t->ids)
        return BL_OK;
    BL_TRY(MEM_ARRAY(data->ctx, &data->ids, t->n, "ids"));
    for (size_t i = 0; i < t->n; i++) {
        char buffer[CSV_WORD_ROOM];
        struct slice id;
        if (!csv_word(&t->ids[i], buffer, &id))
            BL_FAIL(t->r->ctx, BL_BAD_DATA, "%s: %s: an id of %zu bytes in row %zu, expected fewer than %d",
                    t->r->path, csv_column(&t->layout, t->layout.id).text, t->ids[i].text.n, i + 1,
                    CSV_WORD_ROOM);
        BL_TRY(mem_text(data->ctx, &data->ids[i], id.at, id.n));
    }
    return BL_OK;
}

/* ---- All together */

static bl_status fill(struct csv_table *t)
{
    BL_TRY(csv_layout_find(&t->layout, t->r, t->text));
    BL_TRY(csv_scan(t));
    t->data->n = t->n;
    BL_TRY(csv_judge(t));
    BL_TRY(csv_encode(t));
    BL_TRY(data_shape_like(t->data, t->r));
    BL_TRY(take_labels(t));
    BL_TRY(take_ids(t));
    t->data->hash = data_hash(t->data);
    return BL_OK;
}

static void table_free(struct csv_table *t)
{
    bl_context *ctx = t->r->ctx;
    for (size_t i = 0; t->inputs && i < t->layout.inputs; i++)
        words_free(ctx, &t->inputs[i].different);
    mem_free(ctx, t->inputs);
    mem_free(ctx, t->values);
    mem_free(ctx, t->labels);
    mem_free(ctx, t->ids);
    csv_layout_free(ctx, &t->layout);
}

static bl_status read_table(bl_data **out, const struct reading *r, const struct bytes *file)
{
    struct csv_table t = {.r = r, .text = without_mark(file)};
    BL_TRY(check_text(r, file));
    BL_TRY(data_create(&t.data, r->ctx, r->path));
    const bl_status status = fill(&t);
    table_free(&t);
    if (status == BL_OK)
        *out = t.data;
    else
        data_free(t.data);
    return status;
}

bl_status csv_read(bl_data **out, const struct reading *r, struct bytes *file)
{
    const bl_status status = read_table(out, r, file);
    mem_free(r->ctx, file->at);
    *file = (struct bytes){0};
    return status;
}

static bool is_table(const struct bytes *file, const char *path)
{
    (void)file, (void)path;
    return true;
}

static bl_status read_any(bl_data **out, const struct reading *r, struct bytes *file, const char *part)
{
    (void)part;
    return csv_read(out, r, file);
}

const struct reader reader_csv = {is_table, read_any};
