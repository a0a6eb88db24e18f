/*
 * shown_text.h - makes text from a file safe to print on a terminal, and forms plurals.
 */
#ifndef CLI_SHOWN_TEXT_H
#define CLI_SHOWN_TEXT_H

#include <stddef.h>

struct shown_text {
    char text[512];
    int columns; /* the columns that it takes on a terminal */
};

/* Returns the text in at most so many columns, with ".." at the end if it was truncated; control characters
   and invalid UTF-8 become '?'. NULL gives "". */
struct shown_text shown_text(const char *text, int most_columns);
/* Returns the number with at least 5 digits, and up to `most` if fewer do not read back as the same number.
   */
struct shown_text shown_number(double x, int most);
/* The end of a regular plural: "" for 1, "s" for any other count. */
const char *plural(double count);
/* Writes blanks up to a column. */
void pad_to(const struct shown_text *shown, int columns);

#endif
