/*
 * csv_line_ends.h - converts the line ends of a table to \n before the table is parsed.
 */
#ifndef BL_DATA_CSV_LINE_ENDS_H
#define BL_DATA_CSV_LINE_ENDS_H

#include "../readers.h"

/* Converts lone CRs (old Mac) and LF CR outside quotes to \n, in place; \r\n and \r\r\n are left for
   csv_next_line. BL_BAD_DATA: a CR within a line of a file that has other line ends, with the line's number;
   or a file whose lines end with a character that is not a line end here (NEL, U+2028, form feed, ...). */
bl_status csv_line_ends_convert(const struct reading *r, struct bytes *file);

#endif
