/*
 * listing.h - the commands with their options and arguments as lists, for the completions and the manual
 * page.
 */
#ifndef CLI_LISTING_H
#define CLI_LISTING_H

#include "command.h"

/* The i-th command, from 0, where each command is followed by those within it; NULL past the last. */
const struct command *listing_command(const struct command_table *program, int i);

/* The i-th option of a command: its own, then those of the library. default_value is "" where there is
   none. */
struct listed_option {
    const char *key, *argument, *help, *default_value;
};
bool listing_option(const struct command *command, int i, struct listed_option *out);

/* The words that may be completed at one position of a command line. */
struct choices {
    char words[1024]; /* with a space between; "": none are known */
    bool is_list;     /* several of the words, with commas */
    bool takes_files, takes_folders;
};

/* For the option `key`, as its argument (not NULL) says: "mean|sum" is two words; PATH, FILE and DIR are
   looked up on the disk; NAME, or a LIST of them with commas, is what the library knows by names under that
   key. */
void listing_choices(const char *key, const char *argument, struct choices *out);

/* For the words of the command itself, as its usage says. */
void listing_word_choices(const struct command_table *program, const struct command *command,
                          struct choices *out);

#endif
