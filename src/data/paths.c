/*
 * paths.c - tests what kind of file a path names, without opening it.
 */
#include "readers.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

bool path_is_there(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

bool path_is_folder(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

bool path_ends(const char *path, const char *ending)
{
    size_t n = strlen(path);
    const size_t tail = strlen(ending);
    if (n > 3 && strcmp(path + n - 3, ".gz") == 0)
        n -= 3;
    return n >= tail && memcmp(path + n - tail, ending, tail) == 0;
}
