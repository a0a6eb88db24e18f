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

/* Returns whether an existing record is kept. */
typedef bool record_is_kept(const unsigned char *bytes, size_t n, const void *what);

/* Opens a file to append records, and creates it if it does not exist. In an existing file, the records
   before the first that is not kept, incomplete or damaged remain, and the rest is cut off. Returns NULL and
   sets errno if the file cannot be opened, read or cut. */
FILE *record_file_open(const char *path, record_is_kept *is_kept, const void *what);
/* Appends a record and passes it to the system, so that a reader finds it. false, with errno. */
bool record_file_append(FILE *to, const unsigned char *bytes, size_t n);

#endif
