/*
 * cmd_data.c - backless data: hands on to list, info and get.
 */
#include "../unknown_word.h"
#include "data_command.h"

#include <stddef.h>

const struct part data_parts[] = {
    {&command_data_list,
     "They are looked for in --data-dir, $BACKLESS_DATA, the user's cache\n"
     "($XDG_CACHE_HOME/backless, else ~/.cache/backless) and the system's data set folders."},
    {&command_data_info, "PATH is read as train reads it, by the same options. Values are those of the "
                         "training set as read.\n"
                         "Samples are drawn in colours on a terminal that has them and UTF-8, else in "
                         "letters (also on a pipe,\n"
                         "with NO_COLOR, and with TERM=dumb)."},
    {&command_data_get, "A file comes into FILE.part, and gets its name when its SHA-256 is right; what "
                        "is here already is left\n"
                        "alone. After an interruption the same command goes on where it ended. A mirror "
                        "that fails, stalls or\n"
                        "sends something else gives way to the next. By https only, but for an http:// "
                        "that you name yourself.\n"
                        "https_proxy, no_proxy, CURL_CA_BUNDLE and SSL_CERT_FILE are respected."},
    {NULL, NULL},
};

static int run(struct session *s)
{
    if (s->n_words > 0)
        return unknown_below(s->program, s->command, s->words[0]);
    help_command(stderr, s->program, s->command);
    return EXIT_USAGE;
}

const struct command command_data = {"data",
                                     "data list | data info NAME|PATH | data get NAME...",
                                     "data sets: which are known, what is in one, fetch one",
                                     NULL,
                                     NULL,
                                     MAX_WORDS,
                                     run};
