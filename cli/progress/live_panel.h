/*
 * live_panel.h - the live panel of a training on a terminal: progress, speed, loss and its curve, errors,
 * angles.
 *
 * The panel stands below what was printed last, and the cursor at its first row and column. A line for
 * standard output is written over the first row, ends with panel_line_end instead of a line end, and is
 * followed by panel_show: then the lines stay above the panel, and nothing is blank in between. The panel is
 * cleared before all other output.
 */
#ifndef CLI_LIVE_PANEL_H
#define CLI_LIVE_PANEL_H

#include "panel_angles.h"
#include "panel_history.h"

struct panel {
    bool is_on;    /* --progress panel on a terminal that can move the cursor */
    bool is_shown; /* the whole panel is on the terminal now */
    double shown;  /* when it was drawn, in seconds */
    struct panel_look look;
    struct panel_history losses;
    struct panel_angles angles;
};

/* The figures of one redraw; the loss curve and the angles are those of panel_add. */
struct panel_figures {
    const char *label;   /* "dfa 3/12: " */
    int epoch, epochs;   /* 2 of 10 */
    double share;        /* the fraction of the whole work that is done */
    double seconds_left; /* less than 0: not known */
    double loss;         /* in this epoch so far */
    const char *errors;  /* "train 5.31 %  test 6.10 % after epoch 1"; "": not known */
    double speed;        /* examples a second */
    double rate;         /* learning rate */
};

/* Begins the panel on standard error; it stays off if is_on is false or the terminal's type is unknown. */
struct panel panel_begin(bool is_on);
/* Returns whether the panel is on and the terminal now has at least 60 columns and 12 rows. */
bool panel_fits(const struct panel *panel);
/* Adds the loss and the angles of one call of the progress function. */
void panel_add(struct panel *panel, const bl_progress *now);
/* Returns whether it is time to draw the panel: about five times a second, and after a line was printed over
   it. */
bool panel_is_due(const struct panel *panel);
void panel_show(struct panel *panel, const struct panel_figures *figures);
/* Writes to standard output what must come before and at the end of a line that is written over the first
   row. */
void panel_line_begin(void);
void panel_line_end(struct panel *panel);
/* Prints a line after panel_line_begin, broken between words at the width of the terminal. */
void panel_line(struct panel *panel, const char *text);
void panel_clear(struct panel *panel);
/* Says that something else was written over the panel. */
void panel_overwritten(struct panel *panel);
/* Clears the panel from a signal handler that ends the program. */
void panel_clear_in_handler(void);

#endif
