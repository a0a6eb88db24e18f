/*
 * folder_make.c - mkdir of a path and of what is above it.
 */
#include "folder_make.h"

#include "../base/context.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

bl_status folder_make(bl_context *ctx, const char *folder)
{
    char path[BL_PATH_ROOM];
    if (snprintf(path, sizeof path, "%s", folder) >= BL_PATH_ROOM)
        BL_FAIL(ctx, BL_BAD_VALUE, "%.60s...: the path is longer than %d bytes", folder, BL_PATH_ROOM - 1);
    for (char *slash = path + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = 0;
        if (mkdir(path, 0777) != 0 && errno != EEXIST)
            BL_FAIL(ctx, BL_IO, "%s: %s", path, strerror(errno));
        *slash = '/';
    }
    if (mkdir(path, 0777) != 0 && errno != EEXIST)
        BL_FAIL(ctx, BL_IO, "%s: %s", path, strerror(errno));
    return BL_OK;
}
