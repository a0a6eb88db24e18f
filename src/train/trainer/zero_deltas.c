/*
 * zero_deltas.c - reports a block whose deltas are all exactly 0, once, with the likely reason.
 *
 * The tasks of a step search their range of a delta for a number that is not 0 (stepper.found_delta). The
 * flags are evaluated and reset after ten steps, then every thousand steps and at the end of epochs. Steps 1
 * and 2 do not count, because from zero weights some rules reach a block only after them. If the error itself
 * is 0, nothing is reported.
 */
#include "zero_deltas.h"
#include "../../base/text.h"

#include "../../base/mem.h"

#include <string.h>

enum { FIRST_STEP = 3, FIRST_LOOK = 10, LATER_LOOK = 1000 };

bl_status zero_deltas_create(bl_trainer *t)
{
    const size_t n = t->model->net->n_blocks;
    BL_TRY(MEM_ARRAY(t->ctx, &t->stepper.found_delta, n, "the blocks that have a delta"));
    return MEM_ARRAY(t->ctx, &t->still_is_noted, n, "the blocks that stand still");
}

static bool is_zero(struct matrix m)
{
    for (size_t i = 0; i < m.rows * m.cols; i++)
        if (m.x[i] != 0.0f)
            return false;
    return true;
}

static bool has_relu(const struct net *net, size_t l)
{
    const struct block *block = &net->blocks[l];
    for (size_t i = block->first; i < block->first + block->n_layers; i++)
        if (net->layers[i].ops->slope_at_zero && net->layers[i].ops->slope_at_zero(&net->layers[i]) <= 0.0f)
            return true;
    return false;
}

/* The likely reason why no signal reaches block l: a layer of a later block, or for a direct rule a layer of
   its module. */
static const char *reason_of(const bl_trainer *t, size_t l)
{
    const struct net *net = t->model->net;
    const struct rule *rule = t->model->rule;
    const bool is_chain = rule_is_chain(rule->ops);
    const size_t end = is_chain ? net_last(net) : net->blocks[l].module;
    for (size_t f = l; f <= end; f++) {
        if (rule->B[f].x && (is_chain ? f > l : f == end) && is_zero(rule->B[f]))
            return "its feedback is all 0";
        if (f > l && net->blocks[f].is_weighted && !rule->B[f].x && is_zero(net->weights[f]))
            return "the weights after it are all 0";
    }
    for (size_t f = l; f <= end && f < net_last(net); f++)
        if (has_relu(net, f))
            return "its relus, or those of a block that the signal passes, output 0 for every example; try a "
                   "smaller --lr, another --init or leaky-relu";
    if (t->needs_two && t->batch <= 2)
        return "batch norm over so few examples passes no derivative";
    return "its activations are saturated, or the signal is too small for float32; try a smaller --lr or "
           "another --feedback";
}

static bl_status report_still_blocks(bl_trainer *t)
{
    const struct net *net = t->model->net;
    const struct rule_ops *ops = t->model->rule->ops;
    const size_t last = net_last(net);
    const bool has_error = t->stepper.found_delta[last];
    bl_status status = BL_OK;
    for (size_t l = ops->emit ? 0 : last; l <= last && status == BL_OK; l++) {
        if (t->stepper.found_delta[l] || t->still_is_noted[l] || net->blocks[l].n_tensors == 0 ||
            (l < last && !has_error))
            continue;
        t->still_is_noted[l] = true;
        status = l < last
                     ? trainer_note(
                           t,
                           "block %zu (\"%s\") learns nothing: its deltas were exactly 0 in %zu step%s up to "
                           "step %llu; %s",
                           l, net_layer(net, l)->text, t->looked, text_plural(t->looked),
                           (unsigned long long)t->state.step, reason_of(t, l))
                     : trainer_note(
                           t,
                           "the error at the output was exactly 0 in %zu step%s up to step %llu: there is "
                           "nothing left to learn",
                           t->looked, text_plural(t->looked), (unsigned long long)t->state.step);
    }
    for (size_t l = 0; l <= last; l++)
        t->stepper.found_delta[l] = false;
    t->looked = 0;
    t->has_judged = true;
    return status;
}

bl_status zero_deltas_after_step(bl_trainer *t)
{
    if (t->state.step < FIRST_STEP) {
        for (size_t l = 0; l < t->model->net->n_blocks; l++)
            t->stepper.found_delta[l] = false;
        return BL_OK;
    }
    t->looked++;
    return t->looked >= (t->has_judged ? LATER_LOOK : FIRST_LOOK) ? report_still_blocks(t) : BL_OK;
}

/* Does nothing if there were too few steps since the last evaluation, because these may be a few small
   batches. */
bl_status zero_deltas_after_epoch(bl_trainer *t)
{
    return t->looked >= FIRST_LOOK || (t->looked > 0 && !t->has_judged) ? report_still_blocks(t) : BL_OK;
}
