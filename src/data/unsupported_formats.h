/*
 * unsupported_formats.h - recognises unsupported file formats by their first bytes, so that the error names
 * the format.
 */
#ifndef BL_DATA_UNSUPPORTED_FORMATS_H
#define BL_DATA_UNSUPPORTED_FORMATS_H

#include "readers.h"

/* BL_BAD_DATA if the file has one of the known unsupported formats; the message names it and says what to do.
   Else BL_OK. */
bl_status unsupported_format_check(bl_context *ctx, const char *path, const struct bytes *file);

#endif
