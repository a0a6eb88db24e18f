/*
 * draw_pictures.c - draws pictures side by side in a terminal.
 *
 * A character is about twice as high as wide, so it shows two pixels, one above the other: the half block
 * with the upper pixel as its foreground and the lower one as its background colour, or a letter whose
 * brightness is their mean. A picture is made smaller by averaging over areas.
 */
#include "draw_pictures.h"

#include "../terminal/shown_text.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { GAP = 2, MOST_ROWS = 96 }; /* rows of pixels: 48 lines */

static const char shades[] = " .:-=+*#%@";

struct pixel {
    int red, green, blue;
};

/* The picture as it is drawn: its size in pixels. */
struct picture_canvas {
    const struct drawing *d;
    const double *x;
    int rows, cols;
};

int drawing_columns(const struct terminal *terminal, bl_shape shape, int side_by_side)
{
    const int room = (terminal->columns + GAP) / side_by_side - GAP;
    return room < 1 ? 1 : room < shape.cols ? room : shape.cols;
}

int drawing_fit(const struct terminal *terminal, bl_shape shape)
{
    return (terminal->columns + GAP) / (shape.cols + GAP);
}

static struct picture_canvas canvas_of(const struct drawing *d)
{
    double scale = (double)d->columns / d->shape.cols;
    if (scale * d->shape.rows > MOST_ROWS)
        scale = (double)MOST_ROWS / d->shape.rows;
    const int rows = (int)(scale * d->shape.rows + 0.5), cols = (int)(scale * d->shape.cols + 0.5);
    return (struct picture_canvas){.d = d, .rows = rows < 1 ? 1 : rows, .cols = cols < 1 ? 1 : cols};
}

static double overlap(double a, double b, int cell)
{
    const double from = a > cell ? a : cell, to = b < cell + 1 ? b : cell + 1;
    return to - from;
}

/* Returns the mean of a channel over the area of one drawn pixel. */
static double mean_at(const struct picture_canvas *c, const double *plane, int row, int col)
{
    const bl_shape shape = c->d->shape;
    const double high = (double)shape.rows / c->rows, wide = (double)shape.cols / c->cols;
    const double top = row * high, bottom = top + high, left = col * wide, right = left + wide;
    double sum = 0.0, area = 0.0;
    for (int i = (int)top; i < shape.rows && i < bottom; i++)
        for (int j = (int)left; j < shape.cols && j < right; j++) {
            const double part = overlap(top, bottom, i) * overlap(left, right, j);
            sum += part * plane[(size_t)i * (size_t)shape.cols + (size_t)j];
            area += part;
        }
    return area > 0.0 ? sum / area : 0.0;
}

/* Returns the brightness of a drawn pixel, from 0 to 255. */
static int brightness(const struct picture_canvas *c, int channel, int row, int col)
{
    const struct drawing *d = c->d;
    const size_t plane = (size_t)d->shape.rows * (size_t)d->shape.cols;
    const double value = mean_at(c, c->x + (size_t)channel * plane, row, col);
    const double share = d->most > d->least ? (value - d->least) / (d->most - d->least) : 0.0;
    return (int)(255.0 * (share < 0.0 ? 0.0 : share > 1.0 ? 1.0 : share) + 0.5);
}

/* Returns the colour of a drawn pixel. Three channels are red, green and blue; with any other number, the
   first is shown. Pixels below the last row are black. */
static struct pixel pixel_at(const struct picture_canvas *c, int row, int col)
{
    if (row >= c->rows)
        return (struct pixel){0, 0, 0};
    const int first = brightness(c, 0, row, col);
    if (c->d->shape.channels < 3)
        return (struct pixel){first, first, first};
    return (struct pixel){first, brightness(c, 1, row, col), brightness(c, 2, row, col)};
}

/* ---- Letters */

static int grey_of(struct pixel p)
{
    return (299 * p.red + 587 * p.green + 114 * p.blue) / 1000;
}

static void put_letter(const struct picture_canvas *c, int row, int col)
{
    const int upper = grey_of(pixel_at(c, row, col));
    const int lower = row + 1 < c->rows ? grey_of(pixel_at(c, row + 1, col)) : upper;
    putchar(shades[(upper + lower) * ((int)sizeof shades - 2) / 510]);
}

/* ---- Colours */

static int square_distance(struct pixel a, struct pixel b)
{
    const int red = a.red - b.red, green = a.green - b.green, blue = a.blue - b.blue;
    return red * red + green * green + blue * blue;
}

/* Returns the number of the nearest of the levels 0, 95, 135, 175, 215, 255. */
static int cube_level(int brightness)
{
    return brightness < 48 ? 0 : brightness < 115 ? 1 : (brightness - 35) / 40;
}

/* Returns the nearest of the terminal's 256 colours: a cube of 6 x 6 x 6 colours from 16 on, or the greys 8,
   18, ... 238 from 232 on. */
static int colour_of_256(struct pixel p)
{
    static const int levels[] = {0, 95, 135, 175, 215, 255};
    const int red = cube_level(p.red), green = cube_level(p.green), blue = cube_level(p.blue);
    const int mean = (p.red + p.green + p.blue) / 3, step = mean < 4 ? 0 : mean > 238 ? 23 : (mean - 3) / 10;
    const int grey = 8 + 10 * step;
    const struct pixel of_cube = {levels[red], levels[green], levels[blue]}, of_greys = {grey, grey, grey};
    const bool is_grey = square_distance(p, of_greys) < square_distance(p, of_cube);
    return is_grey ? 232 + step : 16 + 36 * red + 6 * green + blue;
}

static void put_colour(enum terminal_colours colours, int layer, struct pixel p)
{
    if (colours == COLOURS_ALL)
        printf("\033[%d;2;%d;%d;%dm", layer, p.red, p.green, p.blue);
    else
        printf("\033[%d;5;%dm", layer, colour_of_256(p));
}

static void put_half_block(enum terminal_colours colours, const struct picture_canvas *c, int row, int col)
{
    put_colour(colours, 38, pixel_at(c, row, col));
    if (row + 1 < c->rows)
        put_colour(colours, 48, pixel_at(c, row + 1, col));
    fputs("\xe2\x96\x80", stdout);
}

/* ---- Lines */

static void put_line_of(const struct terminal *t, const struct picture_canvas *c, int row)
{
    for (int col = 0; col < c->cols; col++)
        if (t->colours == COLOURS_NONE)
            put_letter(c, row, col);
        else
            put_half_block(t->colours, c, row, col);
    if (t->colours != COLOURS_NONE)
        fputs("\033[0m", stdout);
}

void draw_pictures(const struct terminal *t, const struct drawing *d, const struct drawn_picture *pictures,
                   int n)
{
    struct picture_canvas c = canvas_of(d);
    const int width = c.cols > d->columns ? c.cols : d->columns;
    for (int row = 0; row < c.rows; row += 2) {
        for (int i = 0; i < n; i++) {
            c.x = pictures[i].x;
            put_line_of(t, &c, row);
            printf("%*s", i + 1 < n ? width - c.cols + GAP : 0, "");
        }
        putchar('\n');
    }
    for (int i = 0; i < n; i++) {
        const struct shown_text caption = shown_text(pictures[i].caption, width);
        fputs(caption.text, stdout);
        if (i + 1 < n)
            pad_to(&caption, width + GAP);
    }
    putchar('\n');
}
