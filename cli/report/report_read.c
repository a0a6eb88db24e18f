/*
 * report_read.c - finds run folders below a folder, and reads their logs.
 */
#include "report.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_LEVELS = 12 };

bool report_is_run(const char *folder)
{
    char path[BL_PATH_ROOM];
    struct stat facts;
    return snprintf(path, sizeof path, "%s/log.jsonl", folder) < (int)sizeof path && stat(path, &facts) == 0;
}

static bool is_folder(const char *path)
{
    struct stat facts;
    return lstat(path, &facts) == 0 && S_ISDIR(facts.st_mode);
}

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static int read_below(struct report *report, const char *folder, int level, size_t *n_found);

static int read_entry(struct report *report, const char *path, int level, size_t *n_found)
{
    if (!is_folder(path))
        return EXIT_DONE;
    if (!report_is_run(path))
        return read_below(report, path, level + 1, n_found);
    ++*n_found;
    return curves_read(&report->curves, path);
}

/* Links to folders are not followed. */
static int read_below(struct report *report, const char *folder, int level, size_t *n_found)
{
    struct dirent **entries = NULL;
    const int n = level < MOST_LEVELS ? scandir(folder, &entries, is_visible, alphasort) : 0;
    int code = EXIT_DONE;
    if (n < 0) {
        usage_error("%s: cannot be read: %s", folder, strerror(errno));
        return EXIT_IO;
    }
    for (int i = 0; i < n; i++) {
        char path[BL_PATH_ROOM];
        if (code == EXIT_DONE &&
            snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name) < (int)sizeof path)
            code = read_entry(report, path, level, n_found);
        free(entries[i]);
    }
    free(entries);
    return code;
}

int report_read(struct report *report, const char *where)
{
    struct stat facts;
    size_t n_found = 0;
    if (stat(where, &facts) != 0 || !S_ISDIR(facts.st_mode) || report_is_run(where))
        return curves_read(&report->curves, where);
    const int code = read_below(report, where, 0, &n_found);
    if (code == EXIT_DONE && n_found == 0) {
        usage_error("%s: neither it nor a folder below it holds a log.jsonl, expected run folders of "
                    "backless train --out",
                    where);
        return EXIT_DATA;
    }
    return code;
}
