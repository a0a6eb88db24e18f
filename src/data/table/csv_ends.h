/*
 * csv_ends.h - converts the line ends of a table to \n before the table is parsed.
 */
#ifndef BL_DATA_CSV_ENDS_H
#define BL_DATA_CSV_ENDS_H

#include "../readers.h"

/* Lone CRs (old Mac) and LF CR become \n in place, outside quotes; \r\n and \r\r\n stay, and csv_next_line
   takes them. A CR in a line of a file whose lines end otherwise is refused with its line, and so is a
   file whose lines end with a character that is no line end here (NEL, U+2028, form feed, ...). */
bl_status csv_ends_settle(const struct reading *r, struct bytes *file);

#endif
