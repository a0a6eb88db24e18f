/*
 * test_random_numbers.c - random numbers: the published outputs of the generator, the ranges and moments of
 * the weights and the feedback that a trainer draws, shuffles, and logarithm and cosine.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../src/base/maths.h"
#include "../src/base/rng.h"
#include "fixture.h"

#include <math.h>

/* Bound in standard deviations. Draws are the same in every run, so that the test does not fail at random. */
static const double deviations = 5.0;
/* The error that maths.h states, plus that of the long double reference. */
static const double maths_bound = 4e-16;

enum { MANY = 4096, ORDERS = 6000, INPUTS = 50, CLASSES = 5, N = 4, UNITS_0 = 120, UNITS_1 = 80 };

static const char *const net = "dense 120, tanh, dense 80, tanh, dense 5";

static float x[N * INPUTS];
static int32_t labels[N];
static const struct fixture_batch batch = {x, labels, N, INPUTS, CLASSES, FIXTURE_ROWS};

/* ---- the generator ---- */

/* Counter and key are passed unchanged, see rng_block. */
struct philox_case {
    uint32_t counter[4], key[2], out[4];
};

static const struct philox_case philox[] = {
    /* the known answers of the authors, Random123's kat_vectors */
    {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
    {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
     {0xffffffff, 0xffffffff},
     {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
    {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
     {0xa4093822, 0x299f31d0},
     {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
};

static void test_known_answers(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof philox / sizeof philox[0]; i++) {
        const struct philox_case *c = &philox[i];
        const struct rng rng = {.seed = c->key[0] | (uint64_t)c->key[1] << 32,
                                .step = c->counter[1],
                                .layer = c->counter[2],
                                .stream = (enum rng_stream)(c->counter[3] & 0xffff),
                                .pass = c->counter[3] >> 16};
        uint32_t out[4];
        rng_block(&rng, c->counter[0], out);
        assert_memory_equal(out, c->out, sizeof out);
    }
}

/* Every part of a stream's address gives other numbers, and streams of uniform numbers are uncorrelated. */
static void test_streams_are_apart(void **state)
{
    (void)state;
    static const struct rng rngs[] = {{1, RNG_WEIGHTS, 0, 0, 0}, {2, RNG_WEIGHTS, 0, 0, 0},
                                      {1, RNG_BIASES, 0, 0, 0},  {1, RNG_FEEDBACK, 0, 0, 0},
                                      {1, RNG_WEIGHTS, 1, 0, 0}, {1, RNG_WEIGHTS, 0, 1, 0},
                                      {1, RNG_WEIGHTS, 0, 0, 1}, {1ull << 32, RNG_WEIGHTS, 0, 0, 0}};
    enum { N_RNGS = sizeof rngs / sizeof rngs[0] };
    static float u[N_RNGS][MANY];
    for (int i = 0; i < N_RNGS; i++)
        rng_uniform(&rngs[i], 1.0f, MANY, u[i]);
    for (int i = 0; i < N_RNGS; i++)
        for (int j = 0; j < i; j++) {
            double sum = 0.0;
            for (int k = 0; k < MANY; k++)
                sum += 3.0 * (double)u[i][k] * (double)u[j][k]; /* a product has the deviation 1/3 */
            assert_true(fabs(sum) < deviations * sqrt(MANY));
        }
}

static void test_a_longer_draw_begins_like_a_shorter(void **state)
{
    (void)state;
    const struct rng rng = {7, RNG_FEEDBACK, 0, 2, 0};
    float a[MANY], b[MANY];
    rng_uniform(&rng, 0.5f, MANY, a);
    rng_normal(&rng, 0.5f, MANY, b);
    for (size_t n = 1; n < 12; n++) {
        float some[12];
        rng_uniform(&rng, 0.5f, n, some);
        assert_memory_equal(some, a, n * sizeof *some);
        rng_normal(&rng, 0.5f, n, some);
        assert_memory_equal(some, b, n * sizeof *some);
    }
}

/* ---- shuffles ---- */

static void test_a_shuffle_has_every_number_once(void **state)
{
    (void)state;
    for (uint32_t n = 0; n < 200; n++) {
        const struct rng rng = {3, RNG_SHUFFLE, 0, 0, n};
        uint32_t order[200];
        bool seen[200] = {false};
        rng_permutation(&rng, n, order);
        for (uint32_t i = 0; i < n; i++) {
            assert_true(order[i] < n && !seen[order[i]]);
            seen[order[i]] = true;
        }
    }
}

/* Chi squared of counts that should be equal has the mean n - 1 and the deviation sqrt(2 (n - 1)). */
static void assert_even(const int *counts, int n)
{
    double chi = 0.0, sum = 0.0;
    for (int i = 0; i < n; i++)
        sum += counts[i];
    for (int i = 0; i < n; i++)
        chi += pow(counts[i] - sum / n, 2) / (sum / n);
    assert_true(chi < n - 1 + deviations * sqrt(2.0 * (n - 1)));
}

static void test_shuffles_are_even(void **state)
{
    (void)state;
    int orders[27] = {0}, at[8][8] = {{0}};
    for (uint32_t step = 0; step < ORDERS; step++) {
        const struct rng rng = {5, RNG_SHUFFLE, 0, 0, step};
        uint32_t three[3], eight[8];
        rng_permutation(&rng, 3, three);
        orders[three[0] * 9 + three[1] * 3 + three[2]]++;
        rng_permutation(&rng, 8, eight);
        for (int i = 0; i < 8; i++)
            at[i][eight[i]]++;
    }
    const int six[6] = {orders[5],  orders[7],  orders[11],
                        orders[15], orders[19], orders[21]}; /* 012, 021, 102, ... */
    assert_int_equal(six[0] + six[1] + six[2] + six[3] + six[4] + six[5], ORDERS);
    assert_even(six, 6);
    for (int i = 0; i < 8; i++)
        assert_even(at[i], 8);
}

/* ---- logarithm and cosine ---- */

static void test_logarithm(void **state)
{
    (void)state;
    const struct rng rng = {1, RNG_WEIGHTS, 0, 0, 0};
    for (uint64_t i = 0; i < 50000; i++) {
        uint32_t words[4];
        rng_block(&rng, i, words);
        const double m = 1.0 + words[0] * 0x1p-32 + words[1] * 0x1p-52;
        const double value = ldexp(m, (int)(words[2] % 2000) - 1000);
        const double near_one = 1.0 + (words[3] * 0x1p-32 - 0.5) * 0.5;
        assert_true(fabsl(maths_log(value) / logl(value) - 1.0L) < (long double)maths_bound);
        if (fabs(near_one - 1.0) > 1e-3)
            assert_true(fabsl(maths_log(near_one) / logl(near_one) - 1.0L) < (long double)maths_bound);
    }
    assert_true(maths_log(1.0) == 0.0);
}

static void test_cosine(void **state)
{
    (void)state;
    const struct rng rng = {2, RNG_WEIGHTS, 0, 0, 0};
    const long double two_pi = 8 * atanl(1.0L);
    for (uint64_t i = 0; i < 50000; i++) {
        uint32_t words[4];
        rng_block(&rng, i, words);
        const double t =
            words[0] * 0x1p-32 - 0.5 + (words[1] % 3 == 0 ? (int)(words[2] >> 2) - (1 << 29) : 0);
        const long double turns = (long double)t - floorl((long double)t + 0.5L); /* exact */
        assert_true(fabsl(maths_cos_turns(t) - cosl(two_pi * turns)) < (long double)maths_bound);
    }
    static const double exact[][2] = {{0, 1}, {0.25, 0},  {0.5, -1}, {0.75, 0},
                                      {1, 1}, {-0.25, 0}, {-0.5, -1}};
    for (size_t i = 0; i < sizeof exact / sizeof exact[0]; i++)
        assert_true(maths_cos_turns(exact[i][0]) == exact[i][1]);
}

/* ---- what a trainer draws ---- */

/* Whether the values fit a uniform distribution on (-limit, limit): none outside, the largest near the limit,
   mean and variance. */
static bool fits_uniform(bl_tensor t, double limit)
{
    const double n = (double)fixture_count(t);
    double largest = 0.0, sum = 0.0, squares = 0.0;
    for (size_t i = 0; i < fixture_count(t); i++) {
        const double value = (double)t.values[i] / limit;
        largest = fmax(largest, fabs(value));
        sum += value;
        squares += value * value;
    }
    /* deviations: of a value 1/sqrt 3, of its square 2/sqrt 45; the largest of n is below 1 - 10/n with
       e^-10 */
    return largest <= 1.0 + 1e-7 && largest > 1.0 - 10.0 / n && fabs(sum / n) < deviations / sqrt(3.0 * n) &&
           fabs(squares / n - 1.0 / 3.0) < deviations * 2.0 / sqrt(45.0 * n);
}

/* Whether the values fit a normal distribution: mean, variance, and the fractions beyond one and two
   deviations. */
static bool fits_normal(bl_tensor t, double sigma)
{
    const double n = (double)fixture_count(t);
    double sum = 0.0, squares = 0.0, beyond[2] = {0.0, 0.0};
    for (size_t i = 0; i < fixture_count(t); i++) {
        const double value = (double)t.values[i] / sigma;
        sum += value;
        squares += value * value;
        beyond[0] += fabs(value) > 1.0;
        beyond[1] += fabs(value) > 2.0;
    }
    static const double shares[2] = {0.31731, 0.04550};
    for (int i = 0; i < 2; i++)
        if (fabs(beyond[i] / n - shares[i]) > deviations * sqrt(shares[i] * (1 - shares[i]) / n))
            return false;
    return fabs(sum / n) < deviations / sqrt(n) && fabs(squares / n - 1.0) < deviations * sqrt(2.0 / n);
}

struct draw_case {
    const char *rule, *init, *feedback, *tensor;
    size_t rows, cols;
    bool is_normal;
    double size;  /* the limit, or the deviation */
    double wrong; /* negative control: a size that must not fit; 0: none */
};

#define ROOT_50 7.0710678118654752
#define ROOT_80 8.9442719099991588
#define ROOT_120 10.954451150103322
#define ROOT_5 2.2360679774997897

static const struct draw_case draws[] = {
    {"bp", "fanin", NULL, "0.dense.weight", UNITS_0, INPUTS, false, 1 / ROOT_50, 1 / ROOT_120},
    {"bp", "fanin", NULL, "1.dense.weight", UNITS_1, UNITS_0, false, 1 / ROOT_120, 1 / ROOT_80},
    {"bp", "fanin", NULL, "2.dense.weight", CLASSES, UNITS_1, false, 1 / ROOT_80, 1 / ROOT_5},
    {"bp", "fanin", NULL, "0.dense.bias", 1, UNITS_0, false, 1 / ROOT_50, 1 / ROOT_5},
    {"bp", "glorot", NULL, "1.dense.weight", UNITS_1, UNITS_0, false, 0.17320508075688773,
     1 / ROOT_120}, /* root 6/200 */
    {"bp", "uniform 0.01", NULL, "1.dense.weight", UNITS_1, UNITS_0, false, 0.01, 1 / ROOT_120},
    {"bp", "uniform 0.01", NULL, "1.dense.bias", 1, UNITS_1, false, 0.01, 1 / ROOT_120},
    {"bp", "he", NULL, "1.dense.weight", UNITS_1, UNITS_0, true, 0.12909944487358056,
     1 / ROOT_120}, /* root 2/120 */
    /* the fan-out is the number of units that receive the signal; the negative control uses the classes, or
       the units that send it */
    {"dfa", "zero", "nokland", "0.feedback", CLASSES, UNITS_0, false, 1 / ROOT_120, 1 / ROOT_5},
    {"dfa", "zero", "nokland", "1.feedback", CLASSES, UNITS_1, false, 1 / ROOT_80, 1 / ROOT_5},
    {"ifa", "fanin", "nokland", "0.feedback", CLASSES, UNITS_0, false, 1 / ROOT_120, 1 / ROOT_5},
    {"fa", "zero", "nokland", "1.feedback", UNITS_1, UNITS_0, false, 1 / ROOT_120, 1 / ROOT_80},
    {"fa", "zero", "nokland", "2.feedback", CLASSES, UNITS_1, false, 1 / ROOT_80, 1 / ROOT_5},
    {"dfa", "zero", "lillicrap", "0.feedback", CLASSES, UNITS_0, false, 0.5, 1 / ROOT_120},
    {"fa", "zero", "lillicrap", "1.feedback", UNITS_1, UNITS_0, false, 0.5, 1 / ROOT_120},
    {"dfa", "zero", "uniform 0.3", "1.feedback", CLASSES, UNITS_1, false, 0.3, 0.5},
    {"dfa", "zero", "normal 0.7", "0.feedback", CLASSES, UNITS_0, true, 0.7, 0.49},
    {"fa", "zero", "normal 2", "1.feedback", UNITS_1, UNITS_0, true, 2.0, 4.0},
};

static void check_draw(const struct draw_case *c, const char *seed)
{
    const struct fixture_options options = {.net = net,
                                            .rule = c->rule,
                                            .init = c->init,
                                            .feedback = c->feedback,
                                            .optimizer = "rmsprop",
                                            .seed = seed};
    struct fixture fixture;
    fixture_make(&fixture, "portable", 1, &options, &batch);
    const bl_tensor t = fixture_tensor(&fixture, c->tensor);
    assert_non_null(t.values);
    assert_int_equal(fixture_count(t), c->rows * c->cols);
    if (c->rows > 1) {
        assert_int_equal(t.rows, c->rows);
        assert_int_equal(t.cols, c->cols);
    }
    bool (*const fits)(bl_tensor, double) = c->is_normal ? fits_normal : fits_uniform;
    if (!fits(t, c->size))
        fail_msg("%s, init %s, feedback %s: %s is not of size %g", c->rule, c->init, c->feedback, c->tensor,
                 c->size);
    if (fits(t, c->wrong))
        fail_msg("%s, init %s, feedback %s: %s passes for size %g", c->rule, c->init, c->feedback, c->tensor,
                 c->wrong);
    fixture_free(&fixture);
}

static void test_draws_have_their_sizes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof draws / sizeof draws[0]; i++) {
        check_draw(&draws[i], "1");
        check_draw(&draws[i], "18446744073709551615");
    }
}

/* fanin-first: the first layer has the bits that fanin gives it, and all others are 0. */
static void test_only_the_first_layer_is_drawn(void **state)
{
    static const char *const names[] = {"0.dense.weight", "0.dense.bias",   "1.dense.weight",
                                        "1.dense.bias",   "2.dense.weight", "2.dense.bias"};
    struct fixture first, all;
    (void)state;
    fixture_make(&first, "portable", 1,
                 &(struct fixture_options){.net = net, .rule = "fa", .init = "fanin-first"}, &batch);
    fixture_make(&all, "portable", 1, &(struct fixture_options){.net = net, .rule = "fa", .init = "fanin"},
                 &batch);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const bl_tensor a = fixture_tensor(&first, names[i]), b = fixture_tensor(&all, names[i]);
        assert_true(a.values && b.values && b.values[0] != 0.0f);
        for (size_t k = 0; k < fixture_count(a); k++)
            assert_true(a.values[k] == (i < 2 ? b.values[k] : 0.0f));
    }
    fixture_free(&first);
    fixture_free(&all);
}

static void test_only_the_matrices_of_the_rule_are_drawn(void **state)
{
    (void)state;
    static const struct {
        const char *rule;
        bool has[3]; /* "0.feedback", ... */
    } rules[] = {{"bp", {false, false, false}},     {"fa", {false, true, true}},
                 {"dfa", {true, true, false}},      {"ifa", {true, false, false}},
                 {"frozen", {false, false, false}}, {"linear", {false, false, false}}};
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        const struct fixture_options options = {.net = net, .rule = rules[i].rule};
        struct fixture fixture;
        fixture_make(&fixture, "portable", 1, &options, &batch);
        for (int l = 0; l < 3; l++) {
            char name[40];
            snprintf(name, sizeof name, "%d.feedback", l);
            assert_int_equal(fixture_tensor(&fixture, name).values != NULL, rules[i].has[l]);
        }
        fixture_free(&fixture);
    }
}

/* Whether the first numbers of two tensors are uncorrelated, as each has a stream of its own. */
static bool are_apart(bl_tensor s, bl_tensor t)
{
    const size_t n = fixture_count(s) < fixture_count(t) ? fixture_count(s) : fixture_count(t);
    double st = 0.0, ss = 0.0, tt = 0.0;
    for (size_t i = 0; i < n; i++) {
        st += (double)s.values[i] * (double)t.values[i];
        ss += (double)s.values[i] * (double)s.values[i];
        tt += (double)t.values[i] * (double)t.values[i];
    }
    return fabs(st) < deviations * sqrt(ss * tt / (double)n);
}

static void test_tensors_are_drawn_apart(void **state)
{
    (void)state;
    static const char *const rules[] = {"fa", "dfa"};
    for (size_t r = 0; r < sizeof rules / sizeof rules[0]; r++) {
        const struct fixture_options options = {.net = net, .rule = rules[r], .init = "fanin"};
        struct fixture fixture;
        bl_tensor s, t;
        fixture_make(&fixture, "portable", 1, &options, &batch);
        for (int i = 0; bl_model_tensor(fixture.model, i, &s); i++)
            for (int j = 0; j < i; j++) {
                assert_true(bl_model_tensor(fixture.model, j, &t));
                if (fixture_count(s) > 25 && fixture_count(t) > 25 &&
                    !are_apart(s, t)) /* fewer numbers prove nothing */
                    fail_msg("rule %s: %s goes with %s", rules[r], s.name, t.name);
            }
        fixture_free(&fixture);
    }
}

/* The default size of B depends on the optimiser. */
static void test_default_feedback_follows_the_optimizer(void **state)
{
    (void)state;
    static const char *const defaults[][2] = {
        {"rmsprop", "nokland"}, {"adam", "nokland"}, {"sgd", "uniform 1"}, {"sgd momentum 0.9", "uniform 1"}};
    for (size_t i = 0; i < sizeof defaults / sizeof defaults[0]; i++) {
        const struct fixture_options options = {.net = net, .rule = "dfa", .optimizer = defaults[i][0]};
        struct fixture fixture;
        fixture_make(&fixture, "portable", 1, &options, &batch);
        assert_string_equal(bl_config_get(bl_trainer_config(fixture.trainer), "feedback"), defaults[i][1]);
        assert_true(fits_uniform(fixture_tensor(&fixture, "0.feedback"), i < 2 ? 1 / ROOT_120 : 1.0));
        fixture_free(&fixture);
    }
}

/* With sgd the feedback of a chain keeps the size of the signal: it is uniform within sqrt(3 / n), where n is
   the number of terms of each sum (units, or channels times places of a window). With one hidden block there
   is no chain, and fa is dfa. */
static void test_default_feedback_of_a_chain(void **state)
{
    (void)state;
    static const struct {
        const char *rule, *net, *optimizer, *expected, *tensor;
        double limit;
    } cases[] = {
        {"fa", "dense 120, tanh, dense 90, tanh, dense 5", "sgd", "fanin", "1.feedback", 0.18257418583505536},
        {"kp", "dense 120, tanh, dense 90, tanh, dense 5", "sgd momentum 0.9", "fanin", "2.feedback",
         0.7745966692414834},
        {"fa", "dense 120, relu, dense 90, tanh, dense 5", "sgd", "fanin 0.5", "1.feedback",
         0.09128709291752768},
        {"fa", "dense 120, tanh, dense 90, tanh, dense 5", "rmsprop", "nokland", "1.feedback",
         0.09128709291752768},
        {"fa", "dense 120, tanh, dense 5", "sgd", "uniform 1", "1.feedback", 1.0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct fixture_options options = {
            .net = cases[i].net, .rule = cases[i].rule, .optimizer = cases[i].optimizer};
        struct fixture fixture;
        fixture_make(&fixture, "portable", 1, &options, &batch);
        assert_string_equal(bl_config_get(bl_trainer_config(fixture.trainer), "feedback"), cases[i].expected);
        assert_true(fits_uniform(fixture_tensor(&fixture, cases[i].tensor), cases[i].limit));
        fixture_free(&fixture);
    }
}

/* A 3x3 window with stride 1 covers an inner number 9 times for each of 20 channels; on 8 x 8 with 6 x 6
   positions, 36 / 64 of that on average. */
static void test_fanin_counts_windows(void **state)
{
    (void)state;
    static float images[4 * 64];
    static const int32_t four[4] = {0, 1, 2, 3};
    const struct fixture_batch maps = {images, four, 4, 64, 5, {1, 8, 8}};
    const struct fixture_options options = {
        .net = "conv 16 3x3 pad 1, tanh, conv 20 3x3, tanh, dense 5", .rule = "fa", .feedback = "fanin 2"};
    struct fixture fixture;
    fixture_make(&fixture, "portable", 1, &options, &maps);
    assert_true(
        fits_uniform(fixture_tensor(&fixture, "1.feedback"), 2.0 * sqrt(3.0 / (20.0 * 9.0 * 36.0 / 64.0))));
    fixture_free(&fixture);
}

static bool same_tensor(const struct fixture *a, const struct fixture *b, const char *name)
{
    const bl_tensor s = fixture_tensor(a, name), t = fixture_tensor(b, name);
    return fixture_count(s) == fixture_count(t) &&
           memcmp(s.values, t.values, fixture_count(s) * sizeof(float)) == 0;
}

static void test_the_seed_alone_decides(void **state)
{
    (void)state;
    const struct fixture_options options = {.net = net, .rule = "dfa", .init = "fanin", .seed = "1"};
    struct fixture_options other = options;
    struct fixture fixture, seeded;
    other.seed = "2";
    fixture_make(&fixture, "portable", 1, &options, &batch);
    fixture_make(&seeded, "portable", 1, &other, &batch);
    static const char *const names[] = {"0.dense.weight", "1.dense.weight", "0.dense.bias", "0.feedback",
                                        "1.feedback"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        assert_false(same_tensor(&fixture, &seeded, names[i]));
    for (int backend = 0; bl_backend_name(backend); backend++) {
        struct fixture again;
        fixture_make(&again, bl_backend_name(backend), 3, &options, &batch);
        for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
            assert_true(same_tensor(&fixture, &again, names[i]));
        fixture_free(&again);
    }
    fixture_free(&fixture);
    fixture_free(&seeded);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_answers),
        cmocka_unit_test(test_streams_are_apart),
        cmocka_unit_test(test_a_longer_draw_begins_like_a_shorter),
        cmocka_unit_test(test_a_shuffle_has_every_number_once),
        cmocka_unit_test(test_shuffles_are_even),
        cmocka_unit_test(test_logarithm),
        cmocka_unit_test(test_cosine),
        cmocka_unit_test(test_draws_have_their_sizes),
        cmocka_unit_test(test_only_the_first_layer_is_drawn),
        cmocka_unit_test(test_only_the_matrices_of_the_rule_are_drawn),
        cmocka_unit_test(test_tensors_are_drawn_apart),
        cmocka_unit_test(test_default_feedback_follows_the_optimizer),
        cmocka_unit_test(test_default_feedback_of_a_chain),
        cmocka_unit_test(test_fanin_counts_windows),
        cmocka_unit_test(test_the_seed_alone_decides),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
