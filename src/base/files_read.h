/*
 * files_read.h - records the files that were read through a context, by device and inode, so that an output
 * that is also an input is detected under any of its names.
 *
 * Data, configurations and feedback files are recorded as inputs. Models are recorded as a separate kind,
 * because a program may train into the folder from which it has loaded a model.
 */
#ifndef BL_BASE_FILES_READ_H
#define BL_BASE_FILES_READ_H

#include "context.h"

#include <stdbool.h>

enum read_as { READ_AS_INPUT = 1, READ_AS_MODEL = 2 };

/* Records the file at path, if it exists and is a regular file. */
bl_status files_read_add(bl_context *ctx, const char *path, enum read_as as);
/* Whether the file at path was read as one of `kinds`, a sum of READ_AS_... values. */
bool files_read_has(const bl_context *ctx, const char *path, int kinds);

#endif
