/*
 * part_file.h - FILE.part, the partial download of FILE, which one process at a time can write.
 */
#ifndef CLI_DOWNLOAD_PART_FILE_H
#define CLI_DOWNLOAD_PART_FILE_H

#include "backless.h"

#include <stdbool.h>

struct part_file {
    int fd;
    char path[BL_PATH_ROOM];
};

/* Each function that gives false has said why on standard error. */

/* Makes the folders that `to` is in. */
bool part_make_folders(const char *to);
/* Opens or creates it, and locks it; another process that has it is named. */
bool part_open(struct part_file *part, const char *to);
bool part_size(const struct part_file *part, long long *size);
bool part_empty(const struct part_file *part);
/* To the disk, then under its own name. */
bool part_finish(const struct part_file *part, const char *to);
/* An empty one is removed. */
void part_close(struct part_file *part);

#endif
