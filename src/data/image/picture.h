/*
 * picture.h - decodes one PNG or JPEG, and resizes images.
 */
#ifndef BL_DATA_PICTURE_H
#define BL_DATA_PICTURE_H

#include "../bytes_in.h"

#include <stdbool.h>

struct picture {
    int rows, cols, channels; /* 1: grey, 3: red, green, blue */
    uint8_t *pixels;          /* rows x cols x channels */
    bool had_alpha;           /* it had transparency, and is blended with black */
};

enum { PICTURE_MOST_PIXELS = 1 << 26 };

/* file: the content of `path`, told by its first bytes. Transparent pixels are put on black: value * alpha
   / 255, rounded. Of 16 bits a value the upper 8 are kept, as Pillow and OpenCV do. Gamma and colour
   profiles are not applied. BL_UNSUPPORTED in a build without the libraries. */
bl_status picture_read(struct picture *out, bl_context *ctx, const char *path, const struct bytes *file);

/* Resizes to rows x cols: when shrinking, each pixel is the mean of the area that it covers; when enlarging,
   it is interpolated between the nearest pixels. Integer arithmetic, so the bytes are the same on every
   machine. */
bl_status picture_resize(struct picture *picture, bl_context *ctx, int rows, int cols);

#endif
