/*
 * open_model.c - finds the model in a run folder, and opens data for it.
 */
#include "open_model.h"

#include <sys/stat.h>
#include <unistd.h>

bl_status open_model(bl_model **out, const struct session *session, const char *where)
{
    char path[4096];
    struct stat found;
    if (stat(where, &found) != 0 || !S_ISDIR(found.st_mode))
        return bl_model_load(out, session->ctx, where);
    snprintf(path, sizeof path, "%s/best.safetensors", where);
    if (access(path, F_OK) != 0)
        snprintf(path, sizeof path, "%s/model.safetensors", where);
    return bl_model_load(out, session->ctx, path);
}

bl_status open_model_data(bl_data **out, const bl_model *model, const struct session *session)
{
    const char *part = extra_of(session, "part"), *path = bl_config_get(session->config, "data");
    return part ? bl_model_open_part(out, model, path, part, session->config)
                : bl_model_open_data(out, model, path, "test", session->config);
}
