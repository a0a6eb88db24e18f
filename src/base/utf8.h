/*
 * utf8.h - which bytes are UTF-8.
 */
#ifndef BL_BASE_UTF8_H
#define BL_BASE_UTF8_H

#include <stddef.h>

/* Bytes of the character that begins at `at`, of which n can be read; 0: none does. Where `at` is a text that
   ends with a zero, n may be 4: nothing behind the zero is read. */
size_t utf8_character(const unsigned char *at, size_t n);

/* Bytes at the beginning that are UTF-8; n when all are. */
size_t utf8_valid(const unsigned char *at, size_t n);

#endif
