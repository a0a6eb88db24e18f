/*
 * preset.h - settings that a published experiment names together. They stand between an option's default and what its user sets.
 */
#ifndef BL_TRAIN_PRESET_H
#define BL_TRAIN_PRESET_H

#include "../base/status.h"

/* Whether `text` is "none" or the name of a preset. */
bl_status preset_check_text(bl_context *ctx, const char *text);

#endif
