/*
 * own_rules.h - rules that are registered by bl_rule_register, for several tests: rules of the library,
 * written with the public emitter, and rules with maps, arrays, products, noise, a period and learned arrays.
 */
#ifndef TESTS_OWN_RULES_H
#define TESTS_OWN_RULES_H

#include "backless_rule.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static void emit_dfa(bl_emitter *e, int block, void *user)
{
    (void)user;
    bl_emit_product(e, BL_ERROR, block);
}

static void emit_drtp(bl_emitter *e, int block, void *user)
{
    (void)user;
    bl_emit_product(e, BL_TARGETS, block);
}

static void emit_bp(bl_emitter *e, int block, void *user)
{
    (void)user;
    bl_emit_pull(e, BL_WEIGHTS, block);
}

static void emit_fa(bl_emitter *e, int block, void *user)
{
    (void)user;
    bl_emit_pull(e, BL_FEEDBACK, block);
}

static void emit_ifa(bl_emitter *e, int block, void *user)
{
    (void)user;
    if (block == 0)
        bl_emit_product(e, BL_ERROR, block);
    else
        bl_emit_push(e, BL_WEIGHTS, block);
}

static void learn_feedback(bl_emitter *e, int block, void *user)
{
    (void)user;
    bl_emit_learn_feedback(e, block);
}

/* DFA with arrays and maps that must not change a bit: the error is copied, and the signal is copied to an
   array and back. */
static void copy_view(const bl_map_call *c)
{
    for (size_t i = 0; i < c->view[0].rows && c->view[0].values != c->view[1].values; i++)
        memcpy(c->view[1].values + i * c->view[1].stride, c->view[0].values + i * c->view[0].stride,
               c->view[0].cols * sizeof(float));
}

#define MAP(map, function, is_whole, ...)                                                                    \
    static const bl_map map = {sizeof(bl_map), #map, function, is_whole, {__VA_ARGS__}, NULL}
MAP(copy_error, copy_view, 0, {BL_ERROR, BL_READS}, {BL_ARRAY_0, BL_WRITES});
MAP(copy_out, copy_view, 0, {BL_SIGNAL, BL_READS}, {BL_ARRAY_1, BL_WRITES});
MAP(copy_in, copy_view, 1, {BL_ARRAY_1, BL_READS}, {BL_SIGNAL, BL_WRITES});

static const bl_rule_array copy_arrays[] = {{"copy", BL_BATCH, BL_OUTPUTS, 0, 0.0},
                                            {"out", BL_BATCH, BL_UNITS, 1, 0.0}};

static void begin_copies(bl_emitter *e, void *user)
{
    (void)user;
    bl_emit_map(e, &copy_error, 0);
}

static void emit_copies(bl_emitter *e, int block, void *user)
{
    (void)user;
    bl_emit_product(e, BL_ARRAY_0, block);
    bl_emit_map(e, &copy_out, block);
    bl_emit_map(e, &copy_in, block);
}

/* usf: reads the followers and the shapes of their weights from the emitter. */
static void take_scaled_signs(const bl_map_call *c)
{
    const float s = sqrtf(2.0f / (float)(c->view[0].cols + c->fan_out));
    for (size_t i = 0; i < c->view[0].rows; i++)
        for (size_t j = 0; j < c->view[0].cols; j++) {
            const float w = c->view[0].values[i * c->view[0].stride + j];
            c->view[1].values[i * c->view[1].stride + j] = w > 0.0f ? s : w < 0.0f ? -s : 0.0f;
        }
}

MAP(scaled_signs, take_scaled_signs, 0, {BL_WEIGHTS, BL_READS}, {BL_FEEDBACK, BL_WRITES});

static void emit_usf(bl_emitter *e, int block, void *user)
{
    (void)user;
    for (int i = 0, f; (f = bl_emitter_follower(e, block, i)) > 0; i++)
        if (bl_emitter_is_weighted(e, f))
            bl_emit_map(e, &scaled_signs, f);
    bl_emit_pull(e, BL_FEEDBACK, block);
}

/* adfa with the slope 1: the delta is the signal. */
MAP(take_signal, copy_view, 0, {BL_SIGNAL, BL_READS}, {BL_DELTA, BL_WRITES});

static void emit_adfa(bl_emitter *e, int block, void *user)
{
    (void)user;
    bl_emit_product(e, BL_ERROR, block);
    bl_emit_map(e, &take_signal, block);
}

/* dkp with B in a learned array of the rule, outputs x units; and the same with the transpose of B. */
static const bl_rule_array dkp_arrays[] = {
    {"b", BL_OUTPUTS, BL_UNITS, BL_EACH_BLOCK, 0.3},
    {"gradient", BL_OUTPUTS, BL_UNITS, BL_EACH_BLOCK | BL_ONE_STEP, 0.0}};
static const bl_rule_array rows_arrays[] = {
    {"b", BL_UNITS, BL_OUTPUTS, BL_EACH_BLOCK, 0.3},
    {"gradient", BL_UNITS, BL_OUTPUTS, BL_EACH_BLOCK | BL_ONE_STEP, 0.0}};
static char is_by_rows; /* `user` of the rules with the transpose points to it */
static const bl_matmul send = {BL_ERROR, BL_ARRAY_0, BL_SIGNAL, 0, 0};
static const bl_matmul fit = {BL_ERROR, BL_OUTPUT, BL_ARRAY_1, 1, 0};
static const bl_matmul send_rows = {BL_ERROR, BL_ARRAY_0, BL_SIGNAL, 0, 1};
static const bl_matmul fit_rows = {BL_OUTPUT, BL_ERROR, BL_ARRAY_1, 1, 0};

static void emit_send(bl_emitter *e, int block, void *user)
{
    bl_emit_matmul(e, user ? &send_rows : &send, block);
}

static void learn_fit(bl_emitter *e, int block, void *user)
{
    if (!bl_emitter_needs_signal(e, block))
        return;
    bl_emit_matmul(e, user ? &fit_rows : &fit, block);
    bl_emit_update(e, BL_ARRAY_0, BL_ARRAY_1, block);
}

/* dfa with B in an array that is copied from the feedback in each step. */
static const bl_rule_array derived_arrays[] = {{"b", BL_OUTPUTS, BL_UNITS, BL_EACH_BLOCK | BL_ONE_STEP, 0.0}};
MAP(derive, copy_view, 0, {BL_FEEDBACK, BL_READS}, {BL_ARRAY_0, BL_WRITES});

static void emit_derived(bl_emitter *e, int block, void *user)
{
    (void)user;
    bl_emit_map(e, &derive, block);
    bl_emit_matmul(e, &send, block);
}

/* Local classifiers: s = h C^T, e = softmax(s) - y, signal = e C, gradient of C = e^T h. */
static void local_error(const bl_map_call *c)
{
    for (size_t n = 0; n < c->n; n++) {
        float *const e = c->view[2].values + n * c->view[2].stride, sum = 0.0f;
        const float *s = c->view[0].values + n * c->view[0].stride,
                    *y = c->view[1].values + n * c->view[1].stride;
        for (size_t k = 0; k < c->view[0].cols; k++)
            sum += e[k] = expf(s[k]);
        for (size_t k = 0; k < c->view[0].cols; k++)
            e[k] = c->scale * (e[k] / sum - y[k]);
    }
}

static double macs_of_local_error(const bl_map_call *c)
{
    return (double)c->view[0].cols;
}

static const bl_map local_errors = {sizeof(bl_map),
                                    "local_errors",
                                    local_error,
                                    0,
                                    {{BL_ARRAY_2, BL_READS}, {BL_TARGETS, BL_READS}, {BL_ARRAY_3, BL_WRITES}},
                                    macs_of_local_error};
static const bl_rule_array local_arrays[] = {
    {"c", BL_OUTPUTS, BL_UNITS, BL_EACH_BLOCK, 0.2},
    {"gradient", BL_OUTPUTS, BL_UNITS, BL_EACH_BLOCK | BL_ONE_STEP, 0.0},
    {"scores", BL_BATCH, BL_OUTPUTS, BL_EACH_BLOCK, 0.0},
    {"errors", BL_BATCH, BL_OUTPUTS, BL_EACH_BLOCK, 0.0}};
static const bl_matmul local_scores = {BL_OUTPUT, BL_ARRAY_0, BL_ARRAY_2, 0, 1};
static const bl_matmul local_signal = {BL_ARRAY_3, BL_ARRAY_0, BL_SIGNAL, 0, 0};
static const bl_matmul local_fit = {BL_ARRAY_3, BL_OUTPUT, BL_ARRAY_1, 1, 0};

static void emit_local(bl_emitter *e, int block, void *user)
{
    (void)user;
    bl_emit_matmul(e, &local_scores, block);
    bl_emit_map(e, &local_errors, block);
    bl_emit_matmul(e, &local_signal, block);
}

static void learn_local(bl_emitter *e, int block, void *user)
{
    (void)user;
    if (!bl_emitter_needs_signal(e, block))
        return;
    bl_emit_matmul(e, &local_fit, block);
    bl_emit_update(e, BL_ARRAY_0, BL_ARRAY_1, block);
}

/* Direct feedback to every second block, and signals pulled through the weights to the others. */
static void emit_mixed(bl_emitter *e, int block, void *user)
{
    (void)user;
    if (block % 2)
        bl_emit_product(e, BL_ERROR, block);
    else
        bl_emit_pull(e, BL_WEIGHTS, block);
}

/* Feedback from the signs of the weights, updated in every second step. */
static void take_signs(const bl_map_call *c)
{
    for (size_t i = 0; i < c->view[0].rows && c->view[1].values; i++)
        for (size_t j = 0; j < c->view[0].cols; j++) {
            const float w = c->view[0].values[i * c->view[0].stride + j];
            c->view[1].values[i * c->view[1].stride + j] = w > 0.0f ? 0.1f : w < 0.0f ? -0.1f : 0.0f;
        }
}

MAP(signs, take_signs, 0, {BL_WEIGHTS, BL_READS}, {BL_FEEDBACK, BL_WRITES});

static void begin_signs(bl_emitter *e, void *user)
{
    (void)user;
    bl_emit_every(e, 2);
    for (int block = 1; block < bl_emitter_blocks(e); block++)
        bl_emit_map(e, &signs, block);
}

/* A rule with all features: momentum of the error, noise, a counter that advances every few steps, the mean
   signal of each unit. */
static void stir(const bl_map_call *c)
{
    const bl_view e = c->view[0], m = c->view[1], noise = c->view[2], sent = c->view[3];
    for (size_t j = 0; j < e.cols; j++) {
        float sum = 0.0f;
        for (size_t i = 0; i < c->n; i++)
            sum += e.values[i * e.stride + j];
        m.values[j] = 0.9f * m.values[j] + 0.1f * sum;
        for (size_t i = 0; i < c->n; i++)
            sent.values[i * sent.stride + j] =
                e.values[i * e.stride + j] + m.values[j] + c->scale * noise.values[i * noise.stride + j];
    }
}

static void count_up(const bl_map_call *c)
{
    for (size_t j = 0; j < c->view[0].cols; j++)
        c->view[0].values[j] += 1.0f;
}

/* With the option feedback-at a signal can have more values than there are units; then neighbouring values
   share a gain. Which values do does not depend on how the channels are cut. */
static void lean(const bl_map_call *c)
{
    const bl_view s = c->view[0], gain = c->view[1];
    for (size_t i = 0; i < c->n; i++)
        for (size_t j = 0; j < s.cols; j++)
            s.values[i * s.stride + j] *= 1.0f + 0.01f * gain.values[j * gain.cols / s.cols];
}

MAP(stir_error, stir, 0, {BL_ERROR, BL_READS}, {BL_ARRAY_0, BL_UPDATES}, {BL_ARRAY_1, BL_READS},
    {BL_ARRAY_2, BL_WRITES});
MAP(advance, count_up, 0, {BL_ARRAY_3, BL_UPDATES});
MAP(lean_signal, lean, 0, {BL_SIGNAL, BL_UPDATES}, {BL_ARRAY_3, BL_READS});

static const bl_rule_array stir_arrays[] = {{"momentum", 1, BL_OUTPUTS, 0, 0.0},
                                            {"noise", BL_BATCH, BL_OUTPUTS, 0, 0.0},
                                            {"sent", BL_BATCH, BL_OUTPUTS, 0, 0.0},
                                            {"gain", 1, BL_UNITS, 1, 0.5}};

static void begin_stir(bl_emitter *e, void *user)
{
    (void)user;
    bl_emit_noise(e, BL_ARRAY_1, 0.05, 3, 0);
    bl_emit_map(e, &stir_error, 0);
    bl_emit_every(e, 2);
    for (int block = 0; block + 1 < bl_emitter_blocks(e); block++)
        bl_emit_map(e, &advance, block);
}

static void emit_stir(bl_emitter *e, int block, void *user)
{
    (void)user;
    bl_emit_product(e, BL_ARRAY_2, block);
    bl_emit_map(e, &lean_signal, block);
}

/* PEPITA with F in an array of the rule, outputs x inputs. */
static void disturb(const bl_map_call *c)
{
    const bl_view e = c->view[0], F = c->view[1], to = c->view[2];
    for (size_t n = 0; n < c->n; n++)
        for (size_t k = 0; k < e.cols; k++) {
            const float error = e.values[n * e.stride + k] / c->scale;
            for (size_t j = 0; j < F.cols; j++)
                to.values[n * to.stride + j] += error * F.values[k * F.stride + j];
        }
}

static void subtract(const bl_map_call *c)
{
    const bl_view first = c->view[0], second = c->view[1], delta = c->view[2];
    for (size_t n = 0; n < c->n; n++)
        for (size_t j = 0; j < delta.cols; j++)
            delta.values[n * delta.stride + j] =
                c->scale * (first.values[n * first.stride + j] - second.values[n * second.stride + j]);
}

MAP(keep_output, copy_view, 0, {BL_OUTPUT, BL_READS}, {BL_SIGNAL, BL_WRITES});
MAP(disturb_input, disturb, 0, {BL_ERROR, BL_READS}, {BL_ARRAY_0, BL_READS}, {BL_INPUT, BL_UPDATES});
MAP(subtract_output, subtract, 0, {BL_SIGNAL, BL_READS}, {BL_OUTPUT, BL_READS}, {BL_DELTA, BL_WRITES});

static const bl_rule_array pepita_arrays[] = {{"f", BL_OUTPUTS, BL_INPUTS, 0, 0.1}};

static void emit_pepita(bl_emitter *e, int block, void *user)
{
    (void)user;
    bl_emit_map(e, &keep_output, block);
    if (block == 0)
        bl_emit_map(e, &disturb_input, block);
    bl_emit_forward(e, block);
    bl_emit_map(e, &subtract_output, block);
}

#define RULE(rule, name, flags, feedback, arrays, n, begin, emit, learn)                                     \
    static const bl_rule rule = {sizeof(bl_rule), name,     "a test", "as in the test",                      \
                                 flags,           feedback, arrays,   n,                                     \
                                 begin,           emit,     learn,    NULL}
RULE(my_dfa, "my-dfa", 9, BL_FEEDBACK_DIRECT, NULL, 0, NULL, emit_dfa, NULL);
RULE(my_drtp, "my-drtp", 2, BL_FEEDBACK_DIRECT, NULL, 0, NULL, emit_drtp, NULL);
RULE(my_bp, "my-bp", 0, BL_FEEDBACK_NONE, NULL, 0, NULL, emit_bp, NULL);
RULE(my_fa, "my-fa", 9, BL_FEEDBACK_LIKE_WEIGHTS, NULL, 0, NULL, emit_fa, NULL);
RULE(my_kp, "my-kp", 9, BL_FEEDBACK_LIKE_WEIGHTS, NULL, 0, NULL, emit_fa, learn_feedback);
RULE(my_dkp, "my-dkp", 9, BL_FEEDBACK_DIRECT, NULL, 0, NULL, emit_dfa, learn_feedback);
RULE(my_ifa, "my-ifa", 0, BL_FEEDBACK_DIRECT, NULL, 0, NULL, emit_ifa, NULL);
RULE(my_copies, "my-copies", 9, BL_FEEDBACK_DIRECT, copy_arrays, 2, begin_copies, emit_copies, NULL);
RULE(my_signs, "my-signs", 4, BL_FEEDBACK_LIKE_WEIGHTS, NULL, 0, begin_signs, emit_fa, NULL);
RULE(my_stir, "my-stir", 1, BL_FEEDBACK_DIRECT, stir_arrays, 4, begin_stir, emit_stir, NULL);

RULE(my_usf, "my-usf", 4, BL_FEEDBACK_LIKE_WEIGHTS, NULL, 0, NULL, emit_usf, NULL);
RULE(my_adfa, "my-adfa", 9, BL_FEEDBACK_DIRECT, NULL, 0, NULL, emit_adfa, NULL);
RULE(my_arrays, "my-arrays", 1, BL_FEEDBACK_NONE, dkp_arrays, 2, NULL, emit_send, learn_fit);
static const bl_rule my_rows = {
    sizeof(bl_rule), "my-rows", "a test", "as in the test", 1,         BL_FEEDBACK_NONE,
    rows_arrays,     2,         NULL,     emit_send,        learn_fit, &is_by_rows};
RULE(my_derived, "my-derived", 9, BL_FEEDBACK_DIRECT, derived_arrays, 1, NULL, emit_derived, NULL);
RULE(my_local, "my-local", 2, BL_FEEDBACK_NONE, local_arrays, 4, NULL, emit_local, learn_local);
RULE(my_mixed, "my-mixed", 0, BL_FEEDBACK_DIRECT, NULL, 0, NULL, emit_mixed, NULL);

RULE(my_pepita, "my-pepita", 0, BL_FEEDBACK_NONE, pepita_arrays, 1, NULL, emit_pepita, NULL);

static const bl_rule *const rules[] = {&my_dfa,    &my_drtp,   &my_bp,      &my_fa,    &my_kp,    &my_dkp,
                                       &my_ifa,    &my_copies, &my_signs,   &my_stir,  &my_usf,   &my_adfa,
                                       &my_arrays, &my_rows,   &my_derived, &my_local, &my_mixed, &my_pepita};
enum { RULES = sizeof rules / sizeof *rules };

static inline bl_status register_all(bl_context *ctx)
{
    bl_status status = BL_OK;
    for (int i = 0; i < RULES && status == BL_OK; i++)
        status = bl_rule_register(ctx, rules[i]);
    return status;
}

/* Registers the rule with this name, unless it is a rule of the library. */
static inline bl_status register_own(bl_context *ctx, const char *name)
{
    for (int i = 0; i < RULES; i++)
        if (strcmp(rules[i]->name, name) == 0)
            return bl_rule_register(ctx, rules[i]);
    return BL_OK;
}

#endif
