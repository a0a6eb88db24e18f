/*
 * fuzz_cifar.c - CIFAR's records, in a file of their own and in the official archive. Input: a byte of
 * options, then, as chosen by it, either the archive, whose checksums are corrected, or abbreviated records:
 * the labels and one byte, which is repeated for all pixels.
 *
 * The examples read must equal the records, and reading the set again with its own encoding must give the
 * same set.
 */
#include "fuzz_data.h"
#include "fuzz_target.h"

#include "../../src/base/mem.h"
#include "../../src/data/image/cifar.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_RECORDS = 6, BLOCK = 512, CHECKSUM_AT = 148, CHECKSUM_BYTES = 8, USTAR_AT = 257 };

struct input {
    uint8_t *file;
    size_t n;
    const char *path, *part;
    struct data_options options;
};

/* ---- Input */

/* Writes the checksum of a header: the sum of its bytes in octal, with blanks in place of the checksum
   itself. */
static void mend_header(uint8_t *header)
{
    unsigned sum = 0;
    char text[CHECKSUM_BYTES + 1];
    memset(header + CHECKSUM_AT, ' ', CHECKSUM_BYTES);
    for (size_t i = 0; i < BLOCK; i++)
        sum += header[i];
    snprintf(text, sizeof text, "%06o", sum);
    memcpy(header + CHECKSUM_AT, text, 7);
}

static void mend_archive(uint8_t *file, size_t n)
{
    for (size_t at = 0; at + BLOCK <= n; at += BLOCK)
        if (memcmp(file + at + USTAR_AT, "ustar", 5) == 0)
            mend_header(file + at);
}

static void write_records(struct input *in, const uint8_t *bytes, size_t n, size_t labels)
{
    const size_t size = labels + CIFAR_PIXELS, all = n / (labels + 1);
    const size_t records = all < MOST_RECORDS ? all : MOST_RECORDS;
    in->n = records * size + (n % (labels + 1) == labels ? 1 : 0); /* sometimes with one byte too many */
    in->file = (uint8_t *)fuzz_room(in->n);
    for (size_t i = 0; i < records; i++) {
        memcpy(in->file + i * size, bytes + i * (labels + 1), labels);
        memset(in->file + i * size + labels, bytes[i * (labels + 1) + labels], CIFAR_PIXELS);
    }
}

static struct input take_input(const uint8_t *bytes, size_t n)
{
    static const char *const given[] = {NULL, "fine", "coarse", "9"};
    const unsigned a = fuzz_byte(&bytes, &n);
    struct input in = {.path = "batch.bin", .part = a >> 4 & 1 ? "train" : "test"};
    in.options = (struct data_options){.label = given[a >> 2 & 3], .has_labels = true};
    if (a & 1) {
        in.path = "cifar.tar";
        in.n = n;
        in.file = (uint8_t *)fuzz_text(bytes, n);
        mend_archive(in.file, n);
    } else
        write_records(&in, bytes, n, a & 2 ? 2 : 1);
    return in;
}

/* ---- Checks */

static bl_status read_set(bl_data **out, bl_context *ctx, const struct input *in, const bl_data *schema)
{
    const struct reading reading = {ctx, in->path, &in->options, schema};
    struct bytes file = {NULL, in->n};
    bl_data *const untouched = (bl_data *)&file;
    *out = untouched;
    BL_TRY(MEM_ARRAY(ctx, &file.at, file.n, "a file"));
    memcpy(file.at, in->file, in->n);
    const struct reader *reader = reader_for(&file, in->path);
    if (reader != &reader_cifar && reader != &reader_tar) { /* the other readers have targets of their own */
        mem_free(ctx, file.at);
        BL_FAIL(ctx, BL_BAD_DATA, "nothing of CIFAR");
    }
    const bl_status status = reader->read(out, &reading, &file, in->part);
    FUZZ_CHECK(status == BL_OK || *out == untouched, "a set was returned although the function failed");
    FUZZ_CHECK(status == BL_OK || status == BL_BAD_DATA || status == BL_NO_MEMORY, "%s: %s",
               bl_status_name(status), bl_why(ctx));
    return status;
}

static bl_status check_set(bl_context *ctx, const struct input *in, bl_data *first)
{
    bl_data *second = NULL;
    FUZZ_CHECK(first->features == CIFAR_PIXELS && first->labels && first->class_names, "no set of CIFAR");
    FUZZ_CHECK(first->n * CIFAR_PIXELS <= in->n, "%zu examples from %zu bytes", first->n, in->n);
    if (!fuzz_check_data(first, false))
        return BL_NO_MEMORY;
    const bl_status status = read_set(&second, ctx, in, first);
    if (!fuzz_went_well(ctx, status, "reading a set like itself"))
        return status;
    fuzz_check_same_data(first, second);
    data_free(second);
    return BL_OK;
}

static bl_status attempt(bl_context *ctx, const uint8_t *bytes, size_t n)
{
    struct input in = take_input(bytes, n);
    bl_data *first = NULL;
    bl_status status = read_set(&first, ctx, &in, NULL);
    if (status == BL_OK) {
        status = check_set(ctx, &in, first);
        data_free(first);
    }
    free(in.file);
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    fuzz_run(attempt, bytes, n);
    return 0;
}
