/*
 * destination.h - determines how an output file is written, by what exists at its path. All writers use the
 * same rules:
 *
 *   a regular file, or nothing there    replaced as a whole, or created
 *   a symbolic link                     stays; the rule applies to its target, which need not
 *                                       exist yet
 *   a folder, a loop of links           refused
 *   a pipe, a device, a socket          opened and written; never replaced
 *   /dev/stdout, /dev/fd/N and the like the open descriptor is written, wherever it leads: another process
 *   may go on
 *                                       writing to the same file, which a new file of that name would not
 *                                       reach
 */
#ifndef BL_FILE_DESTINATION_H
#define BL_FILE_DESTINATION_H

#include "../base/status.h"

#include <stdbool.h>
#include <sys/stat.h>

struct destination {
    char *path;          /* after following links; owned */
    bool is_stream;      /* a pipe, a device or a socket: opened and written */
    int descriptor;      /* the descriptor of a stream that is already open, else -1 */
    bool is_there;       /* a regular file exists */
    struct stat present; /* its owner and permission bits, which the new file gets */
};

/* BL_BAD_VALUE: path is empty. BL_IO: it is a folder, or stat fails. destination_drop frees the path. */
bl_status destination_find(struct destination *out, bl_context *ctx, const char *path);
void destination_drop(struct destination *d, bl_context *ctx);

#endif
