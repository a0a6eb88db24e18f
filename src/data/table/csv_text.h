/*
 * csv_text.h - splits comma-separated text (RFC 4180, any separator) into lines and fields. A quoted field
 * may span several lines of the file.
 */
#ifndef BL_DATA_CSV_TEXT_H
#define BL_DATA_CSV_TEXT_H

#include "../../base/text.h"

/* A row of the table. Set it to zero before the first. */
struct csv_line {
    struct slice text;
    size_t number;    /* number of its first line, from 1 */
    size_t breaks;    /* further lines that it spans, inside quotes */
    bool takes_blank; /* blank lines are rows: in a table of one column, where they hold a missing value */
};

/* The next line that is not blank, without its line end (\n, \r\n or \r\r\n); false at the end. */
bool csv_next_line(struct slice *rest, char separator, struct csv_line *line);

struct csv_field {
    struct slice text; /* without spaces around, and without its quotes */
    bool has_escapes;  /* "" inside: csv_unescape makes " of it */
    bool is_broken;    /* a quote that is not closed, or more text behind it */
};

/* The next field of a line; false when nothing is left. "a,,b" has three fields, "a," two. The separator '
   ' stands for any number of blanks and tabs; those at the ends of the line are ignored. */
bool csv_next_field(struct slice *rest, char separator, struct csv_field *field);

size_t csv_count_fields(struct slice line, char separator);
bool csv_is_blank(struct slice line); /* nothing but spaces */

enum { CSV_WORD_ROOM = 256 }; /* a label or a word of a column, with its end */

/* The field's text, unescaped into the buffer if necessary. false: it is longer than a word may be. */
bool csv_word(const struct csv_field *field, char buffer[CSV_WORD_ROOM], struct slice *word);

bool csv_is_word(struct slice text, const char *word); /* whatever its case; word: in lower case */

/* Missing values: "", "?", "NA", "N/A", in any case; and other placeholders for a number: "-", "none", "NaN",
   "inf", ... (which may be the name of a class). */
bool csv_is_missing(struct slice text);
bool csv_is_odd_number(struct slice text);

#endif
