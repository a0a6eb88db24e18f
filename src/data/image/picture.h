/*
 * picture.h - decodes one PNG or JPEG, and resizes images.
 */
#ifndef BL_DATA_PICTURE_H
#define BL_DATA_PICTURE_H

#include "../file_bytes.h"

#include <stdbool.h>

struct picture {
    int rows, cols, channels; /* 1: grey, 3: red, green, blue */
    uint8_t *pixels;          /* rows x cols x channels */
    bool had_alpha;           /* the file had transparency, and was blended with black */
};

enum { PICTURE_MOST_PIXELS = 1 << 26 };

/* Decodes an image, whose format is determined by its first bytes. file: the content of `path`. Transparent
   pixels are blended with black: value * alpha / 255, rounded. Values of 16 bits keep their upper 8 bits, as
   in Pillow and OpenCV. Gamma and colour profiles are not applied. BL_UNSUPPORTED in a build without the
   libraries for images. */
bl_status picture_read(struct picture *out, bl_context *ctx, const char *path, const struct bytes *file);

/* Resizes to rows x cols: when shrinking, each pixel is the mean of the area that it covers; when enlarging,
   it is interpolated between the nearest pixels. The arithmetic is in integers, so the bytes are the same on
   every machine. */
bl_status picture_resize(struct picture *picture, bl_context *ctx, int rows, int cols);

#endif
