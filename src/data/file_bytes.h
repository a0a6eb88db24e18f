/*
 * file_bytes.h - reads a whole file into memory, and unpacks gzip.
 */
#ifndef BL_DATA_FILE_BYTES_H
#define BL_DATA_FILE_BYTES_H

#include "../base/status.h"

#include <stddef.h>
#include <stdint.h>

struct bytes {
    uint8_t *at; /* owned by the caller, who frees it with mem_free */
    size_t n;
};

/* The maximum unpacked size of a gzip file, because a small file must not fill the memory. It is below 2^32,
   so that the length in a gzip trailer is exact. The limit also applies to pipes and devices; a regular file
   may be larger. */
#define BYTES_READ_LIMIT (((size_t)1 << 32) - 1)

/* Reads the file at path, unpacked if it is a gzip file, which is recognised by its first two bytes, not by
   the name. BL_BAD_DATA: the file does not exist, is a folder, or is a gzip file that is truncated, damaged,
   followed by other data, or larger than `limit` when unpacked. BL_IO: it cannot be read. */
bl_status bytes_read(struct bytes *out, bl_context *ctx, const char *path, size_t limit);

/* As bytes_read, for standard input, which can be read once per context (BL_BAD_VALUE afterwards).
   BL_BAD_DATA: the input is empty. */
bl_status bytes_read_input(struct bytes *out, bl_context *ctx, size_t limit);
#define INPUT_NAME "standard input" /* for messages */
/* As bytes_read, for a file that was found in a folder: BL_BAD_DATA, without waiting, if it is not a regular
   file (but a named pipe or a device). */
bl_status bytes_read_file(struct bytes *out, bl_context *ctx, const char *path, size_t limit);

/* Names the kind of file in a message, such as "a named pipe"; mode: st_mode of stat. */
const char *path_kind_name(unsigned mode);

#endif
