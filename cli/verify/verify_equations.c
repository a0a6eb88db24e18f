/*
 * verify_equations.c - compares the error at the output, and the deltas and gradients of fa, dfa and ifa,
 * with their equations in double precision.
 */
#include "verify_fixture.h"

#include "backless_experimental.h"

#include <math.h>
#include <string.h>

/* The bound of the error e = p - y: p comes from sums that are rounded like those of the forward pass. Of 150
   seeds none exceeds 8e-7. */
static const double error_bound = 1e-5;
/* The bound of signals: sums of up to 170 terms in float through three layers forward and backward, each term
   rounded by 6e-8. Of 250 seeds none exceeds 2e-6; a signal through a wrong matrix or slope differs by 1e-2
   or more. */
static const double signal_bound = 2e-5;

static void name_of(const struct oracle *o, char net[128])
{
    fixture_net_text(&o->shape, net, 128);
}

static void compare_delta(const struct verify_fixture *fixture, const struct oracle *o, size_t l,
                          struct gap *gap)
{
    bl_tensor delta;
    char net[128], what[48];
    name_of(o, net);
    snprintf(what, sizeof what, "the delta of block %zu", l);
    if (!bl_trainer_delta(fixture->trainer, (int)l, &delta))
        gap_add_number(gap, what, net, (double)NAN, 0.0, 1.0);
    else
        gap_add_relative(gap, what, net, delta.values, o->delta[l], delta.rows * delta.cols);
}

/* ---- The error */

static bl_status compare_error(struct verify_fixture *fixture, struct oracle *o, struct gap *gap)
{
    const bl_status status = fixture_inspect(fixture);
    oracle_signals(o, "bp", fixture->labels);
    if (status == BL_OK)
        compare_delta(fixture, o, o->shape.blocks - 1, gap);
    return status;
}

static bl_status try_error(struct verify *v, const char *loss)
{
    const struct verify_fixture_options options = {.rule = "dfa", .optimizer = "sgd"};
    struct gap gap = {0.0, ""};
    bl_status status = BL_OK;
    for (int i = 0; i < 2 * LAB_SHAPES && status == BL_OK; i++) {
        struct oracle_shape shape = fixture_shape(i / 2, loss);
        shape.sums = i % 2 == 1;
        status = fixture_try(v, &shape, &options, compare_error, &gap);
    }
    if (status == BL_OK)
        gap_report(v, &gap, error_bound, "of the largest", loss);
    return status;
}

static bl_status run_output(struct verify *v)
{
    bl_status status = BL_OK;
    for (int i = 0; i < LAB_LOSSES && status == BL_OK; i++)
        status = try_error(v, fixture_loss(i));
    return status;
}

const struct check check_output = {
    "output", "the output's delta is softmax(a) - y (ce), logistic(a) - y (bce) or a - y (mse)", run_output,
    NULL};

/* ---- The signals */

static void compare_gradient(const struct verify_fixture *fixture, const struct oracle *o, size_t i,
                             struct gap *gap)
{
    bl_tensor gradient;
    char net[128], what[48];
    name_of(o, net);
    snprintf(what, sizeof what, "the gradient %zu.dense.%s", i / 2, i % 2 ? "bias" : "weight");
    if (bl_trainer_gradient(fixture->trainer, (int)i, &gradient))
        gap_add_relative(gap, what, net, gradient.values, i % 2 ? o->db[i / 2] : o->dW[i / 2],
                         gradient.rows * gradient.cols);
    else
        gap_add_number(gap, what, net, (double)NAN, 0.0, 1.0);
}

static bl_status compare_signals(struct verify_fixture *fixture, struct oracle *o, struct gap *gap)
{
    const bl_status status = fixture_inspect(fixture);
    if (status != BL_OK)
        return status;
    oracle_signals(o, bl_config_get(fixture->config, "rule"), fixture->labels);
    for (size_t l = 0; l + 1 < o->shape.blocks; l++)
        compare_delta(fixture, o, l, gap);
    for (size_t i = 0; i + 2 < 2 * o->shape.blocks; i++)
        compare_gradient(fixture, o, i, gap);
    return BL_OK;
}

static bl_status try_rule(struct verify *v, const char *rule, struct gap *gap)
{
    const struct verify_fixture_options options = {.rule = rule, .optimizer = "sgd"};
    bl_status status = BL_OK;
    for (int i = 0; i < 2 * LAB_SHAPES && status == BL_OK; i++) {
        const struct oracle_shape shape = fixture_shape(i / 2, fixture_loss(i % 2));
        status = fixture_try(v, &shape, &options, compare_signals, gap);
    }
    return status;
}

static bl_status run_signals(struct verify *v)
{
    static const char *const rules[] = {"fa", "dfa", "ifa"};
    bl_status status = BL_OK;
    for (size_t i = 0; i < sizeof rules / sizeof *rules && status == BL_OK; i++) {
        struct gap gap = {0.0, ""};
        status = try_rule(v, rules[i], &gap);
        if (status == BL_OK)
            gap_report(v, &gap, signal_bound, "of the largest", rules[i]);
    }
    return status;
}

const struct check check_signals = {
    "signals",
    "hidden deltas and gradients are those of the rule's equation, as in delta = (e B) f'(a) for dfa",
    run_signals, NULL};
