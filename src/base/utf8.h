/*
 * utf8.h - validation of UTF-8.
 */
#ifndef BL_BASE_UTF8_H
#define BL_BASE_UTF8_H

#include <stddef.h>

/* Length in bytes of the character that begins at `at`, of which n bytes can be read; 0: invalid. If `at` is
   zero-terminated, n may be 4: nothing after the zero is read. */
size_t utf8_character(const unsigned char *at, size_t n);

/* Number of leading bytes that are valid UTF-8; n if all are. */
size_t utf8_valid(const unsigned char *at, size_t n);

#endif
