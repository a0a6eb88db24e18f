/*
 * command.h - what the commands share: their table, their arguments, exit codes.
 */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include "backless.h"

#include <stdbool.h>
#include <stdio.h>

#if defined(__GNUC__)
#define CLI_PRINTF(text, first) __attribute__((format(printf, text, first)))
#else
#define CLI_PRINTF(text, first)
#endif

enum exit_code {
    EXIT_DONE = 0,
    EXIT_OTHER = 1,
    EXIT_USAGE = 2,
    EXIT_DATA = 3,
    EXIT_IO = 4,
    EXIT_DIVERGED = 5,
    EXIT_VERIFY = 6,
    EXIT_STOPPED = 75
};
int exit_code_of(bl_status status);

/* Options that no library option stands for. A switch has no argument. */
struct extra {
    const char *key, *argument, *help;
};

struct session;

struct command {
    const char *name, *usage, *about;
    const char *groups;         /* of the library's options that it takes, with spaces; NULL: none */
    const struct extra *extras; /* ends with key NULL; may be NULL */
    int most_words;             /* arguments that are no options */
    int (*run)(struct session *session);
};

enum { MAX_EXTRAS = 16, MAX_WORDS = 4096 };

struct session {
    const struct command *command;
    bl_context *ctx;
    bl_config *config;
    const char *extra[MAX_EXTRAS]; /* values, in the order of command->extras; NULL: not given */
    const char *words[MAX_WORDS];
    int n_words;
};

extern const struct command command_train, command_compare, command_eval, command_predict, command_curves,
    command_rules, command_explain, command_nets, command_info, command_data, command_bench, command_verify,
    command_doctor, command_completion, command_manual, command_reproduce;
const struct command *command_at(int i); /* NULL past the last */
/* The commands that one is made of: "data" of "data list" and others, by their whole names. NULL past the
   last, and for a command that has none. */
const struct command *command_below(const struct command *command, int i);
/* What its --help has to say beyond its one line; NULL: nothing. */
const char *command_story(const struct command *command);

/* The value of an extra option; NULL: not given. A switch that was given is "true". */
const char *extra_of(const struct session *session, const char *key);

/* Whether the command takes this option of the library. */
bool command_takes(const struct command *command, const bl_option *option);

/* Reads the command line into the session: config file < environment < flags. Prints what is wrong. */
int arguments_read(struct session *session, int argc, char **argv);
/* Chooses the backend and threads that the options name. */
int session_use_backend(struct session *session);

/* Refuses --out where it is the folder of --data or --test itself. */
int check_out(const struct session *session);

void help_program(FILE *to);
void help_command(FILE *to, const struct command *command);
void help_options(FILE *to,
                  const struct command *command); /* the library's that the command takes, by groups */

/* "backless: sentence", and the exit code that belongs to it. */
int fail_with(const struct session *session, bl_status status);
int usage_error(const char *format, ...) CLI_PRINTF(1, 2);
void note(const struct session *session, const char *format, ...)
    CLI_PRINTF(2, 3); /* to stderr, unless --quiet */

#endif
