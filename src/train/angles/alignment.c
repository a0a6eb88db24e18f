/*
 * alignment.c - compares the deltas and updates of the rule with those of backpropagation, each in its own
 * workspace.
 */
#include "alignment.h"

#include "../../base/mem.h"
#include "angle.h"
#include "weight_angle.h"

#include <math.h>
#include <string.h>

struct alignment {
    bl_context *ctx;
    const struct stepper *stepper;
    struct optimizer optimizer; /* of the block, for the hypothetical step */
    struct workspace *by_rule, *bp;
    struct rule *bp_rule;
    struct program *bp_program;
    float *rule_gradient, *bp_gradient; /* laid out like net->params */
    float *w,
        *slots[OPTIMIZER_MAX_SLOTS]; /* copies for the hypothetical step, of the size of the largest block */
    float *change;                   /* the change of the weights by the hypothetical step */
    double *row;                     /* memory for weight_angle: the inputs of the widest block */
};

static size_t widest_inputs(const struct net *net)
{
    size_t most = 0;
    for (size_t l = 0; l < net->n_blocks; l++)
        most = net->weights[l].cols > most ? net->weights[l].cols : most;
    return most;
}

static bl_status build(struct alignment *a, size_t capacity)
{
    const struct net *net = a->stepper->net;
    const struct feedback_spec none = {.kind = FEEDBACK_NOKLAND};
    BL_TRY(workspace_create(
        &a->by_rule, a->ctx, net,
        (struct workspace_spec){.capacity = capacity, .keeps_sums = rule_needs_sums(a->stepper->rule)}));
    workspace_set_feedback_at(a->by_rule, net, a->stepper->rule->feedback.feedback_at);
    BL_TRY(rule_need_batch(a->stepper->rule, capacity));
    BL_TRY(workspace_create(&a->bp, a->ctx, net, (struct workspace_spec){.capacity = capacity}));
    BL_TRY(rule_create(&a->bp_rule, net, rule_reference(), &none, 0));
    BL_TRY(rule_program(&a->bp_program, a->bp_rule, net, a->stepper->inspected->spec));
    BL_TRY(MEM_ARRAY(a->ctx, &a->rule_gradient, net->n_params, "the rule's gradients"));
    BL_TRY(MEM_ARRAY(a->ctx, &a->bp_gradient, net->n_params, "backpropagation's gradients"));
    BL_TRY(MEM_ARRAY(a->ctx, &a->w, net->n_params, "a copy of the weights"));
    BL_TRY(MEM_ARRAY(a->ctx, &a->change, net->n_params, "the change of the weights"));
    BL_TRY(MEM_ARRAY(a->ctx, &a->row, widest_inputs(net), "a row of weights"));
    for (size_t i = 0; i < optimizer_slots(&a->stepper->optimizer); i++)
        BL_TRY(MEM_ARRAY(a->ctx, &a->slots[i], net->n_params, "a copy of the optimiser's memory"));
    return BL_OK;
}

bl_status alignment_create(struct alignment **out, bl_context *ctx, const struct stepper *stepper,
                           size_t capacity)
{
    struct alignment *a = NULL;
    BL_TRY(MEM_ONE(ctx, &a, "the measurement of angles"));
    a->ctx = ctx;
    a->stepper = stepper;
    const bl_status status = build(a, capacity);
    if (status != BL_OK) {
        alignment_free(a);
        return status;
    }
    *out = a;
    return BL_OK;
}

void alignment_free(struct alignment *a)
{
    if (!a)
        return;
    workspace_free(a->by_rule);
    workspace_free(a->bp);
    rule_free(a->bp_rule);
    program_free(a->bp_program);
    mem_free(a->ctx, a->rule_gradient);
    mem_free(a->ctx, a->bp_gradient);
    mem_free(a->ctx, a->w);
    mem_free(a->ctx, a->change);
    mem_free(a->ctx, a->row);
    for (size_t i = 0; i < OPTIMIZER_MAX_SLOTS; i++)
        mem_free(a->ctx, a->slots[i]);
    mem_free(a->ctx, a);
}

struct workspace *alignment_workspace(struct alignment *a)
{
    return a->by_rule;
}

static void measure_delta(const struct alignment *a, size_t l, bl_angles *out)
{
    const struct matrix by_rule = a->by_rule->delta[l], bp = a->bp->delta[l];
    struct angle_products all = {0.0, 0.0, 0.0};
    double sum = 0.0, rule_norm = 0.0, bp_norm = 0.0;
    size_t counted = 0;
    for (size_t n = 0; n < by_rule.rows; n++) {
        const struct angle_products p =
            products_of(matrix_row(&by_rule, n), matrix_row(&bp, n), by_rule.cols);
        all = (struct angle_products){all.ab + p.ab, all.aa + p.aa, all.bb + p.bb};
        rule_norm += sqrt(p.aa);
        bp_norm += sqrt(p.bb);
        if (products_have_directions(p, by_rule.cols)) {
            sum += products_angle(p, by_rule.cols);
            counted++;
        }
    }
    out->sample = counted ? sum / (double)counted : (double)NAN;
    out->flat = products_angle(all, by_rule.rows * by_rule.cols);
    out->signal_norm = rule_norm / (double)by_rule.rows;
    out->bp_norm = bp_norm / (double)by_rule.rows;
}

/* Computes into `to` what one step with this gradient would add to the block's weights. */
static void suppose_step(struct alignment *a, size_t l, const float *gradient, float *to)
{
    const struct stepper *s = a->stepper;
    const size_t at = s->net->tensors[s->net->blocks[l].tensors].at,
                 n = s->net->weights[l].rows * s->net->weights[l].cols;
    for (size_t i = 0; i < optimizer_slots(&s->optimizer); i++)
        memcpy(a->slots[i], stepper_slot(s, i, at), n * sizeof *to);
    optimizer_suppose(&a->optimizer, a->ctx->backend, s->net->params + at, gradient + at, a->slots, to, n);
}

static double norm_of(struct matrix W)
{
    double sum = 0.0;
    for (size_t i = 0; i < W.rows; i++) {
        const float *w = matrix_row(&W, i);
        sum += products_of(w, w, W.cols).aa;
    }
    return sqrt(sum);
}

static void measure_update(struct alignment *a, size_t l, bl_angles *out)
{
    const size_t n = a->stepper->net->weights[l].rows * a->stepper->net->weights[l].cols;
    out->update = (double)NAN;
    if (isnan(out->flat) || !a->stepper->net->blocks[l].is_weighted ||
        a->stepper->net->tensors[a->stepper->net->blocks[l].tensors].at < a->stepper->learns_from)
        return;
    suppose_step(a, l, a->rule_gradient, a->change);
    suppose_step(a, l, a->bp_gradient, a->w);
    const struct angle_products p = products_of(a->change, a->w, n);
    out->update = products_angle(p, n);
}

/* The error of each example is dJ_n / da under every reduction, so that deltas and their norms do not depend
   on the number of examples. */
static bl_status inspect_both(struct alignment *a)
{
    const struct stepper *s = a->stepper;
    a->by_rule->pass.purpose = a->bp->pass.purpose = PASS_PROBE;
    workspace_set_size(a->bp, a->by_rule->n);
    memcpy(a->bp->x.x, a->by_rule->x.x, a->by_rule->n * a->by_rule->x.cols * sizeof(float));
    memcpy(a->bp->y.x, a->by_rule->y.x, a->by_rule->n * a->by_rule->y.cols * sizeof(float));
    BL_TRY(step_inspect(s, a->bp_rule, a->bp_program, a->bp, 1.0f, a->bp_gradient));
    return step_inspect(s, s->rule, s->inspected, a->by_rule, 1.0f, a->rule_gradient);
}

/* Scales the sums over the measured examples to the gradient of a step on `batch` examples: to the mean, or
   with the reduction sum to `batch` times the mean. */
static void scale_gradients(struct alignment *a, size_t batch)
{
    const struct net *net = a->stepper->net;
    const double factor = (a->stepper->sums ? (double)batch : 1.0) / (double)a->by_rule->n;
    for (size_t i = 0; i < net->n_params; i++) {
        a->rule_gradient[i] = (float)(factor * (double)a->rule_gradient[i]);
        a->bp_gradient[i] = (float)(factor * (double)a->bp_gradient[i]);
    }
}

bl_status alignment_measure(struct alignment *a, double rate, uint64_t t, size_t batch, bl_angles *out)
{
    BL_TRY(inspect_both(a));
    scale_gradients(a, batch);
    for (size_t l = 0; l < a->stepper->net->n_blocks; l++) {
        stepper_optimizer(a->stepper, l, rate, t, &a->optimizer);
        measure_delta(a, l, &out[l]);
        measure_update(a, l, &out[l]);
        out[l].weight = weight_angle(a->stepper->net, a->stepper->rule, l, a->row);
        out[l].weight_norm = norm_of(a->stepper->net->weights[l]);
    }
    return BL_OK;
}
