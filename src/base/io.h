/*
 * io.h - read and write, again where a signal interrupted them.
 */
#ifndef BL_BASE_IO_H
#define BL_BASE_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* As read(2) does, but never ends with EINTR. */
ssize_t io_read(int file, void *bytes, size_t n);

/* Reads n bytes, or up to the end of the file. Gives how many came; -1: errno says why. */
ssize_t io_read_all(int file, void *bytes, size_t n);

/* Writes all n bytes, and waits where a descriptor that was handed to us does not wait by itself. false:
   errno says why; some of the bytes may have been written. */
bool io_write_all(int file, const void *bytes, size_t n);

#endif
