/*
 * test_trainer_files.c - bl_trainer_save, bl_trainer_load and bl_trainer_open: after loading, single steps
 * give the bits of an uninterrupted stream, for every rule and optimiser; files that do not fit are refused
 * and change nothing; the metadata "step" and "epoch" are correct.
 */
#include "fixture.h"
#include "scratch.h"
#include "without_sync.h"

#include "backless_experimental.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { N = 120, INPUTS = 6, CLASSES = 3, BATCH = 12, BEFORE = 5, AFTER = 4 };

static float x[N * INPUTS], targets[N * CLASSES];
static int32_t labels[N];
static struct scratch folder;

struct stream {
    bl_context *ctx;
    bl_config *config;
    bl_data *data;
    bl_trainer *trainer;
    bool has_targets;
};

struct option {
    const char *key, *text;
};
enum { MOST_OPTIONS = 8 };

static int fill(void **state)
{
    uint32_t random = 7;
    (void)state;
    fixture_fill(11, x, labels, N, INPUTS, CLASSES);
    for (size_t i = 0; i < N * CLASSES; i++)
        targets[i] = fixture_random(&random, 2.0f);
    scratch_make(&folder);
    return 0;
}

static int clear(void **state)
{
    (void)state;
    scratch_remove(&folder);
    return 0;
}

static void must(const struct stream *s, bl_status status)
{
    if (status != BL_OK)
        fail_msg("%s: %s", bl_status_name(status), bl_why(s->ctx));
}

static void drop(struct stream *s)
{
    bl_trainer_free(s->trainer);
    bl_data_free(s->data);
    bl_config_free(s->config);
    bl_context_free(s->ctx);
}

/* Creates a trainer for the first n examples; options end with a NULL key. */
static bl_status try_make_with(struct stream *s, const bl_allocator *allocator, const struct option *options,
                               size_t n)
{
    const bl_shape shape = {1, 1, INPUTS};
    *s = (struct stream){.ctx = bl_context_new(allocator)};
    must(s, bl_context_use(s->ctx, "portable", 1));
    must(s, bl_config_create(&s->config, s->ctx));
    must(s, bl_config_set(s->config, "init", "fanin"));
    for (size_t i = 0; options[i].key; i++) {
        must(s, bl_config_set(s->config, options[i].key, options[i].text));
        s->has_targets |= strcmp(options[i].text, "mse") == 0;
    }
    must(s, s->has_targets ? bl_data_wrap_targets(&s->data, s->ctx, x, targets, n, shape, CLASSES)
                           : bl_data_wrap(&s->data, s->ctx, x, labels, n, shape, CLASSES));
    return bl_trainer_create(&s->trainer, s->ctx, s->config, s->data);
}

static bl_status try_make(struct stream *s, const struct option *options, size_t n)
{
    return try_make_with(s, NULL, options, n);
}

static void make(struct stream *s, const struct option *options, size_t n)
{
    must(s, try_make(s, options, n));
}

/* Trains steps `from` to `to` - 1, each on other examples. */
static void go(const struct stream *s, size_t from, size_t to)
{
    for (size_t step = from; step < to; step++) {
        const size_t at = step * BATCH % N;
        must(s, s->has_targets ? bl_trainer_step_targets(s->trainer, x + at * INPUTS, targets + at * CLASSES,
                                                         BATCH, NULL)
                               : bl_trainer_step(s->trainer, x + at * INPUTS, labels + at, BATCH, NULL));
    }
}

static void hash_of(const struct stream *s, char out[17])
{
    bl_model_hash(bl_trainer_model(s->trainer), out);
}

static void assert_same_file(const char *a, const char *b, const char *what)
{
    size_t n = 0, m = 0;
    unsigned char *one = scratch_read(a, &n), *other = scratch_read(b, &m);
    const bool is_same = one && other && n == m && memcmp(one, other, n) == 0;
    free(one);
    free(other);
    if (!is_same)
        fail_msg("%s: the files of the two streams differ", what);
}

/* bl_trainer_open creates the trainer from the file alone. */
static void check_opens(const char *middle, const char *whole, const char *what)
{
    struct stream s = {.ctx = bl_context_new(NULL)};
    const char *end = scratch_path(&folder, "opened");
    must(&s, bl_context_use(s.ctx, "portable", 1));
    must(&s, bl_trainer_open(&s.trainer, s.ctx, middle));
    s.has_targets = strcmp(bl_model_metadata(bl_trainer_model(s.trainer), "answers"), "numbers") == 0;
    go(&s, BEFORE, BEFORE + AFTER);
    must(&s, bl_trainer_save(s.trainer, end));
    assert_same_file(whole, end, what);
    drop(&s);
}

/* Whole files are compared: weights, feedback, the state of the optimiser, statistics, counters. */
static void check_goes_on(const struct option *options, const char *what)
{
    struct stream whole, first, second;
    const char *middle = scratch_path(&folder, "middle"), *a = scratch_path(&folder, "a"),
               *b = scratch_path(&folder, "b");
    make(&whole, options, N);
    must(&whole, bl_trainer_set_rate(whole.trainer, 0.02));
    go(&whole, 0, BEFORE + AFTER);
    must(&whole, bl_trainer_save(whole.trainer, a));

    make(&first, options, N);
    must(&first, bl_trainer_set_rate(first.trainer, 0.02));
    go(&first, 0, BEFORE);
    must(&first, bl_trainer_save(first.trainer, middle));
    drop(&first);

    make(&second, options, N);
    go(&second, 3, 5); /* its state before loading must not matter */
    must(&second, bl_trainer_load(second.trainer, middle));
    go(&second, BEFORE, BEFORE + AFTER);
    must(&second, bl_trainer_save(second.trainer, b));
    assert_same_file(a, b, what);
    check_opens(middle, a, what);
    drop(&second);
    drop(&whole);
}

static const char full_net[] = "dropout 0.1, dense 9, batchnorm, tanh, dropout 0.2, dense 7, tanh, dense 3",
                  plain_net[] = "dropout 0.1, dense 9, tanh, dropout 0.2, dense 7, tanh, dense 3";

/* Some rules refuse batch norm. */
static const char *net_of(const char *rule)
{
    const struct option options[] = {{"rule", rule}, {"net", full_net}, {NULL, NULL}};
    struct stream s;
    const bl_status status = try_make(&s, options, N);
    drop(&s);
    return status == BL_OK ? full_net : plain_net;
}

static void test_every_rule_and_optimiser(void **state)
{
    static const char *const optimizers[] = {"sgd", "sgd momentum 0.9 nesterov weight-decay 1e-3", "rmsprop",
                                             "adam", "adam l2 1e-3"};
    size_t full = 0;
    (void)state;
    for (int r = 0; bl_rule_name(r); r++)
        for (size_t o = 0; o < sizeof optimizers / sizeof *optimizers; o++) {
            const char *net = net_of(bl_rule_name(r));
            const struct option options[] = {
                {"rule", bl_rule_name(r)}, {"optimizer", optimizers[o]}, {"net", net}, {NULL, NULL}};
            char what[128];
            snprintf(what, sizeof what, "rule %s, optimiser %s", bl_rule_name(r), optimizers[o]);
            check_goes_on(options, what);
            full += net == full_net;
        }
    assert_true(full > 0);
}

static void test_other_ways_to_train(void **state)
{
    static const struct option cases[][MOST_OPTIONS] = {
        {{"rule", "dfa"}, {"loss", "mse"}, {"net", "dense 9, batchnorm, tanh, dense 3"}},
        {{"rule", "dfa"}, {"memory", "low"}, {"net", "dense 9, tanh, dropout 0.2, dense 3"}},
        {{"rule", "kp"}, {"precision", "bf16"}, {"net", "dense 9, relu, dense 8, relu, dense 3"}},
        {{"rule", "dkp"}, {"reduction", "sum"}, {"loss", "bce"}, {"net", "dense 9, tanh, dense 3"}},
        {{"rule", "bp"}, {"order-seed", "5"}, {"net", "dense 9, tanh, dropout 0.3, dense 3"}},
        {{"rule", "adfa"}, {"slope", "cos f"}, {"net", "dense 9, tanh, dense 3"}},
        {{"rule", "fa"}, {"feedback", "normal 0.3"}, {"net", "dense 9, tanh, dense 8, tanh, dense 3"}},
        {{"rule", "dfa"}, {"schedule", "cosine"}, {"lr", "0.01"}, {"net", "dense 9, tanh, dense 3"}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_goes_on(cases[i], cases[i][1].text);
}

/* The trainer that loads the file may be created for another number of examples, which gives other
   defaults. */
static void test_loading_into_a_trainer_for_other_data(void **state)
{
    static const struct option options[] = {{"net", full_net}, {"init", "fanin"}, {NULL, NULL}};
    struct stream whole, second;
    char a[17], b[17];
    const char *path = scratch_path(&folder, "other");
    (void)state;
    make(&whole, options, N);
    go(&whole, 0, BEFORE);
    must(&whole, bl_trainer_save(whole.trainer, path));
    go(&whole, BEFORE, BEFORE + AFTER);
    make(&second, options, 8);
    assert_string_not_equal(bl_config_get(bl_trainer_config(second.trainer), "epochs"),
                            bl_config_get(bl_trainer_config(whole.trainer), "epochs"));
    must(&second, bl_trainer_load(second.trainer, path));
    go(&second, BEFORE, BEFORE + AFTER);
    hash_of(&whole, a);
    hash_of(&second, b);
    assert_string_equal(a, b);
    assert_string_equal(bl_config_get(bl_trainer_config(second.trainer), "epochs"),
                        bl_config_get(bl_trainer_config(whole.trainer), "epochs"));
    drop(&second);
    drop(&whole);
}

/* ---- Single steps and epochs */

static int stop_in_the_second_epoch(void *user, const bl_progress *now)
{
    (void)user;
    return now->epoch == 2;
}

static const struct option epochs[] = {{"net", full_net},    {"epochs", "4"}, {"batch", "12"},
                                       {"schedule", "auto"}, {"rule", "kp"},  {NULL, NULL}};

/* Epochs, single steps, save, load, single steps, epochs. */
static void test_between_epochs(void **state)
{
    struct stream whole, second;
    char a[17], b[17];
    const char *path = scratch_path(&folder, "between");
    (void)state;
    make(&whole, epochs, N);
    assert_int_equal(bl_trainer_fit(whole.trainer, whole.data, NULL, NULL, stop_in_the_second_epoch, NULL),
                     BL_STOPPED);
    go(&whole, 0, 3);
    must(&whole, bl_trainer_save(whole.trainer, path));
    make(&second, epochs, N);
    must(&second, bl_trainer_load(second.trainer, path));
    for (int i = 0; i < 2; i++) {
        const struct stream *s = i == 0 ? &whole : &second;
        go(s, 3, 5);
        must(s, bl_trainer_fit(s->trainer, s->data, NULL, NULL, NULL, NULL));
        assert_string_equal(bl_model_metadata(bl_trainer_model(s->trainer), "epoch"), "4");
    }
    hash_of(&whole, a);
    hash_of(&second, b);
    assert_string_equal(a, b);
    drop(&second);
    drop(&whole);
}

/* If a loaded trainer begins a run folder, its log states which epochs are missing, and the run can be
   resumed. */
static void test_a_run_folder_begun_later(void **state)
{
    struct stream s;
    struct scratch run;
    const char *path = scratch_path(&folder, "later");
    size_t n = 0;
    (void)state;
    scratch_make(&run);
    const struct option options[] = {{"net", full_net}, {"epochs", "4"}, {"out", run.folder}, {NULL, NULL}};
    const struct option first[] = {{"net", full_net}, {"epochs", "2"}, {NULL, NULL}};
    make(&s, first, N);
    must(&s, bl_trainer_fit(s.trainer, s.data, NULL, NULL, NULL, NULL));
    must(&s, bl_trainer_save(s.trainer, path));
    drop(&s);
    make(&s, options, N);
    must(&s, bl_trainer_load(s.trainer, path));
    must(&s, bl_trainer_fit(s.trainer, s.data, NULL, NULL, NULL, NULL));
    drop(&s);
    unsigned char *text = scratch_read(scratch_path(&run, "log.jsonl"), &n);
    assert_non_null(text);
    assert_non_null(strstr((const char *)text, "\"missing_from\": 1"));
    free(text);
    make(&s, options, N);
    must(&s, bl_trainer_resume(s.trainer, run.folder));
    must(&s, bl_trainer_fit(s.trainer, s.data, NULL, NULL, NULL, NULL));
    drop(&s);
    scratch_remove(&run);
}

struct saving {
    const struct stream *stream;
    const char *path;
    bool is_done;
};

static int save_within(void *user, const bl_progress *now)
{
    struct saving *s = user;
    if (s->is_done || now->epoch_ended || now->step < 3)
        return 0;
    must(s->stream, bl_trainer_save(s->stream->trainer, s->path));
    s->is_done = true;
    return 0;
}

/* The callback is called at step 3, where angles are measured. */
static void test_within_an_epoch(void **state)
{
    struct stream whole, second;
    char a[17], b[17];
    (void)state;
    struct saving saving = {&whole, scratch_path(&folder, "within"), false};
    make(&whole, epochs, N);
    must(&whole, bl_trainer_fit(whole.trainer, whole.data, NULL, NULL, save_within, &saving));
    assert_true(saving.is_done);
    make(&second, epochs, N);
    must(&second, bl_trainer_load(second.trainer, saving.path));
    assert_string_equal(bl_model_metadata(bl_trainer_model(second.trainer), "step"), "3");
    must(&second, bl_trainer_fit(second.trainer, second.data, NULL, NULL, NULL, NULL));
    hash_of(&whole, a);
    hash_of(&second, b);
    assert_string_equal(a, b);
    drop(&second);
    make(&second, epochs, N - 1); /* other data, with which the epoch cannot be continued */
    assert_int_equal(bl_trainer_load(second.trainer, saving.path), BL_BAD_DATA);
    assert_non_null(strstr(bl_why(second.ctx), "other training data"));
    bl_trainer *opened = NULL;
    assert_int_equal(bl_trainer_open(&opened, second.ctx, saving.path), BL_BAD_DATA);
    assert_non_null(strstr(bl_why(second.ctx), "within an epoch"));
    assert_null(opened);
    drop(&second);
    drop(&whole);
}

/* ---- Refused files */

static const struct option base[] = {{"net", "dense 9, tanh, dense 3"}, {"rule", "dfa"}, {NULL, NULL}};

static void refused(const struct stream *s, const char *path, bl_status expected, const char *fragment)
{
    char before[17], after[17];
    hash_of(s, before);
    const bl_status status = bl_trainer_load(s->trainer, path);
    if (status != expected || !strstr(bl_why(s->ctx), fragment))
        fail_msg("%s, expected %s with \"%s\": %s", bl_status_name(status), bl_status_name(expected),
                 fragment, bl_why(s->ctx));
    hash_of(s, after);
    assert_string_equal(before, after);
    assert_string_equal(bl_model_metadata(bl_trainer_model(s->trainer), "step"), "2");
}

static void test_another_trainer_is_refused(void **state)
{
    static const struct {
        struct option options[MOST_OPTIONS];
        const char *fragment;
    } cases[] = {
        {{{"net", "dense 8, tanh, dense 3"}, {"rule", "dfa"}}, "its net is"},
        {{{"net", "dense 9, tanh, dense 3"}, {"rule", "fa"}}, "its rule is"},
        {{{"net", "dense 9, tanh, dense 3"}, {"optimizer", "sgd"}}, "its optimizer is"},
        {{{"net", "dense 9, tanh, dense 3"}, {"optimizer", "adam l2 0.1"}}, "its optimizer is"},
        {{{"net", "dense 9, tanh, dense 3"}, {"loss", "bce"}}, "its loss is"},
        {{{"net", "dense 9, tanh, dense 3"}, {"loss", "mse"}}, "its loss is"},
        {{{"net", "dense 9, tanh, dense 3"}, {"seed", "2"}}, "its seed is"},
        {{{"net", "dense 9, tanh, dense 3"}, {"order-seed", "2"}}, "its order-seed is"},
        {{{"net", "dense 9, tanh, dense 3"}, {"precision", "bf16"}}, "its precision is"},
        {{{"net", "dense 9, tanh, dense 3"}, {"reduction", "sum"}}, "its reduction is"},
        {{{"net", "dense 9, tanh, dense 3"}, {"feedback", "lillicrap"}}, "its feedback is"},
    };
    struct stream first, other;
    const char *path = scratch_path(&folder, "first");
    (void)state;
    make(&first, base, N);
    go(&first, 0, 3);
    must(&first, bl_trainer_save(first.trainer, path));
    drop(&first);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        make(&other, cases[i].options, N);
        go(&other, 0, 2);
        refused(&other, path, BL_BAD_DATA, cases[i].fragment);
        drop(&other);
    }
}

static void test_files_without_a_trainer_are_refused(void **state)
{
    struct stream s;
    size_t n = 0;
    const char *model = scratch_path(&folder, "model"), *half = scratch_path(&folder, "half"),
               *path = scratch_path(&folder, "whole");
    (void)state;
    make(&s, base, N);
    go(&s, 0, 2);
    must(&s, bl_model_save(bl_trainer_model(s.trainer), model));
    must(&s, bl_trainer_save(s.trainer, path));
    unsigned char *bytes = scratch_read(path, &n);
    scratch_write(half, bytes, n - 64);
    free(bytes);
    refused(&s, model, BL_BAD_DATA, "not a checkpoint");
    bl_trainer *opened = NULL;
    assert_int_equal(bl_trainer_open(&opened, s.ctx, model), BL_BAD_DATA);
    assert_non_null(strstr(bl_why(s.ctx), "not a checkpoint"));
    assert_int_equal(bl_trainer_open(&opened, s.ctx, half), BL_BAD_DATA);
    assert_null(opened);
    refused(&s, half, BL_BAD_DATA, "half");
    refused(&s, scratch_path(&folder, "nothing"), BL_BAD_DATA, "nothing");
    refused(&s, "", BL_BAD_DATA, "the name of the file to read is \"\"");
    refused(&s, folder.folder, BL_BAD_DATA, "is a folder");
    must(&s, bl_trainer_load(s.trainer, path));
    must(&s, bl_trainer_save(s.trainer, path)); /* replaces the file that it was loaded from */
    assert_int_equal(bl_trainer_save(s.trainer, folder.folder), BL_IO);
    assert_int_equal(bl_trainer_save(s.trainer, ""), BL_BAD_VALUE);
    drop(&s);
}

static void test_nan_weights_are_not_saved(void **state)
{
    struct stream s;
    float bias[CLASSES] = {0.0f, NAN, 0.0f};
    const char *path = scratch_path(&folder, "good");
    (void)state;
    make(&s, base, N);
    must(&s, bl_trainer_save(s.trainer, path));
    must(&s, bl_model_set_tensor(bl_trainer_model(s.trainer), "1.dense.bias", bias, CLASSES));
    assert_int_equal(bl_trainer_save(s.trainer, path), BL_DIVERGED);
    assert_int_equal(bl_model_save(bl_trainer_model(s.trainer), path), BL_DIVERGED);
    assert_non_null(strstr(bl_why(s.ctx), "\"1.dense.bias\" holds NaN"));
    must(&s, bl_trainer_load(s.trainer, path));
    go(&s, 0, 1);
    drop(&s);
}

/* Each allocation fails in turn: the trainer is unchanged and can be trained further. */
static void test_failing_allocations_leave_the_trainer_unchanged(void **state)
{
    struct stream s;
    struct counting counts = {0};
    const bl_allocator allocator = {&counts, counting_allocate, counting_release};
    const char *path = scratch_path(&folder, "memory");
    bl_status status = BL_NO_MEMORY;
    size_t tries = 0;
    char before[17], after[17];
    (void)state;
    must(&s, try_make_with(&s, &allocator, base, N));
    must(&s, bl_trainer_save(s.trainer, path));
    go(&s, 0, 2);
    hash_of(&s, before);
    for (; status == BL_NO_MEMORY && tries < 1000; tries++) {
        hash_of(&s, after);
        assert_string_equal(before, after);
        counts.fail_at = counts.calls + 1 + tries;
        status = bl_trainer_load(s.trainer, path);
        counts.fail_at = 0;
    }
    must(&s, status);
    assert_true(tries > 3);
    assert_string_equal(bl_model_metadata(bl_trainer_model(s.trainer), "step"), "0");
    go(&s, 0, 1);
    drop(&s);
    assert_int_equal(counts.live, 0);
}

static void test_failing_allocations_of_opening_lose_no_memory(void **state)
{
    struct counting counts = {0};
    const bl_allocator allocator = {&counts, counting_allocate, counting_release};
    const char *path = scratch_path(&folder, "open");
    bl_status status = BL_NO_MEMORY;
    size_t tries = 0;
    struct stream s;
    (void)state;
    must(&s, try_make_with(&s, &allocator, base, N));
    must(&s, bl_trainer_save(s.trainer, path));
    for (; status == BL_NO_MEMORY && tries < 1000; tries++) {
        bl_trainer *opened = NULL;
        const size_t live = counts.live;
        counts.fail_at = counts.calls + 1 + tries;
        status = bl_trainer_open(&opened, s.ctx, path);
        counts.fail_at = 0;
        assert_true((status == BL_OK) == (opened != NULL));
        bl_trainer_free(opened);
        assert_int_equal(counts.live, live);
    }
    must(&s, status);
    assert_true(tries > 50);
    drop(&s);
    assert_int_equal(counts.live, 0);
}

/* ---- Metadata */

static void check_metadata(const struct stream *s, const char *epoch, const char *step)
{
    bl_model *model = NULL;
    const char *path = scratch_path(&folder, "metadata");
    assert_string_equal(bl_model_metadata(bl_trainer_model(s->trainer), "epoch"), epoch);
    assert_string_equal(bl_model_metadata(bl_trainer_model(s->trainer), "step"), step);
    must(s, bl_model_save(bl_trainer_model(s->trainer), path));
    must(s, bl_model_load(&model, s->ctx, path));
    assert_string_equal(bl_model_metadata(model, "epoch"), epoch);
    assert_string_equal(bl_model_metadata(model, "step"), step);
    bl_model_free(model);
}

static void test_step_and_epoch_in_the_metadata_are_correct(void **state)
{
    struct stream s;
    const char *path = scratch_path(&folder, "counted");
    (void)state;
    make(&s, epochs, N);
    check_metadata(&s, "0", "0");
    go(&s, 0, 13);
    check_metadata(&s, "0", "13");
    must(&s, bl_trainer_save(s.trainer, path));
    must(&s, bl_trainer_fit(s.trainer, s.data, NULL, NULL, NULL, NULL)); /* 4 epochs of 10 steps */
    check_metadata(&s, "4", "53");
    must(&s, bl_trainer_set_rate(s.trainer, 0.01));
    go(&s, 0, 1);
    check_metadata(&s, "4", "54");
    must(&s, bl_trainer_load(s.trainer, path));
    check_metadata(&s, "0", "13");
    drop(&s);
}

static void test_gradients_are_named_as_tensors(void **state)
{
    static const struct option options[] = {{"net", full_net}, {NULL, NULL}};
    struct stream s;
    bl_tensor gradient, tensor;
    int n = 0;
    (void)state;
    make(&s, options, N);
    must(&s, bl_trainer_inspect(s.trainer, x, labels, BATCH));
    for (; bl_trainer_gradient(s.trainer, n, &gradient); n++) {
        assert_true(bl_model_tensor(bl_trainer_model(s.trainer), n, &tensor));
        assert_string_equal(gradient.name, tensor.name);
        assert_int_equal(gradient.rows, tensor.rows);
        assert_int_equal(gradient.cols, tensor.cols);
    }
    assert_int_equal(n, 8); /* weight and bias of three blocks, scale and shift of batch norm */
    drop(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_rule_and_optimiser),
        cmocka_unit_test(test_other_ways_to_train),
        cmocka_unit_test(test_loading_into_a_trainer_for_other_data),
        cmocka_unit_test(test_between_epochs),
        cmocka_unit_test(test_a_run_folder_begun_later),
        cmocka_unit_test(test_within_an_epoch),
        cmocka_unit_test(test_another_trainer_is_refused),
        cmocka_unit_test(test_files_without_a_trainer_are_refused),
        cmocka_unit_test(test_nan_weights_are_not_saved),
        cmocka_unit_test(test_failing_allocations_leave_the_trainer_unchanged),
        cmocka_unit_test(test_failing_allocations_of_opening_lose_no_memory),
        cmocka_unit_test(test_step_and_epoch_in_the_metadata_are_correct),
        cmocka_unit_test(test_gradients_are_named_as_tensors),
    };
    return cmocka_run_group_tests(tests, fill, clear);
}
