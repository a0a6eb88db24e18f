/*
 * data_folder.c - the folder that the commands of backless data search first for named sets.
 */
#include "data_command.h"

#include <stdlib.h>

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
