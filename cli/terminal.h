/*
 * terminal.h - what standard output can show.
 */
#ifndef CLI_TERMINAL_H
#define CLI_TERMINAL_H

enum terminal_colours { COLOURS_NONE, COLOURS_256, COLOURS_ALL };

struct terminal {
    int columns;
    enum terminal_colours colours; /* none: on a pipe, with NO_COLOR, TERM=dumb, or without UTF-8 */
};

struct terminal terminal_of_stdout(void);

#endif
