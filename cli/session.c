/*
 * session.c - the options of a command, and the given values of those that belong to it alone.
 */
#include "command.h"

#include <stdlib.h>
#include <string.h>

int extra_index(const struct command *command, const char *key)
{
    for (int i = 0; command->extras && command->extras[i].key; i++)
        if (strcmp(command->extras[i].key, key) == 0)
            return i;
    return -1;
}

const char *extra_of(const struct session *session, const char *key)
{
    const int i = extra_index(session->command, key);
    return i < 0 ? NULL : session->extra[i];
}

const char *extra_typed(const struct session *session, const char *key)
{
    const int i = extra_index(session->command, key);
    return i < 0 || session->is_ambient[i] ? NULL : session->extra[i];
}

int list_index(const struct session *session, const char *key)
{
    int i = 0;
    while (i < session->n_lists && strcmp(session->lists[i].key, key) != 0)
        i++;
    return i;
}

/* Returns whether the option splits a set or adds another one. Commands that read a model work on one set, so
   they do not take such options. */
static bool is_about_splits(const char *key)
{
    static const char *const keys[] = {"test", "val", "test-fraction", "fold", "split-seed"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (strcmp(key, keys[i]) == 0)
            return true;
    return false;
}

/* Returns whether the command refuses the option with its own message, which says what to write instead.
   compare has --rules, and a sweep continues the runs that are in its folder. */
static bool is_refused(const struct command *command, const char *key)
{
    return (strcmp(key, "rule") == 0 && extra_index(command, "rules") >= 0) ||
           (strcmp(key, "force") == 0 && extra_index(command, "random") >= 0);
}

bool command_lists(const struct command *command, const bl_option *option)
{
    return command_takes(command, option) && extra_index(command, option->key) < 0 &&
           !is_refused(command, option->key);
}

bool command_takes(const struct command *command, const bl_option *option)
{
    if (is_about_splits(option->key) && extra_index(command, "model") >= 0)
        return false;
    const char *found = command->groups ? strstr(command->groups, option->group) : NULL;
    const size_t n = strlen(option->group);
    return found && (found == command->groups || found[-1] == ' ') && (found[n] == ' ' || found[n] == 0);
}

int threads_or_one(const struct session *session)
{
    return bl_config_is_set(session->config, "threads") ? atoi(bl_config_get(session->config, "threads")) : 1;
}
