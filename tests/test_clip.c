/*
 * test_clip.c - the options clip-norm and clip-value: a clipped step of sgd is the plain step times the
 * factor, or the step by the limited gradients, computed here in long double from bl_trainer_gradient; a
 * limit that no gradient exceeds, threads and saving change no bits; invalid values are refused.
 */
#include "fixture.h"

#include "backless_experimental.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { N = 12, SIDE = 6, INPUTS = 2 * SIDE * SIDE, CLASSES = 3, MOST = 65536, MOST_TENSORS = 32 };

/* A weight is about 1 and changes by a product that is rounded twice: 2^-23 of it, and 2^-22 of the
   change. */
static const double miss = 0x1p-22;
static const double rate = 0.5;

static float x[N * INPUTS];
static int32_t labels[N];
static const struct fixture_batch batch = {x, labels, N, INPUTS, CLASSES, {2, SIDE, SIDE}};

static const struct {
    const char *net, *rule;
} cases[] = {
    {"dense 130, tanh, dense 9, tanh, dense 3", "bp"},
    {"dense 130, tanh, dense 9, tanh, dense 3", "dfa"},
    {"conv 5 3x3, batchnorm, tanh, maxpool 2x2, dense 3", "bp"},
    {"conv 5 3x3, batchnorm, tanh, dense 8, tanh, dense 3", "dkp"},
    {"dense 20, tanh, residual (dense 20, tanh, dense 20), layernorm, tanh, dense 3", "kp"},
    {"dense 130, tanh, dense 3", "frozen"},
    {"dense 9, tanh, dense 7, tanh, dense 3", "pepita"},
};
enum { CASES = sizeof cases / sizeof *cases };

static int fill(void **state)
{
    (void)state;
    fixture_fill(7, x, labels, N, INPUTS, CLASSES);
    return 0;
}

static void make(struct fixture *fixture, int threads, size_t k, const char *norm, const char *value)
{
    fixture_make(fixture, "portable", threads,
                 &(struct fixture_options){.net = cases[k].net,
                                           .rule = cases[k].rule,
                                           .optimizer = "sgd",
                                           .lr = "0.5",
                                           .init = "fanin",
                                           .lambda = "0", /* kp and dkp decay after the clipping */
                                           .clip_norm = norm,
                                           .clip_value = value},
                 &batch);
}

static float gradients[MOST];
static size_t at[MOST_TENSORS]; /* position of the gradient of each tensor; MOST: it has none */

/* Computes the gradients of the step that the trainer would take; returns their norm. */
static long double inspect(const struct fixture *fixture)
{
    long double squares = 0.0L;
    size_t n = 0;
    bl_tensor t, g;
    fixture_must(fixture, bl_trainer_inspect(fixture->trainer, x, labels, N));
    for (int i = 0; bl_model_tensor(fixture->model, i, &t); i++) {
        assert_in_range(i, 0, MOST_TENSORS - 1);
        at[i] = MOST;
        if (!bl_trainer_gradient(fixture->trainer, i, &g))
            continue;
        assert_in_range(n + fixture_count(g), 0, MOST);
        memcpy(gradients + n, g.values, fixture_count(g) * sizeof *gradients);
        at[i] = n;
        n += fixture_count(g);
    }
    for (size_t j = 0; j < n; j++)
        squares += (long double)gradients[j] * (long double)gradients[j];
    return sqrtl(squares);
}

static long double clipped(float g, long double norm, double most_norm, double most)
{
    if (most > 0.0)
        return fmaxl(fminl((long double)g, (long double)most), -(long double)most);
    const long double factor = (long double)most_norm / (norm + 1e-6L);
    return factor < 1.0L ? (long double)g * factor : (long double)g;
}

static float before[MOST];

static void check_step(struct fixture *fixture, size_t k, double most_norm, double most)
{
    const long double norm = inspect(fixture);
    size_t n = 0, limited = 0;
    bl_tensor t;
    for (int i = 0; bl_model_tensor(fixture->model, i, &t); n += fixture_count(t), i++)
        memcpy(before + n, t.values, fixture_count(t) * sizeof *before);
    fixture_step(fixture, &batch);
    n = 0;
    for (int i = 0; bl_model_tensor(fixture->model, i, &t); n += fixture_count(t), i++)
        for (size_t j = 0; at[i] < MOST && j < fixture_count(t); j++) {
            const float g = gradients[at[i] + j];
            const long double now = clipped(g, norm, most_norm, most),
                              wanted = (long double)before[n + j] - (long double)rate * now,
                              off = fabsl((long double)t.values[j] - wanted);
            limited += fabsl(now) < fabsl((long double)g);
            if (off > (long double)miss * (1.0L + fabsl((long double)before[n + j]) + fabsl(now)))
                fail_msg("%s, %s: %s[%zu] is %.9g, expected %.9Lg", cases[k].net, cases[k].rule, t.name, j,
                         (double)t.values[j], wanted);
        }
    if (limited < 3)
        fail_msg("%s, %s: %zu numbers above the limit do not test it", cases[k].net, cases[k].rule, limited);
}

static void test_a_step_is_that_of_clipped_gradients(void **state)
{
    (void)state;
    for (size_t k = 0; k < CASES; k++) {
        struct fixture norm, value;
        make(&norm, 2, k, "0.03125", NULL);
        make(&value, 2, k, NULL, "0.0078125");
        for (int step = 0; step < 3; step++) {
            check_step(&norm, k, 0.03125, 0.0);
            check_step(&value, k, 0.0, 0.0078125);
        }
        fixture_free(&norm);
        fixture_free(&value);
    }
}

/* With such a limit updates wait for all gradients, and the step has the bits of the plain step. */
static void test_a_limit_that_nothing_exceeds_changes_no_bits(void **state)
{
    (void)state;
    for (size_t k = 0; k < CASES; k++) {
        struct fixture plain, norm, value;
        make(&plain, 2, k, NULL, NULL);
        make(&norm, 2, k, "1000", NULL);
        make(&value, 2, k, NULL, "1000");
        for (int step = 0; step < 3; step++) {
            fixture_step(&plain, &batch);
            fixture_step(&norm, &batch);
            fixture_step(&value, &batch);
        }
        if (!fixture_equal(&plain, &norm) || !fixture_equal(&plain, &value))
            fail_msg("%s, %s: a limit of 1000 changes the step", cases[k].net, cases[k].rule);
        fixture_free(&plain);
        fixture_free(&norm);
        fixture_free(&value);
    }
}

static void test_threads_and_saving_change_no_bits(void **state)
{
    (void)state;
    static const char path[] = "test_clip.safetensors";
    for (size_t k = 0; k < CASES; k++) {
        struct fixture one, three, loaded, plain;
        make(&one, 1, k, "0.03125", NULL);
        make(&three, 3, k, "0.03125", NULL);
        make(&loaded, 1, k, "0.03125", NULL);
        make(&plain, 1, k, NULL, NULL);
        fixture_step(&one, &batch);
        fixture_must(&one, bl_trainer_save(one.trainer, path));
        fixture_must(&loaded, bl_trainer_load(loaded.trainer, path));
        fixture_step(&one, &batch);
        fixture_step(&loaded, &batch);
        for (int step = 0; step < 2; step++) {
            fixture_step(&three, &batch);
            fixture_step(&plain, &batch);
        }
        assert_true(fixture_equal(&one, &three));
        assert_true(fixture_equal(&one, &loaded));
        assert_false(fixture_equal(&one, &plain)); /* control: clipping changes the weights */
        remove(path);
        fixture_free(&one);
        fixture_free(&three);
        fixture_free(&loaded);
        fixture_free(&plain);
    }
}

static void refuse(const char *const options[][2], const char *why)
{
    bl_context *ctx = bl_context_new(NULL);
    bl_config *config = NULL;
    bl_data *data = NULL;
    bl_trainer *trainer = NULL;
    assert_int_equal(bl_config_create(&config, ctx), BL_OK);
    for (size_t i = 0; options[i][0]; i++)
        assert_int_equal(bl_config_set(config, options[i][0], options[i][1]), BL_OK);
    assert_int_equal(bl_data_wrap(&data, ctx, x, labels, N, (bl_shape){1, 1, INPUTS}, CLASSES), BL_OK);
    assert_int_equal(bl_trainer_create(&trainer, ctx, config, data), BL_BAD_VALUE);
    if (!strstr(bl_why(ctx), why))
        fail_msg("%s", bl_why(ctx));
    bl_data_free(data);
    bl_config_free(config);
    bl_context_free(ctx);
}

static void test_values(void **state)
{
    (void)state;
    static const char *const wrong[] = {"", "-1", "x", "nan", "1e-7", "1001"};
    struct fixture fixture;
    make(&fixture, 1, 0, "0", "0");
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (bl_config_set(fixture.config, "clip-norm", wrong[i]) != BL_BAD_VALUE ||
            bl_config_set(fixture.config, "clip-value", wrong[i]) != BL_BAD_VALUE)
            fail_msg("\"%s\" is taken", wrong[i]);
    fixture_free(&fixture);
    refuse((const char *const[][2]){{"clip-norm", "1"}, {"clip-value", "1"}, {NULL, NULL}}, "one of the two");
    refuse((const char *const[][2]){{"clip-norm", "1"}, {"memory", "low"}, {NULL, NULL}},
           "use memory normal");
    refuse((const char *const[][2]){{"clip-value", "1"}, {"memory", "low"}, {NULL, NULL}},
           "use memory normal");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_step_is_that_of_clipped_gradients),
        cmocka_unit_test(test_a_limit_that_nothing_exceeds_changes_no_bits),
        cmocka_unit_test(test_threads_and_saving_change_no_bits),
        cmocka_unit_test(test_values),
    };
    return cmocka_run_group_tests(tests, fill, NULL);
}
