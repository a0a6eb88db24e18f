/*
 * folder_lock.c - locks a folder by a POSIX record lock, which the system releases when the process ends.
 *
 * The file is removed while the lock is held. So a process that obtains the lock must check that the file
 * which it has locked is still in the folder: another process may have removed it between opening and
 * locking.
 */
#include "folder_lock.h"

#include "../base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_TRIES = 100 };

static bl_status io_failure(bl_context *ctx, const struct folder_lock *lock)
{
    return context_fail(ctx, BL_IO, "%s: cannot be locked: %s", lock->path, strerror(errno));
}

static bl_status is_taken(bl_context *ctx, const struct folder_lock *lock, const char *folder)
{
    struct flock held = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (fcntl(lock->file, F_GETLK, &held) != 0 || held.l_type == F_UNLCK)
        BL_FAIL(ctx, BL_IO, "%s: another process trains in this folder", folder);
    BL_FAIL(ctx, BL_IO, "%s: another process (%ld) trains in this folder", folder, (long)held.l_pid);
}

static bool is_in_folder(const struct folder_lock *lock)
{
    struct stat ours, there;
    return fstat(lock->file, &ours) == 0 && stat(lock->path, &there) == 0 && ours.st_ino == there.st_ino &&
           ours.st_dev == there.st_dev;
}

/* Because the lock file is removed at the end, a user's own file of that name must not be used as one. */
static bool is_empty_file(const struct folder_lock *lock)
{
    struct stat found;
    return fstat(lock->file, &found) == 0 && S_ISREG(found.st_mode) && found.st_size == 0;
}

static bl_status open_and_lock(struct folder_lock *lock, bl_context *ctx, const char *folder)
{
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    lock->file = open(lock->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0666);
    if (lock->file < 0)
        return io_failure(ctx, lock);
    if (!is_empty_file(lock)) {
        close(lock->file); /* so that folder_lock_release does not remove it */
        lock->file = -1;
        BL_FAIL(ctx, BL_IO, "%s: is not the lock of a run, which is an empty file; move it away", lock->path);
    }
    if (fcntl(lock->file, F_SETLK, &whole) == 0 || errno == ENOLCK || errno == EINVAL || errno == ENOSYS)
        return BL_OK;
    if (errno == EACCES || errno == EAGAIN)
        return is_taken(ctx, lock, folder);
    return io_failure(ctx, lock);
}

static bl_status take_folder_lock(struct folder_lock *lock, bl_context *ctx, const char *folder)
{
    for (int i = 0; i < MOST_TRIES; i++) {
        BL_TRY(open_and_lock(lock, ctx, folder));
        if (is_in_folder(lock))
            return BL_OK;
        close(lock->file);
        lock->file = -1;
    }
    BL_FAIL(ctx, BL_IO,
            "%s: cannot be locked, because other processes repeatedly lock and unlock it; try again", folder);
}

static void release(struct folder_lock *lock, bl_context *ctx)
{
    if (lock->file >= 0)
        close(lock->file);
    mem_free(ctx, lock->path);
    *lock = (struct folder_lock){.path = NULL, .file = -1};
}

bl_status folder_lock_take(struct folder_lock *out, bl_context *ctx, const char *folder)
{
    struct folder_lock lock = {.path = NULL, .file = -1};
    const size_t room = strlen(folder) + sizeof "/lock";
    BL_TRY(MEM_ARRAY(ctx, &lock.path, room, "the name of a lock"));
    snprintf(lock.path, room, "%s/lock", folder);
    const bl_status status = take_folder_lock(&lock, ctx, folder);
    if (status == BL_OK)
        *out = lock;
    else
        release(&lock, ctx);
    return status;
}

void folder_lock_drop(struct folder_lock *lock, bl_context *ctx)
{
    if (lock->file >= 0)
        unlink(lock->path);
    release(lock, ctx);
}
