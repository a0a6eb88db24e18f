/*
 * fetch_progress.h - how far a download is: one line that changes on a terminal, now and then a line
 * elsewhere.
 */
#ifndef CLI_DOWNLOAD_FETCH_PROGRESS_H
#define CLI_DOWNLOAD_FETCH_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>

struct fetch_progress {
    const char *name;
    long long had, total; /* bytes at the beginning, and in all (0: not known) */
    bool is_quiet, is_terminal;
    double began, shown;
};

void progress_begin(struct fetch_progress *progress, long long had, long long total);
void progress_show(struct fetch_progress *progress, long long have);
void progress_clear(const struct fetch_progress *progress); /* before another line is written */

double seconds_now(void);

struct byte_text {
    char text[32];
};
struct byte_text byte_text(double bytes); /* "26.4 MB" */

#endif
