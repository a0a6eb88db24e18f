/*
 * data_command.h - the commands of backless data, and what they share.
 */
#ifndef CLI_DATA_COMMAND_H
#define CLI_DATA_COMMAND_H

#include "../command.h"
#include "set_sources.h"

extern const struct command_part data_parts[];
extern const struct command command_data_list, command_data_info, command_data_get;

/* Reads data-dir, the only option of the library that list and get take, from the command line or from
   BACKLESS_DATA_DIR. */
int data_take_folder(struct session *session);

#endif
