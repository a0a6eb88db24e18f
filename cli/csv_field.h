/*
 * csv_field.h - writes a field of a CSV file.
 */
#ifndef CLI_CSV_FIELD_H
#define CLI_CSV_FIELD_H

#include <stdio.h>

/* Writes a text, which is quoted if it contains a separator, quote or line end (RFC 4180). */
void csv_put_text(FILE *to, const char *text);
/* Writes a number in the fewest digits that read back as the same double. */
void csv_put_number(FILE *to, double x);

#endif
