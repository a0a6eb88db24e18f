/*
 * cmd_data.c - backless data: hands on to list, info and get.
 */
#include "../unknown_word.h"
#include "data_command.h"

#include <stdlib.h>

const struct command *command_below(const struct command *command, int i)
{
    static const struct command *const below[] = {&command_data_list, &command_data_info, &command_data_get};
    const bool has_it = command == &command_data && i >= 0 && i < (int)(sizeof below / sizeof *below);
    return has_it ? below[i] : NULL;
}

const char *command_story(const struct command *command)
{
    static const struct {
        const struct command *command;
        const char *story;
    } stories[] = {
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
    };
    for (size_t i = 0; i < sizeof stories / sizeof *stories; i++)
        if (stories[i].command == command)
            return stories[i].story;
    return NULL;
}

int data_take_folder(struct session *s)
{
    const char *folder = extra_of(s, "data-dir");
    if (!folder)
        folder = getenv("BACKLESS_DATA_DIR");
    if (!folder)
        return EXIT_DONE;
    const bl_status status = bl_config_set(s->config, "data-dir", folder);
    return status == BL_OK ? EXIT_DONE : fail_with(s, status);
}

static int run(struct session *s)
{
    if (s->n_words > 0)
        return unknown_below(s->command, s->words[0]);
    help_command(stderr, s->command);
    return EXIT_USAGE;
}

const struct command command_data = {"data",
                                     "data list | data info NAME|PATH | data get NAME...",
                                     "data sets: which are known, what is in one, fetch one",
                                     NULL,
                                     NULL,
                                     MAX_WORDS,
                                     run};
