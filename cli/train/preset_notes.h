/*
 * preset_notes.h - prints the effect of --preset, in the head of train and compare.
 */
#ifndef CLI_PRESET_NOTES_H
#define CLI_PRESET_NOTES_H

#include "../command.h"

/* Returns whether the option has the preset's value, even if it was also set explicitly, as the file of a
   resumed run sets every option. */
bool is_from_preset(const bl_config *config, const char *key);
/* Prints a line with the preset's name and the options that were given other values, except `except`, which
   may be NULL. Prints nothing without a preset. */
void print_preset(const struct session *session, const bl_config *config, const char *except);

#endif
