/*
 * picture_read.c - PNG by libpng's simplified interface, JPEG by TurboJPEG.
 */
#include "../picture.h"

#include "../../base/mem.h"

#include <png.h>
#include <string.h>
#include <turbojpeg.h>

static bl_status check_size(bl_context *ctx, const char *path, double rows, double cols)
{
    if (rows < 1.0 || cols < 1.0 || rows * cols > PICTURE_MOST_PIXELS)
        BL_FAIL(ctx, BL_BAD_DATA, "%s: a picture of %.0f x %.0f pixels, expected 1 to %d in all", path, rows,
                cols, PICTURE_MOST_PIXELS);
    return BL_OK;
}

/* In place: alpha stands behind the channels of each pixel, and is gone afterwards. libpng would blend the light, not the
   values, which no viewer does. */
static void put_on_black(struct picture *p)
{
    const size_t n = (size_t)p->rows * (size_t)p->cols, channels = (size_t)p->channels;
    for (size_t i = 0; i < n; i++) {
        const uint8_t *from = p->pixels + i * (channels + 1);
        const unsigned alpha = from[channels];
        for (size_t c = 0; c < channels; c++)
            p->pixels[i * channels + c] = (uint8_t)((from[c] * alpha + 127) / 255);
    }
}

static bl_status read_png(struct picture *out, bl_context *ctx, const char *path, const struct bytes *file,
                          png_image *image)
{
    if (!png_image_begin_read_from_memory(image, file->at, file->n))
        BL_FAIL(ctx, BL_BAD_DATA, "%s: the PNG cannot be read: %s", path, image->message);
    BL_TRY(check_size(ctx, path, image->height, image->width));
    const bool has_colour = (image->format & PNG_FORMAT_FLAG_COLOR) != 0;
    out->had_alpha = (image->format & PNG_FORMAT_FLAG_ALPHA) != 0;
    image->flags |= PNG_IMAGE_FLAG_16BIT_sRGB; /* 16 bits are finer steps, not another brightness */
    image->format =
        (has_colour ? PNG_FORMAT_RGB : PNG_FORMAT_GRAY) | (out->had_alpha ? PNG_FORMAT_FLAG_ALPHA : 0);
    out->rows = (int)image->height;
    out->cols = (int)image->width;
    out->channels = has_colour ? 3 : 1;
    BL_TRY(MEM_ARRAY(ctx, &out->pixels, PNG_IMAGE_SIZE(*image), "a picture"));
    if (!png_image_finish_read(image, NULL, out->pixels, 0, NULL))
        BL_FAIL(ctx, BL_BAD_DATA, "%s: the PNG is broken: %s", path, image->message);
    if (out->had_alpha)
        put_on_black(out);
    return BL_OK;
}

static bl_status read_jpeg(struct picture *out, bl_context *ctx, const char *path, const struct bytes *file,
                           tjhandle jpeg)
{
    int cols = 0, rows = 0, sampling = 0, space = 0;
    if (tjDecompressHeader3(jpeg, file->at, (unsigned long)file->n, &cols, &rows, &sampling, &space) != 0)
        BL_FAIL(ctx, BL_BAD_DATA, "%s: the JPEG cannot be read: %s", path, tjGetErrorStr2(jpeg));
    BL_TRY(check_size(ctx, path, rows, cols));
    if (space == TJCS_CMYK || space == TJCS_YCCK)
        BL_FAIL(ctx, BL_BAD_DATA, "%s: a JPEG in printing colours (CMYK), expected grey or RGB; convert it",
                path);
    const bool is_grey = space == TJCS_GRAY;
    *out = (struct picture){.rows = rows, .cols = cols, .channels = is_grey ? 1 : 3};
    BL_TRY(MEM_ARRAY(ctx, &out->pixels, (size_t)rows * (size_t)cols * (size_t)out->channels, "a picture"));
    /* a warning is a broken picture too: what is missing was made up. A few kilobytes can hold thousands of scans over a
       picture that is large by its header: 500 are enough for anybody */
    if (tjDecompress2(jpeg, file->at, (unsigned long)file->n, out->pixels, cols, 0, rows,
                      is_grey ? TJPF_GRAY : TJPF_RGB,
                      TJFLAG_ACCURATEDCT | TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS) != 0)
        BL_FAIL(ctx, BL_BAD_DATA, "%s: the JPEG is broken: %s", path, tjGetErrorStr2(jpeg));
    return BL_OK;
}

static bl_status read_as_png(struct picture *out, bl_context *ctx, const char *path, const struct bytes *file)
{
    png_image image;
    memset(&image, 0, sizeof image);
    image.version = PNG_IMAGE_VERSION;
    const bl_status status = read_png(out, ctx, path, file, &image);
    png_image_free(&image);
    return status;
}

static bl_status read_as_jpeg(struct picture *out, bl_context *ctx, const char *path,
                              const struct bytes *file)
{
    tjhandle jpeg = tjInitDecompress();
    if (!jpeg)
        BL_FAIL(ctx, BL_NO_MEMORY, "%s: no memory for the JPEG", path);
    const bl_status status = read_jpeg(out, ctx, path, file, jpeg);
    tjDestroy(jpeg);
    return status;
}

bl_status picture_read(struct picture *out, bl_context *ctx, const char *path, const struct bytes *file)
{
    struct picture made = {0};
    bl_status status = BL_OK;
    if (file->n >= 8 && memcmp(file->at, "\x89PNG\r\n\x1a\n", 8) == 0)
        status = read_as_png(&made, ctx, path, file);
    else if (file->n >= 2 && file->at[0] == 0xff && file->at[1] == 0xd8)
        status = read_as_jpeg(&made, ctx, path, file);
    else
        BL_FAIL(ctx, BL_BAD_DATA, "%s: neither a PNG nor a JPEG by its first bytes", path);
    if (status == BL_OK)
        *out = made;
    else
        mem_free(ctx, made.pixels);
    return status;
}
