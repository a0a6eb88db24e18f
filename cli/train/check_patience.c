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
    return list_index(s, key) < s->n_lists;
}

int check_patience(const struct session *s)
{
    if ((strcmp(bl_config_get(s->config, "patience"), "0") == 0 && !is_list(s, "patience")) ||
        strcmp(bl_config_get(s->config, "val"), "0") != 0 || is_list(s, "val"))
        return EXIT_DONE;
    return usage_error("--patience needs a validation set: use --val N");
}
