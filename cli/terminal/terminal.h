/*
 * terminal.h - the capabilities and the width of the terminal.
 */
#ifndef CLI_TERMINAL_H
#define CLI_TERMINAL_H

#include <stdbool.h>
#include <stdio.h>

enum terminal_colours { COLOURS_NONE, COLOURS_256, COLOURS_ALL };

struct terminal {
    int columns;
    enum terminal_colours colours; /* none: on a pipe, with NO_COLOR, TERM=dumb, or without UTF-8 */
};

/* DECAWM: without automatic line breaks, what is longer than a row is cut at its end. Rows that overwrite
   themselves are written so, because the terminal may be narrower than terminal_columns says: tmux resizes
   its window up to a quarter of a second before the program can know. A row that took two lines would then
   move the cursor away from the first row. */
#define TERMINAL_NO_LINE_BREAKS "\033[?7l"
#define TERMINAL_LINE_BREAKS "\033[?7h"

struct terminal terminal_of_stdout(void);

/* Returns the width in columns of the terminal that the stream writes to, or $COLUMNS if that is less; 0 if
   the stream is not a terminal. */
int terminal_columns(FILE *to);
/* Returns the number of rows of the terminal that the stream writes to, 24 if it is unknown; 0 if the stream
   is not a terminal. */
int terminal_rows(FILE *to);
/* Returns whether the locale of the environment uses UTF-8. */
bool terminal_has_utf8(void);

#endif
