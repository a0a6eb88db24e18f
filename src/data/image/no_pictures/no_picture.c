/*
 * no_picture.c - in a build without the libraries for pictures: says so.
 */
#include "../picture.h"

bl_status picture_read(struct picture *out, bl_context *ctx, const char *path, const struct bytes *file)
{
    (void)out, (void)file;
    BL_FAIL(ctx, BL_UNSUPPORTED,
            "%s: this build reads no pictures; install libpng and TurboJPEG (Debian: libpng-dev "
            "libturbojpeg0-dev) and "
            "build again",
            path);
}
