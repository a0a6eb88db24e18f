/*
 * reproduction_run.c - training for backless reproduce: trains a cell in its run folder, and repeats the
 * first epochs of a run.
 */
#include "../progress/progress.h"
#include "../runs/run_training.h"
#include "reproduction.h"

#include <string.h>
#include <unistd.h>

/* ---- Data, computed or read as t->config says */

static bl_status load_data(struct training *t, const struct target_data *of)
{
    if (!of || !of->make)
        return training_load(t);
    const bl_status status = of->make(&t->train, &t->test, t->ctx);
    return status == BL_OK ? bl_trainer_create(&t->trainer, t->ctx, t->config, t->train) : status;
}

/* ---- A cell in its folder */

/* A run and the process that it ends with. */
struct cell_run {
    const struct run_request *request;
    const char *folder;
    pid_t parent;
};

/* A kill leaves the file of the first weights whole, or leaves none. */
static bl_status set_begin(bl_config *config, bl_context *ctx, const struct cell_run *run)
{
    char path[BL_PATH_ROOM];
    struct run_request first = *run->request;
    bl_status status = BL_OK;
    begin_weights_path(run->folder, path);
    if (cell_begins_with(&run->request->cell, &first.cell) && access(path, F_OK) != 0)
        status = begin_weights_train(ctx, &first, run->parent, path);
    return status == BL_OK ? bl_config_set(config, "init", path) : status;
}

static bl_status configure_cell_run(bl_config **out, bl_context *ctx, const void *what)
{
    const struct cell_run *run = what;
    const struct run_request *q = run->request;
    bl_status status = cell_configure(out, ctx, &q->cell, q->seed, q->epochs);
    if (status == BL_OK)
        status = reproduction_set_data(q->s, *out);
    return status == BL_OK && q->cell.row->begins_with ? set_begin(*out, ctx, run) : status;
}

static bl_status load_cell_data(struct training *t, const void *what)
{
    const struct cell_run *run = what;
    return load_data(t, run->request->cell.row->data);
}

int run_cell(const struct run_request *q, const struct pool_run *run, pid_t parent)
{
    const struct cell_run what = {q, run->folder, parent};
    return run_in_folder(&(struct folder_run){.folder = run->folder,
                                              .backend = bl_config_get(q->s->config, "backend"),
                                              .threads = q->threads,
                                              .parent = parent,
                                              .progress = run->progress,
                                              .configure = configure_cell_run,
                                              .load = load_cell_data,
                                              .what = &what});
}

/* ---- Repeating epochs */

struct rerun_state {
    const struct rerun *rerun;
    struct training training;
    bool is_ended; /* the epochs are complete, or after_epoch returned false */
};

static int progress_rerun(void *user, const bl_progress *now)
{
    struct rerun_state *state = user;
    char hash[17];
    if (now->epoch_ended) {
        bl_model_hash(bl_trainer_model(state->training.trainer), hash);
        state->is_ended =
            !state->rerun->after_epoch(state->rerun->user, now, hash) || now->epoch == state->rerun->epochs;
    }
    return state->is_ended || progress_asked_to_stop();
}

/* Compares the hashes of the data in the model's metadata with those of the rerun. */
static int check_data(const struct training *t, const struct rerun *rerun)
{
    const char *text = bl_model_metadata(bl_trainer_model(t->trainer), "split");
    json_t *split = text ? json_loads(text, JSON_REJECT_DUPLICATES, NULL) : NULL;
    const char *hash = json_string_value(json_object_get(split, "hash")),
               *test_hash = json_string_value(json_object_get(split, "test_hash"));
    const bool is_same = (!rerun->hash || (hash && strcmp(hash, rerun->hash) == 0)) &&
                         (!rerun->test_hash || (test_hash && strcmp(test_hash, rerun->test_hash) == 0));
    json_decref(split);
    if (is_same)
        return EXIT_DONE;
    usage_error("%s: are other data than those of the run, whose hashes are %s and %s (test)",
                bl_data_source(t->train), rerun->hash, rerun->test_hash);
    return EXIT_DATA;
}

int rerun_epochs(const struct session *s, const struct rerun *rerun)
{
    struct rerun_state state = {.rerun = rerun};
    struct training *t = &state.training;
    bl_status status = training_begin(t, bl_config_get(s->config, "backend"), threads_or_one(s));
    if (status == BL_OK)
        status = bl_config_copy(&t->config, rerun->config);
    if (status == BL_OK)
        status = load_data(t, rerun->data);
    int code = status == BL_OK ? check_data(t, rerun) : EXIT_DONE;
    if (status == BL_OK && code == EXIT_DONE) {
        progress_signals();
        status = bl_trainer_fit(t->trainer, t->train, t->val, t->test, progress_rerun, &state);
        if (status == BL_STOPPED && state.is_ended)
            status = BL_OK;
    }
    if (status != BL_OK)
        code = training_fail(t, status);
    training_release(t);
    return code;
}
