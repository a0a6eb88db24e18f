/*
 * preset.h - the settings of a published experiment. A preset takes precedence over the default of an option,
 * and the user's value over the preset.
 */
#ifndef BL_TRAIN_PRESET_H
#define BL_TRAIN_PRESET_H

#include "../../base/status.h"

#include <stdbool.h>

/* Whether the preset starts a rule as the published code of Nøkland 2016 does, where that differs from its
   paper (trainer_start.c). */
bool preset_starts_as_code(const char *preset);
/* Whether `text` is "none" or the name of a preset. */
bl_status preset_check_text(bl_context *ctx, const char *text);

#endif
