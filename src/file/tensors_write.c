/*
 * tensors_write.c - writes safetensors files. The complete header is built and checked before the first byte
 * is written. The values pass through a small buffer, so that the model is not copied as a whole.
 */
#include "tensors.h"

#include "../base/mem.h"
#include "float_bytes.h"
#include "replace.h"
#include "tensor_table.h"

#include <jansson.h>
#include <string.h>

enum { HEADER_ALIGNMENT = 8, VALUES_AT_ONCE = 4096 };

struct writing {
    bl_context *ctx;
    const char *path;
    const struct tensor_entry *entries;
    size_t n_entries;
    const struct tensor_metadata *metadata;
    size_t n_metadata;
};

static bl_status no_memory_to_write(const struct writing *w)
{
    return context_fail(w->ctx, BL_NO_MEMORY, "%s: no memory for the header", w->path);
}

/* Creates a JSON string. json_string returns NULL both for invalid UTF-8 and when memory runs out; the
   unchecked constructor fails only when memory runs out, which distinguishes the two. */
static bl_status make_text(const struct writing *w, json_t **out, const char *text, const char *what)
{
    json_t *made = json_string(text);
    if (made) {
        *out = made;
        return BL_OK;
    }
    json_t *unchecked = json_string_nocheck(text);
    if (!unchecked)
        return no_memory_to_write(w);
    json_decref(unchecked);
    BL_FAIL(w->ctx, BL_BAD_VALUE, "%s: %s is not UTF-8 and cannot be written", w->path, what);
}

/* Checks a name or key: UTF-8, without control characters, and not in `object` yet. */
static bl_status check_key(const struct writing *w, const json_t *object, const char *key)
{
    json_t *text = NULL;
    BL_TRY(make_text(w, &text, key, "a name"));
    json_decref(text);
    if (!tensor_name_is_plain(key))
        BL_FAIL(w->ctx, BL_BAD_VALUE,
                "%s: the name of a tensor or metadata key is empty or has control characters, expected text",
                w->path);
    if (json_object_get(object, key))
        BL_FAIL(w->ctx, BL_BAD_VALUE,
                "%s: two tensors or metadata keys are named \"%.100s\", expected different names", w->path,
                key);
    return BL_OK;
}

static bl_status add_metadata(const struct writing *w, json_t *header)
{
    if (w->n_metadata == 0)
        return BL_OK;
    json_t *metadata = json_object();
    if (json_object_set_new(header, "__metadata__", metadata) != 0)
        return no_memory_to_write(w);
    for (size_t i = 0; i < w->n_metadata; i++) {
        BL_TRY(check_key(w, metadata, w->metadata[i].key));
        json_t *text = NULL;
        BL_TRY(make_text(w, &text, w->metadata[i].text, w->metadata[i].key));
        if (json_object_set_new(metadata, w->metadata[i].key, text) != 0)
            return no_memory_to_write(w);
    }
    return BL_OK;
}

/* The size of one value in bytes. */
static size_t bytes_of(const struct tensor_entry *entry)
{
    return entry->doubles ? 8 : 4;
}

static bl_status add_entry(const struct writing *w, json_t *header, const struct tensor_entry *entry,
                           size_t *at)
{
    if (strcmp(entry->name, "__metadata__") == 0)
        BL_FAIL(w->ctx, BL_BAD_VALUE,
                "%s: a tensor is named __metadata__, which the format reserves for metadata", w->path);
    BL_TRY(check_key(w, header, entry->name));
    size_t n = 0;
    if (!tensor_count(entry->rows, entry->cols, &n))
        BL_FAIL(w->ctx, BL_BAD_VALUE, "%s: tensor \"%.100s\" of %zu x %zu cannot be written", w->path,
                entry->name, entry->rows, entry->cols);
    const json_int_t rows = (json_int_t)entry->rows, cols = (json_int_t)entry->cols;
    const size_t bytes = n * bytes_of(entry);
    const json_int_t begin = (json_int_t)*at, end = begin + (json_int_t)bytes;
    const char *type = entry->doubles ? "F64" : "F32";
    json_t *description = cols > 0 ? json_pack("{s:s, s:[I, I], s:[I, I]}", "dtype", type, "shape", rows,
                                               cols, "data_offsets", begin, end)
                                   : json_pack("{s:s, s:[I], s:[I, I]}", "dtype", type, "shape", rows,
                                               "data_offsets", begin, end);
    if (json_object_set_new(header, entry->name, description) != 0)
        return no_memory_to_write(w);
    *at += bytes;
    return BL_OK;
}

static bl_status fill_header(const struct writing *w, json_t *header)
{
    BL_TRY(add_metadata(w, header));
    size_t at = 0;
    for (size_t i = 0; i < w->n_entries; i++)
        BL_TRY(add_entry(w, header, &w->entries[i], &at));
    return BL_OK;
}

/* Creates the first bytes of the file: the header's length and the padded header. */
static bl_status header_bytes(const struct writing *w, const json_t *header, char **out, size_t *n)
{
    const size_t length = json_dumpb(header, NULL, 0, JSON_COMPACT);
    if (length == 0)
        return no_memory_to_write(w);
    const size_t padded = (length + HEADER_ALIGNMENT - 1) / HEADER_ALIGNMENT * HEADER_ALIGNMENT;
    if (padded > SAFETENSORS_MOST_HEADER)
        BL_FAIL(w->ctx, BL_BAD_VALUE, "%s: the header would have %zu bytes, the format allows %d", w->path,
                padded, SAFETENSORS_MOST_HEADER);
    char *bytes = NULL;
    BL_TRY(MEM_ARRAY(w->ctx, &bytes, SAFETENSORS_LENGTH_BYTES + padded, "a header"));
    bytes_from_u64((unsigned char *)bytes, padded, SAFETENSORS_LENGTH_BYTES);
    memset(bytes + SAFETENSORS_LENGTH_BYTES, ' ', padded);
    if (json_dumpb(header, bytes + SAFETENSORS_LENGTH_BYTES, padded, JSON_COMPACT) != length) {
        mem_free(w->ctx, bytes);
        return no_memory_to_write(w);
    }
    *out = bytes;
    *n = SAFETENSORS_LENGTH_BYTES + padded;
    return BL_OK;
}

static bl_status make_header(const struct writing *w, char **out, size_t *n)
{
    json_t *header = json_object();
    if (!header)
        return no_memory_to_write(w);
    bl_status status = fill_header(w, header);
    if (status == BL_OK)
        status = header_bytes(w, header, out, n);
    json_decref(header);
    return status;
}

static uint64_t bits_at(const struct tensor_entry *entry, size_t i)
{
    return entry->doubles ? bits_of_double(entry->doubles[i]) : bits_of_float(entry->values[i]);
}

static bl_status write_values(struct replacement *file, const struct tensor_entry *entry)
{
    unsigned char bytes[8 * VALUES_AT_ONCE];
    const size_t size = bytes_of(entry);
    const size_t n = entry->rows * (entry->cols > 0 ? entry->cols : 1);
    for (size_t first = 0; first < n; first += VALUES_AT_ONCE) {
        const size_t now = n - first < VALUES_AT_ONCE ? n - first : VALUES_AT_ONCE;
        for (size_t i = 0; i < now; i++)
            bytes_from_u64(bytes + size * i, bits_at(entry, first + i), (int)size);
        BL_TRY(replacement_add(file, bytes, size * now));
    }
    return BL_OK;
}

static bl_status write_pieces(const struct writing *w, struct replacement *file, const char *header, size_t n)
{
    BL_TRY(replacement_add(file, header, n));
    for (size_t i = 0; i < w->n_entries; i++)
        BL_TRY(write_values(file, &w->entries[i]));
    return replacement_finish(file);
}

static bl_status write_file(const struct writing *w, const char *header, size_t n)
{
    struct replacement file;
    BL_TRY(replacement_begin(&file, w->ctx, w->path));
    const bl_status status = write_pieces(w, &file, header, n);
    replacement_drop(&file);
    return status;
}

bl_status tensors_write(bl_context *ctx, const char *path, const struct tensor_entry *entries,
                        size_t n_entries, const struct tensor_metadata *metadata, size_t n_metadata)
{
    const struct writing w = {ctx, path, entries, n_entries, metadata, n_metadata};
    char *header = NULL;
    size_t n = 0;
    BL_TRY(make_header(&w, &header, &n));
    const bl_status status = write_file(&w, header, n);
    mem_free(ctx, header);
    return status;
}
