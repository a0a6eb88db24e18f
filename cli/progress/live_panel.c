/*
 * live_panel.c - draws the panel on the terminal in one write, and removes it.
 *
 * Between redraws the cursor is at the first column of the first row. A terminal that rewraps its lines when
 * its width changes keeps the cursor at this character, so that the next redraw covers the whole panel at any
 * width.
 */
#define _POSIX_C_SOURCE 200809L
#include "live_panel.h"

#include "../seconds.h"
#include "../terminal/terminal.h"
#include "../terminal/wrapped.h"
#include "panel_rows.h"
#include "unsent_output.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LEAST_COLUMNS = 60, LEAST_ROWS = 12 };
static const double SECONDS_BETWEEN_VIEWS = 0.19; /* a little less than two of bl_trainer_fit's calls */
static const char CLEAR[] = "\r\033[J";

/* At least one row of the panel is on the screen. The signal handler that ends the program reads it. */
static volatile sig_atomic_t is_on_screen;

struct panel panel_begin(bool is_on)
{
    const char *term = getenv("TERM"), *no_color = getenv("NO_COLOR");
    return (struct panel){
        .is_on = is_on && term && term[0],
        .look = {.has_utf8 = terminal_has_utf8(), .has_colours = !(no_color && no_color[0])}};
}

bool panel_fits(const struct panel *p)
{
    return p->is_on && terminal_columns(stderr) >= LEAST_COLUMNS && terminal_rows(stderr) >= LEAST_ROWS;
}

void panel_add(struct panel *p, const bl_progress *now)
{
    panel_history_add(&p->losses, now->train.loss);
    panel_angles_keep(&p->angles, now);
}

bool panel_is_due(const struct panel *p)
{
    return !p->is_shown || seconds_now() - p->shown >= SECONDS_BETWEEN_VIEWS;
}

void panel_show(struct panel *p, const struct panel_figures *figures)
{
    struct panel_text text;
    panel_text_begin(&text, p->look, panel_columns(terminal_columns(stderr)));
    panel_rows(p, figures, terminal_rows(stderr), &text);
    panel_text_end(&text);
    unsent_output_keep();
    is_on_screen = 1;
    fwrite(text.bytes, 1, text.n, stderr);
    p->is_shown = true;
    p->shown = seconds_now();
}

/* Moves the cursor to the first column, because the terminal shows ^C at the cursor and moves it. */
void panel_line_begin(void)
{
    if (is_on_screen)
        putchar('\r');
}

void panel_line_end(struct panel *p)
{
    fputs(is_on_screen ? "\033[K\n" : "\n", stdout);
    p->is_shown = false;
}

void panel_line(struct panel *p, const char *text)
{
    if (is_on_screen)
        print_wrapped_over(stdout, text);
    else
        print_wrapped(stdout, text);
    p->is_shown = false;
}

static void remove_panel(struct panel *p, const char *sequence)
{
    if (is_on_screen)
        fputs(sequence, stderr);
    is_on_screen = 0;
    p->is_shown = false;
    unsent_output_restore();
}

void panel_clear(struct panel *p)
{
    remove_panel(p, CLEAR);
}

void panel_overwritten(struct panel *p)
{
    remove_panel(p, "");
}

void panel_clear_in_handler(void)
{
    if (is_on_screen && write(STDERR_FILENO, CLEAR, sizeof CLEAR - 1) < 0)
        is_on_screen = 0; /* nothing else can be done: the program ends */
    unsent_output_restore();
}
