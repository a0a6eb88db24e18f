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

/* An option of a command that is not an option of the library. A switch has no argument. */
struct extra {
    const char *key, *argument, *help;
};

struct session;

struct command {
    const char *name, *usage, *about;
    /* the groups of the library's options that it takes, separated by spaces; NULL: none */
    const char *groups;
    const struct extra *extras; /* ends with key NULL; may be NULL */
    int most_words;             /* the largest number of arguments that are not options */
    int (*run)(struct session *session);
};

enum { MAX_EXTRAS = 32, MAX_WORDS = 4096, MAX_LISTS = 16 };

/* A command within a command, such as "data get" in "data". */
struct command_part {
    const struct command *command; /* its name is the full one, "data get" */
    const char *story;             /* a longer description for its --help */
};

/* An entry of the program's table of commands, which ends with command NULL. */
struct command_table {
    const struct command *command;
    const struct command_part *parts; /* ends with command NULL; NULL: none */
    const char *story;                /* a longer description for its --help; NULL: none */
};

struct session {
    const struct command_table *program; /* all commands */
    const struct command *command;
    bl_context *ctx;
    bl_config *config;
    const char *extra[MAX_EXTRAS]; /* values, in the order of command->extras; NULL: not given */
    bool is_ambient[MAX_EXTRAS];   /* the value comes from the environment, not from the command line */
    const char *words[MAX_WORDS];
    int n_words;
    /* In a command that accepts lists of values: the options for which the command line gives a list. */
    struct {
        const char *key, *value;
    } lists[MAX_LISTS];
    int n_lists;
};

extern const struct command command_train, command_compare, command_eval, command_predict, command_curves,
    command_rules, command_explain, command_nets, command_info, command_data, command_bench, command_verify,
    command_doctor, command_completion, command_manual, command_reproduce, command_sweep, command_collect,
    command_report, command_export;
const struct command *command_at(const struct command_table *program, int i); /* NULL past the last */
/* Returns the i-th command within a command, from 0; NULL past the last, and if the command has none. */
const struct command *command_below(const struct command_table *program, const struct command *command,
                                    int i);
/* Returns the longer description for the command's --help; NULL: none. */
const char *command_story(const struct command_table *program, const struct command *command);

/* Returns the index of an extra option in command->extras; -1: the command has no such option. */
int extra_index(const struct command *command, const char *key);
/* Returns the value of an extra option; NULL if it was not given. A switch that was given has the value
   "true". */
const char *extra_of(const struct session *session, const char *key);
/* Like extra_of, but returns NULL if the value comes from the environment. A variable is set for all
   commands, so a command that cannot use it must not refuse it. */
const char *extra_typed(const struct session *session, const char *key);
/* Returns the index of the option in session->lists; session->n_lists if it has no list. */
int list_index(const struct session *session, const char *key);
/* Reads an integer from 1 to most into *out, which stays unchanged if the option is not given. On error it
   prints a message. Returns the exit code. */
int extra_number(const struct session *session, const char *key, int most, int *out);
int extra_long(const struct session *session, const char *key, long long most, long long *out);

/* Returns whether the command takes this option of the library. */
bool command_takes(const struct command *command, const bl_option *option);
/* Returns whether the help, the manual and the completions list the option among those of the library. They
   leave out options that the command defines itself, and those that it always refuses. */
bool command_lists(const struct command *command, const bl_option *option);

/* Reads the command line into the session. Flags override the environment, which overrides the config file.
   On error it prints a message. Returns the exit code. */
int arguments_read(struct session *session, int argc, char **argv);
/* Chooses the backend and threads that the options name. */
int session_use_backend(struct session *session);
/* The option threads if it is given, and otherwise 1: for work that one thread does best by default. */
int threads_or_one(const struct session *session);

/* Refuses a file for results that cannot be written, or that the library has read, before the work. On error
   it prints a message. Returns the exit code. */
int check_out_file(const struct session *session, const char *path);

/* Prints "backless: " and the context's message on standard error. Returns the exit code of the status. */
int fail_with(const struct session *session, bl_status status);
int usage_error(const char *format, ...) CLI_PRINTF(1, 2);
void note(const struct session *session, const char *format, ...)
    CLI_PRINTF(2, 3); /* to stderr, unless --quiet */

#endif
