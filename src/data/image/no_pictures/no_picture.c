/*
 * no_picture.c - for a build without the libraries for images: reading an image fails with a message that
 * says so.
 */
#include "../picture.h"

bl_status picture_read(struct picture *out, bl_context *ctx, const char *path, const struct bytes *file)
{
    (void)out, (void)file;
    BL_FAIL(ctx, BL_UNSUPPORTED,
            "%s: this build does not read PNG and JPEG; install libpng and TurboJPEG (Debian: libpng-dev "
            "libturbojpeg0-dev) and "
            "build again",
            path);
}
