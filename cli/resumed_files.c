/*
 * resumed_files.c - finds the options of a resumed run whose files no longer exist.
 */
#include "resumed_files.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Whether the value of the option is a path. bl_config_load makes paths absolute. */
static bool is_path(const char *text)
{
    static const char end[] = ".safetensors";
    const size_t n = strlen(text), n_end = sizeof end - 1;
    return text[0] == '/' || (n > n_end && strcmp(text + n - n_end, end) == 0);
}

bl_status resumed_files_replace(bl_config *config, const char *folder)
{
    static const char *const keys[] = {"init", "feedback"};
    char own[BL_PATH_ROOM];
    if (snprintf(own, sizeof own, "%s/model.safetensors", folder) >= (int)sizeof own ||
        access(own, R_OK) != 0)
        return BL_OK;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const char *text = bl_config_get(config, keys[i]);
        const bl_status status =
            text && is_path(text) && access(text, R_OK) != 0 ? bl_config_set(config, keys[i], own) : BL_OK;
        if (status != BL_OK)
            return status;
    }
    return BL_OK;
}
