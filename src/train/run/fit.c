/*
 * fit.c - trains for epochs: shuffle, steps, scores, angles, log, checkpoint, and the criteria that end a
 * run.
 *
 * Training time is the time of the steps only, without evaluation, angles and files.
 */
#include "../../base/clock.h"
#include "../../base/mem.h"
#include "../../base/rng.h"
#include "../../base/sized.h"
#include "../angles/angle_steps.h"
#include "../inspect/trainer_inspect.h"
#include "../model/score.h"
#include "../setup/learnable.h"
#include "../trainer/checkpoint.h"
#include "../trainer/zero_deltas.h"
#include "advice.h"
#include "log_lines.h"
#include "run_folder.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct fit {
    bl_trainer *t;
    const bl_data *train, *val, *test;
    bl_progress_fn progress;
    void *user;
    struct run_folder folder;
    json_t *last_line;  /* the log line of the last finished epoch */
    double last_loss;   /* the training loss of that epoch */
    double blind_loss;  /* the loss of the best constant prediction */
    double rate;        /* learning rate of the last step */
    double last_report; /* when the callback was last called */
    bool measures_angles;
    struct angle_steps angle_steps;
    uint64_t measured; /* the step after which trainer->angles were last measured; 0: none */
    bl_score batch;    /* score of the last step's batch */
    size_t prepared;   /* the position in this epoch whose inputs are in workspace->next; 0: none */
};

static bl_status need_angles(bl_trainer *t, size_t n)
{
    BL_TRY(angle_examples_draw(&t->angle_examples, t->ctx, config_u64(t->config, "seed"), n));
    return trainer_need_alignment(t, t->angle_examples.count);
}

static bl_status need_order(bl_trainer *t, size_t n)
{
    if (t->order && t->n_order == n)
        return BL_OK;
    mem_free(t->ctx, t->order);
    t->order = NULL;
    BL_TRY(MEM_ARRAY(t->ctx, &t->order, n, "the order of the examples"));
    t->n_order = n;
    return BL_OK;
}

static void shuffle(bl_trainer *t)
{
    const struct rng rng = {
        .seed = config_u64(t->config, "order-seed"), .stream = RNG_SHUFFLE, .step = (uint32_t)t->state.epoch};
    rng_permutation(&rng, t->n_order, t->order);
}

/* The number of examples in the batch at `position`. A single last example on which a step is impossible is
   added to the batch before it. */
static size_t batch_at(const struct fit *f, size_t position)
{
    const size_t left = f->train->n - position, most = f->t->batch;
    if (f->t->needs_two && left == most + 1)
        return left;
    return left < most ? left : most;
}

static size_t steps_of(const struct fit *f)
{
    const size_t n = f->train->n, batch = f->t->batch;
    const bool joins = f->t->needs_two && n > batch && n % batch == 1;
    return (n + batch - 1) / batch - (joins ? 1 : 0);
}

/* The inputs of the n examples at `position` of this epoch, into x. */
static void gather_inputs(const struct fit *f, size_t position, size_t n, float *x)
{
    const bl_trainer *t = f->t;
    const uint32_t *order = t->order + position;
    if (t->augment)
        augment_gather(t->augment, f->train, t->state.epoch, order, n, x);
    else if (data_gathers_slowly(f->train))
        data_gather_parallel(f->train, t->ctx, order, 0, n, x);
    else
        data_gather(f->train, t->ctx->backend, order, 0, n, x);
}

/* Whether a task that runs beside a step can gather the next batch in less time than the step takes. Batches
   that have to be whitened are gathered between the steps, by all threads. */
static bool is_quick(const struct fit *f)
{
    return !f->train->scaling.matrix || (f->train->whitened && !f->t->augment);
}

static void prepare_next(void *work)
{
    struct fit *f = work;
    const bl_trainer *t = f->t;
    f->prepared = t->state.position + batch_at(f, t->state.position);
    gather_inputs(f, f->prepared, batch_at(f, f->prepared), t->workspace->next.x);
}

/* Makes the next step run prepare_next, if that is quick and there is memory for it and a next batch in this
   epoch. */
static void plan_next(struct fit *f)
{
    bl_trainer *t = f->t;
    const bool is_last = t->state.position + batch_at(f, t->state.position) == f->train->n;
    if (t->workspace->next.x && !is_last && is_quick(f))
        t->stepper.prefetch = (struct prefetch){prepare_next, f};
}

static void take_prepared(struct fit *f)
{
    struct workspace *workspace = f->t->workspace;
    float *x = workspace->x.x;
    workspace->x.x = workspace->next.x;
    workspace->next.x = x;
    f->prepared = 0;
}

static void gather(struct fit *f, size_t n)
{
    bl_trainer *t = f->t;
    struct workspace *workspace = t->workspace;
    const uint32_t *order = t->order + t->state.position;
    workspace_set_size(workspace, n);
    if (f->prepared > 0 && f->prepared == t->state.position)
        take_prepared(f);
    else
        gather_inputs(f, t->state.position, n, workspace->x.x);
    if (f->train->labels)
        workspace_take_labels(workspace, f->train->labels, order);
    else
        data_gather_targets(f->train, order, 0, n, workspace->y.x);
    workspace_take_weights(workspace, f->train->weights, order);
}

static bl_score running_score(const struct fit *f)
{
    const struct run_state *state = &f->t->state;
    bl_score score = score_none();
    score.count = state->position;
    if (state->position > 0)
        score.loss = state->loss_sum / (double)state->position;
    if (state->position > 0 && f->train->labels)
        score.error = (double)state->wrong / (double)state->position;
    return score;
}

static bl_progress progress_now(const struct fit *f, const bl_angles *angles)
{
    const bl_trainer *t = f->t;
    const size_t batch = t->batch, done = t->state.position, steps = steps_of(f);
    const size_t step = (done + batch - 1) / batch;
    return (bl_progress){
        .epoch = (int)t->state.epoch + 1,
        .step = step < steps ? step : steps,
        .steps = steps,
        .total_step = (size_t)t->state.step,
        .train = running_score(f),
        .val = score_none(),
        .test = score_none(),
        .rate = f->rate,
        .seconds = t->state.seconds,
        .samples_per_second = t->state.seconds > 0.0 ? (double)done / t->state.seconds : 0.0,
        .angles = angles,
        .blocks = (int)t->model->net->n_blocks,
        .batch = f->batch,
    };
}

static int report_progress(struct fit *f, const bl_progress *now)
{
    f->last_report = clock_seconds();
    return f->progress ? f->progress(f->user, now) : 0;
}

static void drop_line(bl_trainer *t)
{
    free(t->log_line);
    t->log_line = NULL;
}

/* Reports progress together with a line of the log. */
static bl_status report_line(struct fit *f, const bl_progress *now, const json_t *line, bool *stops)
{
    bl_trainer *t = f->t;
    drop_line(t);
    if (f->progress) {
        t->log_line = json_dumps(line, JSON_COMPACT | JSON_REAL_PRECISION(15));
        if (!t->log_line)
            BL_FAIL(t->ctx, BL_NO_MEMORY, "no memory for a line of the log");
    }
    *stops = report_progress(f, now) != 0;
    drop_line(t);
    return BL_OK;
}

/* Measures the angles, unless they were already measured after this step. */
static bl_status measure(struct fit *f)
{
    bl_trainer *t = f->t;
    if (f->measured == t->state.step)
        return BL_OK;
    BL_TRY(trainer_measure(t, f->train, t->angle_examples.rows, t->angle_examples.count));
    f->measured = t->state.step;
    return BL_OK;
}

/* Records a step with angles: in a line of the log if the option names the step, else for the first epoch's
   line. */
static bl_status record_step(struct fit *f, const bl_progress *now, bool *stops)
{
    bl_trainer *t = f->t;
    if (angle_steps_are_named(&f->angle_steps)) {
        json_t *line = log_lines_step_line(now);
        bl_status status = run_folder_log(&f->folder, line);
        if (status == BL_OK)
            status = report_line(f, now, line, stops);
        json_decref(line);
        return status;
    }
    if (!t->early_angles)
        t->early_angles = json_array();
    json_array_append_new(t->early_angles, log_lines_step(now));
    *stops = report_progress(f, now) != 0;
    return BL_OK;
}

static bl_status measure_step(struct fit *f, bool *stops)
{
    BL_TRY(measure(f));
    const bl_progress now = progress_now(f, f->t->angles);
    return record_step(f, &now, stops);
}

static void keep_batch_score(struct fit *f, const struct outcome *outcome, size_t n)
{
    f->batch = score_none();
    f->batch.count = n;
    f->batch.loss = outcome->loss / (double)n;
    if (f->train->labels)
        f->batch.error = (double)outcome->wrong / (double)n;
}

static bl_status one_step(struct fit *f)
{
    bl_trainer *t = f->t;
    const size_t n = batch_at(f, t->state.position);
    const double begun = clock_seconds();
    struct outcome outcome;
    gather(f, n);
    plan_next(f);
    f->rate = trainer_rate(t, f->train->n);
    BL_TRY(trainer_step(t, f->rate, &outcome));
    keep_batch_score(f, &outcome, n);
    t->state.position += n;
    t->state.loss_sum += outcome.loss;
    t->state.wrong += outcome.wrong;
    t->state.seconds += clock_seconds() - begun;
    return BL_OK;
}

static bl_status stop_now(struct fit *f)
{
    f->t->stop_reason = "stopped";
    BL_TRY(checkpoint_check(f->t));
    BL_TRY(run_folder_checkpoint(&f->folder, f->t, "model.safetensors"));
    if (!f->folder.path)
        BL_FAIL(f->t->ctx, BL_STOPPED, "stopped in epoch %zu after step %llu", f->t->state.epoch + 1,
                (unsigned long long)f->t->state.step);
    if (f->t->is_resumed) /* config.json has the number of epochs with which the run began */
        BL_FAIL(f->t->ctx, BL_STOPPED,
                "stopped in epoch %zu after step %llu; saved, --resume %s --epochs %s continues from here",
                f->t->state.epoch + 1, (unsigned long long)f->t->state.step, f->folder.path,
                config_text(f->t->config, "epochs"));
    BL_FAIL(f->t->ctx, BL_STOPPED,
            "stopped in epoch %zu after step %llu; saved, --resume %s continues from here",
            f->t->state.epoch + 1, (unsigned long long)f->t->state.step, f->folder.path);
}

static bl_status run_steps(struct fit *f)
{
    bl_trainer *t = f->t;
    while (t->state.position < f->train->n) {
        bool stops = false;
        BL_TRY(one_step(f));
        if (f->measures_angles && angle_steps_have(&f->angle_steps, t->state.step, t->state.epoch))
            BL_TRY(measure_step(f, &stops));
        else if (f->progress && clock_seconds() - f->last_report > 0.1) {
            const bl_progress now = progress_now(f, NULL);
            stops = report_progress(f, &now) != 0;
        }
        if (stops)
            return stop_now(f);
    }
    return BL_OK;
}

static bl_status score(const struct fit *f, const bl_data *data, bl_score *out)
{
    *out = score_none();
    return data ? score_model(f->t->model, data, f->t->score_workspace, out) : BL_OK;
}

/* Adds "test_rmse", "test_mae" and "test_r2" to a line. */
static void add_distances(json_t *line, const char *set, const bl_score *score)
{
    const struct {
        const char *name;
        double value;
    } figures[] = {{"rmse", score->rmse}, {"mae", score->mae}, {"r2", score->r2}};
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
        char key[32] = "";
        text_append(key, sizeof key, "%s_%s", set, figures[i].name);
        json_object_set_new(line, key, runlog_number(figures[i].value));
    }
}

/* The notes that are not yet in a line of the log. */
static json_t *notes_to_json(const bl_trainer *t)
{
    json_t *list = json_array();
    for (size_t i = t->n_logged; i < t->n_notes; i++)
        json_array_append_new(list, json_string(t->notes[i]));
    return list;
}

static json_t *line_of(const struct fit *f, const bl_progress *now)
{
    const bl_trainer *t = f->t;
    json_t *line = json_object();
    json_object_set_new(line, "epoch", json_integer(now->epoch));
    json_object_set_new(line, "step", json_integer((json_int_t)now->total_step));
    json_object_set_new(line, "train_loss", runlog_number(now->train.loss));
    json_object_set_new(line, "train_error", runlog_number(now->train.error));
    json_object_set_new(line, "test_loss", runlog_number(now->test.loss));
    json_object_set_new(line, "test_error", runlog_number(now->test.error));
    json_object_set_new(line, "val_loss", runlog_number(now->val.loss));
    json_object_set_new(line, "val_error", runlog_number(now->val.error));
    if (f->train->targets) {
        add_distances(line, "test", &now->test);
        add_distances(line, "val", &now->val);
    }
    json_object_set_new(line, "lr", runlog_number(now->rate));
    json_object_set_new(line, "seconds", runlog_number(now->seconds));
    json_object_set_new(line, "samples_per_second", runlog_number(now->samples_per_second));
    json_object_set_new(line, "angles", log_lines_angles(now));
    if (now->angles)
        json_object_set_new(line, "angle_examples", json_integer((json_int_t)t->angle_examples.count));
    if (now->epoch == 1 && json_array_size(t->early_angles) > 0)
        json_object_set(line, "early_angles", t->early_angles);
    if (t->n_logged < t->n_notes)
        json_object_set_new(line, "notes", notes_to_json(t));
    return line;
}

static bl_status keep_best(struct fit *f, const bl_progress *now)
{
    struct run_state *state = &f->t->state;
    const double judged = best_epoch_judged(&now->val);
    if (!f->val || !best_epoch_is(judged, state->best, state->best_epoch))
        return BL_OK;
    state->best = judged;
    state->best_epoch = state->epoch;
    f->t->best = (struct best_epoch){true, now->train, now->val, now->test};
    return run_folder_checkpoint(&f->folder, f->t, "best.safetensors");
}

/* Adds the hash of the weights, so that the first epoch of a run can quickly be reproduced and compared. */
static void add_weights_hash(const struct fit *f, json_t *line)
{
    char hash[17];
    bl_model_hash(f->t->model, hash);
    json_object_set_new(line, "weights_hash", json_string(hash));
}

/* The error on which --schedule auto and --stop paper depend. For regression targets it is the loss divided
   by the first epoch's loss. */
static double epoch_error(struct run_state *state, const bl_score *train, bool *is_first)
{
    *is_first = isnan(train->error) && !(state->first_loss > 0.0);
    if (*is_first)
        state->first_loss = train->loss;
    if (!isnan(train->error))
        return train->error;
    return *is_first ? 1.0 : train->loss / state->first_loss;
}

/* Sets the position to the beginning of the next epoch; called before the checkpoint. */
static void begin_next_epoch(bl_trainer *t, const bl_score *train)
{
    struct run_state *state = &t->state;
    bool is_first = false;
    const double error = epoch_error(state, train, &is_first);
    const bool may_halve = t->schedule.kind == SCHEDULE_AUTO && state->halvings < SCHEDULE_MAX_HALVINGS;
    if (may_halve && !is_first && error >= state->running_error)
        t->schedule.halvings = ++state->halvings;
    state->running_error = 0.75 * state->running_error + 0.25 * error;
    state->epoch++;
    model_set_counts(t->model, state->epoch, state->step);
    state->position = 0;
    state->loss_sum = 0.0;
    state->wrong = 0;
    state->total_seconds += state->seconds;
    state->seconds = 0.0;
}

static bl_status end_epoch(struct fit *f, bool *stops)
{
    bl_trainer *t = f->t;
    BL_TRY(checkpoint_check(t));
    BL_TRY(zero_deltas_after_epoch(t));
    if (f->measures_angles)
        BL_TRY(measure(f));
    bl_progress now = progress_now(f, f->measures_angles ? t->angles : NULL);
    now.epoch_ended = 1;
    BL_TRY(score(f, f->val, &now.val));
    BL_TRY(score(f, f->test, &now.test));
    json_decref(f->last_line);
    f->last_line = line_of(f, &now);
    if (f->folder.path)
        add_weights_hash(f, f->last_line);
    f->last_loss = now.train.loss;
    t->n_logged = t->n_notes;
    begin_next_epoch(t, &now.train);
    BL_TRY(run_folder_log(&f->folder, f->last_line));
    BL_TRY(keep_best(f, &now));
    BL_TRY(run_folder_checkpoint(&f->folder, t, "model.safetensors"));
    return report_line(f, &now, f->last_line, stops);
}

/* Why the run ends after this epoch; NULL: it continues. */
static const char *reason_to_stop(const struct fit *f)
{
    const bl_trainer *t = f->t;
    const struct run_state *state = &t->state;
    const size_t patience = config_size(t->config, "patience");
    const double max_time = config_number(t->config, "max-time");
    if (strcmp(config_text(t->config, "stop"), "paper") == 0 && state->running_error <= 1e-4)
        return "paper";
    if (t->schedule.kind == SCHEDULE_AUTO && state->halvings >= SCHEDULE_MAX_HALVINGS)
        return "rate";
    if (patience > 0 && f->val && state->epoch >= state->best_epoch + patience)
        return "patience";
    if (max_time > 0.0 && state->total_seconds >= max_time)
        return "time";
    return state->epoch >= t->epochs ? "epochs" : NULL;
}

static bl_status run_epochs(struct fit *f)
{
    bl_trainer *t = f->t;
    const char *reason = NULL;
    while (!(reason = t->state.position > 0 ? NULL : reason_to_stop(f))) {
        bool stops = false;
        shuffle(t);
        BL_TRY(run_steps(f));
        BL_TRY(end_epoch(f, &stops));
        if (stops && !reason_to_stop(f))
            return stop_now(f);
    }
    t->stop_reason = reason;
    if (!f->last_line) {
        BL_TRY(run_folder_lacking_result(&f->folder, t->state.epoch, &f->last_line));
        f->last_loss = json_number_value(json_object_get(f->last_line, "train_loss"));
    }
    if (!f->last_line) { /* a resumed run that was already finished has no new epochs */
        advice_give_ended(t, reason);
        return BL_OK;
    }
    advice_give(t, f->train, f->blind_loss, f->last_loss);
    return run_folder_result(&f->folder, t, f->last_line);
}

/* The learning rate of the next step. For a run that was stopped after the last step of an epoch it is the
   rate of that step, for the epoch's line. */
static double rate_at_start(const struct fit *f)
{
    bl_trainer *t = f->t;
    const size_t position = t->state.position;
    if (position == f->train->n)
        t->state.position = (steps_of(f) - 1) * t->batch;
    const double rate = trainer_rate(t, f->train->n);
    t->state.position = position;
    return rate;
}

bl_status bl_trainer_fit(bl_trainer *t, const bl_data *train, const bl_data *val, const bl_data *test,
                         bl_progress_fn progress, void *user)
{
    if (!t)
        return BL_BAD_VALUE;
    BL_GIVEN(t->ctx, train);
    BL_TRY(trainer_check_idle(t, "bl_trainer_fit"));
    struct fit f = {.t = t,
                    .train = train,
                    .val = val,
                    .test = test,
                    .progress = progress,
                    .user = user,
                    .angle_steps = angle_steps_of(config_text(t->config, "angles"))};
    f.measures_angles = f.angle_steps.kind != ANGLE_STEPS_NONE && !trainer_is_lean(t);
    BL_TRY(trainer_check_data(t, train));
    if (train->n == 0)
        BL_FAIL(t->ctx, BL_BAD_VALUE, "%s: no examples to train on", train->source);
    if (t->state.position > train->n) /* the position is from a checkpoint */
        BL_FAIL(t->ctx, BL_BAD_DATA,
                "the run was stopped after example %zu of an epoch, but %s has only %zu examples",
                t->state.position, train->source, train->n);
    if (val)
        BL_TRY(trainer_check_data(t, val));
    if (test)
        BL_TRY(trainer_check_data(t, test));
    if (config_size(t->config, "patience") > 0 && !val)
        BL_FAIL(t->ctx, BL_BAD_VALUE, "patience needs a validation set: use --val N");
    BL_TRY(learnable_check_data(t, train));
    f.rate = rate_at_start(&f);
    BL_TRY(advice_blind_loss(&f.blind_loss, t, train));
    BL_TRY(need_order(t, train->n));
    if (f.measures_angles)
        BL_TRY(need_angles(t, train->n));
    BL_TRY(run_folder_open(&f.folder, t, train));
    t->is_fitting = true;
    const bl_status status = run_epochs(&f);
    t->is_fitting = false;
    t->is_resumed = t->is_resumed || f.folder.path; /* a run that was stopped continues in its folder */
    run_folder_close(&f.folder);
    json_decref(f.last_line);
    return status;
}

const char *bl_trainer_log_line(const bl_trainer *t)
{
    return t ? t->log_line : NULL;
}

int bl_trainer_best(const bl_trainer *t, bl_best_epoch *out)
{
    if (!t || !out || t->state.best_epoch == 0)
        return 0;
    const bl_best_epoch best = {.size = out->size,
                                .epoch = (int)t->state.best_epoch,
                                .train = t->best.is_known ? t->best.train : score_none(),
                                .val = t->best.is_known ? t->best.val : score_none(),
                                .test = t->best.is_known ? t->best.test : score_none()};
    return sized_copy(out, &best, sizeof best);
}

bl_status bl_trainer_save(bl_trainer *t, const char *path)
{
    if (!t)
        return BL_BAD_VALUE;
    BL_GIVEN(t->ctx, path);
    BL_TRY(checkpoint_check(t));
    return checkpoint_write(t, path);
}

bl_status bl_trainer_load(bl_trainer *t, const char *path)
{
    if (!t)
        return BL_BAD_VALUE;
    BL_GIVEN(t->ctx, path);
    BL_TRY(trainer_check_idle(t, "bl_trainer_load"));
    BL_TRY(checkpoint_read_stream(t, path));
    t->is_resumed = false; /* the folder's run is not the one that was loaded */
    return BL_OK;
}

bl_status bl_trainer_resume(bl_trainer *t, const char *folder)
{
    char path[4096];
    if (!t)
        return BL_BAD_VALUE;
    BL_GIVEN(t->ctx, folder);
    BL_TRY(trainer_check_idle(t, "bl_trainer_resume"));
    if (!folder[0])
        BL_FAIL(t->ctx, BL_BAD_VALUE, "the run folder is \"\", expected a path");
    path[0] = 0;
    text_append(path, sizeof path, "%s/model.safetensors", folder);
    BL_TRY(checkpoint_read(t, path));
    BL_TRY(config_set_default(t->config, "out", folder));
    t->is_resumed = true;
    return BL_OK;
}
