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
    size_t made; /* bytes of the path up to the outermost folder that was made; 0: none */
};

/* A function that returns false has printed why on standard error. */

/* Makes the folders above `to`. */
bool part_make_folders(struct part_file *part, const char *to);
/* Opens or creates TO.part and locks it. If another process has locked it, the message names that process. */
bool part_open(struct part_file *part, const char *to);
bool part_size(const struct part_file *part, long long *size);
bool part_empty(const struct part_file *part);
/* Writes the part to the disk, and renames it to `to`. */
bool part_finish(const struct part_file *part, const char *to);
/* Closes the part, and removes it if it is empty, with the folders that were made: an empty folder with the
   name of a data set would be taken for the set. */
void part_close(struct part_file *part);

#endif
