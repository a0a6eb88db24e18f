/*
 * reproduction_options.c - the options of the command that several of its actions read, with their defaults.
 */
#include "reproduction.h"

#include <stdlib.h>

const char *reproduction_folder(const struct session *s)
{
    const char *given = extra_of(s, "out");
    return given ? given : "results";
}

int reproduction_epochs(const struct session *s)
{
    const char *given = extra_of(s, "epochs");
    return given ? atoi(given) : 0;
}

bl_status reproduction_set_data(const struct session *s, bl_config *config)
{
    const char *data = extra_of(s, "data"), *folder = extra_of(s, "data-dir");
    bl_status status = data ? bl_config_set(config, "data", data) : BL_OK;
    return status == BL_OK && folder ? bl_config_set(config, "data-dir", folder) : status;
}
