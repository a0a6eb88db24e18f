/*
 * test_single_steps.c - single steps and inspection on batches of the caller: classes or regression targets,
 * the learning rate, and data that do not fit the trainer, which fit, step, inspect and angles refuse with
 * the same message.
 */
#include "fixture.h"

#include "backless_experimental.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { N = 48, INPUTS = 5, OUTPUTS = 3, BATCH = 16 };

static float x[N * INPUTS], targets[N * OUTPUTS];
static int32_t labels[N];

static void fill(void)
{
    uint32_t random = 23;
    for (int i = 0; i < N * INPUTS; i++)
        x[i] = fixture_random(&random, 1.0f);
    for (int i = 0; i < N * OUTPUTS; i++)
        targets[i] = 0.5f * x[i / OUTPUTS * INPUTS + i % OUTPUTS] - 0.2f;
    for (int i = 0; i < N; i++)
        labels[i] = i % OUTPUTS;
}

struct maker {
    bl_context *ctx;
    bl_config *config;
    bl_data *classes, *numbers;
    bl_trainer *trainer;
};

static void must(const struct maker *m, bl_status status)
{
    if (status != BL_OK)
        fail_msg("%s: %s", bl_status_name(status), bl_why(m->ctx));
}

/* Creates a trainer: with the loss "mse" for the targets, with any other for the classes. */
static void make(struct maker *m, const char *loss, const char *schedule, const char *rule)
{
    const char *const options[][2] = {{"net", "dense 8, tanh, dense 3"},
                                      {"init", "fanin"},
                                      {"batch", "16"},
                                      {"epochs", "2"},
                                      {"optimizer", "sgd"},
                                      {"loss", loss},
                                      {"rule", rule},
                                      {"schedule", schedule}};
    const bl_shape shape = {1, 1, INPUTS};
    fill();
    *m = (struct maker){.ctx = bl_context_new(NULL)};
    must(m, bl_context_use(m->ctx, "portable", 1));
    must(m, bl_config_create(&m->config, m->ctx));
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        must(m, bl_config_set(m->config, options[i][0], options[i][1]));
    must(m, bl_data_wrap(&m->classes, m->ctx, x, labels, N, shape, OUTPUTS));
    must(m, bl_data_wrap_targets(&m->numbers, m->ctx, x, targets, N, shape, OUTPUTS));
    must(m, bl_trainer_create(&m->trainer, m->ctx, m->config,
                              strcmp(loss, "mse") == 0 ? m->numbers : m->classes));
}

static void drop(struct maker *m)
{
    bl_trainer_free(m->trainer);
    bl_data_free(m->classes);
    bl_data_free(m->numbers);
    bl_config_free(m->config);
    bl_context_free(m->ctx);
}

static void test_steps_on_targets_learn(void **state)
{
    (void)state;
    struct maker m;
    double first = 0.0, last = 0.0;
    make(&m, "mse", "constant", "dfa");
    for (int step = 0; step < 600; step++) {
        const int at = step % (N / BATCH) * BATCH;
        must(&m, bl_trainer_step_targets(m.trainer, x + at * INPUTS, targets + at * OUTPUTS, BATCH,
                                         step == 0 ? &first : &last));
    }
    if (!(last < 0.1 * first))
        fail_msg("the loss went from %g to %g", first, last);
    drop(&m);
}

/* An epoch of a single batch has the bits of a single step on that batch. */
static void test_a_step_on_targets_is_that_of_an_epoch(void **state)
{
    (void)state;
    struct maker by_fit, by_step;
    char a[17], b[17];
    bl_data *one = NULL;
    make(&by_fit, "mse", "constant", "bp");
    make(&by_step, "mse", "constant", "bp");
    must(&by_fit, bl_data_wrap_targets(&one, by_fit.ctx, x, targets, 1, (bl_shape){1, 1, INPUTS}, OUTPUTS));
    must(&by_fit, bl_trainer_fit(by_fit.trainer, one, NULL, NULL, NULL, NULL));
    for (int step = 0; step < 2; step++)
        must(&by_step, bl_trainer_step_targets(by_step.trainer, x, targets, 1, NULL));
    bl_model_hash(bl_trainer_model(by_fit.trainer), a);
    bl_model_hash(bl_trainer_model(by_step.trainer), b);
    assert_string_equal(a, b);
    bl_data_free(one);
    drop(&by_fit);
    drop(&by_step);
}

/* Targets are copied as they were given, from any row; classes are no targets, and rows past the end are
   refused. */
static void test_targets_are_given_back(void **state)
{
    (void)state;
    struct maker m;
    double raw[2 * OUTPUTS];
    make(&m, "mse", "constant", "dfa");
    must(&m, bl_data_raw_targets(m.numbers, N - 2, 2, raw));
    for (int i = 0; i < 2 * OUTPUTS; i++)
        assert_true(raw[i] == (double)targets[(N - 2) * OUTPUTS + i]);
    assert_int_equal(bl_data_raw_targets(m.numbers, N - 1, 2, raw), BL_BAD_VALUE);
    assert_int_equal(bl_data_raw_targets(m.classes, 0, 1, raw), BL_BAD_VALUE);
    assert_non_null(strstr(bl_why(m.ctx), "no real-valued targets"));
    drop(&m);
}

/* The gradient of the output's biases is the mean error, which for mse is output - target. */
static void test_inspection_on_targets(void **state)
{
    (void)state;
    struct maker m;
    double scores[BATCH * OUTPUTS];
    bl_tensor delta;
    make(&m, "mse", "constant", "dfa");
    must(&m, bl_model_predict(bl_trainer_model(m.trainer), x, BATCH, scores));
    must(&m, bl_trainer_inspect_targets(m.trainer, x, targets, BATCH));
    assert_true(bl_trainer_delta(m.trainer, 1, &delta));
    for (int i = 0; i < BATCH * OUTPUTS; i++)
        assert_true(fabs((double)delta.values[i] - (scores[i] - (double)targets[i]) / BATCH) < 1e-6);
    drop(&m);
}

static void refused(const struct maker *m, bl_status status, const char *fragment)
{
    if (status != BL_BAD_VALUE)
        fail_msg("%s, expected bad value with \"%s\"", bl_status_name(status), fragment);
    if (!strstr(bl_why(m->ctx), fragment))
        fail_msg("nothing about \"%s\": %s", fragment, bl_why(m->ctx));
}

static void test_arguments_are_checked(void **state)
{
    (void)state;
    struct maker m;
    int32_t wrong[BATCH] = {3};
    make(&m, "ce", "constant", "dfa");
    refused(&m, bl_trainer_step(m.trainer, NULL, labels, 4, NULL), "x is NULL");
    refused(&m, bl_trainer_step(m.trainer, x, NULL, 4, NULL), "labels is NULL");
    refused(&m, bl_trainer_step(m.trainer, x, labels, 0, NULL), "expected 1 to 16");
    refused(&m, bl_trainer_step(m.trainer, x, labels, 17, NULL), "expected 1 to 16");
    refused(&m, bl_trainer_step(m.trainer, x, wrong, 4, NULL), "label 3 of example 0");
    refused(&m, bl_trainer_step_targets(m.trainer, x, targets, 4, NULL), "made for classes");
    refused(&m, bl_trainer_inspect_targets(m.trainer, x, targets, 4), "made for classes");
    refused(&m, bl_trainer_inspect(m.trainer, x, NULL, 4), "labels is NULL");
    refused(&m, bl_trainer_fit(m.trainer, NULL, NULL, NULL, NULL, NULL), "train is NULL");
    drop(&m);
    make(&m, "mse", "constant", "dfa");
    refused(&m, bl_trainer_step(m.trainer, x, labels, 4, NULL), "made for real targets");
    refused(&m, bl_trainer_inspect(m.trainer, x, labels, 4), "made for real targets");
    refused(&m, bl_trainer_step_targets(m.trainer, x, NULL, 4, NULL), "targets is NULL");
    drop(&m);
}

static void test_data_that_do_not_suit(void **state)
{
    static const struct {
        const char *loss;
        bool are_numbers;
        int inputs, outputs;
        const char *fragment;
    } cases[] = {
        {"ce", true, INPUTS, OUTPUTS, "has real targets, but the trainer was made for classes"},
        {"bce", true, INPUTS, OUTPUTS, "has real targets, but the trainer was made for classes"},
        {"mse", false, INPUTS, OUTPUTS, "has classes, but the trainer was made for real targets"},
        {"ce", false, INPUTS, OUTPUTS + 1, "3 outputs"},
        {"ce", false, INPUTS - 1, OUTPUTS, "4 features"},
        {"mse", true, INPUTS, OUTPUTS - 1, "2 outputs"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct maker m;
        bl_data *other = NULL;
        bl_angles angles[2];
        bl_score score;
        make(&m, cases[i].loss, "constant", "dfa");
        bl_data *own = strcmp(cases[i].loss, "mse") == 0 ? m.numbers : m.classes;
        const bl_shape shape = {1, 1, cases[i].inputs};
        must(&m, cases[i].are_numbers
                     ? bl_data_wrap_targets(&other, m.ctx, x, targets, N / 2, shape, cases[i].outputs)
                     : bl_data_wrap(&other, m.ctx, x, labels, N / 2, shape, cases[i].outputs));
        const char *fragment = cases[i].outputs == OUTPUTS + 1 ? "4 outputs" : cases[i].fragment;
        refused(&m, bl_trainer_fit(m.trainer, other, NULL, NULL, NULL, NULL), fragment);
        refused(&m, bl_trainer_fit(m.trainer, own, other, NULL, NULL, NULL), fragment);
        refused(&m, bl_trainer_fit(m.trainer, own, NULL, other, NULL, NULL), fragment);
        refused(&m, bl_trainer_angles(m.trainer, other, 8, angles, 2), fragment);
        refused(&m, bl_model_evaluate(bl_trainer_model(m.trainer), other, &score), "but the model");
        bl_data_free(other);
        drop(&m);
    }
}

static void weight_of(const struct maker *m, float *out)
{
    bl_tensor t;
    assert_true(bl_model_tensor(bl_trainer_model(m->trainer), 3, &t)); /* the output's biases */
    memcpy(out, t.values, OUTPUTS * sizeof *out);
}

/* The change of the output's first bias in one step. */
static double moved(const struct maker *m)
{
    float before[OUTPUTS], after[OUTPUTS];
    weight_of(m, before);
    must(m, bl_trainer_step(m->trainer, x, labels, BATCH, NULL));
    weight_of(m, after);
    return fabs((double)after[0] - (double)before[0]);
}

static void test_the_rate_of_single_steps(void **state)
{
    static const double wrong[] = {-1.0, 1e7, 1e-13, NAN, INFINITY};
    (void)state;
    struct maker m, other;
    make(&m, "ce", "constant", "frozen");
    make(&other, "ce", "constant", "frozen");
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        refused(&m, bl_trainer_set_rate(m.trainer, wrong[i]), "the rate is");
    must(&m, bl_trainer_set_rate(m.trainer, 0.05));
    const double half = moved(&m), whole = moved(&other); /* the default rate of sgd is 0.1 */
    if (!(fabs(half / whole - 0.5) < 1e-4))
        fail_msg("a step of %g at rate 0.05, and of %g at 0.1", half, whole);
    must(&m, bl_trainer_set_rate(m.trainer, 0.0));
    assert_true(moved(&m) > 1.5 * half);
    drop(&m);
    drop(&other);
}

/* A warm-up begins with the rate 0, at which single steps would change nothing. */
static void test_a_rate_of_zero_is_refused(void **state)
{
    (void)state;
    struct maker m;
    make(&m, "ce", "cosine warmup 1", "dfa");
    refused(&m, bl_trainer_step(m.trainer, x, labels, 4, NULL), "bl_trainer_set_rate");
    must(&m, bl_trainer_set_rate(m.trainer, 0.01));
    must(&m, bl_trainer_step(m.trainer, x, labels, 4, NULL));
    drop(&m);
    make(&m, "ce", "cosine", "dfa");
    must(&m, bl_trainer_step(m.trainer, x, labels, 4, NULL));
    must(&m, bl_trainer_fit(m.trainer, m.classes, NULL, NULL, NULL, NULL));
    refused(&m, bl_trainer_step(m.trainer, x, labels, 4, NULL), "after 2 epochs");
    drop(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_steps_on_targets_learn),
        cmocka_unit_test(test_a_step_on_targets_is_that_of_an_epoch),
        cmocka_unit_test(test_inspection_on_targets),
        cmocka_unit_test(test_targets_are_given_back),
        cmocka_unit_test(test_arguments_are_checked),
        cmocka_unit_test(test_data_that_do_not_suit),
        cmocka_unit_test(test_the_rate_of_single_steps),
        cmocka_unit_test(test_a_rate_of_zero_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
