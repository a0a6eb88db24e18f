/*
 * progress_line.c - the progress line: its parts, fitting them to the width, and the remaining time.
 *
 * The new text overwrites the old one and the rest of the line is erased, in one write, because erasing the
 * line first would flicker. The last column stays free, because some terminals go to the next line when it is
 * written to. Then the cursor goes back to the first column: a terminal that rewraps its lines when its width
 * changes keeps the cursor at this character, so that the next text covers the whole line at any width.
 */
#include "progress_line.h"

#include "../seconds.h"
#include "../terminal/terminal.h"

#include <stdio.h>
#include <string.h>

enum { LINE_ROOM = 512, PERCENTS = 1, LOSS = 2, SPEED = 4 };
static const double SECONDS_BETWEEN_VIEWS = 0.095; /* a little less than bl_trainer_fit's tenth of a second */
static const double LEAST_SECONDS = 0.5;           /* before the remaining time is shown */

double progress_left(double done_before, double done, double seconds)
{
    if (seconds < LEAST_SECONDS || done <= done_before)
        return -1.0;
    return done < 1.0 ? seconds * (1.0 - done) / (done - done_before) : 0.0;
}

void progress_add_left(char *text, size_t room, double seconds)
{
    const size_t used = strlen(text);
    if (seconds < 0.0)
        return;
    if (seconds < 120.0)
        snprintf(text + used, room - used, "  %.0f s left", seconds);
    else if (seconds < 7200.0)
        snprintf(text + used, room - used, "  %.0f min left", seconds / 60.0);
    else
        snprintf(text + used, room - used, "  %.1f h left", seconds / 3600.0);
}

static void compose(char *text, size_t room, const struct progress_parts *p, int which)
{
    snprintf(text, room, "%sepoch %d/%d", p->label, p->epoch, p->epochs);
    if (which & PERCENTS)
        snprintf(text + strlen(text), room - strlen(text), "  %3.0f %%", p->percent);
    if (which & LOSS)
        snprintf(text + strlen(text), room - strlen(text), p->loss < 1e4 ? "  loss %.4f" : "  loss %.3g",
                 p->loss);
    if (which & SPEED)
        snprintf(text + strlen(text), room - strlen(text), "  %.0f samples/s", p->speed);
    progress_add_left(text, room, p->seconds_left);
}

void progress_line_write(struct progress_line *line, const char *text)
{
    const int columns = terminal_columns(stderr);
    if (columns == 0)
        return;
    fprintf(stderr, "\r" TERMINAL_NO_LINE_BREAKS "%.*s\033[J\r" TERMINAL_LINE_BREAKS, columns - 1, text);
    line->is_shown = true;
}

void progress_line_show(struct progress_line *line, const struct progress_parts *parts)
{
    static const int fits[] = {PERCENTS | LOSS | SPEED, PERCENTS | LOSS, PERCENTS, 0};
    const int columns = terminal_columns(stderr);
    const double now = seconds_now();
    char text[LINE_ROOM];
    if (!line->is_on || columns == 0 || (line->is_shown && now - line->shown < SECONDS_BETWEEN_VIEWS))
        return;
    for (size_t i = 0; i < sizeof fits / sizeof *fits; i++) {
        compose(text, sizeof text, parts, fits[i]);
        if (strlen(text) < (size_t)columns)
            break;
    }
    progress_line_write(line, text);
    line->shown = now;
}

void progress_line_clear(struct progress_line *line)
{
    if (line->is_shown)
        fputs("\r\033[J", stderr);
    line->is_shown = false;
}
