/*
 * test_learnable.c - configurations that cannot learn are refused or reported in a note: before the first
 * step; during training, if the deltas of a block stay 0; and if the last batch is too small for batch norm.
 */
#include "fixture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { N = 24, INPUTS = 9, CLASSES = 3, STEPS = 14 };

static float x[N * INPUTS];
static int32_t labels[N];
static const struct fixture_batch batch = {x, labels, N, INPUTS, CLASSES, FIXTURE_ROWS};
static const struct fixture_batch maps = {x, labels, N, INPUTS, CLASSES, {1, 3, 3}};

static int fill(void **state)
{
    (void)state;
    fixture_fill(5, x, labels, N, INPUTS, CLASSES);
    return 0;
}

/* The first note that holds the fragment, or NULL. */
static const char *find_note(const struct fixture *fixture, const char *fragment)
{
    const char *note = NULL;
    for (int i = 0; (note = bl_trainer_note(fixture->trainer, i)); i++)
        if (strstr(note, fragment))
            return note;
    return NULL;
}

static void test_refused(void **state)
{
    (void)state;
    static const struct {
        struct fixture_options options;
        const struct fixture_batch *batch;
        const char *why;
    } cases[] = {
        {{.net = "dense 5, batchnorm, tanh, dense 3", .rule = "bp", .batch = "1"}, &batch, "batch norm"},
        {{.net = "dense 5, tanh, dense 5, relu, batchnorm, dense 3", .batch = "1"}, &batch, "batch norm"},
        {{.net = "dense 5, batchnorm, tanh, dense 3", .rule = "frozen", .batch = "1"}, &batch, "batch norm"},
        {{.net = "conv 4 3x3, batchnorm, tanh, dense 3", .batch = "1"}, &maps, "batch norm"},
        {{.net = "dense 5, tanh, dense 3", .optimizer = "adam weight-decay 100", .lr = "0.01"},
         &batch,
         "weight-decay"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct fixture fixture;
        assert_int_equal(fixture_try(&fixture, "portable", 1, &cases[i].options, cases[i].batch),
                         BL_BAD_VALUE);
        if (!strstr(bl_why(fixture.ctx), cases[i].why))
            fail_msg("%s: \"%s\" lacks \"%s\"", cases[i].options.net, bl_why(fixture.ctx), cases[i].why);
        fixture_free(&fixture);
    }
}

/* Batch norm of maps with more than one number works with a single example. */
static void test_not_refused(void **state)
{
    (void)state;
    static const struct fixture_options maps_of_four = {
        .net = "conv 4 2x2, batchnorm, tanh, dense 3", .rule = "dfa", .batch = "1"};
    static const struct fixture_options sound = {.net = "dense 5, batchnorm, tanh, dense 3", .rule = "bp"};
    struct fixture fixture;
    fixture_make(&fixture, "portable", 1, &maps_of_four, &maps);
    assert_null(bl_trainer_note(fixture.trainer, 0));
    fixture_free(&fixture);
    fixture_make(&fixture, "portable", 1, &sound, &batch);
    assert_null(bl_trainer_note(fixture.trainer, 0));
    assert_int_equal(bl_trainer_step(fixture.trainer, x, labels, 1, NULL), BL_BAD_VALUE);
    assert_int_equal(bl_trainer_step(fixture.trainer, x, labels, 2, NULL), BL_OK);
    fixture_free(&fixture);
}

static void test_notes_before_the_first_step(void **state)
{
    (void)state;
    static const struct {
        struct fixture_options options;
        const char *note;
    } cases[] = {
        {{.net = "dense 5, batchnorm, tanh, dense 3", .batch = "2"}, "two examples"},
        {{.net = "dense 5, tanh, dropout 0.99, dense 3"}, "keeps 0.05 of 5"},
        {{.net = "dense 5, tanh, dense 3", .optimizer = "adam decay 0.01"}, "weight-decay 10"},
        {{.net = "dense 5, tanh, dense 3", .optimizer = "adam weight-decay 1e-5", .lr = "1e-3"},
         "changes no weight"},
        {{.net = "dense 5, tanh, dense 3", .rule = "fa", .lambda = "0.1"}, "lambda"},
        {{.net = "dense 5, tanh, dense 3", .rule = "dfa", .slope = "1"}, "slope"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct fixture fixture;
        fixture_make(&fixture, "portable", 1, &cases[i].options, &batch);
        if (!find_note(&fixture, cases[i].note))
            fail_msg("%s: no note with \"%s\"", cases[i].options.net, cases[i].note);
        fixture_free(&fixture);
    }
}

/* The deltas of hidden blocks become 0 by feedback of zeros, by relu units that are never active, or by
   weights of zeros. Control: the same net without that has no note. */
static void test_blocks_with_zero_deltas_are_noted(void **state)
{
    (void)state;
    static const struct {
        struct fixture_options options;
        const char *tensor;
        float value;
        const char *block, *why;
    } cases[] = {
        {{.net = "dense 6, tanh, dense 5, tanh, dense 3", .rule = "dfa"},
         "1.feedback",
         0.0f,
         "block 1",
         "feedback"},
        {{.net = "dense 6, tanh, dense 5, tanh, dense 3", .rule = "fa"},
         "1.feedback",
         0.0f,
         "block 0",
         "feedback"},
        {{.net = "dense 6, relu, dense 5, tanh, dense 3", .rule = "bp"},
         "0.dense.bias",
         -1e4f,
         "block 0",
         "relus"},
        {{.net = "dense 6, relu, dense 5, relu, dense 3", .rule = "drtp"},
         "1.dense.bias",
         -1e4f,
         "block 1",
         "relus"},
        {{.net = "dense 6, relu, dense 5, relu, dense 3", .rule = "pepita", .optimizer = "sgd"},
         "1.dense.bias",
         -1e4f,
         "block 1",
         "relus"},
        {{.net = "dense 6, tanh, dense 5, tanh, dense 3", .rule = "ifa"},
         "0.feedback",
         0.0f,
         "block 0",
         "feedback"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        for (int is_made = 0; is_made < 2; is_made++) {
            struct fixture fixture;
            float values[INPUTS * 6];
            fixture_make(&fixture, "portable", 2, &cases[i].options, &batch);
            const size_t n = fixture_count(fixture_tensor(&fixture, cases[i].tensor));
            assert_in_range(n, 1, INPUTS * 6);
            for (size_t j = 0; j < n; j++)
                values[j] = cases[i].value;
            if (is_made)
                fixture_set(&fixture, cases[i].tensor, values, n);
            for (int step = 0; step < STEPS; step++)
                fixture_step(&fixture, &batch);
            const char *note = find_note(&fixture, cases[i].block);
            if (!is_made && bl_trainer_note(fixture.trainer, 0))
                fail_msg("case %zu, untouched: %s", i, bl_trainer_note(fixture.trainer, 0));
            if (is_made && (!note || !strstr(note, "learns nothing") || !strstr(note, cases[i].why)))
                fail_msg("case %zu: note %s, expected %s and %s", i, note ? note : "none", cases[i].block,
                         cases[i].why);
            fixture_free(&fixture);
        }
}

/* Baselines do not train hidden blocks, so that they give no note. */
static void test_baselines_are_not_noted(void **state)
{
    (void)state;
    static const char *const rules[] = {"frozen", "linear"};
    for (size_t i = 0; i < 2; i++) {
        const struct fixture_options options = {.net = "dense 6, tanh, dense 3", .rule = rules[i]};
        struct fixture fixture;
        fixture_make(&fixture, "portable", 1, &options, &batch);
        for (int step = 0; step < STEPS; step++)
            fixture_step(&fixture, &batch);
        assert_null(bl_trainer_note(fixture.trainer, 0));
        fixture_free(&fixture);
    }
}

static int keep_last(void *user, const bl_progress *now)
{
    if (now->epoch_ended)
        *(bl_progress *)user = *now;
    return 0;
}

static void fit(const char *net, const char *size, int threads, const char *memory, bl_progress *last,
                char hash[17])
{
    const struct fixture_options options = {
        .net = net, .rule = "dfa", .batch = size, .epochs = "2", .init = "fanin"};
    struct fixture fixture;
    fixture_make(&fixture, "portable", threads, &options, &batch);
    bl_trainer_free(fixture.trainer);
    fixture_must(&fixture, bl_config_set(fixture.config, "memory", memory));
    fixture_must(&fixture, bl_trainer_create(&fixture.trainer, fixture.ctx, fixture.config, fixture.data));
    fixture_must(&fixture, bl_trainer_fit(fixture.trainer, fixture.data, NULL, NULL, keep_last, last));
    bl_model_hash(bl_trainer_model(fixture.trainer), hash);
    fixture_free(&fixture);
}

/* 24 examples in batches of 23: with batch norm one step of 24, otherwise a step of 23 and one of 1. The bits
      are the same with any number of threads, with low memory, and with the option batch 24. */
static void test_a_single_last_example_joins_the_batch(void **state)
{
    (void)state;
    bl_progress last;
    char hash[17], other[17];
    fit("dense 6, batchnorm, tanh, dense 3", "23", 1, "normal", &last, hash);
    assert_int_equal(last.steps, 1);
    assert_int_equal(last.step, 1);
    assert_int_equal(last.total_step, 2);
    assert_int_equal(last.train.count, N);
    fit("dense 6, batchnorm, tanh, dense 3", "23", 2, "low", &last, other);
    assert_string_equal(hash, other);
    fit("dense 6, batchnorm, tanh, dense 3", "24", 1, "normal", &last, other);
    assert_string_equal(hash, other);
    fit("dense 6, tanh, dense 3", "23", 1, "normal", &last, hash);
    assert_int_equal(last.steps, 2);
    assert_int_equal(last.total_step, 4);
    fit("dense 6, batchnorm, tanh, dense 3", "11", 2, "normal", &last, hash); /* 11, 11, 2 */
    assert_int_equal(last.steps, 3);
    assert_int_equal(last.total_step, 6);
}

/* The option slope of adfa: with f' it is dfa; with cos a, low memory and threads give the same bits. */
static void test_slopes(void **state)
{
    (void)state;
    static const char *const slopes[] = {"cos a", "cos f", "1", "f'"};
    char hashes[4][17], dfa[17];
    struct fixture fixture;
    for (size_t i = 0; i < 5; i++) {
        const struct fixture_options options = {.net = "dense 6, softplus, tanh, dense 5, relu, dense 3",
                                                .rule = i < 4 ? "adfa" : "dfa",
                                                .slope = i < 4 ? slopes[i] : NULL,
                                                .init = "fanin"};
        for (int low = 0; low < 2; low++) {
            char again[17];
            fixture_make(&fixture, "portable", 1 + low, &options, &batch);
            bl_trainer_free(fixture.trainer);
            fixture_must(&fixture, bl_config_set(fixture.config, "memory", low ? "low" : "normal"));
            fixture_must(&fixture,
                         bl_trainer_create(&fixture.trainer, fixture.ctx, fixture.config, fixture.data));
            for (int step = 0; step < STEPS; step++)
                fixture_step(&fixture, &batch);
            bl_model_hash(bl_trainer_model(fixture.trainer), low ? again : i < 4 ? hashes[i] : dfa);
            if (low)
                assert_string_equal(again, i < 4 ? hashes[i] : dfa);
            fixture_free(&fixture);
        }
    }
    assert_string_equal(hashes[3], dfa);
    for (size_t i = 0; i < 4; i++)
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(hashes[i], hashes[j]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_not_refused),
        cmocka_unit_test(test_notes_before_the_first_step),
        cmocka_unit_test(test_blocks_with_zero_deltas_are_noted),
        cmocka_unit_test(test_baselines_are_not_noted),
        cmocka_unit_test(test_a_single_last_example_joins_the_batch),
        cmocka_unit_test(test_slopes),
    };
    return cmocka_run_group_tests(tests, fill, NULL);
}
