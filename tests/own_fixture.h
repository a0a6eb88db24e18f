/*
 * own_fixture.h - a trainer whose context has all rules of own_rules.h, and examples for it.
 */
#ifndef TESTS_OWN_FIXTURE_H
#define TESTS_OWN_FIXTURE_H

#include "own_rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { EXAMPLES = 24, SIDE = 6, INPUTS = 2 * SIDE * SIDE, CLASSES = 5, STEPS = 4 };

static float x[EXAMPLES * INPUTS];
static int32_t labels[EXAMPLES];

/* ---- Training */

struct made {
    bl_context *ctx;
    bl_config *config;
    bl_data *data;
    bl_trainer *trainer;
};

struct chosen {
    const char *rule, *net, *memory;
    int threads;
    const bl_allocator *allocator;
};

static const char conv[] =
    "conv 90 3x3 pad 1, batchnorm, relu, maxpool 2, dense 170, tanh, dropout 0.2, dense 5";
static const char small[] = "conv 3 3x3 pad 1, batchnorm, relu, maxpool 2, dense 7, tanh, dense 5";
static const char dense[] = "dense 170, tanh, dense 90, tanh, dense 5";

/* A net for which the rule is defined: ifa, pepita and adfa are not defined for nets with pools. */
static inline const char *net_of(const bl_rule *rule)
{
    return rule == &my_ifa || rule == &my_pepita || rule == &my_adfa ? dense : conv;
}

/* Whether the signal of each block depends on no other block's signal. */
static inline bool is_direct(const bl_rule *rule)
{
    const bool has_own = rule == &my_arrays || rule == &my_rows || rule == &my_local;
    return has_own || (rule->feedback == BL_FEEDBACK_DIRECT && rule != &my_ifa && rule != &my_mixed);
}

static inline bl_status make(struct made *m, const struct chosen *c)
{
    const char *const options[][2] = {
        {"net", c->net},          {"rule", c->rule}, {"optimizer", "adam"},
        {"lr", "0.01"},           {"init", "fanin"}, {"batch", "24"},
        {"schedule", "constant"}, {"seed", "3"},     {"feedback", "uniform 0.3"},
        {"memory", c->memory}};
    *m = (struct made){.ctx = bl_context_new(c->allocator)};
    bl_status status = m->ctx ? bl_context_use(m->ctx, NULL, c->threads) : BL_NO_MEMORY;
    if (status == BL_OK)
        status = register_all(m->ctx);
    if (status == BL_OK)
        status = bl_config_create(&m->config, m->ctx);
    for (size_t i = 0; i < sizeof options / sizeof *options && status == BL_OK; i++)
        status = bl_config_set(m->config, options[i][0], options[i][1]);
    if (status == BL_OK)
        status = bl_data_wrap(&m->data, m->ctx, x, labels, EXAMPLES, (bl_shape){2, SIDE, SIDE}, CLASSES);
    return status == BL_OK ? bl_trainer_create(&m->trainer, m->ctx, m->config, m->data) : status;
}

static inline void release(struct made *m)
{
    bl_trainer_free(m->trainer);
    bl_data_free(m->data);
    bl_config_free(m->config);
    bl_context_free(m->ctx);
}

static inline void must(const struct made *m, bl_status status)
{
    if (status != BL_OK)
        fail_msg("%s: %s", bl_status_name(status), bl_why(m->ctx));
}

static inline void learn(struct made *m, int from, int to)
{
    for (int i = from; i < to; i++) /* batches of several sizes */
        must(m, bl_trainer_step(m->trainer, x, labels, (size_t)(EXAMPLES - i % 3), NULL));
}

static inline int begin_test(void **state)
{
    (void)state;
    uint32_t random = 7;
    for (int i = 0; i < EXAMPLES * INPUTS; i++) {
        random = random * 1664525u + 1013904223u;
        x[i] = (float)(random >> 8) / 8388608.0f - 1.0f;
    }
    for (int i = 0; i < EXAMPLES; i++)
        labels[i] = i * i % CLASSES;
    return 0;
}

#endif
