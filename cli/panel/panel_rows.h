/*
 * panel_rows.h - what the panel says, row by row.
 */
#ifndef CLI_PANEL_ROWS_H
#define CLI_PANEL_ROWS_H

#include "live_panel.h"

/* Of a terminal so wide, those that the panel takes. */
int panel_columns(int terminal);
/* terminal: its rows, of which the panel takes at most half. */
void panel_rows(const struct panel *panel, const struct panel_figures *figures, int terminal,
                struct panel_text *text);

#endif
