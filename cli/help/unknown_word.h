/*
 * unknown_word.h - error messages for unknown commands, options and variables.
 */
#ifndef CLI_UNKNOWN_WORD_H
#define CLI_UNKNOWN_WORD_H

#include "../command.h"

/* Each of these prints a message and returns EXIT_USAGE. */
int unknown_command(const struct command_table *program, const char *word);
int unknown_below(const struct command_table *program, const struct command *command,
                  const char *word);                                /* "ls" of "data ls" */
int unknown_option(const struct session *session, const char *key); /* without its dashes */
int unknown_short(const struct session *session, const char *word); /* "-b", "-batch" */

/* Writes a suggestion, "did you mean BACKLESS_EPOCHS?"; "" if no name is near. */
void variable_advice(const struct command_table *program, const char *name, char *out, size_t room);
/* Prints a note for each environment variable that begins with BACKLESS_ and is not used. */
void note_unknown_variables(const struct session *session);

#endif
