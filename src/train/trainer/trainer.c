/*
 * trainer.c - takes single steps on batches of the caller, and gives the times of steps.
 */
#include "trainer.h"
#include "../../base/text.h"
#include "../step/max_norm.h"
#include "zero_deltas.h"

#include <math.h>
#include <string.h>

enum { STREAM_BATCH = 64 };

void trainer_use_buffered_sink(bl_trainer *trainer, bool is_buffered)
{
    trainer->is_buffered = is_buffered;
}

double trainer_rate(const bl_trainer *t, size_t n_examples)
{
    const double begun = n_examples > 0 ? (double)t->state.position / (double)n_examples : 0.0,
                 progress = (double)t->state.epoch + begun;
    return schedule_rate(&t->schedule, config_number(t->config, "lr"), progress, t->epochs);
}

bl_status trainer_check_finite(bl_trainer *t)
{
    const char *name = NULL;
    if (model_find_nan(t->model, &name))
        BL_FAIL(t->ctx, BL_DIVERGED,
                "diverged at step %llu: \"%s\" contains NaN or infinity; try a smaller learning rate (--lr, "
                "now %s)",
                (unsigned long long)t->state.step, name, config_text(t->config, "lr"));
    return BL_OK;
}

bl_status trainer_check_idle(bl_trainer *t, const char *function)
{
    if (t->is_fitting)
        BL_FAIL(t->ctx, BL_BAD_VALUE,
                "%s was called by a callback of bl_trainer_fit with the same trainer, which it would change",
                function);
    return BL_OK;
}

/* Sets which blocks learn in the epoch of the next step. */
static void choose_frozen(bl_trainer *t)
{
    const size_t epoch = t->state.epoch + 1;
    if (t->freeze.n == 0 || t->frozen_epoch == epoch)
        return;
    for (size_t l = 0; l < t->model->net->n_blocks; l++)
        stepper_freeze(&t->stepper, l, freeze_holds(&t->freeze, l, epoch));
    t->frozen_epoch = epoch;
}

static void begin_step(bl_trainer *t, struct workspace *workspace)
{
    t->has_inspected = false;
    workspace->pass = (struct pass){.purpose = PASS_TRAIN,
                                    .seed = config_u64(t->config, "order-seed"),
                                    .step = (uint32_t)(t->state.step + 1)};
    choose_frozen(t);
    if (t->adversary)
        adversary_perturb(t->adversary, workspace);
}

static bl_status end_step(bl_trainer *t, const struct outcome *out)
{
    if (t->max_norm > 0.0)
        max_norm_apply(t->model->net, t->stepper.learns_from, t->stepper.frozen, t->max_norm,
                       t->workspace->threads.now);
    t->state.step++;
    stepper_count(&t->stepper);
    model_set_counts(t->model, t->state.epoch, t->state.step);
    if (isfinite(out->loss))
        return zero_deltas_after_step(t);
    BL_TRY(trainer_check_finite(t));
    BL_FAIL(t->ctx, BL_DIVERGED,
            "diverged at step %llu: the loss is NaN or infinite; try a smaller learning rate (--lr, now %s)",
            (unsigned long long)t->state.step, config_text(t->config, "lr"));
}

bl_status trainer_step(bl_trainer *t, double rate, struct outcome *out)
{
    begin_step(t, t->workspace);
    BL_TRY(step_run(&t->stepper, t->workspace, rate, t->state.step + 1, t->is_buffered, out));
    return end_step(t, out);
}

bl_status trainer_trace(bl_trainer *t, struct workspace *workspace, double rate,
                        const struct step_tracer *tracer, struct outcome *out)
{
    begin_step(t, workspace);
    BL_TRY(step_trace(&t->stepper, workspace, rate, t->state.step + 1, tracer, out));
    return end_step(t, out);
}

static bool is_vector(bl_shape s)
{
    return s.channels == 1 && s.rows == 1;
}

static bool may_stand_for(bl_shape a, bl_shape b)
{
    return is_vector(a) || is_vector(b) || (a.channels == b.channels && a.rows == b.rows && a.cols == b.cols);
}

static const char *answers_of(const bl_data *data)
{
    return data->has_targets ? "real targets" : "classes";
}

bl_status trainer_check_data(const bl_trainer *t, const bl_data *data)
{
    const bl_data *schema = t->model->schema;
    const bl_shape a = data->shape, b = schema->shape;
    if (data->features != t->model->net->inputs || data->outputs != schema->outputs)
        BL_FAIL(t->ctx, BL_BAD_VALUE,
                "%s: %zu feature%s and %d output%s, but the trainer was made for %zu and %d", data->source,
                data->features, text_plural(data->features), data->outputs,
                text_plural((size_t)data->outputs), t->model->net->inputs, schema->outputs);
    if (!may_stand_for(a, b))
        BL_FAIL(t->ctx, BL_BAD_VALUE,
                "%s: examples of %d x %d x %d, but the trainer was made for %d x %d x %d", data->source,
                a.channels, a.rows, a.cols, b.channels, b.rows, b.cols);
    if (data->has_targets != schema->has_targets)
        BL_FAIL(t->ctx, BL_BAD_VALUE, "%s: has %s, but the trainer was made for %s", data->source,
                answers_of(data), answers_of(schema));
    if (!data->labels && !data->targets)
        BL_FAIL(t->ctx, BL_BAD_VALUE, "%s: has no labels", data->source);
    return data_check_wrapped(t->ctx, data);
}

/* Checks the weights of examples; NULL: all are 1. */
static bl_status check_weights(const bl_trainer *t, const float *weights, size_t n)
{
    double sum = 0.0;
    for (size_t i = 0; weights && i < n; i++) {
        if (!(weights[i] >= 0.0f) || !isfinite(weights[i]))
            BL_FAIL(t->ctx, BL_BAD_VALUE, "weight %g of example %zu, expected a finite number of 0 or more",
                    (double)weights[i], i);
        sum += (double)weights[i];
    }
    if (weights && !(sum > 0.0))
        BL_FAIL(t->ctx, BL_BAD_VALUE, "the weights of all %zu examples are 0", n);
    return BL_OK;
}

size_t trainer_most_examples(const bl_trainer *t)
{
    const bool is_open = !bl_config_is_set(t->config, "batch");
    return is_open && t->batch < STREAM_BATCH ? STREAM_BATCH : t->batch;
}

static bl_status check_batch(const bl_trainer *t, const bl_batch *batch)
{
    const bl_data *schema = t->model->schema;
    if ((batch->targets != NULL) != schema->has_targets)
        BL_FAIL(t->ctx, BL_BAD_VALUE, "%s, but the trainer was made for %s",
                batch->targets ? "targets" : "labels", answers_of(schema));
    if (batch->n == 0 || batch->n > trainer_most_examples(t))
        BL_FAIL(t->ctx, BL_BAD_VALUE, "a batch of %zu examples, expected 1 to %zu (the option batch)",
                batch->n, trainer_most_examples(t));
    for (size_t i = 0; batch->labels && i < batch->n; i++)
        if (batch->labels[i] < 0 || batch->labels[i] >= schema->outputs)
            BL_FAIL(t->ctx, BL_BAD_VALUE, "label %d of example %zu, expected 0 to %d", (int)batch->labels[i],
                    i, schema->outputs - 1);
    return check_weights(t, batch->weights, batch->n);
}

bl_status trainer_take_batch(bl_trainer *t, struct workspace *workspace, const bl_batch *batch)
{
    BL_TRY(check_batch(t, batch));
    workspace_set_size(workspace, batch->n);
    workspace_take_weights(workspace, batch->weights, NULL);
    BL_TRY(scaling_apply(t->ctx, t->model->schema, &(struct raw_rows){batch->x, NULL, 0, batch->n},
                         workspace->x.x));
    if (batch->targets)
        return scaling_apply_targets(t->ctx, t->model->schema, batch->targets, batch->n, workspace->y.x);
    workspace_set_labels(workspace, batch->labels);
    return BL_OK;
}

bl_status bl_trainer_set_rate(bl_trainer *t, double rate)
{
    if (!t)
        return BL_BAD_VALUE;
    if (rate != 0.0 && !(rate >= 1e-12 && rate <= 1e6))
        BL_FAIL(t->ctx, BL_BAD_VALUE,
                "the rate is %g, expected a number from 1e-12 to 1e6, or 0 for the schedule's rate", rate);
    if (rate > 0.0)
        BL_TRY(optimizer_check_rate(t->ctx, &t->stepper.optimizer, rate));
    t->state.step_rate = rate;
    return BL_OK;
}

bl_status trainer_prepare_step(bl_trainer *t, struct workspace *workspace, const bl_batch *batch,
                               double *rate)
{
    *rate = t->state.step_rate > 0.0 ? t->state.step_rate : trainer_rate(t, 0);
    BL_TRY(trainer_check_idle(t, "a function for single steps"));
    if (batch->n == 1 && t->needs_two)
        BL_FAIL(t->ctx, BL_BAD_VALUE,
                "a batch of one example: batch norm of one number for each example needs two or more");
    if (t->augment)
        BL_FAIL(
            t->ctx, BL_BAD_VALUE,
            "augment is \"%s\", which transforms the examples of bl_trainer_fit by their number and epoch; "
            "a batch of single steps has neither: transform it before the call",
            config_text(t->config, "augment"));
    BL_TRY(trainer_take_batch(t, workspace, batch));
    if (!(*rate > 0.0))
        BL_FAIL(
            t->ctx, BL_BAD_VALUE,
            "the schedule \"%s\" gives the rate 0 after %zu epochs, and single steps belong to none; choose "
            "their rate with bl_trainer_set_rate",
            config_text(t->config, "schedule"), t->state.epoch);
    return BL_OK;
}

static bl_status step_on(bl_trainer *t, const bl_batch *batch, double *loss)
{
    struct outcome outcome;
    double rate = 0.0;
    BL_TRY(trainer_prepare_step(t, t->workspace, batch, &rate));
    BL_TRY(trainer_step(t, rate, &outcome));
    if (loss)
        *loss = outcome.loss / (double)batch->n;
    return BL_OK;
}

bl_status bl_trainer_step(bl_trainer *t, const float *x, const int32_t *labels, size_t n, double *loss)
{
    if (!t)
        return BL_BAD_VALUE;
    BL_GIVEN(t->ctx, x);
    BL_GIVEN(t->ctx, labels);
    return step_on(t, &(bl_batch){.x = x, .labels = labels, .n = n}, loss);
}

bl_status bl_trainer_step_targets(bl_trainer *t, const float *x, const float *targets, size_t n, double *loss)
{
    if (!t)
        return BL_BAD_VALUE;
    BL_GIVEN(t->ctx, x);
    BL_GIVEN(t->ctx, targets);
    return step_on(t, &(bl_batch){.x = x, .targets = targets, .n = n}, loss);
}

bl_status trainer_check_batch(const bl_trainer *t, const bl_batch *batch, const char *function)
{
    if (!batch || (batch->size >= sizeof *batch && !batch->x))
        BL_FAIL(t->ctx, BL_BAD_VALUE, "%s: %s is NULL", function, batch ? "batch->x" : "batch");
    if (batch->size < sizeof *batch)
        BL_FAIL(t->ctx, BL_BAD_VALUE, "batch->size is %zu, expected sizeof(bl_batch), %zu", batch->size,
                sizeof *batch);
    if ((batch->labels != NULL) == (batch->targets != NULL))
        BL_FAIL(t->ctx, BL_BAD_VALUE, "%s: %s, expected one of labels and targets", function,
                batch->labels ? "both labels and targets" : "neither labels nor targets");
    return BL_OK;
}

bl_status bl_trainer_step_batch(bl_trainer *t, const bl_batch *batch, double *loss)
{
    if (!t)
        return BL_BAD_VALUE;
    BL_TRY(trainer_check_batch(t, batch, __func__));
    return step_on(t, batch, loss);
}

void bl_trainer_clock(bl_trainer *trainer, int on)
{
    if (!trainer)
        return;
    struct step_clock *clock = &trainer->stepper.clock;
    clock->is_on = on != 0;
    if (clock->is_on)
        clock->sums = (bl_times){.steps = 0};
}

void bl_trainer_times(const bl_trainer *trainer, bl_times *out)
{
    if (trainer && out)
        *out = trainer->stepper.clock.sums;
}
