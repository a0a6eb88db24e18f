/*
 * cmd_data.c - backless data: calls list, info or get.
 */
#include "../help/help.h"
#include "../help/unknown_word.h"
#include "data_command.h"

#include <stddef.h>

const struct command_part data_parts[] = {
    {&command_data_list,
     "They are searched for in --data-dir, $BACKLESS_DATA, the user's cache\n"
     "($XDG_CACHE_HOME/backless, else ~/.cache/backless) and the system's data set folders."},
    {&command_data_info, "PATH is read as train reads it, by the same options. Values are those of the "
                         "training set as read.\n"
                         "Samples are drawn in colours on a terminal that has them and UTF-8, else in "
                         "letters (also on a pipe,\n"
                         "with NO_COLOR, and with TERM=dumb)."},
    {&command_data_get,
     "A file is downloaded to FILE.part, and renamed when its SHA-256 is right; existing files are not "
     "changed.\nThe same command resumes an interrupted download. If a mirror fails, stalls or sends another "
     "file, the\nnext one is tried. Downloads use https only, except for an http:// address that you give.\n"
     "https_proxy, no_proxy, CURL_CA_BUNDLE and SSL_CERT_FILE are respected."},
    {NULL, NULL},
};

static int run_data(struct session *s)
{
    if (s->n_words > 0)
        return unknown_below(s->program, s->command, s->words[0]);
    help_command(stderr, s->program, s->command);
    return EXIT_USAGE;
}

const struct command command_data = {"data",
                                     "data list | data info NAME|PATH | data get NAME...",
                                     "data sets: list them, show one, download one",
                                     NULL,
                                     NULL,
                                     MAX_WORDS,
                                     run_data};
