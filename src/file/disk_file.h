/*
 * disk_file.h - a regular file opened for reading, of known size, read front to back.
 */
#ifndef BL_FILE_DISK_FILE_H
#define BL_FILE_DISK_FILE_H

#include "../base/status.h"

#include <stddef.h>
#include <stdint.h>

struct disk_file {
    bl_context *ctx;
    const char *path; /* borrowed */
    int fd;
    uint64_t size;
};

/* BL_BAD_DATA: the file does not exist, or is a folder or a device; BL_IO: it exists but cannot be read. */
bl_status disk_file_open(struct disk_file *file, bl_context *ctx, const char *path);
bl_status disk_file_read(struct disk_file *file, void *bytes, size_t n); /* reads exactly the next n */
void disk_file_close(struct disk_file *file);

/* Reads the whole file. The caller frees *bytes. */
bl_status disk_file_load(unsigned char **bytes, size_t *n, bl_context *ctx, const char *path);

#endif
