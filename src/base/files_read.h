/*
 * files_read.h - which files were read through a context, by device and inode: so that an output that is one
 * of the inputs is noticed under any of its names.
 *
 * A file of data, a configuration or given feedback is an input for good. A model is told apart, because a
 * program may well train into the folder whose model it has loaded before.
 */
#ifndef BL_BASE_FILES_READ_H
#define BL_BASE_FILES_READ_H

#include "context.h"

#include <stdbool.h>

enum read_as { READ_AS_INPUT = 1, READ_AS_MODEL = 2 };

/* Notes the file at path. What is no regular file, or is not there, is not noted. */
bl_status files_read_add(bl_context *ctx, const char *path, enum read_as as);
/* Whether the file at path was read as one of `kinds` (READ_AS_..., added). */
bool files_read_has(const bl_context *ctx, const char *path, int kinds);

#endif
