/*
 * curve_path.h - curves and bands as SVG paths, without the points that nobody would see.
 */
#ifndef CLI_CURVE_PATH_H
#define CLI_CURVE_PATH_H

#include <stddef.h>
#include <stdio.h>

struct point {
    double x, y; /* pixels; NaN in y: a gap */
};

/* Keeps points so that none of the n is farther than `tolerance` from the line through those
   that are kept; ends stay. No gap among them. The kept ones are moved to the front; gives their number. */
size_t curve_simplify(struct point *points, size_t n, double tolerance);

/* The value of a path's attribute d, simplified to half a pixel; each gap begins a new line, and a point
   between two gaps is left out. The points are overwritten. */
void curve_write(FILE *to, struct point *points, size_t n);

/* The area between two curves at the same x: above and below are gaps together. Simplified likewise, both
 * overwritten. */
void band_write(FILE *to, struct point *above, struct point *below, size_t n);

#endif
