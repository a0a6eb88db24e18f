/*
 * progress_line.h - a progress line on a terminal, which overwrites itself.
 */
#ifndef CLI_PROGRESS_LINE_H
#define CLI_PROGRESS_LINE_H

#include <stdbool.h>
#include <stddef.h>

struct progress_line {
    bool is_on;    /* standard error is a terminal that can overwrite a line, and --quiet is not set */
    bool is_shown; /* the line is on the terminal now */
    double shown;  /* the time when it was last written, in seconds */
};

/* The contents of the line. If they exceed the terminal's width, the speed is omitted first, then the loss,
   then the percentage. */
struct progress_parts {
    const char *label;   /* "dfa 3/12: " */
    int epoch, epochs;   /* 2 of 10 */
    double percent;      /* of this epoch */
    double loss;         /* in this epoch so far */
    double speed;        /* examples a second */
    double seconds_left; /* less than 0: not known */
};

/* Shows the line, at most about ten times a second; a call in between changes nothing. */
void progress_line_show(struct progress_line *line, const struct progress_parts *parts);
/* Shows any text at once, truncated to the terminal's width. */
void progress_line_write(struct progress_line *line, const char *text);
/* Removes the line; must be called before anything else is written to the terminal. */
void progress_line_clear(struct progress_line *line);

/* Estimates the remaining seconds of some work. done: the fraction that is done. done_before: the fraction
   that was done when the measurement began. seconds: since then. Returns a negative number if it is too early
   to estimate. */
double progress_left(double done_before, double done, double seconds);
/* Adds "  2 min left" to a text; nothing if seconds is negative. */
void progress_add_left(char *text, size_t room, double seconds);

#endif
