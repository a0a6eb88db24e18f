/*
 * fuzz_images.c - CIFAR's records and archive, NumPy's arrays as data, and single pictures. The first byte
 * chooses the options and the file name, the content chooses the reader.
 *
 * Reading a set again with its own encoding must give the same set; a picture can be resized to any size.
 */
#include "fuzz_data.h"
#include "fuzz_target.h"

#include "../../src/base/mem.h"
#include "../../src/data/image/picture.h"

static bl_status check_picture(bl_context *ctx, struct picture *p)
{
    FUZZ_CHECK(p->rows > 0 && p->cols > 0 && (p->channels == 1 || p->channels == 3), "%d x %d x %d", p->rows,
               p->cols, p->channels);
    BL_TRY(picture_resize(p, ctx, 7, 5));
    FUZZ_CHECK(p->rows == 7 && p->cols == 5, "%d x %d", p->rows, p->cols);
    BL_TRY(picture_resize(p, ctx, 9, 2));
    return BL_OK;
}

static bl_status read_picture(bl_context *ctx, const uint8_t *bytes, size_t n)
{
    struct picture picture = {0};
    const struct bytes file = {(uint8_t *)bytes, n};
    bl_status status = picture_read(&picture, ctx, "a picture", &file);
    FUZZ_CHECK((status == BL_OK) == (picture.pixels != NULL), "status %d", (int)status);
    if (status == BL_OK)
        status = check_picture(ctx, &picture);
    mem_free(ctx, picture.pixels);
    return status;
}

static bl_status read_like(bl_context *ctx, const char *path, const struct data_options *options,
                           const bl_data *first)
{
    bl_data *second = NULL;
    struct location from;
    BL_TRY(location_find(&from, ctx, path, options));
    if (!fuzz_went_well(ctx,
                        location_read(&second, &(struct reading){ctx, NULL, options, first}, &from, "train"),
                        "reading a set like itself"))
        return BL_NO_MEMORY;
    fuzz_check_same_data(first, second);
    data_free(second);
    return BL_OK;
}

static bl_status read_set(bl_context *ctx, const char *path, const struct data_options *options,
                          const char *part)
{
    bl_data *first = NULL;
    struct location from;
    BL_TRY(location_find(&from, ctx, path, options));
    BL_TRY(location_read(&first, &(struct reading){ctx, NULL, options, NULL}, &from, part));
    bl_status status = BL_OK;
    if (!fuzz_check_data(first, false))
        status = BL_NO_MEMORY;
    else if (part[1] == 'r') /* "train" */
        status = read_like(ctx, path, options, first);
    data_free(first);
    return status;
}

static bl_status attempt(bl_context *ctx, const uint8_t *bytes, size_t n)
{
    static const char *const names[] = {"x.npz", "x_train.npy", "cifar.bin", "cifar.tar"};
    static const char *const labels[] = {NULL, "coarse", "fine", "y.npy"};
    const uint8_t first = fuzz_byte(&bytes, &n);
    if (first % 5 == 4)
        return read_picture(ctx, bytes, n);
    const struct data_options options = {.label = labels[first / 5 % 4],
                                         .target = (enum target_kind)(first / 20 % 3),
                                         .has_labels = first / 60 % 2 == 0};
    fuzz_file("y.npy", bytes, n); /* the same bytes as labels */
    return read_set(ctx, fuzz_file(names[first % 5], bytes, n), &options, first / 120 ? "test" : "train");
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    fuzz_run(attempt, bytes, n);
    return 0;
}
