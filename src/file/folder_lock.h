/*
 * folder_lock.h - allows one process at a time in a folder: a lock on its file "lock", which the system
 * releases when the process ends.
 */
#ifndef BL_FILE_FOLDER_LOCK_H
#define BL_FILE_FOLDER_LOCK_H

#include "../base/status.h"

struct folder_lock {
    char *path; /* of the lock file */
    int file;   /* -1: not locked */
};

/* BL_IO if another process holds the lock; the message names the process. On a file system that has no locks,
   the folder is not locked and the call succeeds. */
bl_status folder_lock_take(struct folder_lock *out, bl_context *ctx, const char *folder);
void folder_lock_drop(struct folder_lock *lock, bl_context *ctx);

#endif
