/*
 * fetch_progress.c - how far a download is, its rate, and the time that is left.
 */
#include "fetch_progress.h"

#include <stdio.h>
#include <time.h>

enum { SECONDS_BETWEEN_LINES = 10 }; /* in a log, ten minutes of download are sixty lines */
static const double SECONDS_BETWEEN_VIEWS = 0.2;

double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

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

static void print(const struct fetch_progress *p, long long have, double seconds)
{
    const double rate = (double)(have - p->had) / seconds;
    fprintf(stderr, "%s: %s", p->name, byte_text((double)have).text);
    if (p->total > 0)
        fprintf(stderr, " of %s (%.0f %%)", byte_text((double)p->total).text,
                100.0 * (double)have / (double)p->total);
    fprintf(stderr, ", %s/s", byte_text(rate).text);
    if (p->total > 0 && rate > 0.0)
        fprintf(stderr, ", %.0f s left", (double)(p->total - have) / rate);
}

void progress_show(struct fetch_progress *p, long long have)
{
    const double now = seconds_now();
    const double pause = p->is_terminal ? SECONDS_BETWEEN_VIEWS : SECONDS_BETWEEN_LINES;
    if (p->is_quiet || now - p->shown < pause)
        return;
    p->shown = now;
    progress_clear(p);
    print(p, have, now - p->began);
    if (!p->is_terminal)
        fputc('\n', stderr);
}

void progress_clear(const struct fetch_progress *p)
{
    if (p->is_terminal && !p->is_quiet)
        fputs("\r\033[K", stderr);
}
