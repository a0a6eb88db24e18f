/*
 * test_schedule.c - the learning rates of each schedule over the epochs, and the criteria that stop a run.
 */
#include "../src/train/step/schedule.h"

#include "fixture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { N = 64, INPUTS = 4, CLASSES = 2 };

static const double bound = 1e-15; /* two roundings of numbers below 1 */

static float x[N * INPUTS];
static int32_t labels[N];

static void test_rates(void **state)
{
    static const struct {
        const char *text;
        double progress, expected; /* with the base 1 and 10 epochs */
    } cases[] = {
        {"constant", 7.5, 1.0},
        {"step 3 0.5", 2.99, 1.0},
        {"step 3 0.5", 3.0, 0.5},
        {"step 3 0.5", 9.5, 0.125},
        {"multistep 4,7 0.1", 3.99, 1.0},
        {"multistep 4,7 0.1", 4.0, 0.1},
        {"multistep 4,7 0.1", 6.5, 0.1},
        {"multistep 4,7 0.1", 7.0, 0.01},
        {"multistep 4,7 0.1", 90.0, 0.01},
        {"multistep 1 1", 5.0, 1.0},
        {"cosine", 0.0, 1.0},
        {"cosine", 5.0, 0.5},
        {"cosine", 2.5, 0.85355339059327376},
        {"cosine", 10.0, 0.0},
        {"cosine warmup 2", 0.5, 0.25},
        {"cosine warmup 2", 2.0, 1.0},
        {"cosine warmup 2", 6.0, 0.5},
        {"auto", 9.0, 1.0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct schedule s;
        assert_int_equal(schedule_parse(NULL, &s, cases[i].text), BL_OK);
        const double rate = schedule_rate(&s, 1.0, cases[i].progress, 10);
        if (!(fabs(rate - cases[i].expected) <= bound))
            fail_msg("\"%s\" at %g: %.17g, expected %.17g", cases[i].text, cases[i].progress, rate,
                     cases[i].expected);
    }
}

static void test_halvings(void **state)
{
    struct schedule s;
    (void)state;
    assert_int_equal(schedule_parse(NULL, &s, "auto"), BL_OK);
    s.halvings = 3;
    assert_true(schedule_rate(&s, 0.8, 5.0, 10) == 0.1);
}

static void test_refused(void **state)
{
    static const char *const cases[] = {"",
                                        "step",
                                        "step 3",
                                        "step 0 0.5",
                                        "step 3 0",
                                        "step 3 2",
                                        "cosine warmup",
                                        "cosine warmup x",
                                        "constant 3",
                                        "auto now",
                                        "linear",
                                        "multistep",
                                        "multistep 3",
                                        "multistep 0.1",
                                        "multistep 0,3 0.1",
                                        "multistep 3,3 0.1",
                                        "multistep 5,3 0.1",
                                        "multistep 3, 0.1",
                                        "multistep 3,4 0",
                                        "multistep 3,4 2",
                                        "multistep 3,4 0.1 0.1",
                                        "multistep 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17 0.1"};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct schedule s;
        if (schedule_parse(NULL, &s, cases[i]) != BL_BAD_VALUE)
            fail_msg("schedule \"%s\" was taken", cases[i]);
    }
}

/* Fills two classes, determined by the sign of x[0], or random if they must not be learnable. */
static void fill(bool can_be_learnt)
{
    uint32_t random = 3;
    for (int i = 0; i < N; i++) {
        labels[i] = i % CLASSES;
        for (int j = 0; j < INPUTS; j++)
            x[i * INPUTS + j] = fixture_random(&random, 1.0f);
        if (can_be_learnt)
            x[i * INPUTS] = labels[i] ? 2.0f : -2.0f;
    }
}

struct seen {
    int epochs;
    double last_rate;
};

static int watch(void *user, const bl_progress *now)
{
    struct seen *seen = user;
    if (now->epoch_ended) {
        seen->epochs = now->epoch;
        seen->last_rate = now->rate;
    }
    return 0;
}

static void test_stop_criteria(void **state)
{
    static const struct {
        const char *key, *text; /* an option that is set in addition to epochs 400 */
        bool can_be_learnt, has_val;
        const char *reason;
        int least, most;  /* epochs */
        double last_rate; /* the rate reported for the last epoch; 0: not checked */
    } cases[] = {
        {"seed", "1", true, false, "epochs", 400, 400, 0.01},
        /* epoch 400 is the last one with half the rate */
        {"schedule", "step 200 0.5", true, false, "epochs", 400, 400, 0.005},
        /* once the error is 0, the running error falls by a quarter per epoch: at least 33 epochs from 1 to
           1e-4 */
        {"stop", "paper", true, false, "paper", 33, 60, 0.01},
        {"schedule", "auto", false, false, "rate", 8, 400, 0.0},
        {"patience", "5", true, true, "patience", 6, 60, 0.01},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fill(cases[i].can_be_learnt);
        const struct fixture_batch all = {x, labels, N, INPUTS, CLASSES, FIXTURE_ROWS};
        const struct fixture_options options = {
            .net = "dense 8, tanh, dense 2", .lr = "0.01", .batch = "16", .epochs = "400"};
        struct fixture fixture;
        struct seen seen = {0, 0.0};
        fixture_make(&fixture, "portable", 1, &options, &all);
        bl_trainer_free(fixture.trainer);
        fixture_must(&fixture, bl_config_set(fixture.config, "init", "zero")); /* noise is not learned */
        fixture_must(&fixture, bl_config_set(fixture.config, cases[i].key, cases[i].text));
        fixture_must(&fixture,
                     bl_trainer_create(&fixture.trainer, fixture.ctx, fixture.config, fixture.data));
        fixture_must(&fixture, bl_trainer_fit(fixture.trainer, fixture.data,
                                              cases[i].has_val ? fixture.data : NULL, NULL, watch, &seen));
        assert_string_equal(bl_trainer_stop_reason(fixture.trainer), cases[i].reason);
        assert_true(cases[i].last_rate == 0.0 || seen.last_rate == cases[i].last_rate);
        if (seen.epochs < cases[i].least || seen.epochs > cases[i].most)
            fail_msg("%s %s: ended after %d epochs, expected %d to %d", cases[i].key, cases[i].text,
                     seen.epochs, cases[i].least, cases[i].most);
        fixture_free(&fixture);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rates), cmocka_unit_test(test_halvings),
                                       cmocka_unit_test(test_refused), cmocka_unit_test(test_stop_criteria)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
