/*
 * test_max_norm.c - the option max-norm: a step is the plain step followed by the bound, computed here in
 * long double; blocks that do not learn keep their weights; threads, saving and the value 0 change no bits.
 */
#include "fixture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { N = 12, SIDE = 6, INPUTS = 2 * SIDE * SIDE, CLASSES = 3, MOST_WEIGHTS = 16384 };

static const double bound = 0.5625;

/* The factor is rounded to float once and its product once more: 2^-23 relative, twice that for the sum's own
   rounding. */
static const double miss = 0x1p-22;

static float x[N * INPUTS];
static int32_t labels[N];
static const struct fixture_batch batch = {x, labels, N, INPUTS, CLASSES, {2, SIDE, SIDE}};

static const char *const nets[] = {"dense 130, tanh, dense 9, tanh, dense 3",
                                   "conv 5 3x3, batchnorm, tanh, dense 3 nobias"};
enum { NETS = sizeof nets / sizeof *nets };

static int fill(void **state)
{
    (void)state;
    fixture_fill(7, x, labels, N, INPUTS, CLASSES);
    return 0;
}

static void make(struct fixture *fixture, int threads, const char *net, const char *rule,
                 const char *max_norm)
{
    fixture_make(fixture, "portable", threads,
                 &(struct fixture_options){
                     .net = net, .rule = rule, .optimizer = "sgd", .init = "fanin", .max_norm = max_norm},
                 &batch);
}

static long double norm_of(const float *w, size_t n)
{
    long double sum = 0.0L;
    for (size_t j = 0; j < n; j++)
        sum += (long double)w[j] * (long double)w[j];
    return sqrtl(sum);
}

static bool is_weight(const char *name)
{
    return strstr(name, ".weight") != NULL;
}

/* The tensor of the bounded trainer against that of the plain one, from equal weights. Returns how many rows
   were above. */
static int check_tensor(bl_tensor bounded, bl_tensor plain)
{
    int above = 0;
    for (size_t i = 0; i < plain.rows; i++) {
        const float *from = plain.values + i * plain.cols, *to = bounded.values + i * plain.cols;
        const long double norm = norm_of(from, plain.cols);
        const bool is_above = is_weight(plain.name) && norm > (long double)bound;
        above += is_above;
        for (size_t j = 0; j < plain.cols; j++) {
            const long double wanted =
                is_above ? (long double)from[j] * (long double)bound / norm : (long double)from[j];
            const long double off = fabsl((long double)to[j] - wanted);
            if (is_above ? off > (long double)miss * fabsl(wanted) : to[j] != from[j])
                fail_msg("%s[%zu, %zu] is %.9g, expected %.9Lg", plain.name, i, j, (double)to[j], wanted);
        }
    }
    return above;
}

/* Both trainers repeatedly take the same step from the same weights. */
static void test_a_step_and_the_bound(void **state)
{
    (void)state;
    for (int k = 0; k < NETS; k++) {
        struct fixture bounded, plain;
        int above = 0, below = 0;
        make(&bounded, 2, nets[k], "dfa", "0.5625");
        make(&plain, 2, nets[k], "dfa", "0");
        for (int step = 0; step < 5; step++) {
            bl_tensor t;
            fixture_copy(&plain, &bounded);
            fixture_step(&bounded, &batch);
            fixture_step(&plain, &batch);
            for (int i = 0; bl_model_tensor(plain.model, i, &t); i++) {
                const int rows = check_tensor(fixture_tensor(&bounded, t.name), t);
                above += rows;
                below += is_weight(t.name) ? (int)t.rows - rows : 0;
            }
        }
        if (above < 5 || below < 5)
            fail_msg("%s: %d rows above the bound and %d below do not test both", nets[k], above, below);
        fixture_free(&bounded);
        fixture_free(&plain);
    }
}

/* The hidden weights of frozen have norms about 0.58, above the bound. */
static void test_frozen_blocks_are_not_bounded(void **state)
{
    (void)state;
    struct fixture fixture;
    float before[MOST_WEIGHTS];
    make(&fixture, 1, nets[0], "frozen", "0.5625");
    const bl_tensor W = fixture_tensor(&fixture, "0.dense.weight");
    assert_in_range(fixture_count(W), 1, MOST_WEIGHTS);
    assert_true(norm_of(W.values, W.cols) > (long double)bound);
    memcpy(before, W.values, fixture_count(W) * sizeof *before);
    fixture_step(&fixture, &batch);
    assert_memory_equal(before, fixture_tensor(&fixture, "0.dense.weight").values,
                        fixture_count(W) * sizeof *before);
    fixture_free(&fixture);
}

static void test_threads_and_saving_change_no_bits(void **state)
{
    (void)state;
    static const char path[] = "test_max_norm.safetensors";
    for (int k = 0; k < NETS; k++) {
        struct fixture one, three, loaded;
        make(&one, 1, nets[k], "dfa", "0.5625");
        make(&three, 3, nets[k], "dfa", "0.5625");
        make(&loaded, 1, nets[k], "dfa", "0.5625");
        fixture_step(&one, &batch);
        fixture_must(&one, bl_trainer_save(one.trainer, path));
        fixture_must(&loaded, bl_trainer_load(loaded.trainer, path));
        fixture_step(&one, &batch);
        fixture_step(&loaded, &batch);
        fixture_step(&three, &batch);
        fixture_step(&three, &batch);
        assert_true(fixture_equal(&one, &three));
        assert_true(fixture_equal(&one, &loaded));
        remove(path);
        fixture_free(&one);
        fixture_free(&three);
        fixture_free(&loaded);
    }
}

static void test_values(void **state)
{
    (void)state;
    static const char *const wrong[] = {"", "-1", "x", "nan", "1e-7", "1001"};
    struct fixture without, zero;
    make(&without, 1, nets[0], "dfa", NULL);
    make(&zero, 1, nets[0], "dfa", "0");
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (bl_config_set(zero.config, "max-norm", wrong[i]) != BL_BAD_VALUE)
            fail_msg("max-norm \"%s\" is taken", wrong[i]);
    fixture_step(&without, &batch);
    fixture_step(&zero, &batch);
    assert_true(fixture_equal(&without, &zero));
    fixture_free(&without);
    fixture_free(&zero);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_step_and_the_bound),
        cmocka_unit_test(test_frozen_blocks_are_not_bounded),
        cmocka_unit_test(test_threads_and_saving_change_no_bits),
        cmocka_unit_test(test_values),
    };
    return cmocka_run_group_tests(tests, fill, NULL);
}
