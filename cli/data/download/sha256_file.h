/*
 * sha256_file.h - the SHA-256 of a file's content.
 */
#ifndef CLI_DOWNLOAD_SHA256_FILE_H
#define CLI_DOWNLOAD_SHA256_FILE_H

#include <stdbool.h>

enum { SHA256_ROOM = 65 }; /* 64 hexadecimal digits and a zero */

/* Loads libcrypto at the first call. Returns NULL, or why it cannot be loaded. */
const char *sha256_load(void);

/* Computes the SHA-256 of the whole file, whatever the position of fd, which stays open; after sha256_load
   has returned NULL. Returns false if the file could not be read; errno says why. */
bool sha256_of_fd(int fd, char hex[SHA256_ROOM]);

#endif
