/*
 * panel_angles.c - bars of angles between the signals of a rule and those of backpropagation.
 */
#include "panel_angles.h"

#include <math.h>

/* Widths in terminal columns: of the narrowest cell, which is a bar behind its block's number and angle; of
   the gap between two cells; of the number and the angle. */
enum { CELL = 26, GAP = 2, NAME_COLUMNS = 13 };

void panel_angles_keep(struct panel_angles *a, const bl_progress *now)
{
    if (!now->angles)
        return;
    a->n = now->blocks - 1;
    a->step = now->total_step;
    for (int i = 0; i < a->n && i < PANEL_BLOCKS; i++)
        a->degrees[i] = now->angles[i].flat;
}

/* Blocks are numbered from 0, as in log.jsonl, `backless explain` and --freeze. */
static void draw_cell(const struct panel_angles *a, int i, struct panel_text *t, int width)
{
    const double degrees = a->degrees[i];
    const int bar = width - NAME_COLUMNS;
    if (isnan(degrees))
        panel_text_print(t, "%4d      -  ", i);
    else
        panel_text_print(t, "%4d  %5.1f  ", i, degrees);
    panel_text_bar(t, bar, degrees / 180.0, bar / 2, degrees < 90.0 ? PANEL_BELOW : PANEL_ABOVE);
}

/* Draws a row. Block i is in row i % n_rows, so that each column is read downwards. */
static void draw_row(const struct panel_angles *a, int row, int n_rows, int n_shown, struct panel_text *t)
{
    const int n_columns = (n_shown + n_rows - 1) / n_rows,
              width = (t->most - GAP * (n_columns - 1)) / n_columns;
    panel_text_row(t);
    for (int i = row; i < n_shown; i += n_rows) {
        panel_text_print(t, "%*s", i == row ? 0 : GAP, "");
        draw_cell(a, i, t, width);
    }
}

void panel_angles_draw(const struct panel_angles *a, struct panel_text *t, int rows)
{
    const int most_columns = (t->most + GAP) / (CELL + GAP), room = most_columns * rows;
    int n_shown = a->n < PANEL_BLOCKS ? a->n : PANEL_BLOCKS;
    n_shown = n_shown < room ? n_shown : room;
    if (n_shown < 1)
        return;
    panel_text_row(t);
    panel_text_print(t, "angle  at step %zu, in degrees from 0 to 180", a->step);
    if (n_shown < a->n)
        panel_text_print(t, "; %d more", a->n - n_shown);
    const int n_rows = n_shown < rows ? n_shown : rows;
    for (int row = 0; row < n_rows; row++)
        draw_row(a, row, n_rows, n_shown, t);
}
