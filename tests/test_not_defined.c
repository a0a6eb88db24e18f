/*
 * test_not_defined.c - a net, value or data for which a rule is not defined give BL_NOT_DEFINED, with a
 * message that names the rule; those that no rule accepts give another status. Programs that try all rules
 * rely on the difference.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "backless.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { N = 12, INPUTS = 16, CLASSES = 3 };
static const bl_shape shape = {1, 4, 4};

struct attempt {
    const char *net, *rule;
    const char *key, *value; /* one option more; NULL: none */
    bool is_of_numbers;      /* the data have targets */
    bl_status status;
};

static float x[N * INPUTS], targets[N * CLASSES];
static int32_t labels[N];

static void fill(void)
{
    for (size_t i = 0; i < N * INPUTS; i++)
        x[i] = (float)(i * 7 % 11) - 5.0f;
    for (size_t i = 0; i < N * CLASSES; i++)
        targets[i] = (float)(i * 5 % 7) - 3.0f;
    for (size_t i = 0; i < N; i++)
        labels[i] = (int32_t)(i % CLASSES);
}

static bl_status create(bl_context *ctx, const struct attempt *a, bl_config *config)
{
    bl_data *data = NULL;
    bl_trainer *trainer = NULL;
    bl_status status = bl_config_set(config, "net", a->net);
    if (status == BL_OK)
        status = bl_config_set(config, "rule", a->rule);
    if (status == BL_OK && a->key)
        status = bl_config_set(config, a->key, a->value);
    if (status == BL_OK)
        status = a->is_of_numbers ? bl_data_wrap_targets(&data, ctx, x, targets, N, shape, CLASSES)
                                  : bl_data_wrap(&data, ctx, x, labels, N, shape, CLASSES);
    if (status == BL_OK)
        status = bl_trainer_create(&trainer, ctx, config, data);
    bl_trainer_free(trainer);
    bl_data_free(data);
    return status;
}

static void test_statuses(void **state)
{
    (void)state;
    static const char flat[] = "dense 5, tanh, dense 3", pooled[] = "conv 4 3x3, tanh, maxpool 2, dense 3",
                      relu[] = "dense 5, relu, dense 3";
    static const struct attempt cases[] = {
        {pooled, "ifa", NULL, NULL, false, BL_NOT_DEFINED},
        {pooled, "pepita", NULL, NULL, false, BL_NOT_DEFINED},
        {pooled, "dfa", NULL, NULL, false, BL_OK},
        {flat, "drtp", NULL, NULL, true, BL_NOT_DEFINED},
        {flat, "dfa", NULL, NULL, true, BL_OK},
        {"dense 5, batchnorm, tanh, dense 3", "pepita", NULL, NULL, false, BL_NOT_DEFINED},
        {flat, "bp", "init", "zero", false, BL_NOT_DEFINED},
        {flat, "fa", "init", "zero", false, BL_OK},
        {flat, "fa", "memory", "low", false, BL_NOT_DEFINED},
        {flat, "pepita", "memory", "low", false, BL_NOT_DEFINED},
        {flat, "dfa", "memory", "low", false, BL_OK},
        {flat, "fa", "feedback-at", "channels", false, BL_NOT_DEFINED},
        {flat, "dfa", "feedback-at", "channels", false, BL_OK},
        /* values that no rule accepts */
        {relu, "fa", "init", "zero", false, BL_BAD_VALUE},
        {"dense 5, tanh, dense 4", "ifa", NULL, NULL, false, BL_BAD_VALUE},
        {"conv 4 9x9, maxpool 2, dense 3", "ifa", NULL, NULL, false, BL_BAD_VALUE},
        {flat, "bp", "loss", "ce", true, BL_BAD_VALUE},
        {flat, "none", NULL, NULL, false, BL_BAD_VALUE},
    };
    fill();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bl_context *ctx = bl_context_new(NULL);
        bl_config *config = NULL;
        char named[64];
        assert_int_equal(bl_config_create(&config, ctx), BL_OK);
        const bl_status status = create(ctx, &cases[i], config);
        snprintf(named, sizeof named, "rule %s ", cases[i].rule);
        if (status != cases[i].status)
            fail_msg("case %zu: %s (%s), expected %s", i, bl_status_name(status), bl_why(ctx),
                     bl_status_name(cases[i].status));
        if (status == BL_NOT_DEFINED && !strstr(bl_why(ctx), named))
            fail_msg("case %zu: \"%s\" does not name the rule", i, bl_why(ctx));
        bl_config_free(config);
        bl_context_free(ctx);
    }
    assert_string_equal(bl_status_name(BL_NOT_DEFINED), "not defined");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_statuses)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
