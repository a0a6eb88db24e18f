/*
 * panel_history.h - the loss so far, in a fixed number of points, and its curve in one row.
 */
#ifndef CLI_PANEL_HISTORY_H
#define CLI_PANEL_HISTORY_H

#include "panel_text.h"

enum { HISTORY_POINTS = 256 };

/* A series; all zeros: empty. */
struct panel_history {
    int n;            /* number of complete points */
    size_t per_point; /* values per point; 0 stands for 1 */
    double first;     /* the first value of the series */
    double sum;       /* sum of the values of the incomplete point */
    size_t n_sum;
    double point[HISTORY_POINTS];
};

/* Adds the next value. Values that are not finite are ignored. */
void panel_history_add(struct panel_history *history, double value);
/* Draws the whole history in at most `width` columns; the lowest glyph is its least value, the highest its
   largest. */
void panel_history_draw(const struct panel_history *history, struct panel_text *text, int width);

#endif
