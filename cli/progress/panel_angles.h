/*
 * panel_angles.h - the angles of the hidden blocks that were measured last, as bars.
 */
#ifndef CLI_PANEL_ANGLES_H
#define CLI_PANEL_ANGLES_H

#include "panel_text.h"

enum { PANEL_BLOCKS = 64 };

/* The angles that were measured last; all zeros: none yet. */
struct panel_angles {
    int n;                        /* hidden blocks */
    size_t step;                  /* step of the run at which they were measured */
    double degrees[PANEL_BLOCKS]; /* angles of the first blocks; NaN: this block has no angle */
};

void panel_angles_keep(struct panel_angles *angles, const bl_progress *now);
/* Draws a heading with the step, then one bar for each hidden block on an axis from 0 to 180 degrees with a
   mark at 90. If `rows` are too few, the bars are drawn in two or more columns. The heading says how many are
   left out. */
void panel_angles_draw(const struct panel_angles *angles, struct panel_text *text, int rows);

#endif
