/*
 * run_training.c - training in a child process.
 *
 * failure.json, {"exit_code": 5, "why": "..."}, is written to the folder of a run that cannot be finished,
 * and removed when the run begins again. A folder that another process trains in, and files that cannot be
 * written, say nothing about the run: such failures are only printed.
 */
#include "run_training.h"
#include "../make_folder.h"
#include "../resumed_files.h"

#include "../progress/progress.h"
#include "../tensorboard/tensorboard.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void training_release(struct training *t)
{
    bl_trainer_free(t->trainer);
    bl_data_free(t->train);
    bl_data_free(t->val);
    bl_data_free(t->test);
    bl_config_free(t->config);
    bl_context_free(t->ctx);
}

bl_status training_begin(struct training *t, const char *backend, int threads)
{
    t->ctx = bl_context_new(NULL);
    return bl_context_use(t->ctx, backend, threads);
}

bl_status training_load(struct training *t)
{
    bl_status status = bl_data_load(&t->train, &t->val, &t->test, t->ctx, t->config);
    return status == BL_OK ? bl_trainer_create(&t->trainer, t->ctx, t->config, t->train) : status;
}

static const char *why_of(const struct training *t, bl_status status)
{
    const char *why = bl_why(t->ctx);
    return why[0] ? why : bl_status_name(status);
}

int training_fail(const struct training *t, bl_status status)
{
    usage_error("%s", why_of(t, status));
    return exit_code_of(status);
}

bool folder_has(const char *folder, const char *name)
{
    char path[2 * BL_PATH_ROOM];
    return snprintf(path, sizeof path, "%s/%s", folder, name) < (int)sizeof path && access(path, F_OK) == 0;
}

/* ---- A run in its folder */

/* Refuses to continue a run that another numeric revision of the library began, because its bits would
   differ. */
static int check_revision(const char *folder)
{
    char path[BL_PATH_ROOM];
    snprintf(path, sizeof path, "%s/config.json", folder);
    json_t *config = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
    const json_t *revision = json_object_get(config, "numeric_revision");
    const bool is_same = json_integer_value(revision) == bl_numeric_revision();
    json_decref(config);
    if (is_same)
        return EXIT_DONE;
    usage_error(
        "%s: was begun by another engine, and this one has the numeric revision %d; remove the folder to "
        "begin again",
        folder, bl_numeric_revision());
    return EXIT_DATA;
}

static bl_status configure_training(struct training *t, const struct folder_run *run, bool is_begun)
{
    bl_status status = run->configure(&t->config, t->ctx, run->what);
    if (status == BL_OK)
        status = bl_config_set(t->config, "out", run->folder);
    if (status == BL_OK && is_begun)
        status = resumed_files_replace(t->config, run->folder);
    if (status == BL_OK && !is_begun) /* a run that was killed before its first checkpoint begins again */
        status = bl_config_set(t->config, "force", "true");
    return status;
}

/* The argument of the progress callback. */
struct run_progress_user {
    const struct folder_run *run;
    struct tensorboard *board;
};

/* Stops the run, which saves its state, if its parent process has ended. */
static int progress_parent(void *user, const bl_progress *now)
{
    const struct run_progress_user *u = user;
    const struct folder_run *run = u->run;
    tensorboard_note(u->board, now);
    run->progress->finished = now->epoch_ended ? now->epoch : now->epoch - 1;
    return progress_asked_to_stop() || getppid() != run->parent;
}

/* Trains. *events_code: EXIT_IO if events for TensorBoard were lost. */
static bl_status fit(struct training *t, const struct folder_run *run, bool is_resumed, int *events_code)
{
    struct run_progress_user user = {run, tensorboard_open(run->events, run->name, t->trainer, is_resumed)};
    run->progress->most = atoi(bl_config_get(bl_trainer_config(t->trainer), "epochs"));
    const bl_status status = bl_trainer_fit(t->trainer, t->train, t->val, t->test, progress_parent, &user);
    *events_code = tensorboard_close(user.board);
    return status;
}

static void keep_failure(const struct folder_run *run, int code, const char *why)
{
    char path[2 * BL_PATH_ROOM], made[2 * BL_PATH_ROOM];
    json_t *json = json_pack("{s:i, s:s}", "exit_code", code, "why", why);
    snprintf(path, sizeof path, "%s/failure.json", run->folder);
    snprintf(made, sizeof made, "%s/failure.json.part", run->folder);
    if (make_folder(run->folder) == EXIT_DONE &&
        (json_dump_file(json, made, JSON_INDENT(2)) != 0 || rename(made, path) != 0))
        usage_error("%s: cannot be written", path);
    json_decref(json);
}

static void forget_failure(const struct folder_run *run)
{
    char path[2 * BL_PATH_ROOM];
    snprintf(path, sizeof path, "%s/failure.json", run->folder);
    remove(path);
}

static int train(const struct folder_run *run, bool is_begun)
{
    struct training t = {NULL, NULL, NULL, NULL, NULL, NULL};
    int events_code = EXIT_DONE;
    bl_status status = training_begin(&t, run->backend, run->threads);
    if (status == BL_OK)
        status = configure_training(&t, run, is_begun);
    if (status == BL_OK)
        status = run->load ? run->load(&t, run->what) : training_load(&t);
    if (status == BL_OK && is_begun)
        status = bl_trainer_resume(t.trainer, run->folder);
    if (status == BL_OK)
        forget_failure(run);
    if (status == BL_OK)
        status = fit(&t, run, is_begun, &events_code);
    int result = status == BL_OK ? events_code : EXIT_STOPPED;
    if (status != BL_OK && status != BL_STOPPED) {
        if (run->keeps_failure && status != BL_IO)
            keep_failure(run, exit_code_of(status), why_of(&t, status));
        result = training_fail(&t, status);
    }
    training_release(&t);
    return result;
}

int run_in_folder(const struct folder_run *run)
{
    const bool is_begun = folder_has(run->folder, "model.safetensors");
    int code = is_begun ? check_revision(run->folder) : EXIT_DONE;
    if (code != EXIT_DONE)
        return code;
    return train(run, is_begun);
}
