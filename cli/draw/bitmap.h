/*
 * bitmap.h - a picture of pixels as a BMP file, or inside HTML as a data URL.
 *
 * BMP needs no library, and every browser shows it. It does not compress, but pictures of a few thousand
 * pixels are small without compression.
 */
#ifndef CLI_BITMAP_H
#define CLI_BITMAP_H

#include "color_map.h"

#include <stddef.h>
#include <stdio.h>

/* Returns the bytes of a BMP file of rows x cols pixels, in the order that bitmap_write takes; the caller
   frees them. NULL: no memory. */
unsigned char *bitmap_make(const struct color *pixels, size_t rows, size_t cols, size_t *n_bytes);
/* Writes "data:image/bmp;base64,..." of rows x cols pixels, row-major, the first row at the top. With at most
   256 different colours a pixel takes one byte, otherwise three. rows and cols: 1 to 32767. 0: no memory. */
int bitmap_write(FILE *to, const struct color *pixels, size_t rows, size_t cols);

#endif
