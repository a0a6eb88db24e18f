/*
 * shown_text.h - makes text from a file safe to print on a terminal.
 */
#ifndef CLI_SHOWN_TEXT_H
#define CLI_SHOWN_TEXT_H

#include <stddef.h>

struct shown_text {
    char text[512];
    int columns; /* that it takes */
};

/* At most so many columns, ".." at the end of what was cut; control characters and broken UTF-8 become '?'.
   NULL is shown as nothing. */
struct shown_text shown_text(const char *text, int most_columns);
/* At least 5 digits, and up to `most` where fewer do not bring the same number back. */
struct shown_text shown_number(double x, int most);
/* Writes blanks up to a column. */
void pad_to(const struct shown_text *shown, int columns);

#endif
