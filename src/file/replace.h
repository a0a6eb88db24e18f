/*
 * replace.h - writes a file so that a crash leaves either the old file or the new one: it is written to a
 * temporary file in the same folder, then fsync, close, rename, fsync of the folder.
 *
 *     struct replacement r;
 *     BL_TRY(replacement_begin(&r, ctx, path));
 *     status = replacement_add(&r, ...), as often as needed, then, if all went well, replacement_finish(&r);
 *     replacement_drop(&r), always: removes the temporary unless finished
 *
 * The new file keeps the permission bits of the old one, and its owner where that is permitted. If something
 * other than a regular file is at the path, it is written directly: see destination.h.
 */
#ifndef BL_FILE_REPLACE_H
#define BL_FILE_REPLACE_H

#include "destination.h"

#include <stddef.h>

struct replacement {
    bl_context *ctx;
    const char *path; /* the path that the caller gave, for messages; borrowed */
    struct destination to;
    char *temporary;  /* its name */
    bool is_there;    /* the temporary is in the folder */
    int file, folder; /* descriptors, -1: closed */
};

bl_status replacement_begin(struct replacement *r, bl_context *ctx, const char *path);
bl_status replacement_add(struct replacement *r, const void *bytes, size_t n);
bl_status replacement_finish(struct replacement *r);
void replacement_drop(struct replacement *r);

#endif
