/*
 * option_table.h - the options and their checks.
 */
#ifndef BL_TRAIN_OPTION_TABLE_H
#define BL_TRAIN_OPTION_TABLE_H

#include "backless.h"

#include <stddef.h>

struct option_row {
    bl_option option;
    bl_status (*check)(bl_context *ctx, const char *key, const char *text);
};

extern const struct option_row option_table[];
extern const size_t option_count;

#endif
