/*
 * help.h - the texts of --help.
 */
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include "../command.h"

void help_program(FILE *to, const struct command_table *program);
void help_command(FILE *to, const struct command_table *program, const struct command *command);
void help_options(FILE *to,
                  const struct command *command); /* the library's that the command takes, by groups */

#endif
