/*
 * test_bits.c - equal configurations with equal seeds give equal bits: with one, two and three threads, and
 * with gradients that are applied at once or stored first, on every backend.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../src/train/trainer/trainer.h"
#include "fixture.h"
#include "quick.h"

enum { BATCH = 64, EXAMPLES = 2 * BATCH + 37, INPUTS = 100, CLASSES = 10, MOST_THREADS = 3, BLOCKS = 8 };

static float x[EXAMPLES * INPUTS];
static int32_t labels[EXAMPLES];
static const struct fixture_batch all = {x, labels, EXAMPLES, INPUTS, CLASSES, {1, 10, 10}};

struct bits_case {
    const char *net, *optimizer, *loss;
    const char *not_for; /* names of rules that are not defined for this net, separated by blanks */
    const char *precision;
};

static const struct bits_case cases[] = {
    {"dense 96, tanh, dense 80, tanh, dense 10", "rmsprop", "bce", NULL, NULL},
    {"dense 96, relu, dense 80, logistic, dense 10", "sgd momentum 0.9 nesterov decay 1e-4", "ce", NULL,
     NULL},
    {"dense 203, softplus, dense 131, leaky-relu, dense 10", "adam", "mse", NULL,
     NULL}, /* sizes that are no multiple of a tile */
    {"dropout 0.1, conv 84 3x3 pad 1, batchnorm, tanh, maxpool 3 stride 2, conv 9 2x2, relu, dropout 0.2, "
     "avgpool 2, "
     "dense 40, batchnorm, tanh, dense 10",
     "rmsprop", "ce", "ifa pepita", NULL},
    {"conv 18 3x3 stride 2, batchnorm, tanh, dropout 0.1, conv 9 2x2 pad 1, relu, flatten, dense 10",
     "sgd momentum 0.9", "ce", "pepita", NULL},
    {"conv 18 3x3 stride 2, tanh, dropout 0.1, conv 9 2x2 pad 1, relu, flatten, dense 10",
     "sgd momentum 0.9 weight-decay 0.1 l2 0.01", "ce", NULL, NULL},
    {"dense 203, tanh, dense 131, tanh, dense 10", "rmsprop", "ce", NULL, "bf16"},
    {"dense 20, tanh, dense 33, tanh, dense 20, tanh, dense 20, tanh, dense 33, tanh, dense 20, tanh, dense "
     "20, tanh, "
     "dense 10", /* deep enough that each of three threads has its own derivatives */
     "rmsprop", "ce", NULL, NULL},
    {"conv 18 3x3 stride 2, tanh, maxpool 2, dense 161, relu, dense 10", "adam", "ce", "ifa pepita", "bf16"},
};

struct bits { /* results that must not depend on the number of threads */
    char hash[17];
    double losses[4];
    bl_angles angles[BLOCKS];
    double scores[EXAMPLES * CLASSES];
    bl_score score;
};

/* Two passes over three batches, the last of which is partial. */
static void run_steps(struct fixture *fixture, struct bits *out)
{
    for (size_t step = 0; step < 6; step++) {
        const size_t first = step % 3 * BATCH;
        const struct fixture_batch batch = {x + first * INPUTS,
                                            labels + first,
                                            first + BATCH > EXAMPLES ? EXAMPLES - first : BATCH,
                                            INPUTS,
                                            CLASSES,
                                            all.shape};
        out->losses[step % 4] = fixture_step(fixture, &batch);
    }
}

static void measure(struct fixture *fixture, struct bits *out)
{
    fixture_must(fixture, bl_trainer_angles(fixture->trainer, fixture->data, BATCH, out->angles, BLOCKS));
    fixture_must(fixture, bl_model_predict(fixture->model, x, EXAMPLES, out->scores));
    fixture_must(fixture, bl_model_evaluate(fixture->model, fixture->data, &out->score));
    bl_model_hash(fixture->model, out->hash);
}

static struct fixture_options options_of(const struct bits_case *c, const char *rule)
{
    return (struct fixture_options){.net = c->net,
                                    .rule = rule,
                                    .optimizer = c->optimizer,
                                    .loss = c->loss,
                                    .batch = "64",
                                    .seed = "3",
                                    .precision = c->precision};
}

static void take_bits(const struct fixture_options *options, const char *backend, int threads, bool buffered,
                      struct bits *out)
{
    struct fixture fixture;
    memset(out, 0, sizeof *out);
    fixture_make(&fixture, backend, threads, options, &all);
    trainer_use_buffered_sink(fixture.trainer, buffered);
    run_steps(&fixture, out);
    measure(&fixture, out);
    fixture_free(&fixture);
}

/* Whether the rule is not in c->not_for, as a whole word: "fa" is not found in "ifa". */
static bool is_for(const struct bits_case *c, const char *rule)
{
    const size_t n = strlen(rule);
    for (const char *at = c->not_for; at && (at = strstr(at, rule)); at += n)
        if ((at == c->not_for || at[-1] == ' ') && (at[n] == ' ' || at[n] == 0))
            return false;
    return true;
}

/* number: of the rule. In a quick test every third net, so that three rules that follow one another try
   all of them; under a sanitizer one net, so that nine rules do. */
static void check_rule(const char *rule, size_t number, const char *backend)
{
    static struct bits one, other;
    for (size_t i = number % quick_stride(3); i < sizeof cases / sizeof cases[0]; i += quick_stride(3)) {
        const struct fixture_options options = options_of(&cases[i], rule);
        if (!is_for(&cases[i], rule))
            continue;
        take_bits(&options, backend, 1, false, &one);
        /* test_program tests all combinations of threads and buffered gradients; here they change together */
        for (int threads = 1; threads <= MOST_THREADS; threads++) {
            const bool buffered = threads != 2;
            take_bits(&options, backend, threads, buffered, &other);
            if (strcmp(one.hash, other.hash) != 0)
                fail_msg("%s, %s on %s: %d threads%s give other weights", rule, cases[i].net, backend,
                         threads, buffered ? " and collected gradients" : "");
            assert_memory_equal(&one, &other, sizeof one);
        }
    }
}

static void test_steps(void **state)
{
    (void)state;
    for (int backend = 0; bl_backend_name(backend); backend++)
        for (int rule = 0; bl_rule_name(rule); rule++)
            check_rule(bl_rule_name(rule), (size_t)rule, bl_backend_name(backend));
    quick_report(3, "nets of a rule", "other rules try them; test_bits_all tries all");
}

/* Trains two shuffled epochs by bl_trainer_fit. */
static void fit(const struct fixture_options *options, const char *backend, int threads, struct bits *out)
{
    struct fixture fixture;
    memset(out, 0, sizeof *out);
    fixture_make(&fixture, backend, threads, options, &all);
    fixture_must(&fixture, bl_trainer_fit(fixture.trainer, fixture.data, NULL, fixture.data, NULL, NULL));
    measure(&fixture, out);
    fixture_free(&fixture);
}

static void test_fit(void **state)
{
    (void)state;
    static struct bits one, other;
    for (int backend = 0; bl_backend_name(backend); backend++)
        for (int rule = 0; bl_rule_name(rule); rule++) {
            struct fixture_options options = options_of(&cases[0], bl_rule_name(rule));
            options.epochs = "2";
            fit(&options, bl_backend_name(backend), 1, &one);
            for (int threads = 2; threads <= MOST_THREADS; threads++) {
                fit(&options, bl_backend_name(backend), threads, &other);
                assert_memory_equal(&one, &other, sizeof one);
            }
            options.seed = "4"; /* negative control: another seed gives another hash */
            fit(&options, bl_backend_name(backend), 1, &other);
            assert_string_not_equal(one.hash, other.hash);
        }
}

/* Negative control: changing one bit of one weight changes the hash. */
static void test_hash_sees_one_bit(void **state)
{
    (void)state;
    const struct fixture_options options = options_of(&cases[0], "dfa");
    struct fixture a, b;
    float values[96];
    fixture_make(&a, "portable", 1, &options, &all);
    fixture_make(&b, "portable", 1, &options, &all);
    assert_true(fixture_equal(&a, &b));
    const bl_tensor t = fixture_tensor(&b, "0.dense.bias");
    memcpy(values, t.values, fixture_count(t) * sizeof *values);
    ((unsigned char *)&values[95])[0] ^= 1;
    fixture_set(&b, t.name, values, fixture_count(t));
    assert_false(fixture_equal(&a, &b));
    fixture_free(&a);
    fixture_free(&b);
}

static int make_data(void **state)
{
    (void)state;
    fixture_fill(21, x, labels, EXAMPLES, INPUTS, CLASSES);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_steps), cmocka_unit_test(test_fit),
                                       cmocka_unit_test(test_hash_sees_one_bit)};
    return cmocka_run_group_tests(tests, make_data, NULL);
}
