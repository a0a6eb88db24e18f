/*
 * draw_pictures.h - pictures side by side in a terminal.
 */
#ifndef CLI_DRAW_PICTURES_H
#define CLI_DRAW_PICTURES_H

#include "../terminal.h"
#include "backless.h"

struct drawn_picture {
    const double *x;     /* channel, row, column */
    const char *caption; /* written below */
};

/* All of one shape and scale: `least` is black, `most` white. Two rows of a picture are one line: half
   blocks where there are colours, else shades of letters. Those that are wider than `columns` allow are made
   smaller. */
struct drawing {
    bl_shape shape;
    double least, most;
    int columns; /* of each picture, as drawing_columns says */
};

/* How wide each may be for so many side by side; how many of full size there is room for. */
int drawing_columns(const struct terminal *terminal, bl_shape shape, int side_by_side);
int drawing_fit(const struct terminal *terminal, bl_shape shape);
void draw_pictures(const struct terminal *terminal, const struct drawing *drawing,
                   const struct drawn_picture *pictures, int n);

#endif
