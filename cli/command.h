/*
 * command.h - shared by all commands: the table of commands, arguments, exit codes.
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

enum { MAX_EXTRAS = 32, MAX_WORDS = 4096, MAX_LISTS = 16 };

/* A command that another is made of: "data get" of "data". */
struct command_part {
    const struct command *command; /* by its whole name */
    const char *story;             /* what its --help has to say beyond its one line */
};

/* A line of the program's table of commands, which ends with command NULL. */
struct command_table {
    const struct command *command;
    const struct command_part *parts; /* ends with command NULL; NULL: none */
    const char *story;                /* as that of a part; NULL: nothing */
};

struct session {
    const struct command_table *program; /* all commands */
    const struct command *command;
    bl_context *ctx;
    bl_config *config;
    const char *extra[MAX_EXTRAS]; /* values, in the order of command->extras; NULL: not given */
    bool is_ambient[MAX_EXTRAS];   /* the value is of the environment, not of the command line */
    const char *words[MAX_WORDS];
    int n_words;
    /* Of a command that takes lists: options whose text on the command line is no single value of theirs. */
    struct {
        const char *key, *value;
    } lists[MAX_LISTS];
    int n_lists;
};

extern const struct command command_train, command_compare, command_eval, command_predict, command_curves,
    command_rules, command_explain, command_nets, command_info, command_data, command_bench, command_verify,
    command_doctor, command_completion, command_manual, command_reproduce, command_sweep, command_collect,
    command_report;
const struct command *command_at(const struct command_table *program, int i); /* NULL past the last */
/* Part i of a command; NULL past the last, and for a command that has none. */
const struct command *command_below(const struct command_table *program, const struct command *command,
                                    int i);
/* What its --help has to say beyond its one line; NULL: nothing. */
const char *command_story(const struct command_table *program, const struct command *command);

/* The place of an extra option among those of the command; -1: it has none of that name. */
int extra_index(const struct command *command, const char *key);
/* The value of an extra option; NULL: not given. A switch that was given is "true". */
const char *extra_of(const struct session *session, const char *key);
/* The same if it was given on the command line; NULL if it comes from the environment, where a variable is
   for all commands, so that a command that cannot use it does not refuse it. */
const char *extra_typed(const struct session *session, const char *key);
/* Reads a whole number from 1 to most into *out, which is left as it is if the option is not given. On error
   prints a message. Returns the exit code. */
int extra_number(const struct session *session, const char *key, int most, int *out);
int extra_long(const struct session *session, const char *key, long long most, long long *out);

/* Whether the command takes this option of the library. */
bool command_takes(const struct command *command, const bl_option *option);

/* Reads the command line into the session: config file < environment < flags. Prints what is wrong. */
int arguments_read(struct session *session, int argc, char **argv);
/* Chooses the backend and threads that the options name. */
int session_use_backend(struct session *session);

/* Refuses --out where it is the folder of --data or --test itself. */
int check_out(const struct session *session);

void help_program(FILE *to, const struct command_table *program);
void help_command(FILE *to, const struct command_table *program, const struct command *command);
void help_options(FILE *to,
                  const struct command *command); /* the library's that the command takes, by groups */

/* "backless: sentence", and the exit code that belongs to it. */
int fail_with(const struct session *session, bl_status status);
int usage_error(const char *format, ...) CLI_PRINTF(1, 2);
void note(const struct session *session, const char *format, ...)
    CLI_PRINTF(2, 3); /* to stderr, unless --quiet */

#endif
