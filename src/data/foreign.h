/*
 * foreign.h - recognises unsupported file formats by their first bytes, so that the error names the format.
 */
#ifndef BL_DATA_FOREIGN_H
#define BL_DATA_FOREIGN_H

#include "readers.h"

/* BL_BAD_DATA, with the name of the format and what to do; BL_OK: the format is not one of those known
   here. */
bl_status foreign_check(bl_context *ctx, const char *path, const struct bytes *file);

#endif
