/*
 * csv_field.h - writes a field of a CSV file.
 */
#ifndef CLI_CSV_FIELD_H
#define CLI_CSV_FIELD_H

#include <stdio.h>

/* A text with a separator, quote or line end inside is quoted (RFC 4180). */
void csv_put_text(FILE *to, const char *text);
/* In as few digits as bring the same double back. */
void csv_put_number(FILE *to, double x);

#endif
