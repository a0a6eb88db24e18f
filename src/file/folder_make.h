/*
 * folder_make.h - creates a folder and all missing folders above it.
 */
#ifndef BL_FILE_FOLDER_MAKE_H
#define BL_FILE_FOLDER_MAKE_H

#include "../base/status.h"

/* BL_BAD_VALUE: the path is longer than 4095 bytes. BL_IO: a folder cannot be created; the message names
   it. */
bl_status folder_make(bl_context *ctx, const char *folder);

#endif
