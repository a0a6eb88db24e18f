/*
 * csv_text.h - splits comma-separated text (RFC 4180, any separator) into lines and fields. A quoted field
 * may span several lines of the file.
 */
#ifndef BL_DATA_CSV_TEXT_H
#define BL_DATA_CSV_TEXT_H

#include "../../base/text.h"

/* A row of the table. It must be all zeros before the first call of csv_next_line. */
struct csv_line {
    struct slice text;
    size_t number;    /* number of the row's first line, from 1 */
    size_t breaks;    /* number of line ends inside its quoted fields */
    bool takes_blank; /* blank lines are rows with a missing value, in a table of one column */
};

/* The next line that is not blank, without its line end (\n, \r\n or \r\r\n); false at the end. */
bool csv_next_line(struct slice *rest, char separator, struct csv_line *line);

struct csv_field {
    struct slice text; /* without spaces at both ends, and without its quotes */
    bool has_escapes;  /* the text has "", which csv_unescape replaces by " */
    bool is_broken;    /* the quote is not closed, or text follows the closing quote */
};

/* Removes the next field from *rest; false if nothing is left. "a,,b" has three fields, "a," has two. The
   separator ' ' stands for any number of blanks and tabs; those at both ends of the line are ignored. */
bool csv_next_field(struct slice *rest, char separator, struct csv_field *field);

size_t csv_count_fields(struct slice line, char separator);

enum { CSV_WORD_ROOM = 256 }; /* bytes of a label or a word of a column, plus a terminating zero */

/* Gives the field's text, unescaped into the buffer if necessary. false: the text is too long. */
bool csv_word(const struct csv_field *field, char buffer[CSV_WORD_ROOM], struct slice *word);

bool csv_is_word(struct slice text, const char *word); /* compares in any case; word: in lower case */

/* csv_is_missing: the text is a missing value, "", "?", "NA" or "N/A", in any case. csv_is_odd_number: it is
   another placeholder for a number, "-", "none", "NaN", "inf", ... (which may also be the name of a
   class). */
bool csv_is_missing(struct slice text);
bool csv_is_odd_number(struct slice text);

#endif
