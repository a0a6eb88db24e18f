/*
 * picture_read.c - decodes PNG with libpng and JPEG with TurboJPEG. As in Pillow and torchvision, samples are
 * returned as stored: gamma, chromaticities, colour profiles and the orientation in EXIF are not applied.
 */
#include "../picture.h"

#include "../../../base/mem.h"

#include <png.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>
#include <turbojpeg.h>

static bl_status check_size(bl_context *ctx, const char *path, double rows, double cols)
{
    if (rows < 1.0 || cols < 1.0 || rows * cols > PICTURE_MOST_PIXELS)
        BL_FAIL(ctx, BL_BAD_DATA, "%s: an image of %.0f x %.0f pixels, expected 1 to %d in all", path, rows,
                cols, PICTURE_MOST_PIXELS);
    return BL_OK;
}

/* Blends with black in place, and removes the alpha value that follows the channels of each pixel. */
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

/* ---- PNG */

/* The state of decoding a PNG file. libpng reports errors by longjmp, so the memory of this file is allocated
   outside the functions that a jump may leave; libpng's memory belongs to `png`. */
struct png_reading {
    png_structp png;
    png_infop info;
    const struct bytes *file;
    size_t place;     /* number of bytes that were read */
    png_bytep *lines; /* pointers to the rows of pixels */
    char why[120];
};

static void png_failed(png_structp png, png_const_charp why)
{
    struct png_reading *p = png_get_error_ptr(png);
    snprintf(p->why, sizeof p->why, "%s", why);
    png_longjmp(png, 1);
}

static void png_warned(png_structp png, png_const_charp why)
{
    (void)png, (void)why;
}

static void png_take_bytes(png_structp png, png_bytep to, size_t n)
{
    struct png_reading *p = png_get_io_ptr(png);
    if (n > p->file->n - p->place)
        png_error(png, "it ends too early");
    memcpy(to, p->file->at + p->place, n);
    p->place += n;
}

/* Reads the header. Chunks about colour spaces (gAMA, cHRM, sRGB, iCCP), texts and times are skipped. */
static bool png_begin(struct png_reading *p)
{
    if (setjmp(png_jmpbuf(p->png)))
        return false;
    png_set_read_fn(p->png, p, png_take_bytes);
    png_set_crc_action(p->png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
    png_set_benign_errors(p->png, 1);
    png_set_keep_unknown_chunks(p->png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
    png_read_info(p->png, p->info);
    return true;
}

/* Converts every image to 8 bits per sample: palettes are replaced by their colours, samples of 1 to 4 bits
   are scaled to the full range, samples of 16 bits keep their upper 8, and transparency becomes alpha. No
   gamma is set, so none is applied. */
static bool png_transform(struct png_reading *p)
{
    if (setjmp(png_jmpbuf(p->png)))
        return false;
    png_set_expand(p->png);
    png_set_strip_16(p->png);
    (void)png_set_interlace_handling(p->png);
    png_read_update_info(p->png, p->info);
    return true;
}

static bool png_finish(struct png_reading *p)
{
    if (setjmp(png_jmpbuf(p->png)))
        return false;
    png_read_image(p->png, p->lines);
    png_read_end(p->png, NULL);
    return true;
}

static bl_status take_lines(struct picture *out, bl_context *ctx, const char *path, struct png_reading *p)
{
    const size_t rows = (size_t)out->rows, row = png_get_rowbytes(p->png, p->info);
    BL_TRY(MEM_ARRAY(ctx, &out->pixels, rows * row, "an image"));
    BL_TRY(MEM_ARRAY(ctx, &p->lines, rows, "an image"));
    for (size_t i = 0; i < rows; i++)
        p->lines[i] = out->pixels + i * row;
    const bool is_whole = png_finish(p);
    mem_free(ctx, p->lines);
    if (!is_whole)
        BL_FAIL(ctx, BL_BAD_DATA, "%s: the PNG is broken: %s", path, p->why);
    if (out->had_alpha)
        put_on_black(out);
    return BL_OK;
}

static bl_status read_png(struct picture *out, bl_context *ctx, const char *path, struct png_reading *p)
{
    if (!png_begin(p))
        BL_FAIL(ctx, BL_BAD_DATA, "%s: the PNG cannot be read: %s", path, p->why);
    BL_TRY(
        check_size(ctx, path, png_get_image_height(p->png, p->info), png_get_image_width(p->png, p->info)));
    if (!png_transform(p))
        BL_FAIL(ctx, BL_BAD_DATA, "%s: the PNG cannot be read: %s", path, p->why);
    const int samples = png_get_channels(p->png, p->info);
    out->had_alpha = samples % 2 == 0;
    out->channels = samples - out->had_alpha;
    out->rows = (int)png_get_image_height(p->png, p->info);
    out->cols = (int)png_get_image_width(p->png, p->info);
    return take_lines(out, ctx, path, p);
}

static bl_status read_as_png(struct picture *out, bl_context *ctx, const char *path, const struct bytes *file)
{
    struct png_reading p = {.file = file};
    p.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &p, png_failed, png_warned);
    p.info = p.png ? png_create_info_struct(p.png) : NULL;
    bl_status status = BL_OK;
    if (p.info)
        status = read_png(out, ctx, path, &p);
    else
        status = context_fail(ctx, BL_NO_MEMORY, "%s: no memory for the PNG", path);
    png_destroy_read_struct(&p.png, &p.info, NULL);
    return status;
}

/* ---- JPEG */

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
    BL_TRY(MEM_ARRAY(ctx, &out->pixels, (size_t)rows * (size_t)cols * (size_t)out->channels, "an image"));
    /* A warning is treated as an error, because it means that missing parts were filled in. At most 500 scans
       are accepted, because a few kilobytes can contain thousands of scans of a large image, which take long
       to decode. */
    if (tjDecompress2(jpeg, file->at, (unsigned long)file->n, out->pixels, cols, 0, rows,
                      is_grey ? TJPF_GRAY : TJPF_RGB,
                      TJFLAG_ACCURATEDCT | TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS) != 0)
        BL_FAIL(ctx, BL_BAD_DATA, "%s: the JPEG is broken: %s", path, tjGetErrorStr2(jpeg));
    return BL_OK;
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

/* ---- PNG or JPEG */

/* The name of an image format that is not supported, by the first bytes; NULL: unknown. */
static const char *unsupported_format(const struct bytes *file)
{
    static const struct {
        size_t at, n;
        const char *bytes, *name;
    } formats[] = {
        {0, 4, "GIF8", "a GIF"},
        {0, 2, "BM", "a BMP"},
        {8, 4, "WEBP", "a WebP image"},
        {0, 4, "II*\0", "a TIFF"},
        {0, 4, "MM\0*", "a TIFF"},
        {4, 4, "ftyp", "a HEIF or AVIF image"},
        {4, 4, "jP  ", "a JPEG 2000 image"},
        {0, 2, "\xff\x0a", "a JPEG XL image"},
        {0, 2, "P5", "a PGM"},
        {0, 2, "P6", "a PPM"},
        {0, 4, "<svg", "an SVG drawing"},
        {0, 8, "version ", "a text, perhaps the pointer of Git LFS (git lfs pull fetches the file)"}};
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (file->n >= formats[i].at + formats[i].n &&
            memcmp(file->at + formats[i].at, formats[i].bytes, formats[i].n) == 0)
            return formats[i].name;
    return file->n == 0 ? "empty" : NULL;
}

static bl_status unknown_format(bl_context *ctx, const char *path, const struct bytes *file)
{
    const char *name = unsupported_format(file);
    BL_FAIL(ctx, BL_BAD_DATA, "%s: neither a PNG nor a JPEG by its first bytes%s%s", path,
            name ? ", but " : "", name ? name : "");
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
        return unknown_format(ctx, path, file);
    if (status == BL_OK)
        *out = made;
    else
        mem_free(ctx, made.pixels);
    return status;
}
