/*
 * tensors.c - the table of named arrays and texts that all readers of this folder fill.
 */
#include "tensors.h"

#include "../base/mem.h"
#include "../base/text.h"
#include "tensor_table.h"

#include <stdint.h>
#include <string.h>

bl_status tensors_create(struct tensors **out, bl_context *ctx)
{
    return MEM_ONE(ctx, out, "a table of tensors");
}

void tensors_free(bl_context *ctx, struct tensors *t)
{
    if (!t)
        return;
    for (size_t i = 0; i < t->n; i++) {
        mem_free(ctx, t->items[i].name);
        mem_free(ctx, t->items[i].values);
        mem_free(ctx, t->items[i].doubles);
    }
    for (size_t i = 0; i < t->n_texts; i++) {
        mem_free(ctx, t->texts[i].key);
        mem_free(ctx, t->texts[i].text);
    }
    mem_free(ctx, t->items);
    mem_free(ctx, t->texts);
    mem_free(ctx, t);
}

bool tensor_count(size_t rows, size_t cols, size_t *n)
{
    const size_t most = SIZE_MAX / sizeof(double); /* doubles are the widest values that are read */
    if (rows == 0 || rows > most || (cols > 0 && rows > most / cols))
        return false;
    *n = rows * (cols > 0 ? cols : 1);
    return true;
}

bool tensor_name_is_plain(const char *name)
{
    return name[0] && text_is_plain(name);
}

/* The entry is counted before its parts are allocated, so that tensors_free frees a partial entry. */
static bl_status add_item(struct tensors *t, bl_context *ctx, const char *name, size_t rows, size_t cols,
                          struct tensor_item **out)
{
    BL_TRY(MEM_GROW(ctx, &t->items, &t->room, t->n, "a table of tensors"));
    struct tensor_item *item = &t->items[t->n++];
    *item = (struct tensor_item){.rows = rows, .cols = cols};
    *out = item;
    return mem_text(ctx, &item->name, name, strlen(name));
}

bl_status tensors_add(struct tensors *t, bl_context *ctx, const char *name, size_t rows, size_t cols,
                      float **values)
{
    struct tensor_item *item = NULL;
    BL_TRY(add_item(t, ctx, name, rows, cols, &item));
    BL_TRY(MEM_ARRAY(ctx, &item->values, rows * (cols > 0 ? cols : 1), "a tensor"));
    *values = item->values;
    return BL_OK;
}

bl_status tensors_add_doubles(struct tensors *t, bl_context *ctx, const char *name, size_t rows, size_t cols,
                              double **values)
{
    struct tensor_item *item = NULL;
    BL_TRY(add_item(t, ctx, name, rows, cols, &item));
    BL_TRY(MEM_ARRAY(ctx, &item->doubles, rows * (cols > 0 ? cols : 1), "a tensor"));
    *values = item->doubles;
    return BL_OK;
}

bl_status tensors_add_metadata(struct tensors *t, bl_context *ctx, const char *key, const char *text)
{
    BL_TRY(MEM_GROW(ctx, &t->texts, &t->texts_room, t->n_texts, "a table of texts"));
    struct tensor_text *entry = &t->texts[t->n_texts++];
    *entry = (struct tensor_text){NULL, NULL};
    BL_TRY(mem_text(ctx, &entry->key, key, strlen(key)));
    return mem_text(ctx, &entry->text, text, strlen(text));
}

int tensors_entry(const struct tensors *t, size_t i, struct tensor_entry *out)
{
    if (i >= t->n)
        return 0;
    const struct tensor_item *item = &t->items[i];
    *out = (struct tensor_entry){item->name, item->values, item->rows, item->cols, item->doubles};
    return 1;
}

int tensors_find_any(const struct tensors *t, const char *name, struct tensor_entry *out)
{
    for (size_t i = 0; i < t->n; i++)
        if (strcmp(t->items[i].name, name) == 0)
            return tensors_entry(t, i, out);
    return 0;
}

int tensors_find(const struct tensors *t, const char *name, struct tensor_entry *out)
{
    struct tensor_entry found;
    if (!tensors_find_any(t, name, &found) || found.doubles)
        return 0;
    *out = found;
    return 1;
}

int tensors_metadata_at(const struct tensors *t, size_t i, struct tensor_metadata *out)
{
    if (i >= t->n_texts)
        return 0;
    *out = (struct tensor_metadata){t->texts[i].key, t->texts[i].text};
    return 1;
}

const char *tensors_metadata(const struct tensors *t, const char *key)
{
    for (size_t i = 0; i < t->n_texts; i++)
        if (strcmp(t->texts[i].key, key) == 0)
            return t->texts[i].text;
    return NULL;
}
