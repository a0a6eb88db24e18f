/*
 * check_patience.c - refuses --patience without a validation set, before anything is trained. The trainer
 * refuses it too, but only when a run begins.
 */
#include "../command.h"
#include "check_options.h"

#include <string.h>

/* In sweep the option may have a list of values, which is not in the configuration. */
static bool is_list(const struct session *s, const char *key)
{
    for (int i = 0; i < s->n_lists; i++)
        if (strcmp(s->lists[i].key, key) == 0)
            return true;
    return false;
}

int check_patience(const struct session *s)
{
    if ((strcmp(bl_config_get(s->config, "patience"), "0") == 0 && !is_list(s, "patience")) ||
        strcmp(bl_config_get(s->config, "val"), "0") != 0 || is_list(s, "val"))
        return EXIT_DONE;
    return usage_error("--patience needs a validation set: use --val N");
}
