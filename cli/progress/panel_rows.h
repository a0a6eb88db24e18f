/*
 * panel_rows.h - composes the rows of the panel.
 */
#ifndef CLI_PANEL_ROWS_H
#define CLI_PANEL_ROWS_H

#include "live_panel.h"

/* Returns the number of columns that the panel takes on a terminal of this width. */
int panel_columns(int terminal);
/* Composes the rows. terminal: its number of rows, of which the panel takes at most half. */
void panel_rows(const struct panel *panel, const struct panel_figures *figures, int terminal,
                struct panel_text *text);

#endif
