/*
 * reproduction_run.c - training for backless reproduce: trains a cell in its run folder, and repeats the
 * first epochs of a run.
 */
#include "../watch.h"
#include "reproduction.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What a training is made of; all zeros: nothing yet. */
struct training {
    bl_context *ctx;
    bl_config *config;
    bl_data *train, *val, *test;
    bl_trainer *trainer;
};

static void release(struct training *t)
{
    bl_trainer_free(t->trainer);
    bl_data_free(t->train);
    bl_data_free(t->val);
    bl_data_free(t->test);
    bl_config_free(t->config);
    bl_context_free(t->ctx);
}

/* A context of its own: that of the command may have threads, which a child process does not have. */
static bl_status begin(struct training *t, const struct session *s)
{
    const bool has_threads = bl_config_is_set(s->config, "threads");
    t->ctx = bl_context_new(NULL);
    return bl_context_use(t->ctx, bl_config_get(s->config, "backend"),
                          has_threads ? atoi(bl_config_get(s->config, "threads")) : 1);
}

static bl_status load(struct training *t)
{
    bl_status status = bl_data_load(&t->train, &t->val, &t->test, t->ctx, t->config);
    return status == BL_OK ? bl_trainer_create(&t->trainer, t->ctx, t->config, t->train) : status;
}

static int fail(const struct training *t, bl_status status)
{
    const char *why = bl_why(t->ctx);
    usage_error("%s", why[0] ? why : bl_status_name(status));
    return exit_code_of(status);
}

/* ---- A cell in its folder */

bl_status reproduction_set_data(const struct session *s, bl_config *config)
{
    const char *data = extra_of(s, "data"), *folder = extra_of(s, "data-dir");
    bl_status status = data ? bl_config_set(config, "data", data) : BL_OK;
    return status == BL_OK && folder ? bl_config_set(config, "data-dir", folder) : status;
}

/* A run goes on with the bits of the version that began it, or not at all. */
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

static bl_status configure(struct training *t, const struct run_request *q, bool is_begun)
{
    bl_status status = cell_configure(&t->config, t->ctx, &q->cell, q->seed, q->epochs);
    if (status == BL_OK)
        status = reproduction_set_data(q->s, t->config);
    if (status == BL_OK)
        status = bl_config_set(t->config, "out", q->folder);
    if (status == BL_OK && !is_begun) /* a folder of which a kill left no checkpoint is begun anew */
        status = bl_config_set(t->config, "force", "true");
    return status;
}

/* The watch of a child: a run whose parent was killed saves its state and ends. */
static int watch_parent(void *user, const bl_progress *now)
{
    const struct run_request *q = user;
    *q->finished = now->epoch_ended ? now->epoch : now->epoch - 1;
    return watch_asked_to_stop() || getppid() != q->parent;
}

int run_cell(const struct run_request *q)
{
    struct training t = {NULL, NULL, NULL, NULL, NULL, NULL};
    const bool is_begun = folder_has(q->folder, "model.safetensors");
    const int code = is_begun ? check_revision(q->folder) : EXIT_DONE;
    if (code != EXIT_DONE)
        return code;
    bl_status status = begin(&t, q->s);
    if (status == BL_OK)
        status = configure(&t, q, is_begun);
    if (status == BL_OK)
        status = load(&t);
    if (status == BL_OK && is_begun)
        status = bl_trainer_resume(t.trainer, q->folder);
    if (status == BL_OK)
        status = bl_trainer_fit(t.trainer, t.train, t.val, t.test, watch_parent, (void *)q);
    const int result = status == BL_OK ? EXIT_DONE : status == BL_STOPPED ? EXIT_STOPPED : fail(&t, status);
    release(&t);
    return result;
}

/* ---- Epochs once more */

struct rerun_state {
    const struct rerun *rerun;
    struct training training;
    bool is_ended; /* as many epochs as were asked for, or after_epoch wants no more */
};

static int watch_rerun(void *user, const bl_progress *now)
{
    struct rerun_state *state = user;
    char hash[17];
    if (now->epoch_ended) {
        bl_model_hash(bl_trainer_model(state->training.trainer), hash);
        state->is_ended =
            !state->rerun->after_epoch(state->rerun->user, now, hash) || now->epoch == state->rerun->epochs;
    }
    return state->is_ended || watch_asked_to_stop();
}

/* What the trainer's model says of the data that it was made for. */
static int check_data(const struct training *t, const struct rerun *rerun)
{
    const char *text = bl_model_fact(bl_trainer_model(t->trainer), "split");
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
    bl_status status = begin(t, s);
    if (status == BL_OK)
        status = bl_config_copy(&t->config, rerun->config);
    if (status == BL_OK)
        status = load(t);
    int code = status == BL_OK ? check_data(t, rerun) : EXIT_DONE;
    if (status == BL_OK && code == EXIT_DONE) {
        watch_signals();
        status = bl_trainer_fit(t->trainer, t->train, t->val, t->test, watch_rerun, &state);
        if (status == BL_STOPPED && state.is_ended)
            status = BL_OK;
    }
    if (status != BL_OK)
        code = fail(t, status);
    release(t);
    return code;
}
