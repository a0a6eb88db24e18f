/*
 * text.h - reads numbers and words strictly, independent of the locale, and builds text in a fixed buffer.
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
struct slice slice_trim(struct slice s); /* without spaces and tabs at both ends */
bool slice_is(struct slice s, const char *text);
int slice_compare(struct slice a,
                  struct slice b); /* as strcmp: by bytes; a prefix of another text is less than it */
/* Removes the piece before the next `separator` from *rest; false if nothing is left. "a,,b" has three
   pieces. */
bool slice_next(struct slice *rest, char separator, struct slice *piece);
/* Removes the next word (between spaces) from *rest; false if there is none. */
bool slice_word(struct slice *rest, struct slice *word);

/* All of s must be one number: decimal with '.', optional sign and exponent; the result is correctly rounded.
   Returns false for "nan", "inf", hexadecimal and empty text. */
bool text_to_double(struct slice s, double *out);
bool text_to_size(struct slice s, size_t *out); /* accepts digits only; false on overflow */
bool text_to_u64(struct slice s, uint64_t *out);

/* The shortest decimal text that reads back as x: "0.1", "0.0001", "1e-5". out: at least 32 bytes. */
void text_from_double(double x, char *out);
/* x to `digits` significant digits, as %g but with an exponent as a person writes it: "1e-5" and "1e6",
   not "1e-05" and "1e+06". out: at least 32 bytes. Returns out. */
const char *text_of_digits(double x, int digits, char *out);
/* Whether the texts are equal if '+' and zeros at the beginning of an exponent are ignored: "dropout 1e-05"
   and "dropout 1e-5". Files written before version 0.2.0 have them. */
bool text_is_same(const char *a, const char *b);

/* Copies text and its terminating zero into `room` bytes at `to`. BL_BAD_VALUE, with a message that names
   `what`, if they are too few; nothing is then written. */
bl_status text_give(bl_context *ctx, const char *what, const char *text, char *to, size_t room);
/* Appends to a zero-terminated text in a buffer of `room` bytes; truncates what does not fit. */
void text_append(char *text, size_t room, const char *format, ...) BL_PRINTF(3, 4);

/* The end of a regular plural: "" for 1, "s" for any other count. */
const char *text_plural(size_t count);

/* Replaces control characters and bytes that are not valid UTF-8 by '?'. */
void text_make_plain(char *text);
bool text_is_plain(const char *text); /* has no control characters and is valid UTF-8 */

uint64_t text_hash(uint64_t hash, const void *bytes, size_t n); /* FNV-1a; begin with TEXT_HASH_START */
#define TEXT_HASH_START 0xcbf29ce484222325u

#endif
