/*
 * unknown_word.h - error messages for unknown commands, options and variables.
 */
#ifndef CLI_UNKNOWN_WORD_H
#define CLI_UNKNOWN_WORD_H

#include "command.h"

/* Each prints one sentence and gives EXIT_USAGE. */
int unknown_command(const struct command_table *program, const char *word);
int unknown_below(const struct command_table *program, const struct command *command,
                  const char *word);                                /* "ls" of "data ls" */
int unknown_option(const struct session *session, const char *key); /* without its dashes */
int unknown_short(const struct session *session, const char *word); /* "-b", "-batch" */

/* name: BACKLESS_... */
bool variable_is_known(const struct command_table *program, const char *name);
/* What was probably meant, "did you mean BACKLESS_EPOCHS?"; "": nothing is near. */
void variable_advice(const struct command_table *program, const char *name, char *out, size_t room);
/* A note for each variable of the environment that begins with BACKLESS_ and that nothing here reads. */
void note_unknown_variables(const struct session *session);

#endif
