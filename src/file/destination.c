/*
 * destination.c - resolves symbolic links itself, because realpath fails on a link whose target does not
 * exist.
 */
#include "destination.h"

#include "../base/files_read.h"
#include "../base/mem.h"
#include "../base/text.h"

#include "backless.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { MOST_LINKS = 40 }; /* as many as Linux follows */

static bl_status cannot(bl_context *ctx, const char *path, const char *why)
{
    return context_fail(ctx, BL_IO, "%s: cannot be written: %s", path, why);
}

/* The descriptor that a path such as /dev/fd/N names; -1: none. */
static int descriptor_of(const char *path)
{
    static const char *const standard[] = {"/dev/stdin", "/dev/stdout", "/dev/stderr"};
    static const char *const folders[] = {"/dev/fd/", "/proc/self/fd/"};
    size_t n = 0;
    for (int i = 0; i < 3; i++)
        if (strcmp(path, standard[i]) == 0)
            return i;
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        if (strncmp(path, folders[i], strlen(folders[i])) == 0 &&
            text_to_size(slice_of(path + strlen(folders[i])), &n) && n < 1u << 20)
            return (int)n;
    return -1;
}

/* Replaces path by the target of the link at path, which is relative to the link's folder unless it begins
   with a slash. */
static bool follow(char *path)
{
    char link[BL_PATH_ROOM];
    const ssize_t n = readlink(path, link, sizeof link - 1);
    if (n < 0)
        return false;
    link[n] = 0;
    const char *slash = strrchr(path, '/');
    const size_t folder = link[0] == '/' || !slash ? 0 : (size_t)(slash - path) + 1;
    errno = ENAMETOOLONG;
    if (folder + (size_t)n >= BL_PATH_ROOM)
        return false;
    memcpy(path + folder, link, (size_t)n + 1);
    return true;
}

/* Checks the file, folder or stream at path, which is not a link. found: the result of lstat. */
static bl_status check_existing(struct destination *d, bl_context *ctx, const char *path,
                                const struct stat *found)
{
    if (S_ISDIR(found->st_mode))
        return cannot(ctx, path, "it is a folder, expected the name of a file");
    d->is_stream = !S_ISREG(found->st_mode);
    d->is_there = !d->is_stream;
    d->present = *found;
    return BL_OK;
}

/* A link to a pipe in /proc/PID/fd has the target "pipe:[123]", which is not a path, so the link itself is
   opened. */
static bool leads_to_stream(const char *path, struct stat *found)
{
    return stat(path, found) == 0 && !S_ISREG(found->st_mode) && !S_ISDIR(found->st_mode);
}

static bl_status walk(struct destination *d, bl_context *ctx, const char *named, char *path)
{
    struct stat found;
    for (int i = 0; i <= MOST_LINKS; i++) {
        d->descriptor = descriptor_of(path);
        if (d->descriptor >= 0) {
            d->is_stream = true;
            return BL_OK;
        }
        if (leads_to_stream(path, &found))
            return check_existing(d, ctx, path, &found);
        if (lstat(path, &found) != 0)
            return errno == ENOENT ? BL_OK : cannot(ctx, named, strerror(errno));
        if (!S_ISLNK(found.st_mode))
            return check_existing(d, ctx, named, &found);
        if (!follow(path))
            return cannot(ctx, named, strerror(errno));
    }
    return cannot(ctx, named, strerror(ELOOP));
}

bl_status destination_find(struct destination *out, bl_context *ctx, const char *path)
{
    char walked[BL_PATH_ROOM];
    struct destination d = {.descriptor = -1};
    if (!path || !path[0])
        BL_FAIL(ctx, BL_BAD_VALUE, "the name of the file to write is \"\", expected a path");
    if (snprintf(walked, sizeof walked, "%s", path) >= (int)sizeof walked)
        return cannot(ctx, path, strerror(ENAMETOOLONG));
    BL_TRY(walk(&d, ctx, path, walked));
    BL_TRY(mem_text(ctx, &d.path, walked, strlen(walked)));
    *out = d;
    return BL_OK;
}

void destination_drop(struct destination *d, bl_context *ctx)
{
    mem_free(ctx, d->path);
    d->path = NULL;
}

/* ---- The public function */

static bl_status check_folder(bl_context *ctx, const char *path, const char *target)
{
    char folder[BL_PATH_ROOM];
    snprintf(folder, sizeof folder, "%s", target);
    char *slash = strrchr(folder, '/');
    if (slash)
        slash[slash == folder] = 0;
    if (access(slash ? folder : ".", W_OK | X_OK) == 0)
        return BL_OK;
    BL_FAIL(ctx, BL_IO, "%s: cannot be written: its folder: %s", path, strerror(errno));
}

bl_status bl_file_target(bl_context *ctx, const char *path, char *target, size_t room)
{
    struct destination d;
    if (!ctx)
        return BL_BAD_VALUE;
    BL_GIVEN(ctx, path);
    BL_GIVEN(ctx, target);
    BL_TRY(destination_find(&d, ctx, path));
    bl_status status = BL_OK;
    /* NOLINTNEXTLINE(clang-analyzer-core.CallAndMessage): d is set where destination_find returns BL_OK */
    if (files_read_has(ctx, d.path, READ_AS_INPUT | READ_AS_MODEL)) /* also finds the file of a descriptor */
        status = context_fail(ctx, BL_BAD_VALUE,
                              "%s: this file is read as input and must not be overwritten; name another file",
                              path);
    if (status == BL_OK && !d.is_stream)
        status = check_folder(ctx, path, d.path);
    if (status == BL_OK)
        status = text_give(ctx, path, d.is_stream ? "" : d.path, target, room);
    destination_drop(&d, ctx);
    return status;
}
