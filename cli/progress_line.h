/*
 * progress_line.h - a progress line on a terminal, which overwrites itself.
 */
#ifndef CLI_PROGRESS_LINE_H
#define CLI_PROGRESS_LINE_H

#include <stdbool.h>
#include <stddef.h>

struct progress_line {
    bool is_on;    /* standard error is a terminal that can write over a line, and nobody asked for quiet */
    bool is_shown; /* it stands on the terminal now */
    double shown;  /* when, in seconds */
};

/* What the line says. The parts that do not fit the terminal are left out: first the speed, then the loss,
   then the percents. */
struct progress_parts {
    const char *label;   /* "dfa 3/12: " */
    int epoch, epochs;   /* 2 of 10 */
    double percent;      /* of this epoch */
    double loss;         /* in this epoch so far */
    double speed;        /* examples a second */
    double seconds_left; /* less than 0: not known */
};

/* At most about ten times a second; a call in between changes nothing. */
void progress_line_show(struct progress_line *line, const struct progress_parts *parts);
/* Any text, at once: cut where the terminal ends. */
void progress_line_write(struct progress_line *line, const char *text);
/* Before anything else is written to the terminal. */
void progress_line_clear(struct progress_line *line);

/* What is left of a work, from what is done of it: shares of the whole between 0 and 1, and seconds since
   its begin, at which `done_before` was done already. Less than 0: too early to tell. */
double progress_left(double done_before, double done, double seconds);
/* Adds "  2 min left" to a text; nothing where it is less than 0. */
void progress_add_left(char *text, size_t room, double seconds);

#endif
