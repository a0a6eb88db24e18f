/*
 * curve_path.h - curves and bands as SVG paths, without points that would not be visible.
 */
#ifndef CLI_CURVE_PATH_H
#define CLI_CURVE_PATH_H

#include <stddef.h>
#include <stdio.h>

struct point {
    double x, y; /* pixels; NaN in y: a gap */
};

/* Removes points, so that none of the n is farther than `tolerance` from the line through the remaining ones;
   both ends remain. The points must have no gap. The remaining ones are moved to the front. Returns their
   number. */
size_t curve_simplify(struct point *points, size_t n, double tolerance);

/* Writes the value of a path's attribute d, simplified to half a pixel. Each gap begins a new line, and a
   point between two gaps is left out. The points are overwritten. */
void curve_write(FILE *to, struct point *points, size_t n);

/* Writes the area between two curves at the same x, whose gaps coincide, simplified in the same way. Both
   arrays are overwritten. */
void band_write(FILE *to, struct point *above, struct point *below, size_t n);

#endif
