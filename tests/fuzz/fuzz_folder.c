/*
 * fuzz_folder.c - a folder of pictures. Input: a byte of options, and images: each begins at the signature of
 * a PNG or JPEG and ends before the next. They are written alternately to the folders of two classes or, as
 * the options choose, to one folder.
 *
 * Reading the folder again with its own encoding must give the same set.
 */
#include "fuzz_data.h"
#include "fuzz_png.h"
#include "fuzz_target.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_PICTURES = 6, PATH_ROOM = 512 };
static const char *const classes[] = {"pictures/cat", "pictures/dog"};

static bool begins(const uint8_t *at, size_t n)
{
    return (n >= 4 && memcmp(at, "\x89PNG", 4) == 0) || (n >= 3 && memcmp(at, "\xff\xd8\xff", 3) == 0);
}

/* The position where the next image begins; n: there is none. */
static size_t next_picture(const uint8_t *bytes, size_t n, size_t at)
{
    while (at < n && !begins(bytes + at, n - at))
        at++;
    return at < n ? at : n;
}

static void name_picture(char name[64], size_t i, bool one_class)
{
    snprintf(name, 64, "%s/%zu.%s", classes[one_class ? 0 : i % 2], i, i % 3 ? "png" : "JPG");
}

static size_t write_pictures(const uint8_t *bytes, size_t n, bool one_class)
{
    size_t pictures = 0;
    for (size_t at = next_picture(bytes, n, 0); at < n && pictures < MOST_PICTURES; pictures++) {
        const size_t end = next_picture(bytes, n, at + 1);
        uint8_t *mended = fuzz_mend_png(bytes + at, end - at);
        char name[64];
        name_picture(name, pictures, one_class);
        fuzz_file(name, mended, end - at);
        free(mended);
        at = end;
    }
    return pictures;
}

static void make_folders(void)
{
    mkdir(fuzz_path("pictures"), 0700);
    for (size_t k = 0; k < 2; k++)
        mkdir(fuzz_path(classes[k]), 0700);
}

static void remove_all(size_t pictures, bool one_class)
{
    for (size_t i = 0; i < pictures; i++) {
        char name[64];
        name_picture(name, i, one_class);
        unlink(fuzz_path(name));
    }
    for (size_t k = 0; k < 2; k++)
        rmdir(fuzz_path(classes[k]));
    rmdir(fuzz_path("pictures"));
}

static bl_status read_folder(bl_data **out, bl_context *ctx, const struct data_options *options,
                             const bl_data *schema)
{
    char path[PATH_ROOM];
    bl_data *const untouched = (bl_data *)path;
    snprintf(path, sizeof path, "%s", fuzz_path("pictures"));
    const struct reading reading = {ctx, path, options, schema};
    *out = untouched;
    const bl_status status = folder_of_pictures.read(out, &reading, "train");
    FUZZ_CHECK(status == BL_OK || *out == untouched, "a set was returned although the function failed");
    FUZZ_CHECK(status == BL_OK || status == BL_BAD_DATA || status == BL_UNSUPPORTED || status == BL_NO_MEMORY,
               "%s: %s", bl_status_name(status), bl_why(ctx));
    return status;
}

static bl_status check_set(bl_context *ctx, const struct data_options *options, bl_data *first,
                           size_t pictures)
{
    bl_data *second = NULL;
    FUZZ_CHECK(first->n == pictures && first->ids, "%zu examples of %zu pictures", first->n, pictures);
    if (options->resize_rows > 0)
        FUZZ_CHECK(first->shape.rows == options->resize_rows && first->shape.cols == options->resize_cols,
                   "%d x %d", first->shape.rows, first->shape.cols);
    if (!fuzz_check_data(first, false))
        return BL_NO_MEMORY;
    const bl_status status = read_folder(&second, ctx, options, first);
    if (!fuzz_went_well(ctx, status, "reading a folder like itself"))
        return status;
    fuzz_check_same_data(first, second);
    data_free(second);
    return BL_OK;
}

static bl_status attempt(bl_context *ctx, const uint8_t *bytes, size_t n)
{
    const unsigned a = fuzz_byte(&bytes, &n);
    const int side = a & 1 ? 1 + (a >> 1 & 7) : 0;
    const bool one_class = a >> 4 & 1;
    const struct data_options options = {
        .has_labels = true, .resize_rows = side, .resize_cols = side ? side + 2 : 0};
    bl_data *first = NULL;
    make_folders();
    const size_t pictures = write_pictures(bytes, n, one_class);
    bl_status status = read_folder(&first, ctx, &options, NULL);
    if (status == BL_OK) {
        status = check_set(ctx, &options, first, pictures);
        data_free(first);
    }
    remove_all(pictures, one_class);
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    fuzz_run(attempt, bytes, n);
    return 0;
}
