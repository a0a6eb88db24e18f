/*
 * fuzz_tensors.c - the invariants of a table of tensors, and that it can be written and read back.
 */
#include "fuzz_tensors.h"

#include "fuzz_target.h"

#include "../../src/base/mem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

size_t fuzz_tensor_size(const struct tensor_entry *entry)
{
    return entry->rows * (entry->cols ? entry->cols : 1);
}

static double value_at(const struct tensor_entry *entry, size_t i)
{
    return entry->doubles ? entry->doubles[i] : (double)entry->values[i];
}

static void check_entry(const struct tensors *t, const struct tensor_entry *entry)
{
    struct tensor_entry found;
    FUZZ_CHECK(entry->name[0] && fuzz_is_utf8(entry->name, strlen(entry->name)), "a tensor's name");
    FUZZ_CHECK(entry->rows > 0, "tensor %s has no rows", entry->name);
    for (size_t i = 0; i < fuzz_tensor_size(entry); i++)
        FUZZ_CHECK(isfinite(value_at(entry, i)), "tensor %s holds %g", entry->name, value_at(entry, i));
    FUZZ_CHECK(tensors_find_any(t, entry->name, &found) && found.values == entry->values &&
                   found.doubles == entry->doubles,
               "two tensors are called %s", entry->name);
}

static void check_same(const struct tensors *a, const struct tensors *b)
{
    struct tensor_entry x, y;
    struct tensor_metadata f, g;
    size_t i = 0;
    for (; tensors_entry(a, i, &x); i++) {
        FUZZ_CHECK(tensors_entry(b, i, &y) && strcmp(x.name, y.name) == 0, "tensor %s is lost", x.name);
        FUZZ_CHECK(x.rows == y.rows && x.cols == y.cols, "tensor %s has another shape", x.name);
        FUZZ_CHECK(!x.doubles == !y.doubles, "tensor %s has another type", x.name);
        FUZZ_CHECK(x.doubles || memcmp(x.values, y.values, fuzz_tensor_size(&x) * sizeof *x.values) == 0,
                   "tensor %s has other values", x.name);
        FUZZ_CHECK(x.values || memcmp(x.doubles, y.doubles, fuzz_tensor_size(&x) * sizeof *x.doubles) == 0,
                   "tensor %s has other doubles", x.name);
    }
    FUZZ_CHECK(!tensors_entry(b, i, &y), "tensor %s is new", y.name);
    for (i = 0; tensors_metadata_at(a, i, &f); i++)
        FUZZ_CHECK(tensors_metadata_at(b, i, &g) && strcmp(f.key, g.key) == 0 && strcmp(f.text, g.text) == 0,
                   "metadata %s is lost or changed", f.key);
    FUZZ_CHECK(!tensors_metadata_at(b, i, &g), "metadata %s is new", g.key);
}

/* All entries and metadata in the form that the writer takes. */
struct listing {
    struct tensor_entry *entries;
    struct tensor_metadata *metadata;
    size_t n_entries, n_metadata;
};

static void list_all(struct listing *out, const struct tensors *t)
{
    struct tensor_entry entry;
    struct tensor_metadata item;
    *out = (struct listing){0};
    while (tensors_entry(t, out->n_entries, &entry))
        out->n_entries++;
    while (tensors_metadata_at(t, out->n_metadata, &item))
        out->n_metadata++;
    out->entries = calloc(out->n_entries + 1, sizeof *out->entries);
    out->metadata = calloc(out->n_metadata + 1, sizeof *out->metadata);
    FUZZ_CHECK(out->entries && out->metadata, "no memory for the target itself");
    for (size_t i = 0; i < out->n_entries; i++)
        tensors_entry(t, i, &out->entries[i]);
    for (size_t i = 0; i < out->n_metadata; i++)
        tensors_metadata_at(t, i, &out->metadata[i]);
}

static bl_status write_all(bl_context *ctx, const struct tensors *t, const char *path)
{
    struct listing all;
    list_all(&all, t);
    const bl_status status =
        tensors_write(ctx, path, all.entries, all.n_entries, all.metadata, all.n_metadata);
    free(all.entries);
    free(all.metadata);
    return status;
}

static void check_same_bytes(const char *a, const char *b)
{
    size_t n = 0, m = 0;
    char *x = fuzz_read(a, &n), *y = fuzz_read(b, &m);
    FUZZ_CHECK(n == m && memcmp(x, y, n) == 0, "what was read back is written differently");
    free(x);
    free(y);
}

static bl_status check_way_back(bl_context *ctx, const struct tensors *t)
{
    struct tensors *back = NULL;
    const char *first = fuzz_path("first"), *second = fuzz_path("second");
    bl_status status = write_all(ctx, t, first);
    if (!fuzz_went_well(ctx, status, "writing what was read"))
        return status;
    status = tensors_read(&back, ctx, first);
    if (!fuzz_went_well(ctx, status, "reading what was written"))
        return status;
    check_same(t, back);
    status = write_all(ctx, back, second);
    if (fuzz_went_well(ctx, status, "writing it again"))
        check_same_bytes(first, second);
    tensors_free(ctx, back);
    return status;
}

bl_status fuzz_check_tensors(bl_context *ctx, const struct tensors *t)
{
    struct tensor_entry entry;
    struct tensor_metadata item;
    for (size_t i = 0; tensors_entry(t, i, &entry); i++)
        check_entry(t, &entry);
    for (size_t i = 0; tensors_metadata_at(t, i, &item); i++)
        FUZZ_CHECK(fuzz_is_plain(item.key) && fuzz_is_utf8(item.text, strlen(item.text)), "metadata %s",
                   item.key);
    return check_way_back(ctx, t);
}
