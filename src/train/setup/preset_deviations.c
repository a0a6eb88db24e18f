/*
 * preset_deviations.c - notes on where a run by the preset dfa-torch differs from the paper of Nøkland 2016,
 * as the published code does, and where the code differs from the run. They depend on the values in force,
 * whether they come from the preset or from the user.
 */
#include "../options/preset.h"
#include "../trainer/trainer.h"
#include "trainer_setup.h"

#include <string.h>

static bool is(const bl_trainer *t, const char *key, const char *text)
{
    return strcmp(config_text(t->config, key), text) == 0;
}

static bl_status note_length(bl_trainer *t)
{
    if (is(t, "epochs", "299"))
        BL_TRY(trainer_note(t, "preset dfa-torch: 299 epochs at most, because the loop of the published code "
                               "ends before its epoch 300; the paper has 300"));
    if (is(t, "stop", "paper"))
        BL_TRY(trainer_note(t, "preset dfa-torch: the running error must fall to 0.01 %% for the training to "
                               "end, as in the published code; the paper compares the training error"));
    return BL_OK;
}

/* Whether an option has the preset's default for this rule and net, and it is `text`. */
static bool starts_with(const bl_trainer *t, const char *key, const char *usual, const char *text)
{
    return strcmp(usual, text) == 0 && is(t, key, text);
}

static bl_status note_start(bl_trainer *t)
{
    const struct rule_ops *ops = t->model->rule->ops;
    const struct net *net = t->model->net;
    const char *init = trainer_default_init(t->config, ops, net),
               *feedback = trainer_default_feedback(t->config, ops, net, &t->stepper.optimizer);
    if (starts_with(t, "init", init, "fanin-first"))
        BL_TRY(
            trainer_note(t,
                         "preset dfa-torch: the first layer begins with drawn weights, as in the published "
                         "code; in the paper all weights of rule %s begin as 0",
                         ops->name));
    return starts_with(t, "feedback", feedback, "weights")
               ? trainer_note(t, "preset dfa-torch: the feedback is a copy of the initial weights, as in the "
                                 "published code; the paper draws it independently")
               : BL_OK;
}

/* With softmax the code ends in LogSoftMax and ClassNLLCriterion, which divides by the batch. Its direct
   feedback takes the derivative at the output of LogSoftMax, -onehot / batch, not at its input. */
static bl_status note_loss(bl_trainer *t)
{
    const struct rule_ops *ops = t->model->rule->ops;
    if (!is(t, "loss", "ce"))
        return BL_OK;
    if (!is(t, "reduction", "mean"))
        BL_TRY(trainer_note(t, "preset dfa-torch: with loss ce the published code takes the mean over the "
                               "batch, and this run the sum; use --reduction mean"));
    return rule_is_direct(ops) && ops->init && rule_flow(ops).reads_error
               ? trainer_note(t, "preset dfa-torch: with loss ce the direct feedback of the published code "
                                 "carries the targets, -y / batch, not the error; that is --rule drtp")
               : BL_OK;
}

bl_status trainer_note_deviations(bl_trainer *t)
{
    if (!preset_starts_as_code(config_text(t->config, "preset")))
        return BL_OK;
    BL_TRY(note_start(t));
    BL_TRY(note_loss(t));
    return note_length(t);
}
