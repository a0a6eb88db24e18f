/*
 * test_defaults.c - defaults that depend on the size of a run: bounded, monotone, and overridden by the
 * user's settings; and the note of a run that has hardly trained.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../src/train/options/defaults.h"
#include "fixture.h"

#include <math.h>

static struct optimizer optimizer_of(const char *text)
{
    struct optimizer optimizer;
    assert_int_equal(optimizer_parse(NULL, &optimizer, text), BL_OK);
    return optimizer;
}

static struct defaults of(size_t examples, size_t batch, const char *optimizer)
{
    const struct optimizer parsed = optimizer_of(optimizer);
    return defaults_of(&(struct run_size){.examples = examples, .batch = batch}, &parsed);
}

static size_t steps_of(size_t examples, const struct defaults *d)
{
    return d->epochs * ((examples + d->batch - 1) / d->batch);
}

/* For growing data sets the batch never decreases, the epochs increase only where the batch doubles, and the
   number of steps is bounded from below and above. */
static void test_defaults_by_size(void **state)
{
    (void)state;
    struct defaults last = of(1, 0, "adam");
    for (size_t n = 1; n <= 100000000; n += 1 + n / 50) {
        const struct defaults now = of(n, 0, "adam");
        const size_t steps = steps_of(n, &now), an_epoch = steps / now.epochs;
        assert_true(now.batch >= 8 && now.batch <= 64 && now.batch >= last.batch);
        assert_true(now.batch > last.batch || now.epochs <= last.epochs);
        assert_true(now.epochs >= 10 && steps >= 500);
        assert_true(steps < 12000 + an_epoch || now.epochs == 10);
        last = now;
    }
    assert_int_equal(of(0, 0, "adam").batch, 64);
    assert_int_equal(of(0, 0, "adam").epochs, 10);
}

static void test_batch_of_the_user(void **state)
{
    (void)state;
    for (size_t batch = 1; batch <= 100000; batch *= 10) {
        const struct defaults d = of(5000, batch, "adam");
        assert_int_equal(d.batch, batch);
        assert_true(d.epochs >= 10 && steps_of(5000, &d) >= 500);
    }
}

static void test_rates(void **state)
{
    (void)state;
    static const struct {
        const char *optimizer;
        bool sums;
        double rate;
    } cases[] = {
        {"adam", false, 3e-3},
        {"adam", true, 3e-3},
        {"rmsprop", false, 1e-3},
        {"sgd", false, 0.1},
        {"sgd", true, 0.01},
        {"sgd momentum 0.9", false, 0.01},
        {"sgd momentum 0.95", true, 0.0005},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct optimizer optimizer = optimizer_of(cases[i].optimizer);
        const struct run_size size = {.examples = 1000, .batch = 10, .sums = cases[i].sums};
        assert_true(defaults_of(&size, &optimizer).rate == cases[i].rate);
    }
}

static void test_paper(void **state)
{
    (void)state;
    const struct optimizer optimizer = optimizer_of("rmsprop");
    const struct defaults d =
        defaults_of(&(struct run_size){.examples = 60000, .waits_for_error = true}, &optimizer);
    assert_int_equal(d.epochs, 300);
    assert_string_equal(d.schedule, "constant");
}

/* ---- A whole run ---- */

enum { N = 90, INPUTS = 5, CLASSES = 3 };
static float x[N * INPUTS];
static int32_t labels[N];
static float targets[N];

/* Class k has a larger feature k; if the classes must not be learnable, labels alternate instead. */
static void fill(bool can_be_learnt)
{
    fixture_fill(5, x, labels, N, INPUTS, CLASSES);
    for (size_t i = 0; i < N; i++) {
        labels[i] = (int32_t)(i % CLASSES);
        if (can_be_learnt)
            x[i * INPUTS + (size_t)labels[i]] += 3.0f;
        targets[i] = x[i * INPUTS] - 0.5f * x[i * INPUTS + 1];
    }
}

struct run {
    bl_context *ctx;
    bl_config *config;
    bl_data *data;
    bl_trainer *trainer;
};

/* options: pairs of key and text, ended by NULL. */
static void run_begin(struct run *run, const char *const *options, bool has_targets)
{
    const bl_shape shape = {1, 1, INPUTS};
    run->ctx = bl_context_new(NULL);
    assert_int_equal(bl_context_use(run->ctx, "portable", 1), BL_OK);
    assert_int_equal(bl_config_create(&run->config, run->ctx), BL_OK);
    for (; options[0]; options += 2)
        assert_int_equal(bl_config_set(run->config, options[0], options[1]), BL_OK);
    assert_int_equal(has_targets ? bl_data_wrap_targets(&run->data, run->ctx, x, targets, N, shape, 1)
                                 : bl_data_wrap(&run->data, run->ctx, x, labels, N, shape, CLASSES),
                     BL_OK);
    assert_int_equal(bl_trainer_create(&run->trainer, run->ctx, run->config, run->data), BL_OK);
}

static void run_end(struct run *run)
{
    bl_trainer_free(run->trainer);
    bl_data_free(run->data);
    bl_config_free(run->config);
    bl_context_free(run->ctx);
}

static const char *setting(const struct run *run, const char *key)
{
    return bl_config_get(bl_trainer_config(run->trainer), key);
}

static void test_settled(void **state)
{
    (void)state;
    static const char *const none[] = {NULL};
    static const char *const some[] = {"optimizer", "sgd",      "epochs", "3",
                                       "schedule",  "constant", "net",    "dense 4, relu, dense 3",
                                       "batch",     "7",        NULL};
    struct run run;
    fill(true);
    run_begin(&run, none, false);
    assert_string_equal(setting(&run, "net"), "dense 100, tanh, dense 100, tanh, dense 3");
    assert_string_equal(setting(&run, "loss"), "ce");
    assert_string_equal(setting(&run, "optimizer"), "adam");
    assert_string_equal(setting(&run, "lr"), "0.003");
    assert_string_equal(setting(&run, "batch"), "8");
    assert_string_equal(setting(&run, "schedule"), "cosine");
    assert_false(bl_config_is_set(bl_trainer_config(run.trainer), "batch"));
    assert_int_equal(bl_trainer_step(run.trainer, x, labels, 64, NULL), BL_OK); /* the batch of a stream */
    run_end(&run);
    run_begin(&run, none, true);
    assert_string_equal(setting(&run, "net"), "dense 100, tanh, dense 100, tanh, dense 1");
    assert_string_equal(setting(&run, "loss"), "mse");
    run_end(&run);
    run_begin(&run, some, false);
    for (size_t i = 0; some[i]; i += 2)
        assert_string_equal(setting(&run, some[i]), some[i + 1]);
    assert_string_equal(setting(&run, "lr"), "0.1");
    assert_int_equal(bl_trainer_step(run.trainer, x, labels, 8, NULL),
                     BL_BAD_VALUE); /* more than the batch that the user chose */
    run_end(&run);
}

static void test_learns(void **state)
{
    (void)state;
    static const char *const rules[] = {"dfa", "bp", "fa"};
    fill(true);
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        const char *const options[] = {"rule", rules[i], NULL};
        struct run run;
        bl_score score;
        run_begin(&run, options, false);
        assert_int_equal(bl_trainer_fit(run.trainer, run.data, NULL, NULL, NULL, NULL), BL_OK);
        assert_int_equal(bl_model_evaluate(bl_trainer_model(run.trainer), run.data, &score), BL_OK);
        assert_true(score.error < 0.05);
        assert_string_equal(bl_trainer_advice(run.trainer), "");
        run_end(&run);
    }
}

static void test_advice(void **state)
{
    (void)state;
    static const struct {
        const char *label;
        bool can_be_learnt, has_targets;
        const char *options[9];
        const char *fragment; /* a part of the advice; "": there is none */
    } cases[] = {
        {"defaults", true, false, {NULL}, ""},
        {"numbers, defaults", true, true, {NULL}, ""},
        {"a low rate", true, false, {"lr", "1e-6", NULL}, "a higher rate: --lr 0.003 (now 1e-6)"},
        {"few steps", true, false, {"epochs", "1", NULL}, "train longer: --epochs 84 (now 1)"},
        {"numbers, a low rate", true, true, {"lr", "1e-6", NULL}, "hardly trained"},
        {"bce", true, false, {"loss", "bce", "lr", "1e-6", NULL}, "hardly trained"},
        {"mse on classes", true, false, {"loss", "mse", "lr", "1e-6", NULL}, "hardly trained"},
        {"bce, defaults", true, false, {"loss", "bce", NULL}, ""},
        {"noise",
         false,
         false,
         {"rule", "linear", "epochs", "100", NULL},
         "or inputs that say more about the target"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct run run;
        fill(cases[i].can_be_learnt);
        run_begin(&run, cases[i].options, cases[i].has_targets);
        assert_string_equal(bl_trainer_advice(run.trainer), "");
        assert_int_equal(bl_trainer_fit(run.trainer, run.data, NULL, NULL, NULL, NULL), BL_OK);
        const char *advice = bl_trainer_advice(run.trainer);
        if (!strstr(advice, cases[i].fragment) || (!cases[i].fragment[0] && advice[0]))
            fail_msg("%s: \"%s\", expected \"%s\"", cases[i].label, advice, cases[i].fragment);
        run_end(&run);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults_by_size),
        cmocka_unit_test(test_batch_of_the_user),
        cmocka_unit_test(test_rates),
        cmocka_unit_test(test_paper),
        cmocka_unit_test(test_settled),
        cmocka_unit_test(test_learns),
        cmocka_unit_test(test_advice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
