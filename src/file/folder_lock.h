/*
 * folder_lock.h - one process at a time in a folder: a lock on the file "lock" in it, which goes with the process,
 * however that ends.
 */
#ifndef BL_FILE_FOLDER_LOCK_H
#define BL_FILE_FOLDER_LOCK_H

#include "../base/status.h"

struct folder_lock {
    char *path; /* of the file */
    int file;   /* -1: not locked */
};

/* BL_IO when another process has it; the sentence names the process. A file system without locks is used without. */
bl_status folder_lock_take(struct folder_lock *out, bl_context *ctx, const char *folder);
void folder_lock_drop(struct folder_lock *lock, bl_context *ctx);

#endif
