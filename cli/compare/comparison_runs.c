/*
 * comparison_runs.c - the trainings of a comparison: trials of rates, and a run for each rule.
 *
 * With --rates every rule's learning rate is chosen on a validation split, by the error, or the loss where
 * errors are equal, after a training of as many epochs at each rate; then it trains at the best one. Every
 * rule therefore has the same chance, and rules are compared after a full training instead of by how fast
 * they begin. With --val that split judges the rates and is held out in every run; without --val, a tenth of
 * the training set judges the rates, and the runs take the whole training set.
 */
#include "comparison.h"
#include "core_wait.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LABEL_ROOM = WORD_ROOM + 32 };

/* The sets of a training: to train on, to choose the stopping epoch by, and to test on. The last two may be
   NULL. */
struct sets {
    const bl_data *train, *val, *test;
};

/* A training of one rule. */
struct row_training {
    const bl_config *config;
    struct sets sets;
    const char *label; /* of the progress line */
    double work;       /* in passes over the training set, as far as is known beforehand */
    bool is_trial;     /* of a rate: its notes are not kept, because the run has the same ones */
};

static const bl_score no_score = {.loss = NAN, .error = NAN, .rmse = NAN, .mae = NAN, .r2 = NAN};
/* The share of a run in which it waited for a core, above which its speed is not meaningful. Smaller shares
   are usual on every system. */
static const double SLOWED = 0.1;

bool row_has_figures(const struct row *row)
{
    return row->state == ROW_DONE || (row->state == ROW_STOPPED && row->epoch > 0);
}

bool row_was_slowed(const struct row *row)
{
    return row_has_figures(row) && row->waited > SLOWED;
}

void row_forget_figures(struct row *row)
{
    row->last = row->val = row->best_val = row->best_test = no_score;
    row->best_epoch = row->epoch = row->n_angles = 0;
    row->speed = row->waited = (double)NAN;
    snprintf(row->angles, sizeof row->angles, "-");
}

static void take_figures(struct row *row, struct progress_output *output, bool has_test)
{
    bl_best_epoch best = {.size = sizeof best};
    row->last = has_test ? output->last.test : output->last.train;
    row->val = output->last.val;
    row->epoch = output->last.epoch;
    row->speed = progress_speed(output);
    if (bl_trainer_best(output->trainer, &best)) {
        row->best_epoch = best.epoch;
        row->best_val = best.val;
        row->best_test = best.test;
    }
    angles_text(output->last.angles, output->last.blocks, row->angles, sizeof row->angles);
    for (int i = 0; output->last.angles && i < output->last.blocks - 1 && i < MAX_ANGLES; i++)
        row->flat[row->n_angles++] = output->last.angles[i].flat;
}

static void take_notes(struct row *row, const bl_trainer *trainer)
{
    for (int i = 0; bl_trainer_note(trainer, i); i++)
        json_array_append_new(row->notes, json_string(bl_trainer_note(trainer, i)));
    snprintf(row->advice, sizeof row->advice, "%s", bl_trainer_advice(trainer));
}

/* Trains. The figures of finished epochs stay in the row even if the training fails later. */
static bl_status fit(const struct comparison *c, const struct row_training *t, bl_trainer *trainer,
                     struct row *row)
{
    const bl_config *settled = bl_trainer_config(trainer);
    struct progress_output output = {.session = c->s,
                                     .label = t->label,
                                     .epochs = atoi(bl_config_get(settled, "epochs")),
                                     .progress = progress_report(c->s),
                                     .panel = progress_panel(c->s),
                                     .work = {c->began, c->done / c->work, t->work / c->work, 0.0}};
    if (!t->is_trial)
        output.board = tensorboard_open(extra_of(c->s, "tensorboard"), row->rule, trainer, false);
    const struct core_wait before = core_wait_now();
    const bl_status status =
        bl_trainer_fit(trainer, t->sets.train, t->sets.val, t->sets.test, progress_run, &output);
    const struct core_wait after = core_wait_now();
    output.trainer = trainer;
    if (output.last.epoch > 0)
        take_figures(row, &output, t->sets.test != NULL);
    row->waited = core_wait_share(&before, &after);
    output.trainer = NULL; /* its notes are printed after the table */
    progress_release(&output);
    row->events_code = tensorboard_close(output.board);
    return status;
}

/* Trains from the initial weights, and stores the figures in *row. */
static bl_status train_once(struct comparison *c, const struct row_training *t, struct row *row)
{
    bl_trainer *trainer = NULL;
    row_forget_figures(row);
    bl_status status = bl_trainer_create(&trainer, c->s->ctx, t->config, t->sets.train);
    if (status == BL_OK)
        status = fit(c, t, trainer, row);
    if (trainer && !t->is_trial)
        take_notes(row, trainer);
    if (status == BL_OK && !t->is_trial)
        bl_model_hash(bl_trainer_model(trainer), row->hash);
    bl_trainer_free(trainer);
    c->done += t->work;
    return status;
}

/* "dfa 3/12" */
static void label_of(const struct comparison *c, const struct row *row, char out[LABEL_ROOM])
{
    int place = 0, n = 0;
    for (int i = 0; i < c->n_rows; i++) {
        n += c->rows[i].state != ROW_LEFT_OUT;
        if (&c->rows[i] == row)
            place = n;
    }
    snprintf(out, LABEL_ROOM, "%s %d/%d", row->rule, place, n);
}

/* ---- Rates */

/* The score that a learning rate is chosen by: that of the last epoch, or of the best one with --patience,
   which keeps the best weights. */
static const bl_score *judged_of(const struct comparison *c, const struct row *row)
{
    const bool has_patience = strcmp(bl_config_get(c->s->config, "patience"), "0") != 0;
    return has_patience && row->best_epoch > 0 ? &row->best_val : &row->val;
}

static void note_rate(const struct comparison *c, const char *rate, const struct row *row)
{
    const bl_score *by = judged_of(c, row);
    char judged[64];
    score_text(by, judged, sizeof judged);
    if (isnan(by->error))
        note(c->s, "%-8s lr %-8s validation error %s", row->rule, rate, judged);
    else
        note(c->s, "%-8s lr %-8s validation error %s, loss %s", row->rule, rate, judged,
             loss_text(by->loss).text);
}

/* Returns whether score a is better than b: by the error, and by the loss if the errors are equal, which is
   frequent on small splits. Regression has no error, and is compared by the loss. NaN, the score of a
   training that diverged at once, is never better. */
static bool is_better(const bl_score *a, const bl_score *b)
{
    const double x = isnan(a->error) ? a->loss : a->error, y = isnan(b->error) ? b->loss : b->error;
    return !isnan(x) && (isnan(y) || x < y || (x == y && a->loss < b->loss));
}

static bl_status configure_trial(const struct comparison *c, const struct row *row, bl_config **out)
{
    const char *epochs = extra_of(c->s, "rate-epochs");
    bl_status status = bl_config_copy(out, c->s->config);
    if (status == BL_OK)
        status = bl_config_set(*out, "rule", row->rule);
    if (status == BL_OK && epochs)
        status = bl_config_set(*out, "epochs", epochs);
    if (status == BL_OK)
        status = bl_config_set(*out, "no-angles", "true");
    return status == BL_OK ? bl_config_set(*out, "out", NULL) : status;
}

static bl_status try_rate(struct comparison *c, bl_config *trial, const char *rate, struct row *row)
{
    const bl_data *train = c->rate_train ? c->rate_train : c->train;
    const char *epochs = extra_of(c->s, "rate-epochs");
    char name[LABEL_ROOM], label[2 * LABEL_ROOM];
    label_of(c, row, name);
    snprintf(label, sizeof label, "%s at %s: ", name, rate);
    const struct row_training training = {.config = trial,
                                          .sets = {train, c->rate_val ? c->rate_val : c->val, NULL},
                                          .label = label,
                                          .work =
                                              atof(epochs ? epochs : bl_config_get(c->settled, "epochs")) *
                                              (double)bl_data_count(train) / (double)bl_data_count(c->train),
                                          .is_trial = true};
    const bl_status status = bl_config_set(trial, "lr", rate);
    return status == BL_OK ? train_once(c, &training, row) : status;
}

/* A learning rate at which the rule diverges is not chosen. If all diverge, the run itself reports it. */
bl_status comparison_choose_rate(struct comparison *c, struct row *row)
{
    bl_score least = no_score;
    bl_config *trial = NULL;
    const char *best = c->rates.text[0];
    bl_status status = configure_trial(c, row, &trial);
    for (int i = 0; status == BL_OK && i < c->rates.n; i++) {
        const char *rate = c->rates.text[i];
        status = try_rate(c, trial, rate, row);
        if (status == BL_OK && is_better(judged_of(c, row), &least)) {
            least = *judged_of(c, row);
            best = rate;
        }
        if (status == BL_DIVERGED)
            note(c->s, "%-8s lr %-8s diverged", row->rule, rate);
        else if (status == BL_OK)
            note_rate(c, rate, row);
        status = status == BL_DIVERGED ? BL_OK : status;
    }
    bl_config_free(trial);
    row_forget_figures(row);
    snprintf(row->lr, sizeof row->lr, "%s", best);
    return status;
}

/* ---- Runs */

static bl_status configure_row(const struct comparison *c, const struct row *row, bl_config **out)
{
    char folder[BL_PATH_ROOM];
    const char *parent = bl_config_get(c->s->config, "out");
    bl_status status = bl_config_copy(out, c->s->config);
    if (status == BL_OK)
        status = bl_config_set(*out, "rule", row->rule);
    if (status == BL_OK && parent[0]) {
        snprintf(folder, sizeof folder, "%s/%s", parent, row->rule);
        status = bl_config_set(*out, "out", folder);
    }
    if (status == BL_OK && c->rates.n > 0)
        status = bl_config_set(*out, "lr", row->lr);
    return status;
}

static enum row_state state_of(bl_status status)
{
    return status == BL_OK         ? ROW_DONE
           : status == BL_DIVERGED ? ROW_DIVERGED
           : status == BL_STOPPED  ? ROW_STOPPED
                                   : ROW_FAILED;
}

bl_status comparison_run(struct comparison *c, struct row *row)
{
    bl_config *config = NULL;
    char name[LABEL_ROOM], label[LABEL_ROOM + 2];
    label_of(c, row, name);
    snprintf(label, sizeof label, "%s: ", name);
    bl_status status = configure_row(c, row, &config);
    const struct row_training training = {.config = config,
                                          .sets = {c->train, c->val, c->test},
                                          .label = label,
                                          .work = atof(bl_config_get(c->settled, "epochs"))};
    if (status == BL_OK)
        status = train_once(c, &training, row);
    bl_config_free(config);
    row->state = state_of(status);
    row->status = status;
    if (status != BL_OK)
        snprintf(row->why, sizeof row->why, "%s", bl_why(c->s->ctx));
    if (row->state == ROW_DIVERGED || row->state == ROW_FAILED)
        json_array_append_new(row->notes, json_string(row->why));
    return status == BL_STOPPED ? status : BL_OK;
}
