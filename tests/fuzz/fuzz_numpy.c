/*
 * fuzz_numpy.c - examples and labels from NumPy's arrays. Input: two bytes of options, and arrays: each
 * begins at the signature of a .npy and ends before the next. They are written to a .npz, under names that
 * the options choose, or to x.npy and y.npy.
 *
 * Reading the set again with its own encoding must give the same set.
 */
#include "fuzz_data.h"
#include "fuzz_target.h"

#include "../../src/base/mem.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_ARRAYS = 4, ARCHIVE_EXTRA = 4096 };

static const char *const names[][MOST_ARRAYS] = {
    {"x_train.npy", "y_train.npy", "x_test.npy", "y_test.npy"},
    {"X.npy", "y.npy", "z.npy", "X.npy"},
    {"arr_0.npy", "arr_1.npy", "arr_2.npy", "arr_3.npy"},
    {"images.npy", "labels.npy", "x.npy", "y.npy"},
};

struct piece {
    const uint8_t *at;
    size_t n;
};

struct input {
    struct piece pieces[MOST_ARRAYS];
    size_t n_pieces;
    bool is_archive;
    const char *const *names;
    const char *part;
    struct data_options options;
};

/* ---- Input */

static bool begins(const uint8_t *at, size_t n)
{
    return n >= 6 && memcmp(at, "\x93NUMPY", 6) == 0;
}

static void split(struct input *in, const uint8_t *bytes, size_t n)
{
    for (size_t at = 0, end; at < n && in->n_pieces < MOST_ARRAYS; at = end) {
        end = at + 1;
        while (end < n && !begins(bytes + end, n - end))
            end++;
        in->pieces[in->n_pieces++] = (struct piece){bytes + at, end - at};
    }
}

static struct input take_input(const uint8_t *bytes, size_t n)
{
    const unsigned a = fuzz_byte(&bytes, &n), b = fuzz_byte(&bytes, &n);
    struct input in = {
        .is_archive = a & 1, .names = names[a >> 1 & 3], .part = a >> 3 & 1 ? "test" : "train"};
    in.options = (struct data_options){.has_labels = !(b & 1),
                                       .target = (enum target_kind)((b >> 1 & 3) % 3),
                                       .label = b >> 3 & 1 ? "y.npy" : NULL};
    split(&in, bytes, n);
    return in;
}

/* Writes a zip archive of the arrays, without compression and with correct checksums. */
static const char *write_archive(const struct input *in)
{
    size_t room = ARCHIVE_EXTRA, used = 0;
    for (size_t i = 0; i < in->n_pieces; i++)
        room += in->pieces[i].n;
    char *bytes = fuzz_room(room);
    struct archive *archive = archive_write_new();
    struct archive_entry *entry = archive_entry_new();
    archive_write_set_format_zip(archive);
    archive_write_set_options(archive, "zip:compression=store");
    archive_write_set_bytes_in_last_block(archive, 1);
    FUZZ_CHECK(archive_write_open_memory(archive, bytes, room, &used) == ARCHIVE_OK, "no archive");
    for (size_t i = 0; i < in->n_pieces; i++) {
        archive_entry_clear(entry);
        archive_entry_set_pathname(entry, in->names[i]);
        archive_entry_set_size(entry, (la_int64_t)in->pieces[i].n);
        archive_entry_set_filetype(entry, AE_IFREG);
        archive_write_header(archive, entry);
        archive_write_data(archive, in->pieces[i].at, in->pieces[i].n);
    }
    archive_entry_free(entry);
    FUZZ_CHECK(archive_write_close(archive) == ARCHIVE_OK, "no archive");
    archive_write_free(archive);
    const char *path = fuzz_file("set.npz", bytes, used);
    free(bytes);
    return path;
}

static const char *write_pair(const struct input *in)
{
    static const struct piece nothing = {(const uint8_t *)"", 0};
    const struct piece *x = in->n_pieces > 0 ? &in->pieces[0] : &nothing,
                       *y = in->n_pieces > 1 ? &in->pieces[1] : NULL;
    if (y)
        fuzz_file("y.npy", y->at, y->n);
    else
        unlink(fuzz_path("y.npy"));
    return fuzz_file("x.npy", x->at, x->n);
}

/* ---- Checks */

static bl_status read_set(bl_data **out, bl_context *ctx, const struct input *in, const char *path,
                          const bl_data *schema)
{
    const struct reading reading = {ctx, path, &in->options, schema};
    bl_data *const untouched = (bl_data *)&reading;
    struct bytes file;
    *out = untouched;
    BL_TRY(bytes_read(&file, ctx, path, BYTES_READ_LIMIT));
    const struct reader *reader = reader_for(&file, path);
    if (reader != &reader_npy && reader != &reader_npz) {
        mem_free(ctx, file.at);
        BL_FAIL(ctx, BL_BAD_DATA, "nothing of NumPy's");
    }
    const bl_status status = reader->read(out, &reading, &file, in->part);
    FUZZ_CHECK(status == BL_OK || *out == untouched, "a set was returned although the function failed");
    FUZZ_CHECK(status == BL_OK || status == BL_BAD_DATA || status == BL_NO_MEMORY, "%s: %s",
               bl_status_name(status), bl_why(ctx));
    return status;
}

static bl_status check_set(bl_context *ctx, const struct input *in, const char *path, bl_data *first)
{
    bl_data *second = NULL;
    if (!fuzz_check_data(first, false))
        return BL_NO_MEMORY;
    const bl_status status = read_set(&second, ctx, in, path, first);
    if (!fuzz_went_well(ctx, status, "reading a set like itself"))
        return status;
    fuzz_check_same_data(first, second);
    data_free(second);
    return BL_OK;
}

static bl_status attempt(bl_context *ctx, const uint8_t *bytes, size_t n)
{
    const struct input in = take_input(bytes, n);
    const char *path = in.is_archive ? write_archive(&in) : write_pair(&in);
    bl_data *first = NULL;
    BL_TRY(read_set(&first, ctx, &in, path, NULL));
    const bl_status status = check_set(ctx, &in, path, first);
    data_free(first);
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    fuzz_run(attempt, bytes, n);
    return 0;
}
