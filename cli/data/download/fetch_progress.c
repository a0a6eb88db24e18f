/*
 * fetch_progress.c - the progress of a download, its rate, and the remaining time.
 */
#include "fetch_progress.h"
#include "../../seconds.h"

#include <stdio.h>
#include <string.h>

enum { SECONDS_BETWEEN_LINES = 10 }; /* ten minutes of download make sixty lines in a log */
static const double SECONDS_BETWEEN_VIEWS = 0.2;

struct byte_text byte_text(double bytes)
{
    static const char *const units[] = {"kB", "MB", "GB", "TB"};
    struct byte_text out;
    int unit = -1;
    for (; bytes >= 999.5 && unit < 3; unit++)
        bytes /= 1000.0;
    if (unit < 0)
        snprintf(out.text, sizeof out.text, "%.0f bytes", bytes);
    else
        snprintf(out.text, sizeof out.text, "%.*f %s", bytes < 99.95 ? 1 : 0, bytes, units[unit]);
    return out;
}

void progress_begin(struct fetch_progress *p, long long had, long long total)
{
    p->had = had;
    p->total = total;
    p->began = p->shown = seconds_now();
}

/* Composes the line. The less important parts come last, because a narrow terminal truncates it. */
static void compose(const struct fetch_progress *p, long long have, double seconds, char *out, size_t room)
{
    const double rate = (double)(have - p->had) / seconds;
    snprintf(out, room, "%s: %s", p->name, byte_text((double)have).text);
    if (p->total > 0)
        snprintf(out + strlen(out), room - strlen(out), " of %s (%.0f %%)", byte_text((double)p->total).text,
                 100.0 * (double)have / (double)p->total);
    snprintf(out + strlen(out), room - strlen(out), ", %s/s", byte_text(rate).text);
    if (p->total > 0 && rate > 0.0)
        snprintf(out + strlen(out), room - strlen(out), ", %.0f s left", (double)(p->total - have) / rate);
}

void progress_show(struct fetch_progress *p, long long have)
{
    char text[512];
    const double now = seconds_now();
    const double pause = p->is_terminal ? SECONDS_BETWEEN_VIEWS : SECONDS_BETWEEN_LINES;
    if (p->is_quiet || now - p->shown < pause)
        return;
    p->shown = now;
    compose(p, have, now - p->began, text, sizeof text);
    if (p->is_terminal)
        progress_line_write(&p->line, text);
    else
        fprintf(stderr, "%s\n", text);
}

void progress_clear(struct fetch_progress *p)
{
    progress_line_clear(&p->line);
}
