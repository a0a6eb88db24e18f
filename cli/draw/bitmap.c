/*
 * bitmap.c - writes BMP (BITMAPINFOHEADER, no compression) in base64 (RFC 4648).
 */
#include "bitmap.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { HEAD_BYTES = 54, MAX_COLORS = 256 };

struct palette {
    struct color colors[MAX_COLORS];
    size_t n;
};

static bool are_same(struct color a, struct color b)
{
    return a.red == b.red && a.green == b.green && a.blue == b.blue;
}

/* Returns the index of the colour in the palette, and adds it if necessary; MAX_COLORS if the palette is
   full. */
static size_t palette_place(struct palette *palette, struct color color)
{
    for (size_t i = 0; i < palette->n; i++)
        if (are_same(palette->colors[i], color))
            return i;
    if (palette->n < MAX_COLORS)
        palette->colors[palette->n++] = color;
    else
        return MAX_COLORS;
    return palette->n - 1;
}

static void put_32(unsigned char *at, size_t x)
{
    for (int i = 0; i < 4; i++)
        at[i] = (unsigned char)(x >> (8 * i));
}

static void put_head(unsigned char *file, size_t rows, size_t cols, size_t n_colors, size_t n_bytes)
{
    file[0] = 'B';
    file[1] = 'M';
    put_32(file + 2, n_bytes);
    put_32(file + 10, HEAD_BYTES + 4 * n_colors);
    put_32(file + 14, 40);
    put_32(file + 18, cols);
    put_32(file + 22, (size_t)0 - rows); /* a negative height stores the rows from top to bottom */
    file[26] = 1;
    file[28] = n_colors ? 8 : 24;
    put_32(file + 46, n_colors);
}

static void put_base64(FILE *to, const unsigned char *bytes, size_t n)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < n; i += 3) {
        const unsigned a = bytes[i], b = i + 1 < n ? bytes[i + 1] : 0, c = i + 2 < n ? bytes[i + 2] : 0;
        const unsigned word = a << 16 | b << 8 | c;
        fputc(digits[word >> 18], to);
        fputc(digits[word >> 12 & 63], to);
        fputc(i + 1 < n ? digits[word >> 6 & 63] : '=', to);
        fputc(i + 2 < n ? digits[word & 63] : '=', to);
    }
}

/* Returns the number of colours; 0 if there are more than MAX_COLORS. */
static size_t count_colors(struct palette *palette, const struct color *pixels, size_t n)
{
    palette->n = 0;
    for (size_t i = 0; i < n; i++)
        if (palette_place(palette, pixels[i]) == MAX_COLORS)
            return 0;
    return palette->n;
}

unsigned char *bitmap_make(const struct color *pixels, size_t rows, size_t cols, size_t *n_bytes)
{
    struct palette palette;
    const size_t n_colors = count_colors(&palette, pixels, rows * cols), depth = n_colors ? 1 : 3;
    const size_t row_bytes = (cols * depth + 3) / 4 * 4, first = HEAD_BYTES + 4 * n_colors;
    *n_bytes = first + rows * row_bytes;
    unsigned char *file = calloc(*n_bytes, 1);
    if (!file)
        return NULL;
    put_head(file, rows, cols, n_colors, *n_bytes);
    for (size_t i = 0; i < n_colors; i++)
        memcpy(file + HEAD_BYTES + 4 * i,
               (unsigned char[]){palette.colors[i].blue, palette.colors[i].green, palette.colors[i].red}, 3);
    for (size_t i = 0; i < rows; i++)
        for (size_t k = 0; k < cols; k++) {
            const struct color c = pixels[i * cols + k];
            unsigned char *at = file + first + i * row_bytes + k * depth;
            if (n_colors)
                *at = (unsigned char)palette_place(&palette, c);
            else
                memcpy(at, (unsigned char[]){c.blue, c.green, c.red}, 3);
        }
    return file;
}

int bitmap_write(FILE *to, const struct color *pixels, size_t rows, size_t cols)
{
    size_t n_bytes = 0;
    unsigned char *file = bitmap_make(pixels, rows, cols, &n_bytes);
    if (!file)
        return 0;
    fputs("data:image/bmp;base64,", to);
    put_base64(to, file, n_bytes);
    free(file);
    return 1;
}
