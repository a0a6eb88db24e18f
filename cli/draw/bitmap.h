/*
 * bitmap.h - a picture of pixels as a BMP file, or inside HTML as a data URL.
 *
 * BMP needs no library, and every browser shows it; files of pictures of some thousand pixels are small
 * anyway.
 */
#ifndef CLI_BITMAP_H
#define CLI_BITMAP_H

#include "color_map.h"

#include <stddef.h>
#include <stdio.h>

/* The bytes of a BMP file of rows x cols pixels, as bitmap_write takes them; to be freed by free(). NULL: no
   memory. */
unsigned char *bitmap_make(const struct color *pixels, size_t rows, size_t cols, size_t *n_bytes);
/* "data:image/bmp;base64,..." of rows x cols pixels, row-major, the first row on top. With at most 256
   different colours a pixel takes one byte, else three. rows and cols: 1 to 32767. 0: no memory. */
int bitmap_write(FILE *to, const struct color *pixels, size_t rows, size_t cols);

#endif
