/*
 * make_folder.c - creates a folder and those above it, and checks beforehand whether a folder or a file can
 * be created.
 */
#include "make_folder.h"

#include "command.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_ROOM = 2 * BL_PATH_ROOM };

static bool is_folder(const char *path)
{
    struct stat facts;
    return stat(path, &facts) == 0 && S_ISDIR(facts.st_mode);
}

int make_folder(const char *path)
{
    char part[PATH_ROOM];
    int why = 0; /* of the first folder that could not be made: the error of those below it follows from it */
    snprintf(part, sizeof part, "%s", path);
    for (char *at = strchr(part + 1, '/'); at; at = strchr(at + 1, '/')) {
        *at = 0;
        if (mkdir(part, 0777) != 0 && errno != EEXIST && why == 0)
            why = errno;
        *at = '/';
    }
    if (mkdir(path, 0777) == 0 || is_folder(path))
        return EXIT_DONE;
    why = why != 0 ? why : errno;
    usage_error("%s: cannot be made: %s", path,
                why == EEXIST ? "it exists, and is not a folder" : strerror(why));
    return EXIT_IO;
}

/* Removes the last component of a path, "." if it has one only. The root stays. */
static void go_up(char *path)
{
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/')
        n--;
    while (n > 0 && path[n - 1] != '/')
        n--;
    while (n > 1 && path[n - 1] == '/')
        n--;
    path[n] = 0;
    if (n == 0)
        snprintf(path, 2, ".");
}

int check_new_folder(const char *option, const char *path)
{
    char part[PATH_ROOM];
    struct stat facts;
    if (snprintf(part, sizeof part, "%s", path) >= (int)sizeof part)
        return usage_error("--%s: the path is longer than %d bytes", option, PATH_ROOM - 1);
    while (stat(part, &facts) != 0) {
        if (errno != ENOENT && errno != ENOTDIR) {
            usage_error("--%s %s: %s: %s", option, path, part, strerror(errno));
            return EXIT_IO;
        }
        go_up(part);
    }
    if (S_ISDIR(facts.st_mode) && access(part, W_OK | X_OK) != 0)
        usage_error("--%s %s: the folder %s cannot be written to: %s", option, path, part, strerror(errno));
    else if (!S_ISDIR(facts.st_mode))
        usage_error("--%s %s: %s is a file, expected a folder", option, path, part);
    else
        return EXIT_DONE;
    return EXIT_IO;
}

int check_out_file(const struct session *s, const char *path)
{
    char target[BL_PATH_ROOM];
    const bl_status status = bl_file_target(s->ctx, path, target, sizeof target);
    return status == BL_OK ? EXIT_DONE : fail_with(s, status);
}
