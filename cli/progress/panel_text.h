/*
 * panel_text.h - the bytes of one redraw of the panel: rows of glyphs of one column, cut at a width.
 */
#ifndef CLI_PANEL_TEXT_H
#define CLI_PANEL_TEXT_H

#include "../command.h"

enum { PANEL_ROOM = 16384 };

/* What the terminal can show. */
struct panel_look {
    bool has_utf8, has_colours;
};

struct panel_text {
    struct panel_look look;
    int most;    /* columns of a row that may be used */
    int columns; /* columns of the current row that were written */
    int rows;    /* number of rows that were begun */
    size_t n;    /* bytes */
    char bytes[PANEL_ROOM];
};

enum panel_colour { PANEL_PLAIN, PANEL_FAINT, PANEL_BELOW, PANEL_ABOVE };

void panel_text_begin(struct panel_text *text, struct panel_look look, int most);
/* Begins a row; must be called before anything is added to it. */
void panel_text_row(struct panel_text *text);
/* Must be called after the last row: erases the screen below the panel, and moves the cursor to the first
   row. */
void panel_text_end(struct panel_text *text);
/* Adds one glyph in UTF-8. */
void panel_text_glyph(struct panel_text *text, const char *glyph);
void panel_text_print(struct panel_text *text, const char *format, ...) CLI_PRINTF(2, 3);
/* Adds the words if the row has room for all of them. */
void panel_text_if_fits(struct panel_text *text, const char *words);
/* Sets the colour of the following glyphs; has no effect if the terminal has no colours. */
void panel_text_colour(struct panel_text *text, enum panel_colour colour);
/* Adds a bar of `width` columns, filled from the left by share (0 to 1), to an eighth of a column in UTF-8.
   mark: the column that shows a line if the bar does not cover it; -1: none. */
void panel_text_bar(struct panel_text *text, int width, double share, int mark, enum panel_colour colour);

#endif
