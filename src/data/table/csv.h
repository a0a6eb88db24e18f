/*
 * csv.h - reads a table of text.
 */
#ifndef BL_DATA_CSV_H
#define BL_DATA_CSV_H

#include "../readers.h"

/* Reads a table of text. Takes ownership of file->at. */
bl_status csv_read(bl_data **out, const struct reading *r, struct bytes *file);

#endif
