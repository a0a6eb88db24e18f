/*
 * preset_notes.h - prints the effect of --preset, in the head of train and compare.
 */
#ifndef CLI_PRESET_NOTES_H
#define CLI_PRESET_NOTES_H

#include "command.h"

/* The option has the preset's value. Also where it was set to the same: the file of a run that is resumed
   sets every option. */
bool is_from_preset(const bl_config *config, const char *key);
/* A line with the preset's name, and the options that were given other values, without `except`, which may
   be NULL. Nothing without a preset. */
void print_preset(const struct session *session, const bl_config *config, const char *except);

#endif
