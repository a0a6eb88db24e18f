/*
 * open_model.c - finds the model in a run folder, and opens data for it.
 */
#include "open_model.h"

#include <sys/stat.h>
#include <unistd.h>

/* Prints which of the two models in a run folder is used, because their figures differ. */
static void note_best(const struct session *session, const char *where, const bl_model *model)
{
    const char *epoch = bl_model_metadata(model, "epoch");
    note(session,
         "note: this is %s/best.safetensors, of epoch %s, the best on the validation set; the last epoch's "
         "is %s/model.safetensors",
         where, epoch ? epoch : "?", where);
}

bl_status open_model(bl_model **out, const struct session *session, const char *where)
{
    char path[4096];
    struct stat found;
    if (stat(where, &found) != 0 || !S_ISDIR(found.st_mode))
        return bl_model_load(out, session->ctx, where);
    snprintf(path, sizeof path, "%s/best.safetensors", where);
    const bool has_best = access(path, F_OK) == 0;
    if (!has_best)
        snprintf(path, sizeof path, "%s/model.safetensors", where);
    const bl_status status = bl_model_load(out, session->ctx, path);
    if (status == BL_OK && has_best)
        note_best(session, where, *out);
    return status;
}

/* The options of training that a model has, and that its data cannot change. */
static void note_unused(const struct session *session)
{
    static const char *const keys[] = {"normalize", "augment", "target"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (bl_config_is_set(session->config, keys[i]))
            note(session, "note: the option %s has no effect: the model decides, as in training", keys[i]);
}

bl_status open_model_data(bl_data **out, const bl_model *model, const struct session *session)
{
    const char *part = extra_of(session, "part"), *path = bl_config_get(session->config, "data");
    note_unused(session);
    return part ? bl_model_open_part(out, model, path, part, session->config)
                : bl_model_open_data(out, model, path, "test", session->config);
}
