/*
 * files_read.h - records the files that were read through a context, by device and inode, so that an output
 * that is also an input is detected under any of its names.
 *
 * A file of data, a configuration or a feedback file remains an input. A model has a kind of its own, because
 * a program may train into the folder whose model it has loaded before.
 */
#ifndef BL_BASE_FILES_READ_H
#define BL_BASE_FILES_READ_H

#include "context.h"

#include <stdbool.h>

enum read_as { READ_AS_INPUT = 1, READ_AS_MODEL = 2 };

/* Records the file at path, if it exists and is a regular file. */
bl_status files_read_add(bl_context *ctx, const char *path, enum read_as as);
/* Whether the file at path was read as one of `kinds` (READ_AS_..., added). */
bool files_read_has(const bl_context *ctx, const char *path, int kinds);

#endif
