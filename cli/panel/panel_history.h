/*
 * panel_history.h - the loss so far, in a fixed number of points, and its curve in one row.
 */
#ifndef CLI_PANEL_HISTORY_H
#define CLI_PANEL_HISTORY_H

#include "panel_text.h"

enum { HISTORY_POINTS = 256 };

/* All zeros: empty. */
struct panel_history {
    int n;            /* points that are whole */
    size_t per_point; /* values that make a point; 0 stands for 1 */
    double first;     /* value */
    double sum;       /* of the values of the point that is not whole */
    size_t n_sum;
    double point[HISTORY_POINTS];
};

/* One value, in order. What is no finite number is left out. */
void panel_history_add(struct panel_history *history, double value);
/* The whole history in at most `width` columns, from its least value (lowest glyph) to its largest. */
void panel_history_draw(const struct panel_history *history, struct panel_text *text, int width);

#endif
