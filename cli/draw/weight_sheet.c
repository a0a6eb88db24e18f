/*
 * weight_sheet.c - places the weights of the first layer's units as pixels.
 */
#include "weight_sheet.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    /* for each sign; together with the grey of the gaps at most 256 colours, so that a pixel takes one
       byte */
    SHADES = 120,
    MOST_UNITS = 64,
    MOST_ROW = 784, /* the most weights of a unit whose input is not an image */
    MOST_SIDE = 64  /* the most pixels of an image's side */
};
static const struct color gap_color = {128, 128, 128};

/* The picture of one unit's weights: `channels` pictures of rows x cols side by side. */
struct unit_picture {
    size_t channels, rows, cols;
    size_t gap; /* pixels between tiles */
};

/* Returns the picture for a weight tensor by its fan-in: the input's shape, a filter's window, or a row of
   numbers. */
static struct unit_picture tile_of(const bl_model *model, const bl_tensor *weight)
{
    const char *input = bl_model_metadata(model, "input"), *net = bl_model_metadata(model, "net");
    struct unit_picture t = {1, 1, weight->cols, 0};
    size_t channels = 0, rows = 0, cols = 0, maps = 0;
    if (!input || sscanf(input, "%zu x %zu x %zu", &channels, &rows, &cols) != 3)
        return t;
    const char *conv = net && strstr(weight->name, ".conv.") ? strstr(net, "conv ") : NULL;
    if (conv && sscanf(conv, "conv %zu %zux%zu", &maps, &rows, &cols) == 2)
        cols = rows; /* one number for both sides */
    if (rows > 1 && channels * rows * cols == weight->cols)
        t = (struct unit_picture){channels, rows, cols, 1};
    return t;
}

static int compare(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* Returns the magnitude that all but one in 200 of the first n units' weights do not exceed. 0: no memory. */
static double usual_most(const bl_tensor *t, size_t n)
{
    const size_t all = n * t->cols;
    float *sizes = malloc((all + 1) * sizeof *sizes);
    for (size_t i = 0; sizes && i < all; i++)
        sizes[i] = fabsf(t->values[i]);
    if (sizes)
        qsort(sizes, all, sizeof *sizes, compare);
    double most = sizes && all ? (double)sizes[all - 1 - all / 200] : 0.0;
    if (sizes && !(most > 0.0))
        most = 1.0;
    free(sizes);
    return most;
}

/* Draws the tiles, `across` of them in a row, separated by grey lines of one pixel. */
static bool draw(struct weight_sheet *sheet, const bl_tensor *w, const struct unit_picture *t, size_t across)
{
    const size_t n = sheet->units, gap = t->gap, width = t->channels * (t->cols + gap),
                 height = t->rows + gap;
    const size_t cols = across * width + gap, rows = (n + across - 1) / across * height + gap;
    struct color *pixels = malloc(rows * cols * sizeof *pixels);
    sheet->most = usual_most(w, n);
    if (!pixels || sheet->most == 0.0) {
        free(pixels);
        return false;
    }
    for (size_t i = 0; i < rows * cols; i++)
        pixels[i] = gap_color;
    for (size_t unit = 0; unit < n; unit++)
        for (size_t i = 0; i < w->cols; i++) {
            const size_t channel = i / (t->rows * t->cols), y = i / t->cols % t->rows, x = i % t->cols;
            const size_t row = unit / across * height + gap + y;
            const size_t col = unit % across * width + gap + channel * (t->cols + gap) + x;
            const double share = (double)w->values[unit * w->cols + i] / sheet->most;
            pixels[row * cols + col] = color_of_signed(round(share * SHADES) / SHADES);
        }
    sheet->pixels = pixels;
    sheet->rows = rows;
    sheet->cols = cols;
    return true;
}

bool weight_sheet_make(struct weight_sheet *sheet, const bl_model *model)
{
    bl_tensor w;
    *sheet = (struct weight_sheet){.pixels = NULL};
    if (!bl_model_tensor(model, 0, &w))
        return true;
    struct unit_picture t = tile_of(model, &w);
    size_t across = 1;
    sheet->n_units = w.rows;
    sheet->units = w.rows < MOST_UNITS ? w.rows : MOST_UNITS;
    sheet->channels = t.channels;
    sheet->is_image = t.gap > 0;
    sheet->is_wide = !sheet->is_image && sheet->units > w.cols;
    while (sheet->is_image && across * across < sheet->units)
        across++;
    if (sheet->is_wide) {
        t = (struct unit_picture){1, w.cols, 1, 0};
        across = sheet->units;
    }
    if (!sheet->is_image && w.cols > MOST_ROW)
        snprintf(sheet->why, sizeof sheet->why, "a unit has %zu weights, and the input is no image", w.cols);
    else if (t.rows > MOST_SIDE || t.cols > (sheet->is_image ? (size_t)MOST_SIDE : (size_t)MOST_ROW))
        snprintf(sheet->why, sizeof sheet->why, "the images are %zux%zu, larger than %dx%d", t.rows, t.cols,
                 MOST_SIDE, MOST_SIDE);
    else
        return draw(sheet, &w, &t, across);
    return true;
}

void weight_sheet_free(struct weight_sheet *sheet)
{
    free(sheet->pixels);
    sheet->pixels = NULL;
}
