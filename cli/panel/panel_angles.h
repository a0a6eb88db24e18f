/*
 * panel_angles.h - the angles of the hidden blocks that were measured last, as bars.
 */
#ifndef CLI_PANEL_ANGLES_H
#define CLI_PANEL_ANGLES_H

#include "panel_text.h"

enum { PANEL_BLOCKS = 64 };

/* All zeros: none were measured. */
struct panel_angles {
    int n;                        /* hidden blocks */
    size_t step;                  /* of the run, at which they were measured */
    double degrees[PANEL_BLOCKS]; /* of the first ones; NaN: this block has no angle */
};

void panel_angles_keep(struct panel_angles *angles, const bl_progress *now);
/* A heading with the step, then one bar a hidden block on an axis from 0 to 180 degrees on which 90 is
   marked; in two or more columns where `rows` are too few for one. The heading tells how many are left
   out. */
void panel_angles_draw(const struct panel_angles *angles, struct panel_text *text, int rows);

#endif
