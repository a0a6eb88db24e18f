/*
 * fuzz_idx.c - images and labels in IDX files. Input: a byte of options, the images, and the labels after as
 * many bytes as the header of the images declares (or, as the options choose, no labels).
 *
 * The values read must equal those of the files, and a file can be read again with its own encoding.
 */
#include "fuzz_data.h"
#include "fuzz_target.h"

#include "../../src/base/mem.h"
#include "../../src/data/image/idx.h"

#include <stdlib.h>
#include <string.h>

struct files {
    const uint8_t *images, *labels;
    size_t n_images, n_labels;
    bool has_labels;
};

static size_t big_endian(const uint8_t *at)
{
    return (size_t)at[0] << 24 | (size_t)at[1] << 16 | (size_t)at[2] << 8 | (size_t)at[3];
}

/* The number of bytes that the header of the images declares, at most n. */
static size_t promised(const uint8_t *bytes, size_t n)
{
    const size_t dimensions = n >= 4 ? bytes[3] : 0, header = 4 + 4 * dimensions;
    if (n < header)
        return n;
    size_t elements = 1;
    for (size_t i = 0; i < dimensions && elements <= n; i++)
        elements *= big_endian(bytes + 4 + 4 * i);
    return elements < n - header ? header + elements : n;
}

static struct files split(const uint8_t *bytes, size_t n)
{
    const unsigned options = fuzz_byte(&bytes, &n);
    const size_t images = options & 2 ? n : promised(bytes, n);
    return (struct files){bytes, bytes + images, images, n - images, options & 1};
}

static bl_status read_set(bl_data **out, bl_context *ctx, const struct files *f, const bl_data *schema)
{
    const struct data_options options = {.has_labels = f->has_labels};
    const struct reading reading = {ctx, "images", &options, schema};
    struct bytes file = {NULL, f->n_images};
    bl_data *const untouched = (bl_data *)&file;
    *out = untouched;
    const char *labels = f->has_labels ? fuzz_file("labels", f->labels, f->n_labels) : NULL;
    bl_status status = MEM_ARRAY(ctx, &file.at, file.n, "images");
    if (status == BL_OK) {
        memcpy(file.at, f->images, file.n);
        status = idx_read(out, &reading, &file, labels);
    }
    FUZZ_CHECK(status == BL_OK || *out == untouched, "a set was returned although the function failed");
    *out = status == BL_OK ? *out : NULL;
    return status;
}

/* Labels in gzip are unpacked, so that they differ from the bytes of the file. */
static void check_bytes(const bl_data *data, const struct files *f)
{
    const size_t n = data->n * data->features;
    FUZZ_CHECK(memcmp(data->bytes, f->images + f->n_images - n, n) == 0, "other images than in the file");
    for (size_t i = 0; f->has_labels && f->labels[0] == 0 && i < data->n; i++)
        FUZZ_CHECK(data->labels[i] == f->labels[f->n_labels - data->n + i], "label %zu is %ld", i,
                   (long)data->labels[i]);
}

static bl_status check_set(bl_context *ctx, const struct files *f, bl_data *first)
{
    bl_data *second = NULL;
    check_bytes(first, f);
    if (!fuzz_check_data(first, false))
        return BL_NO_MEMORY;
    if (!fuzz_went_well(ctx, read_set(&second, ctx, f, first), "reading a set like itself"))
        return BL_NO_MEMORY;
    fuzz_check_same_data(first, second);
    data_free(second);
    return BL_OK;
}

static bl_status attempt(bl_context *ctx, const uint8_t *bytes, size_t n)
{
    const struct files f = split(bytes, n);
    bl_data *first = NULL;
    BL_TRY(read_set(&first, ctx, &f, NULL));
    const bl_status status = check_set(ctx, &f, first);
    data_free(first);
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    fuzz_run(attempt, bytes, n);
    return 0;
}
