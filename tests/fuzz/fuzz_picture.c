/*
 * fuzz_picture.c - reads and resizes one image. Input: two bytes, its new size, and a PNG or JPEG.
 *
 * A resized image has no value outside the range of the original, and the same number of channels.
 */
#include "fuzz_png.h"
#include "fuzz_target.h"

#include "../../src/base/mem.h"
#include "../../src/data/image/picture.h"

#include <stdlib.h>

struct range {
    uint8_t least, most;
};

/* Reads every byte, so that a sanitizer detects bytes that were not written. */
static struct range range_of(const struct picture *p)
{
    struct range r = {255, 0};
    const size_t n = (size_t)p->rows * (size_t)p->cols * (size_t)p->channels;
    for (size_t i = 0; i < n; i++) {
        r.least = p->pixels[i] < r.least ? p->pixels[i] : r.least;
        r.most = p->pixels[i] > r.most ? p->pixels[i] : r.most;
    }
    return r;
}

static bl_status check_resize(bl_context *ctx, struct picture *p, int rows, int cols)
{
    const struct range before = range_of(p);
    const int channels = p->channels;
    const bl_status status = picture_resize(p, ctx, rows, cols);
    if (!fuzz_went_well(ctx, status, "resizing"))
        return status;
    const struct range after = range_of(p);
    FUZZ_CHECK(p->rows == rows && p->cols == cols && p->channels == channels, "%d x %d of %d", p->rows,
               p->cols, p->channels);
    FUZZ_CHECK(after.least >= before.least && after.most <= before.most, "%d to %d became %d to %d",
               before.least, before.most, after.least, after.most);
    return BL_OK;
}

static bl_status read_picture(struct picture *out, bl_context *ctx, const uint8_t *bytes, size_t n)
{
    const struct picture untouched = {.rows = 1, .cols = 2, .channels = 3, .pixels = (uint8_t *)out};
    uint8_t *mended = fuzz_mend_png(bytes, n);
    *out = untouched;
    const bl_status status = picture_read(out, ctx, "picture", &(struct bytes){mended, n});
    FUZZ_CHECK(status == BL_OK || (out->rows == 1 && out->cols == 2 && out->pixels == untouched.pixels),
               "a picture though it failed");
    FUZZ_CHECK(status == BL_OK || status == BL_BAD_DATA || status == BL_UNSUPPORTED || status == BL_NO_MEMORY,
               "%s: %s", bl_status_name(status), bl_why(ctx));
    free(mended);
    return status;
}

static bl_status attempt(bl_context *ctx, const uint8_t *bytes, size_t n)
{
    const int rows = 1 + (fuzz_byte(&bytes, &n) & 63), cols = 1 + (fuzz_byte(&bytes, &n) & 63);
    struct picture picture;
    BL_TRY(read_picture(&picture, ctx, bytes, n));
    FUZZ_CHECK(picture.rows > 0 && picture.cols > 0 && (picture.channels == 1 || picture.channels == 3),
               "%d x %d of %d", picture.rows, picture.cols, picture.channels);
    const bl_status status = check_resize(ctx, &picture, rows, cols);
    mem_free(ctx, picture.pixels);
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    fuzz_run(attempt, bytes, n);
    return 0;
}
