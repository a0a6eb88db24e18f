/*
 * record_file.h - files of records with checksums, the format of TensorFlow's event files (TFRecord).
 *
 * A record is its length (8 bytes), the masked CRC-32C of these, its bytes, and their masked CRC-32C; all
 * numbers are little-endian.
 */
#ifndef CLI_RECORD_FILE_H
#define CLI_RECORD_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Whether a record of a file that exists is kept. */
typedef bool record_is_kept(const unsigned char *bytes, size_t n, const void *what);

/* Opens a file to append records to it, and makes it where there is none. Of a file that exists, the records
   before the first that is not kept, or is incomplete or damaged, remain; the rest is cut off. NULL, with
   errno: it cannot be opened, read or cut. */
FILE *record_file_open(const char *path, record_is_kept *is_kept, const void *what);
/* Appends a record and passes it to the system, so that a reader finds it. false, with errno. */
bool record_file_append(FILE *to, const unsigned char *bytes, size_t n);

#endif
