/*
 * trainer_open.c - creates a trainer from only a file of bl_trainer_save: the file's metadata give the
 * options, and the model's description of its data replaces the training set. The rest is read as from any
 * checkpoint.
 */
#include "../options/option_table.h"
#include "../trainer/checkpoint.h"
#include "../trainer/trainer.h"

#include "../../base/text.h"

#include <stdlib.h>
#include <string.h>

/* Whether the rule uses the option. Checkpoints of version 0.1.0 imply values also for options that the rule
   does not use. */
static bool takes_option(const struct rule_ops *ops, const char *key)
{
    return strcmp(key, "slope") == 0    ? ops->has_slope
           : strcmp(key, "lambda") == 0 ? rule_learns_feedback(ops)
                                        : true;
}

/* Sets each option that the file's metadata contain, as a default: an option that the user of the saved
   trainer had not set counts as not set. The value "null" means that the data have no such property. */
static bl_status take_options(bl_config *config, const bl_model *model, const struct tensors *file,
                              const char *path)
{
    for (size_t i = 0; i < option_count; i++) {
        const char *key = option_table[i].option.key, *text = checkpoint_metadata(file, key);
        if (!text || strcmp(text, "null") == 0 || !takes_option(model->rule->ops, key))
            continue;
        const bl_status status = option_check(model->ctx, key, text);
        if (status == BL_BAD_VALUE)
            BL_FAIL(model->ctx, BL_BAD_DATA, "%s: its %s is \"%.40s\", which the option does not take", path,
                    key, text);
        BL_TRY(status);
        BL_TRY(config_set_default(config, key, text));
    }
    return BL_OK;
}

/* Copies the hash of the training set, so that the next file records it again. In files of version 0.1.0 the
   hash was computed in another way. */
static bl_status take_data_hash(bl_trainer *t, const struct tensors *file, const char *path)
{
    const char *text = tensors_metadata(file, "data_hash");
    int format = MODEL_FORMAT;
    BL_TRY(model_read_format(t->ctx, file, path, &format));
    t->data_hash = text && format == MODEL_FORMAT ? strtoull(text, NULL, 16) : 0;
    return BL_OK;
}

static bl_status check_position(const bl_trainer *t, const char *path)
{
    if (t->state.position > 0)
        BL_FAIL(t->ctx, BL_BAD_DATA,
                "%s: was saved within an epoch, which can be continued on its training set only: create the "
                "trainer with that set (bl_trainer_create), then load the file (bl_trainer_load)",
                path);
    return BL_OK;
}

static bl_status open_trainer(bl_trainer **out, const bl_model *model, const struct tensors *file,
                              const char *path)
{
    bl_config *config = NULL;
    bl_trainer *t = NULL;
    BL_TRY(bl_config_create(&config, model->ctx));
    bl_status status = take_options(config, model, file, path);
    if (status == BL_OK)
        status = bl_trainer_create(&t, model->ctx, config, model->schema);
    if (status == BL_OK)
        status = take_data_hash(t, file, path);
    if (status == BL_OK)
        status = checkpoint_take_stream(t, file, path);
    if (status == BL_OK)
        status = check_position(t, path);
    bl_config_free(config);
    if (status != BL_OK) {
        bl_trainer_free(t);
        return status;
    }
    *out = t;
    return BL_OK;
}

bl_status bl_trainer_open(bl_trainer **out, bl_context *ctx, const char *path)
{
    if (!ctx)
        return BL_BAD_VALUE;
    BL_GIVEN(ctx, out);
    BL_GIVEN(ctx, path);
    struct tensors *file = NULL;
    bl_model *model = NULL;
    BL_TRY(tensors_read(&file, ctx, path));
    bl_status status = model_from_file(&model, ctx, file, path);
    if (status == BL_OK)
        status = open_trainer(out, model, file, path);
    bl_model_free(model);
    tensors_free(ctx, file);
    return status;
}
