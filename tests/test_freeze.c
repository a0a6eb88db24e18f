/*
 * test_freeze.c - the option freeze: the learned tensors of frozen blocks keep their bits, and the other
 * blocks take the steps of a trainer whose frozen block is restored after each step; ranges of epochs, Adam's
 * corrections after them, clipping, max-norm, and refused texts.
 */
#include "fixture.h"
#include "scratch.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { N = 12, SIDE = 6, INPUTS = 2 * SIDE * SIDE, CLASSES = 3, STEPS = 6, MOST = 65536 };

static float x[N * INPUTS];
static int32_t labels[N];
static const struct fixture_batch batch = {x, labels, N, INPUTS, CLASSES, {2, SIDE, SIDE}};

#define LONG_NET "dense 30, tanh, dense 20, tanh, dense 3"
static const struct {
    const char *net, *rule, *optimizer, *frozen, *prefix;
} cases[] = {
    {LONG_NET, "bp", "adam", "0", "0."},
    {LONG_NET, "dfa", "sgd momentum 0.9 weight-decay 0.1", "1", "1."},
    {LONG_NET, "kp", "rmsprop", "1", "1."},
    {LONG_NET, "dkp", "adam l2 0.1", "0", "0."},
    {LONG_NET, "bp", "sgd", "2", "2."},
    {"conv 5 3x3, batchnorm, tanh, maxpool 2x2, dense 8, layernorm, tanh, dense 3", "dfa", "adam", "0", "0."},
};
enum { CASES = sizeof cases / sizeof *cases };

static int fill(void **state)
{
    (void)state;
    fixture_fill(7, x, labels, N, INPUTS, CLASSES);
    return 0;
}

static struct fixture_options options_of(size_t k, const char *freeze)
{
    return (struct fixture_options){.net = cases[k].net,
                                    .rule = cases[k].rule,
                                    .optimizer = cases[k].optimizer,
                                    .init = "fanin",
                                    .freeze = freeze};
}

static void make(struct fixture *fixture, int threads, size_t k, const char *freeze)
{
    const struct fixture_options options = options_of(k, freeze);
    fixture_make(fixture, "portable", threads, &options, &batch);
}

/* Whether a tensor of block k is frozen. Running statistics are not: they follow the batches in frozen blocks
   too. */
static bool is_held(size_t k, const char *name)
{
    return strncmp(name, cases[k].prefix, strlen(cases[k].prefix)) == 0 && !strstr(name, "running") &&
           !strstr(name, "mean") && !strstr(name, "variance");
}

/* Copies the tensors of the frozen block from the model to *to, one after the other. */
static size_t collect(const struct fixture *fixture, size_t k, float *to)
{
    size_t n = 0;
    bl_tensor t;
    for (int i = 0; bl_model_tensor(fixture->model, i, &t); i++)
        if (is_held(k, t.name)) {
            assert_true(n + fixture_count(t) <= MOST);
            memcpy(to + n, t.values, fixture_count(t) * sizeof *to);
            n += fixture_count(t);
        }
    return n;
}

static void put_back(struct fixture *fixture, size_t k, const float *from)
{
    bl_tensor t;
    for (int i = 0; bl_model_tensor(fixture->model, i, &t); i++)
        if (is_held(k, t.name)) {
            fixture_set(fixture, t.name, from, fixture_count(t));
            from += fixture_count(t);
        }
}

static float start[MOST], end[MOST];

/* The reference is a trainer without the option, whose block is restored after each step. The other blocks
   must not be affected by the gradient or the optimiser of the frozen block. */
static void test_other_blocks_learn_as_if_the_block_had_rate_0(void **state)
{
    (void)state;
    for (size_t k = 0; k < CASES; k++) {
        struct fixture frozen, restored, plain;
        make(&frozen, 2, k, cases[k].frozen);
        make(&restored, 1, k, NULL);
        make(&plain, 1, k, NULL);
        const size_t n = collect(&frozen, k, start);
        assert_true(n > 0);
        for (int step = 0; step < STEPS; step++) {
            fixture_step(&frozen, &batch);
            fixture_step(&restored, &batch);
            fixture_step(&plain, &batch);
            put_back(&restored, k, start);
        }
        assert_int_equal(collect(&frozen, k, end), n);
        if (memcmp(start, end, n * sizeof *start) != 0)
            fail_msg("%s, %s: block %s has changed", cases[k].net, cases[k].rule, cases[k].frozen);
        if (!fixture_equal(&frozen, &restored))
            fail_msg("%s, %s: the other blocks learn differently", cases[k].net, cases[k].rule);
        (void)collect(&plain, k, end);
        if (memcmp(start, end, n * sizeof *start) == 0 || fixture_equal(&plain, &frozen))
            fail_msg("%s, %s: the block learns nothing anyway", cases[k].net, cases[k].rule);
        fixture_free(&frozen);
        fixture_free(&restored);
        fixture_free(&plain);
    }
}

struct watch {
    const struct fixture *fixture;
    size_t k;
    float before[MOST];
    int epochs;
    char moved[16]; /* for each epoch: whether the block changed */
};

static int watch_epochs(void *user, const bl_progress *now)
{
    struct watch *w = user;
    if (!now->epoch_ended)
        return 0;
    const size_t n = collect(w->fixture, w->k, end);
    w->moved[w->epochs++] = memcmp(w->before, end, n * sizeof *end) == 0 ? '-' : 'L';
    memcpy(w->before, end, n * sizeof *end);
    return 0;
}

static struct watch watch;

static const struct {
    const char *text, *learns; /* for each of 5 epochs: whether the block learns */
} epochs[] = {{"none", "LLLLL"},
              {"0", "-----"},
              {"0 until 2", "--LLL"},
              {"0 from 3", "LL---"},
              {"0 from 2 until 3", "L--LL"},
              {"0 until 3 from 2", "L--LL"},
              {"0 until 1, 0 from 5", "-LLL-"},
              {"1 until 2, 2", "LLLLL"},
              {" 0-1 until 1 ", "-LLLL"}};

static void test_epochs(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof epochs / sizeof *epochs; i++) {
        struct fixture fixture;
        struct fixture_options options = options_of(0, epochs[i].text);
        options.epochs = "5";
        options.batch = "5";
        fixture_make(&fixture, "portable", 1, &options, &batch);
        watch = (struct watch){.fixture = &fixture, .k = 0};
        (void)collect(&fixture, 0, watch.before);
        fixture_must(&fixture,
                     bl_trainer_fit(fixture.trainer, fixture.data, NULL, NULL, watch_epochs, &watch));
        if (strcmp(watch.moved, epochs[i].learns) != 0)
            fail_msg("\"%s\": %s, expected %s", epochs[i].text, watch.moved, epochs[i].learns);
        fixture_free(&fixture);
    }
}

/* Block 0 frozen for one epoch, of 3 steps with 5, 5 and 2 examples. The next step belongs to epoch 2. */
static void fit_an_epoch(struct fixture *fixture)
{
    struct fixture_options options = options_of(0, "0 until 1"); /* by adam */
    options.epochs = "1";
    options.batch = "5";
    fixture_make(fixture, "portable", 2, &options, &batch);
    fixture_must(fixture, bl_trainer_fit(fixture->trainer, fixture->data, NULL, NULL, NULL, NULL));
}

static double largest_change(const char *name, struct fixture *fixture)
{
    double largest = 0.0;
    const bl_tensor before = fixture_tensor(fixture, name);
    const size_t n = fixture_count(before);
    assert_true(n > 0 && n <= MOST);
    memcpy(start, before.values, n * sizeof *start);
    assert_int_equal(bl_trainer_step(fixture->trainer, x, labels, 5, NULL), BL_OK);
    const float *after = fixture_tensor(fixture, name).values;
    for (size_t i = 0; i < n; i++)
        largest = fmax(largest, fabs((double)after[i] - (double)start[i]));
    return largest;
}

/* Adam's first update of a weight is rate * g / (|g| + epsilon), whatever the gradient (Kingma & Ba 2015,
   section 2), because the bias corrections cancel the factors of the first gradient. The first update of a
   block that was frozen must be such an update: with the corrections of step 4 the change would be 0.58 of
   the rate, with those of a late step 3.2 times the rate. The control is block 2, which was trained in steps
   1 to 3. */
static void test_the_first_update_after_freezing_is_adams_first(void **state)
{
    (void)state;
    struct fixture fixture;
    fit_an_epoch(&fixture);
    bl_trainer_set_rate(fixture.trainer, 0.001);
    const double change = largest_change("0.dense.weight", &fixture);
    if (!(change > 0.00099 && change < 0.001001))
        fail_msg("the largest change is %g, expected the rate of 0.001", change);
    fixture_free(&fixture);
    fit_an_epoch(&fixture);
    bl_trainer_set_rate(fixture.trainer, 0.001);
    const double control = largest_change("2.dense.weight", &fixture);
    assert_true(control < 0.00099 || control > 0.001001);
    fixture_free(&fixture);
}

/* Files whose missed steps were altered, in as many characters, are refused. */
static void check_altered_steps(const char *path, const struct fixture_options *options)
{
    static const char *const wrong[] = {"[3,0]  ", "[4,0,0]",  "[3,-1,]",  "[-1,0,0",
                                        "[1.5,0]", "[\"\",0]", "{\"a\":0}"};
    size_t n = 0;
    unsigned char *bytes = scratch_read(path, &n);
    size_t at = 0;
    while (memcmp(bytes + at, "[3,0,0]", 7) != 0)
        at++;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct fixture loaded;
        memcpy(bytes + at, wrong[i], 7);
        scratch_write(path, bytes, n);
        fixture_make(&loaded, "portable", 1, options, &batch);
        if (bl_trainer_load(loaded.trainer, path) != BL_BAD_DATA)
            fail_msg("%s is taken", wrong[i]);
        fixture_free(&loaded);
    }
    free(bytes);
}

/* The steps that block 0 has missed are saved. The trainer that loads the file freezes nothing, so that they
   come from the file only; one without them takes another step. */
static void test_missed_steps_are_saved(void **state)
{
    (void)state;
    struct scratch scratch;
    scratch_make(&scratch);
    const char *path = scratch_path(&scratch, "frozen.safetensors");
    struct fixture whole, loaded;
    struct fixture_options options = options_of(0, "none");
    fit_an_epoch(&whole);
    fixture_must(&whole, bl_trainer_save(whole.trainer, path));
    options.epochs = "1";
    options.batch = "5";
    fixture_make(&loaded, "portable", 1, &options, &batch);
    fixture_must(&loaded, bl_trainer_load(loaded.trainer, path));
    assert_true(fixture_equal(&whole, &loaded));
    assert_string_equal(bl_model_metadata(whole.model, "frozen_steps"), "[3,0,0]");
    fixture_must(&whole, bl_trainer_step(whole.trainer, x, labels, 5, NULL));
    fixture_must(&loaded, bl_trainer_step(loaded.trainer, x, labels, 5, NULL));
    assert_true(fixture_equal(&whole, &loaded));
    fixture_free(&loaded);
    check_altered_steps(path, &options);
    fixture_free(&whole);
    scratch_remove(&scratch);
}

/* Frozen gradients do not count in the norm. If all blocks except the output are frozen, the step is that of
   the rule "frozen", whose hidden blocks do not learn. */
static void test_frozen_gradients_do_not_count_for_clipping(void **state)
{
    (void)state;
    struct fixture_options options = options_of(4, "0-1");
    struct fixture fixture, output;
    options.clip_norm = "0.01";
    fixture_make(&fixture, "portable", 2, &options, &batch);
    options.rule = "frozen";
    options.freeze = "none";
    fixture_make(&output, "portable", 1, &options, &batch);
    assert_true(fixture_equal(&fixture, &output));
    for (int step = 0; step < STEPS; step++) {
        fixture_step(&fixture, &batch);
        fixture_step(&output, &batch);
    }
    assert_true(fixture_equal(&fixture, &output));
    fixture_free(&fixture);
    fixture_free(&output);
}

/* The gradients of the last step before blocks are frozen must not count in the norm. A single step after one
   epoch belongs to the second. */
static void test_older_gradients_do_not_count_for_clipping(void **state)
{
    (void)state;
    struct fixture_options options = options_of(4, "0-1 from 2");
    struct fixture fixture, plain, output;
    options.clip_norm = "0.01";
    options.epochs = "1";
    fixture_make(&fixture, "portable", 1, &options, &batch);
    options.freeze = "none";
    fixture_make(&plain, "portable", 1, &options, &batch);
    options.rule = "frozen";
    fixture_make(&output, "portable", 1, &options, &batch);
    fixture_must(&fixture, bl_trainer_fit(fixture.trainer, fixture.data, NULL, NULL, NULL, NULL));
    fixture_must(&plain, bl_trainer_fit(plain.trainer, plain.data, NULL, NULL, NULL, NULL));
    assert_true(fixture_equal(&fixture, &plain));
    fixture_copy(&output, &plain);
    fixture_step(&fixture, &batch);
    fixture_step(&output, &batch);
    assert_true(fixture_equal(&fixture, &output));
    fixture_free(&fixture);
    fixture_free(&plain);
    fixture_free(&output);
}

/* The weights of block 0 have norms above the bound. */
static void test_max_norm_leaves_frozen_weights(void **state)
{
    (void)state;
    for (int is_frozen = 0; is_frozen < 2; is_frozen++) {
        struct fixture_options options = options_of(0, is_frozen ? "0" : "1");
        struct fixture fixture;
        options.max_norm = "0.1";
        fixture_make(&fixture, "portable", 1, &options, &batch);
        const size_t n = collect(&fixture, 0, start);
        fixture_step(&fixture, &batch);
        (void)collect(&fixture, 0, end);
        assert_int_equal(memcmp(start, end, n * sizeof *start) == 0, is_frozen);
        fixture_free(&fixture);
    }
}

static void test_texts(void **state)
{
    (void)state;
    static const char *const wrong[] = {"",
                                        "x",
                                        "until 5",
                                        "0,",
                                        ",0",
                                        "0 until",
                                        "0 until 0",
                                        "0 until 5 until 6",
                                        "0 from x",
                                        "1-0",
                                        "0 from 3 until 2",
                                        "0 until 2 1",
                                        "-1",
                                        "0-",
                                        "0--1",
                                        "0 1.5"};
    struct fixture fixture;
    make(&fixture, 1, 0, NULL);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (bl_config_set(fixture.config, "freeze", wrong[i]) != BL_BAD_VALUE)
            fail_msg("freeze \"%s\" is taken", wrong[i]);
    fixture_free(&fixture);
    static const char *const beyond[] = {"3", "0-3"};
    for (size_t i = 0; i < 2; i++) {
        const struct fixture_options options = options_of(0, beyond[i]);
        assert_int_equal(fixture_try(&fixture, "portable", 1, &options, &batch), BL_BAD_VALUE);
        assert_non_null(strstr(bl_why(fixture.ctx), "are 0 to 2"));
        fixture_free(&fixture);
    }
    const struct fixture_options add = {.net = "dense 9, tanh, residual (dense 9), dense 3", .freeze = "2"};
    assert_int_equal(fixture_try(&fixture, "portable", 1, &add, &batch), BL_BAD_VALUE);
    assert_non_null(strstr(bl_why(fixture.ctx), "no parameters"));
    fixture_free(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_other_blocks_learn_as_if_the_block_had_rate_0),
        cmocka_unit_test(test_epochs),
        cmocka_unit_test(test_the_first_update_after_freezing_is_adams_first),
        cmocka_unit_test(test_missed_steps_are_saved),
        cmocka_unit_test(test_frozen_gradients_do_not_count_for_clipping),
        cmocka_unit_test(test_older_gradients_do_not_count_for_clipping),
        cmocka_unit_test(test_max_norm_leaves_frozen_weights),
        cmocka_unit_test(test_texts),
    };
    return cmocka_run_group_tests(tests, fill, NULL);
}
