/*
 * replace.c - implements file_replace, its steps for callers that write piece by piece, and the public
 * function.
 *
 * The name of the temporary file is that of the file with the process's number appended; a name that is too
 * long for the number is shortened. It is created exclusively: a leftover of a killed process is neither read
 * nor overwritten.
 */
#include "replace.h"

#include "../base/io.h"
#include "../base/mem.h"
#include "tensors.h"

#include "backless.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
    MOST_LEFTOVERS =
        100,           /* leftovers of killed processes with the same number; more indicates another fault */
    SUFFIX = 48,       /* two integers and ".-.tmp" */
    LONGEST_NAME = 255 /* of a file, in bytes, on Linux's file systems */
};

/* Reports errno, so it must be called directly after the failed step. */
static bl_status io_failure(const struct replacement *r, const char *step)
{
    return context_fail(r->ctx, BL_IO, "%s: cannot be written (%s): %s", r->path, step, strerror(errno));
}

static bl_status open_folder(struct replacement *r)
{
    const char *slash = strrchr(r->to.path, '/');
    const size_t n = slash ? (size_t)(slash - r->to.path) : 0;
    char *name = NULL;
    BL_TRY(mem_text(r->ctx, &name, n > 0 ? r->to.path : slash ? "/" : ".", n > 0 ? n : 1));
    r->folder = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bl_status status = r->folder < 0 ? io_failure(r, "opening its folder") : BL_OK;
    mem_free(r->ctx, name);
    return status;
}

/* The number of bytes of the path that the path of the temporary file keeps. */
static size_t kept_of_path(const char *path)
{
    const char *slash = strrchr(path, '/');
    const size_t folder = slash ? (size_t)(slash - path) + 1 : 0;
    const size_t name = strlen(path + folder);
    return folder + (name + SUFFIX > LONGEST_NAME && name <= LONGEST_NAME ? LONGEST_NAME - SUFFIX : name);
}

static bl_status create_temporary(struct replacement *r)
{
    const size_t kept = kept_of_path(r->to.path), room = kept + SUFFIX;
    BL_TRY(MEM_ARRAY(r->ctx, &r->temporary, room, "the name of a temporary file"));
    for (int i = 0; i < MOST_LEFTOVERS && r->file < 0; i++) {
        snprintf(r->temporary, room, "%.*s.%ld-%d.tmp", (int)kept, r->to.path, (long)getpid(), i);
        r->file = open(r->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (r->file < 0 && errno != EEXIST)
            break;
    }
    if (r->file < 0)
        return io_failure(r, "creating a temporary file beside it");
    r->is_there = true;
    return BL_OK;
}

/* The owner is set first because that may clear permission bits. A failure to set it is ignored, because only
   root can change the owner. */
static bl_status keep_permissions(const struct replacement *r)
{
    const struct stat *old = &r->to.present;
    struct stat ours;
    if (!r->to.is_there)
        return BL_OK;
    if (fstat(r->file, &ours) == 0 && (ours.st_uid != old->st_uid || ours.st_gid != old->st_gid) &&
        fchown(r->file, old->st_uid, old->st_gid) != 0 && errno != EPERM)
        return io_failure(r, "keeping its owner");
    return fchmod(r->file, old->st_mode & 0777) == 0 ? BL_OK : io_failure(r, "keeping its permission bits");
}

/* O_CREAT and O_TRUNC are not set, because no file must be created if the device or pipe was removed
   meanwhile. */
static bl_status open_stream(struct replacement *r)
{
    r->file = r->to.descriptor >= 0 ? fcntl(r->to.descriptor, F_DUPFD_CLOEXEC, 0)
                                    : open(r->to.path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    return r->file >= 0 ? BL_OK : io_failure(r, "opening");
}

static bl_status begin_steps(struct replacement *r)
{
    BL_TRY(destination_find(&r->to, r->ctx, r->path));
    if (r->to.is_stream)
        return open_stream(r);
    BL_TRY(open_folder(r));
    BL_TRY(create_temporary(r));
    return keep_permissions(r);
}

bl_status replacement_begin(struct replacement *r, bl_context *ctx, const char *path)
{
    *r = (struct replacement){.ctx = ctx, .path = path, .file = -1, .folder = -1};
    const bl_status status = begin_steps(r);
    if (status != BL_OK)
        replacement_drop(r);
    return status;
}

bl_status replacement_add(struct replacement *r, const void *bytes, size_t n)
{
    return io_write_all(r->file, bytes, n) ? BL_OK : io_failure(r, "writing");
}

/* Syncs the folder. Some file systems cannot do this and return EINVAL, which is ignored. */
static bool folder_synced(const struct replacement *r)
{
    return fsync(r->folder) == 0 || errno == EINVAL;
}

/* EINVAL from fsync is ignored for streams: pipes and most devices cannot be synced and do not buffer. */
bl_status replacement_finish(struct replacement *r)
{
    if (fsync(r->file) != 0 && !(r->to.is_stream && (errno == EINVAL || errno == EROFS || errno == ENOTSUP)))
        return io_failure(r, "fsync");
    const int closed = close(r->file);
    r->file = -1;
    if (closed != 0)
        return io_failure(r, "closing");
    if (r->to.is_stream)
        return BL_OK;
    if (rename(r->temporary, r->to.path) != 0)
        return io_failure(r, "renaming");
    r->is_there = false;
    return folder_synced(r) ? BL_OK : io_failure(r, "fsync of its folder");
}

void replacement_drop(struct replacement *r)
{
    if (r->file >= 0)
        close(r->file);
    if (r->is_there)
        unlink(r->temporary);
    if (r->folder >= 0)
        close(r->folder);
    mem_free(r->ctx, r->temporary);
    destination_drop(&r->to, r->ctx);
    *r = (struct replacement){.ctx = r->ctx, .file = -1, .folder = -1};
}

bl_status file_replace(bl_context *ctx, const char *path, const void *bytes, size_t n)
{
    struct replacement r;
    BL_TRY(replacement_begin(&r, ctx, path));
    bl_status status = replacement_add(&r, bytes, n);
    if (status == BL_OK)
        status = replacement_finish(&r);
    replacement_drop(&r);
    return status;
}

bl_status bl_file_write(bl_context *ctx, const char *path, const void *bytes, size_t n)
{
    if (!ctx)
        return BL_BAD_VALUE;
    BL_GIVEN(ctx, path);
    if (n > 0)
        BL_GIVEN(ctx, bytes);
    return file_replace(ctx, path, bytes, n);
}
