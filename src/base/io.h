/*
 * io.h - read and write, repeated after interruption by a signal.
 */
#ifndef BL_BASE_IO_H
#define BL_BASE_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Like read(2), but never fails with EINTR. */
ssize_t io_read(int file, void *bytes, size_t n);

/* Reads n bytes, or up to the end of the file. Returns the number of bytes read; -1: errno has the error. */
ssize_t io_read_all(int file, void *bytes, size_t n);

/* Writes all n bytes, and waits where an inherited descriptor is non-blocking. false: errno has the error;
   some of the bytes may have been written. */
bool io_write_all(int file, const void *bytes, size_t n);

#endif
