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
