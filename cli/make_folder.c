/*
 * make_folder.c - creates a folder and those above it.
 */
#include "make_folder.h"

#include "command.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

int make_folder(const char *path)
{
    char part[2 * BL_PATH_ROOM];
    snprintf(part, sizeof part, "%s", path);
    for (char *at = strchr(part, '/'); at; at = strchr(at + 1, '/')) {
        *at = 0;
        mkdir(part, 0777); /* errors are found when the whole path is created */
        *at = '/';
    }
    if (mkdir(path, 0777) == 0 || errno == EEXIST)
        return EXIT_DONE;
    usage_error("%s: cannot be made: %s", path, strerror(errno));
    return EXIT_IO;
}
