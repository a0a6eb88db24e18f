/*
 * foreign.h - files of kinds that are not read, told by their first bytes, so that they are refused by their name.
 */
#ifndef BL_DATA_FOREIGN_H
#define BL_DATA_FOREIGN_H

#include "readers.h"

/* BL_BAD_DATA with what the file is and what to do about it; BL_OK: it is of no kind that is known here. */
bl_status foreign_check(bl_context *ctx, const char *path, const struct bytes *file);

#endif
