/*
 * listing.h - lists the commands with their options and arguments, for the completions and the manual page.
 */
#ifndef CLI_LISTING_H
#define CLI_LISTING_H

#include "../command.h"

/* Returns the i-th command, from 0; each command is followed by those within it. NULL past the last. */
const struct command *listing_command(const struct command_table *program, int i);

/* The i-th option of a command: its own options first, then those of the library. default_value is "" if
   there is no default. */
struct listed_option {
    const char *key, *argument, *help, *default_value;
};
bool listing_option(const struct command *command, int i, struct listed_option *out);

/* The words that may be completed at one position of a command line. */
struct choices {
    char words[1024]; /* separated by spaces; "": none are known */
    bool is_list;     /* several of the words may be given, separated by commas */
    bool takes_files, takes_folders;
};

/* Finds the words for the argument (not NULL) of the option `key`: "mean|sum" gives two words; PATH, FILE and
   DIR are completed from the disk; NAME, or a LIST of them, stands for the names that the library has under
   this key. */
void listing_choices(const char *key, const char *argument, struct choices *out);

/* Finds the words that may follow the command itself, from its usage line. */
void listing_word_choices(const struct command_table *program, const struct command *command,
                          struct choices *out);

#endif
