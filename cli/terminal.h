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
/* Its height now; 24 where it does not tell. 0: the stream goes to no terminal. */
int terminal_rows(FILE *to);
/* The locale of the environment has UTF-8. */
bool terminal_has_utf8(void);

#endif
