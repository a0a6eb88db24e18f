/*
 * test_step_cost.c - the operation counts of bl_trainer_count against numbers computed by hand; the clocks of
 * the parts of a step change no bit and never exceed the time of the step.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"

#include "backless_experimental.h"

enum { N = 6, STEPS = 3 };

/* Sums of times may differ by a few roundings of numbers near a second. */
static const double grain = 1e-9;

struct work_case {
    const char *net, *rule, *feedback_at;
    bl_shape shape;
    double forward, signal, gradient;
    size_t weights;
};

#define CHAIN "dense 12, tanh, dense 9, tanh, dense 4"
#define IMAGE "conv 2 3x3 pad 1, tanh, maxpool 2 stride 2, dense 4"

/* CHAIN on 16 numbers: weights 16 12 + 12 9 + 9 4 = 192 + 108 + 36 = 336, with biases 361. A signal
   through the weights of the upper two is 144; one straight from 4 outputs to 12 and 9 units is 84. A
   second pass ends with the hidden layers. IMAGE on 4 x 4: each of 32 numbers is a sum of 9, then 4 of 8:
   288 + 32; 18 + 2 + 32 + 4 weights. */
static const struct work_case cases[] = {
    {CHAIN, "bp", NULL, {1, 4, 4}, 336, 144, 336, 361},
    {CHAIN, "fa", NULL, {1, 4, 4}, 336, 144, 336, 361},
    {CHAIN, "usf", NULL, {1, 4, 4}, 336, 144, 336, 361},
    {CHAIN, "dfa", NULL, {1, 4, 4}, 336, 84, 336, 361},
    {CHAIN, "drtp", NULL, {1, 4, 4}, 336, 84, 336, 361},
    {CHAIN, "adfa", NULL, {1, 4, 4}, 336, 84, 336, 361},
    {CHAIN, "ifa", NULL, {1, 4, 4}, 336, 4 * 12 + 108, 336, 361},
    {CHAIN, "kp", NULL, {1, 4, 4}, 336, 144, 336, 361 + 144},
    {CHAIN, "dkp", NULL, {1, 4, 4}, 336, 84, 336 + 84, 361 + 84},
    {CHAIN, "pepita", NULL, {1, 4, 4}, 336 + 192 + 108, 4 * 16, 336, 361},
    {CHAIN, "frozen", NULL, {1, 4, 4}, 336, 0, 36, 40},
    {CHAIN, "linear", NULL, {1, 4, 4}, 64, 0, 64, 68},
    {IMAGE, "bp", NULL, {1, 4, 4}, 320, 32, 320, 56},
    {IMAGE, "dfa", NULL, {1, 4, 4}, 320, 4 * 8, 320, 56},
    {IMAGE, "dfa", "before-pool", {1, 4, 4}, 320, 4 * 32, 320, 56},
    {IMAGE, "dfa", "channels", {1, 4, 4}, 320, 4 * 2, 320, 56},
    {"dense 5, batchnorm, tanh, dense 4", "bp", NULL, {1, 1, 16}, 100, 20, 100, 80 + 5 + 10 + 20 + 4},
    {"dense 4", "bp", NULL, {1, 4, 4}, 64, 0, 64, 68},
};

static float x[N * 16];
static int32_t labels[N];

static void make(struct fixture *fixture, const struct work_case *c, int threads)
{
    const struct fixture_options options = {
        .net = c->net, .rule = c->rule, .feedback_at = c->feedback_at, .init = "glorot", .batch = "6"};
    const struct fixture_batch batch = {x, labels, N, 16, 4, c->shape};
    fixture_fill(3, x, labels, N, 16, 4);
    fixture_make(fixture, "portable", threads, &options, &batch);
}

static void test_counts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct work_case *c = &cases[i];
        struct fixture fixture;
        bl_work work;
        make(&fixture, c, 1);
        bl_trainer_count(fixture.trainer, &work);
        if (work.forward != c->forward || work.signal != c->signal || work.gradient != c->gradient ||
            work.weights != c->weights)
            fail_msg("%s by %s: %g %g %g %zu, expected %g %g %g %zu", c->net, c->rule, work.forward,
                     work.signal, work.gradient, work.weights, c->forward, c->signal, c->gradient,
                     c->weights);
        fixture_free(&fixture);
    }
}

static void test_every_rule_is_counted(void **state)
{
    (void)state;
    for (int i = 0; bl_rule_name(i); i++) {
        bool is_found = false;
        for (size_t k = 0; k < sizeof cases / sizeof *cases; k++)
            is_found = is_found || strcmp(cases[k].rule, bl_rule_name(i)) == 0;
        if (!is_found)
            fail_msg("no case for the rule %s", bl_rule_name(i));
    }
}

/* CHAIN has 361 parameters, of which the output's 40; feedback 144 numbers shaped like weights, 84 as
   direct matrices. */
static const struct traffic_case {
    const char *rule, *optimizer;
    double weights, state, feedback; /* numbers that a step reads plus those that it writes */
    double in_use;                   /* numbers in memory */
} traffic_cases[] = {
    {"bp", "sgd", 2 * 361, 0, 0, 361},
    {"bp", "sgd momentum 0.9", 2 * 361, 2 * 361, 0, 2 * 361},
    {"bp", "rmsprop", 2 * 361, 2 * 361, 0, 2 * 361},
    {"bp", "adam", 2 * 361, 4 * 361, 0, 3 * 361},
    {"fa", "rmsprop", 2 * 361, 2 * 361, 144, 2 * 361 + 144},
    {"dfa", "sgd", 2 * 361, 0, 84, 361 + 84},
    {"dfa", "adam", 2 * 361, 4 * 361, 84, 3 * 361 + 84},
    {"usf", "sgd", 2 * 361, 0, 2 * 144, 361 + 144},
    {"kp", "rmsprop", 2 * 361, 2 * (361 + 144), 2 * 144, 2 * (361 + 144)},
    {"dkp", "rmsprop", 2 * 361, 2 * (361 + 84), 2 * 84, 2 * (361 + 84)},
    {"frozen", "rmsprop", 361 + 40, 2 * 40, 0, 361 + 40},
};

static void test_traffic(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof traffic_cases / sizeof *traffic_cases; i++) {
        const struct traffic_case *c = &traffic_cases[i];
        const struct fixture_options options = {
            .net = CHAIN, .rule = c->rule, .optimizer = c->optimizer, .init = "glorot", .batch = "6"};
        const struct fixture_batch batch = {x, labels, N, 16, 4, {1, 4, 4}};
        struct fixture fixture;
        bl_traffic t;
        fixture_make(&fixture, "portable", 1, &options, &batch);
        bl_trainer_traffic(fixture.trainer, &t);
        if (t.weights != 4 * c->weights || t.state != 4 * c->state || t.feedback != 4 * c->feedback ||
            t.in_use != 4 * c->in_use)
            fail_msg("%s, %s: %g %g %g %g bytes, expected %g %g %g %g", c->rule, c->optimizer, t.weights,
                     t.state, t.feedback, t.in_use, 4 * c->weights, 4 * c->state, 4 * c->feedback,
                     4 * c->in_use);
        fixture_free(&fixture);
    }
}

static void take_steps(struct fixture *fixture)
{
    const struct fixture_batch batch = {x, labels, N, 16, 4, {0, 0, 0}};
    for (int i = 0; i < STEPS; i++)
        fixture_step(fixture, &batch);
}

static void check_times(const bl_times *t, int threads, const struct work_case *c)
{
    const double sum = t->forward + t->error + t->signal + t->gradient + t->update;
    assert_int_equal(t->steps, STEPS);
    assert_true(t->forward >= 0.0 && t->error >= 0.0 && t->signal >= 0.0 && t->gradient >= 0.0 &&
                t->update >= 0.0);
    if (sum > threads * t->step + grain)
        fail_msg("%s by %s on %d threads: %g s of %g s", c->net, c->rule, threads, sum, t->step);
}

static void test_clocks(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int threads = 1; threads <= 3; threads++) {
            struct fixture timed, plain;
            bl_times times, later;
            make(&timed, &cases[i], threads);
            make(&plain, &cases[i], threads);
            bl_trainer_clock(timed.trainer, 1);
            take_steps(&timed);
            take_steps(&plain);
            bl_trainer_times(timed.trainer, &times);
            check_times(&times, threads, &cases[i]);
            assert_true(fixture_equal(&timed, &plain));
            bl_trainer_clock(timed.trainer, 0);
            take_steps(&timed);
            bl_trainer_times(timed.trainer, &later);
            assert_int_equal(later.steps, STEPS);
            bl_trainer_times(plain.trainer, &later);
            assert_int_equal(later.steps, 0);
            fixture_free(&timed);
            fixture_free(&plain);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts),
        cmocka_unit_test(test_every_rule_is_counted),
        cmocka_unit_test(test_traffic),
        cmocka_unit_test(test_clocks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
