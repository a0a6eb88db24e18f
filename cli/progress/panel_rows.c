/*
 * panel_rows.c - composes the rows of the panel: progress, loss, errors, angles.
 *
 *     dfa 3/12: epoch 4/10  ██████████▌·················   35 %  2 min left  12345 samples/s
 *     loss   0.2134  █▇▅▄▃▃▂▂▂▁▁▁▁  from 2.3026
 *     error  train 5.31 %  test 6.10 % after epoch 3  lr 0.001
 *     angle  at step 400, in degrees from 0 to 180
 *        0   41.3  █████▋······│···········
 *        1   67.0  █████████▏··│···········
 */
#include "panel_rows.h"

#include "../draw/short_exponent.h"
#include "loss_text.h"
#include "progress_line.h"

#include <string.h>

enum { MOST_COLUMNS = 79, LEAST_BAR = 8, ROWS_BEFORE_BARS = 4, MOST_ROWS = 16 };

/* Returns the width of the panel. The last column of the terminal stays free, because some terminals go to
   the next line when it is written to. In a wide terminal the panel is narrower, because a terminal that
   becomes narrow rewraps its lines and keeps the last of them on the screen: each further line that the
   panel then takes may move its first row out of the screen, where it cannot be overwritten. */
int panel_columns(int terminal)
{
    return terminal - 1 < MOST_COLUMNS ? terminal - 1 : MOST_COLUMNS;
}

static void add_progress(const struct panel_figures *f, struct panel_text *t)
{
    char right[64], speed[48];
    snprintf(right, sizeof right, "  %3.0f %%", 100.0 * f->share);
    progress_add_left(right, sizeof right, f->seconds_left);
    snprintf(speed, sizeof speed, "  %.0f samples/s", f->speed);
    panel_text_row(t);
    panel_text_print(t, "%sepoch %d/%d  ", f->label, f->epoch, f->epochs);
    const int room = t->most - t->columns - (int)strlen(right), width = room - (int)strlen(speed),
              bar = width >= LEAST_BAR ? width : room;
    if (bar >= LEAST_BAR)
        panel_text_bar(t, bar, f->share, -1, PANEL_BELOW);
    panel_text_print(t, "%s", right);
    panel_text_if_fits(t, speed);
}

static void add_loss(const struct panel *p, const struct panel_figures *f, struct panel_text *t)
{
    char from[64] = "";
    if (p->losses.n > 0)
        snprintf(from, sizeof from, "  from %s", loss_text(p->losses.first).text);
    panel_text_row(t);
    panel_text_print(t, "loss   %s  ", loss_text(f->loss).text);
    const int width = t->most - t->columns - (int)strlen(from);
    if (width < LEAST_BAR)
        return;
    panel_history_draw(&p->losses, t, width);
    panel_text_print(t, "%s", from);
}

static void add_errors(const struct panel_figures *f, struct panel_text *t)
{
    char number[32], rate[48];
    snprintf(rate, sizeof rate, "  lr %s", short_number(f->rate, 4, number));
    panel_text_row(t);
    panel_text_print(t, "error  %s", f->errors[0] ? f->errors : "-");
    panel_text_if_fits(t, rate);
}

void panel_rows(const struct panel *p, const struct panel_figures *f, int terminal, struct panel_text *t)
{
    const int rows = terminal / 2 < MOST_ROWS ? terminal / 2 : MOST_ROWS;
    add_progress(f, t);
    add_loss(p, f, t);
    add_errors(f, t);
    panel_angles_draw(&p->angles, t, rows - ROWS_BEFORE_BARS);
}
