/*
 * data_files.h - for tests of src/data: writes IDX, table and gzip files, and prints a set of examples as
 * text.
 */
#ifndef TESTS_DATA_FILES_H
#define TESTS_DATA_FILES_H

#include "../src/base/mem.h"
#include "../src/base/text.h"
#include "../src/data/source/location.h"
#include "scratch.h"

#include <archive.h>
#include <archive_entry.h>

/* Writes the bytes as one gzip member, by libarchive. */
static inline void write_gz(const char *path, const void *bytes, size_t n)
{
    struct archive *out = archive_write_new();
    struct archive_entry *entry = archive_entry_new();
    archive_entry_set_pathname(entry, "data");
    archive_entry_set_filetype(entry, AE_IFREG);
    const int is_right =
        archive_write_add_filter_gzip(out) == ARCHIVE_OK && archive_write_set_format_raw(out) == ARCHIVE_OK &&
        archive_write_open_filename(out, path) == ARCHIVE_OK &&
        archive_write_header(out, entry) == ARCHIVE_OK &&
        archive_write_data(out, bytes, n) == (la_ssize_t)n && archive_write_close(out) == ARCHIVE_OK;
    archive_entry_free(entry);
    archive_write_free(out);
    if (!is_right)
        abort();
}

static inline void write_either(const char *path, const void *bytes, size_t n)
{
    const size_t length = strlen(path);
    if (length > 3 && strcmp(path + length - 3, ".gz") == 0)
        write_gz(path, bytes, n);
    else
        scratch_write(path, bytes, n);
}

static inline size_t put_big_endian(uint8_t *at, uint32_t x)
{
    for (int i = 0; i < 4; i++)
        at[i] = (uint8_t)(x >> (24 - 8 * i));
    return 4;
}

/* An IDX file: the magic number, as many sizes as its last byte says, then n elements 0, 1, ..., modulo
   `below`. */
struct idx_spec {
    uint32_t magic, sizes[4];
    size_t n;
    uint32_t below;
};

/* Writes the file's bytes to `out`; returns their number. */
static inline size_t make_idx(uint8_t *out, const struct idx_spec *s)
{
    size_t n = put_big_endian(out, s->magic);
    for (uint32_t i = 0; i < (s->magic & 0xff) && i < 4; i++)
        n += put_big_endian(out + n, s->sizes[i]);
    for (size_t i = 0; i < s->n; i++)
        out[n++] = (uint8_t)(i % s->below);
    return n;
}

static inline void write_idx(const char *path, const struct idx_spec *s)
{
    uint8_t bytes[4096];
    write_either(path, bytes, make_idx(bytes, s));
}

/* Reads one part of a set, unscaled; schema NULL: as a training set. */
static inline bl_status read_part(bl_data **out, bl_context *ctx, const char *where, const char *part,
                                  const struct data_options *options, const bl_data *schema)
{
    struct location from;
    BL_TRY(location_find(&from, ctx, where, options));
    return location_read(out, &(struct reading){ctx, NULL, options, schema}, &from, part);
}

/* The set as text: "1x1x2 of 3: 1 2 = 0, 3 4 = 1; classes a b c; columns u v" has shape, count, every
   example, and the names. */
static inline const char *data_as_text(const bl_data *d)
{
    static char text[4096];
    snprintf(text, sizeof text, "%dx%dx%d of %d:", d->shape.channels, d->shape.rows, d->shape.cols,
             d->outputs);
    for (size_t i = 0; i < d->n; i++) {
        text_append(text, sizeof text, "%s", i ? "," : "");
        for (size_t j = 0; j < d->features; j++)
            text_append(text, sizeof text, " %g",
                        d->bytes     ? d->bytes[i * d->features + j]
                        : d->doubles ? d->doubles[i * d->features + j]
                                     : (double)d->floats[i * d->features + j]);
        if (d->labels)
            text_append(text, sizeof text, " = %d", d->labels[i]);
    }
    for (int k = 0; d->class_names && k < d->outputs; k++)
        text_append(text, sizeof text, "%s %s", k ? "" : "; classes", d->class_names[k]);
    for (size_t j = 0; d->column_names && j < d->features; j++)
        text_append(text, sizeof text, "%s %s", j ? "" : "; columns", d->column_names[j]);
    return text;
}

/* A folder with the real data sets in mnist/, tabular/ and digit-recognizer/. NULL: there is none, and a
   message was printed. */
static inline const char *real_data(void)
{
    const char *folder = getenv("BACKLESS_TEST_DATA");
    if (!folder || !folder[0])
        fprintf(stderr, "SKIP: BACKLESS_TEST_DATA names no folder with the real sets\n");
    return folder && folder[0] ? folder : NULL;
}

#endif
