/*
 * reproduction_begin.c - the weights that the runs of a row begin with, where another row says how they are
 * trained: figure 2 of Nøkland 2016, whose nets were trained with a frozen layer before.
 *
 * The training leaves nothing but a file of weights, and begins anew after a kill; its bits are those of the
 * other row's run with the same seed.
 */
#define _DEFAULT_SOURCE /* getppid */
#include "../progress/progress.h"
#include "../runs/run_training.h"
#include "reproduction.h"

#include <unistd.h>

void begin_weights_path(const char *folder, char out[BL_PATH_ROOM])
{
    snprintf(out, BL_PATH_ROOM, "%s.begin.safetensors", folder);
}

/* user: the process that this one ends with, a pid_t; 0: none. */
static int is_to_stop(void *user, const bl_progress *now)
{
    const pid_t *parent = user;
    (void)now;
    return progress_asked_to_stop() || (*parent != 0 && getppid() != *parent);
}

/* t->ctx is the caller's; the other members are to be freed. */
static bl_status train_first(struct training *t, const struct run_request *first, pid_t parent)
{
    bl_status status = cell_configure(&t->config, t->ctx, &first->cell, first->seed, 0);
    if (status == BL_OK)
        status = reproduction_set_data(first->s, t->config);
    if (status == BL_OK)
        status = training_load(t);
    return status == BL_OK ? bl_trainer_fit(t->trainer, t->train, t->val, t->test, is_to_stop, &parent)
                           : status;
}

bl_status begin_weights_train(bl_context *ctx, const struct run_request *first, pid_t parent,
                              const char *path)
{
    struct training t = {.ctx = ctx};
    bl_status status = train_first(&t, first, parent);
    if (status == BL_OK)
        status = bl_model_save(bl_trainer_model(t.trainer), path);
    t.ctx = NULL;
    training_release(&t);
    return status;
}
