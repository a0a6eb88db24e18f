/*
 * proc_value.h - reads values from text files in /proc.
 */
#ifndef CLI_PROC_VALUE_H
#define CLI_PROC_VALUE_H

#include <stdbool.h>
#include <stddef.h>

enum { PROC_LINE = 8192 }; /* long enough for the flags of a processor, about 2000 bytes */

/* Copies the value of the first line "key : value" or "key: value", truncated to the room. Returns false if
   there is no such line. */
bool proc_value(const char *path, const char *key, char *out, size_t room);

#endif
