/*
 * text.h - reading numbers and words strictly, whatever the locale, and building text in a fixed buffer.
 */
#ifndef BL_BASE_TEXT_H
#define BL_BASE_TEXT_H

#include "status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct slice { /* a piece of text that is not zero-terminated */
    const char *at;
    size_t n;
};

struct slice slice_of(const char *text);
struct slice slice_trim(struct slice s); /* without spaces and tabs around */
bool slice_is(struct slice s, const char *text);
int slice_compare(struct slice a, struct slice b); /* by bytes, a shorter one first; like strcmp */
/* Takes the piece before the next `separator` off *rest; false when nothing is left. "a,,b" has three
   pieces. */
bool slice_next(struct slice *rest, char separator, struct slice *piece);
/* Takes the next word (between spaces) off *rest; false when there is none. */
bool slice_word(struct slice *rest, struct slice *word);

/* All of s must be one number: decimal with '.', optional sign and exponent; the result is correctly rounded.
   Returns false for "nan", "inf", hexadecimal and empty text. */
bool text_to_double(struct slice s, double *out);
bool text_to_size(struct slice s, size_t *out); /* digits only; overflow is not a number */
bool text_to_u64(struct slice s, uint64_t *out);

/* The shortest decimal text that reads back as x: "0.1", "1e-04" becomes "0.0001". out: at least 32 bytes. */
void text_from_double(double x, char *out);

/* text with its closing zero into `room` bytes at `to`. BL_BAD_VALUE, which names `what`: they are too few;
   nothing is written. */
bl_status text_give(bl_context *ctx, const char *what, const char *text, char *to, size_t room);
/* Appends to a zero-terminated text in a buffer of `room` bytes; truncates what does not fit. */
void text_append(char *text, size_t room, const char *format, ...) BL_PRINTF(3, 4);

/* Replaces control characters and bytes that are not valid UTF-8 by '?'. */
void text_make_plain(char *text);
bool text_is_plain(const char *text); /* has none of them */

uint64_t text_hash(uint64_t hash, const void *bytes, size_t n); /* FNV-1a; begin with TEXT_HASH_START */
#define TEXT_HASH_START 0xcbf29ce484222325u

#endif
