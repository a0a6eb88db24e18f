/*
 * draw_pictures.h - draws pictures side by side in a terminal.
 */
#ifndef CLI_DRAW_PICTURES_H
#define CLI_DRAW_PICTURES_H

#include "../terminal/terminal.h"
#include "backless.h"

struct drawn_picture {
    const double *x;     /* channel, row, column */
    const char *caption; /* written below */
};

/* Pictures of one shape and scale: `least` is black, `most` white. A line of characters shows two rows of
   pixels, by half blocks if the terminal has colours, otherwise by letters of different brightness. Pictures
   that are wider than `columns` are made smaller. */
struct drawing {
    bl_shape shape;
    double least, most;
    int columns; /* of each picture, as drawing_columns says */
};

/* The width in columns that each picture may have if so many are side by side, and the number of pictures of
   full size that fit side by side. */
int drawing_columns(const struct terminal *terminal, bl_shape shape, int side_by_side);
int drawing_fit(const struct terminal *terminal, bl_shape shape);
void draw_pictures(const struct terminal *terminal, const struct drawing *drawing,
                   const struct drawn_picture *pictures, int n);

#endif
