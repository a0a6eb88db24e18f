/*
 * data_command.h - the commands of backless data, and what they share.
 */
#ifndef CLI_DATA_COMMAND_H
#define CLI_DATA_COMMAND_H

#include "../command.h"
#include "set_sources.h"

extern const struct command_part data_parts[];
extern const struct command command_data_list, command_data_info, command_data_get;

/* For list and get, which take the one option data-dir of the library's: from the flag, else
   BACKLESS_DATA_DIR. */
int data_take_folder(struct session *session);

/* How many of the set's files are in the folder, packed or not. is_broken_off: one is on its way. */
int set_files_in(const struct set_source *source, const char *folder, bool *is_broken_off);

#endif
