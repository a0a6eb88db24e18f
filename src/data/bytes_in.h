/*
 * bytes_in.h - reads a whole file into memory, and unpacks gzip.
 */
#ifndef BL_DATA_BYTES_IN_H
#define BL_DATA_BYTES_IN_H

#include "../base/status.h"

#include <stddef.h>
#include <stdint.h>

struct bytes {
    uint8_t *at; /* freed with mem_free */
    size_t n;
};

/* The maximum unpacked size of a gzip file, because a small file must not fill the memory. Below 2^32, so
   that the length in a gzip trailer is exact. The limit holds for pipes and devices too; a regular file may
   be larger. */
#define BYTES_IN_LIMIT (((size_t)1 << 32) - 1)

/* Gzip is recognised by its first two bytes, not by the name. Refuses a gzip file that is cut off, damaged,
   followed by anything, or larger than `limit` when unpacked (BL_BAD_DATA). A file that does not exist, or is
   a folder: BL_BAD_DATA; one that cannot be read: BL_IO. */
bl_status bytes_in(struct bytes *out, bl_context *ctx, const char *path, size_t limit);

/* The same for standard input, once per context (BL_BAD_VALUE afterwards). Empty input is BL_BAD_DATA. */
bl_status bytes_of_input(struct bytes *out, bl_context *ctx, size_t limit);
#define INPUT_NAME "standard input" /* for messages */
/* The same for a file that was found in a folder: anything but a regular file (a named pipe, a device) is
   BL_BAD_DATA, without waiting for it. */
bl_status bytes_in_file(struct bytes *out, bl_context *ctx, const char *path, size_t limit);

const char *path_kind_name(unsigned mode); /* of stat's st_mode, for a message: "a named pipe" */

#endif
