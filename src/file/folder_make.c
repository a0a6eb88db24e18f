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
    char path[4096];
    if (snprintf(path, sizeof path, "%s", folder) >= (int)sizeof path)
        BL_FAIL(ctx, BL_BAD_VALUE, "%.60s...: the path is longer than %zu bytes", folder, sizeof path - 1);
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
