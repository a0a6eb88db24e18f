/*
 * csv_text.h - lines and fields of comma-separated text (RFC 4180, any separator; a quoted field ends on its
 * line).
 */
#ifndef BL_DATA_CSV_TEXT_H
#define BL_DATA_CSV_TEXT_H

#include "../base/text.h"

struct csv_line {
    struct slice text;
    size_t number; /* from 1, as an editor counts; set it to 0 before the first */
};

/* The next line that is not blank, without its line end (\n or \r\n); false at the end. */
bool csv_next_line(struct slice *rest, struct csv_line *line);

struct csv_field {
    struct slice text; /* without spaces around, and without its quotes */
    bool has_escapes;  /* "" inside: csv_unescape makes " of it */
    bool is_broken;    /* a quote that is not closed, or more text behind it */
};

/* The next field of a line; false when nothing is left. "a,,b" has three fields, "a," two. */
bool csv_next_field(struct slice *rest, char separator, struct csv_field *field);

/* Bytes at the beginning that are UTF-8; n when all are. */
size_t csv_valid_text(const unsigned char *at, size_t n);

/* In place; gives the new length. */
size_t csv_unescape(char *text, size_t n);

bool csv_is_word(struct slice text, const char *word); /* whatever its case; word: in lower case */

/* What people write where a value is missing, "", "?", "NA", "NaN", in any case; and what else stands in for
   a number: "-", "none", "inf", ... (which may well be the name of a class). */
bool csv_is_missing(struct slice text);
bool csv_is_missing_number(struct slice text);

#endif
