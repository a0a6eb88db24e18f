/*
 * fetch_progress.h - the progress of a download: one line on a terminal that is updated, occasional lines
 * elsewhere.
 */
#ifndef CLI_DOWNLOAD_FETCH_PROGRESS_H
#define CLI_DOWNLOAD_FETCH_PROGRESS_H

#include "../../progress/progress_line.h"

#include <stdbool.h>
#include <stddef.h>

struct fetch_progress {
    const char *name;
    long long had, total; /* bytes at the beginning, and of the whole file (0: not known) */
    bool is_quiet, is_terminal;
    double began, shown;
    struct progress_line line;
};

void progress_begin(struct fetch_progress *progress, long long had, long long total);
void progress_show(struct fetch_progress *progress, long long have);
void progress_clear(struct fetch_progress *progress); /* must be called before another line is printed */

struct byte_text {
    char text[32];
};
struct byte_text byte_text(double bytes); /* "26.4 MB" */

#endif
