/*
 * completion.h - scripts by which a shell completes the command line of backless; one writer for each shell.
 */
#ifndef CLI_COMPLETION_H
#define CLI_COMPLETION_H

#include "../command.h"

void completion_bash(FILE *to, const struct command_table *program);
void completion_zsh(FILE *to, const struct command_table *program);
void completion_fish(FILE *to, const struct command_table *program);

#endif
