/*
 * test_run.c - a whole training run through the public interface: failing allocations and a full disk are
 * reported and lose nothing; a step allocates no memory; feedback is read from a file; a run that was stopped
 * and resumed ends with the bits of an uninterrupted one.
 */
#include "fixture.h"
#include "quick.h"
#include "scratch.h"
#include "without_sync.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { N = 40, INPUTS = 8, CLASSES = 3, EPOCHS = 3 };

/* The nets that are trained: first a chain of dense layers; then nets with every feature that allocates
   memory of its own: convolutions, batch norm, residuals with both kinds of shortcuts, learned feedback. */
static const struct choice {
    const char *net, *rule, *optimizer;
} choices[] = {
    {"dense 7, tanh, dense 6, tanh, dense 3", "fa", "adam"},
    {"conv 3 2x2 pad 1 nobias, batchnorm, tanh, residual (conv 3 3x3 pad 1 nobias, batchnorm, relu, conv 3 "
     "3x3 pad 1), relu, residual (batchnorm, conv 4 2x2 | conv 4 2x2 nobias), maxpool all, dropout 0.1, "
     "dense 3",
     "dkp", "sgd momentum 0.9"},
    {"dense 6, residual (tanh, dense 6 | residual (dense 6, batchnorm)), tanh, dense 3", "kp", "adam"}};
enum { CHOICES = sizeof choices / sizeof *choices };
static const struct choice *chosen = choices;

static float x[N * INPUTS];
static int32_t labels[N];

static void fill(void)
{
    uint32_t random = 11;
    for (int i = 0; i < N * INPUTS; i++)
        x[i] = fixture_random(&random, 1.0f);
    for (int i = 0; i < N; i++)
        labels[i] = i % CLASSES;
}

struct run {
    bl_context *ctx;
    bl_config *config;
    bl_data *data;
    bl_trainer *trainer;
    bl_model *loaded;
};

static void run_free(struct run *r)
{
    bl_model_free(r->loaded);
    bl_trainer_free(r->trainer);
    bl_data_free(r->data);
    bl_config_free(r->config);
    bl_context_free(r->ctx);
}

static bl_status set_all(bl_config *config, const char *out)
{
    const char *const options[][2] = {
        {"net", chosen->net}, {"rule", chosen->rule},           {"epochs", "3"},
        {"batch", "16"},      {"optimizer", chosen->optimizer}, {"force", "true"}};
    bl_status status = bl_config_set(config, "out", out);
    for (size_t i = 0; status == BL_OK && i < sizeof options / sizeof *options; i++)
        status = bl_config_set(config, options[i][0], options[i][1]);
    return status;
}

/* Creates everything that a run needs, up to the trainer. */
static bl_status prepare(struct run *r, const bl_allocator *allocator, const char *out)
{
    *r = (struct run){.ctx = bl_context_new(allocator)};
    bl_status status = r->ctx ? bl_context_use(r->ctx, "portable", 1) : BL_NO_MEMORY;
    if (status == BL_OK)
        status = bl_config_create(&r->config, r->ctx);
    if (status == BL_OK)
        status = set_all(r->config, out);
    if (status == BL_OK)
        status = bl_data_wrap(&r->data, r->ctx, x, labels, N, (bl_shape){2, 2, 2}, CLASSES);
    if (status == BL_OK)
        status = bl_trainer_create(&r->trainer, r->ctx, r->config, r->data);
    return status;
}

static bl_status run_whole(struct run *r, const bl_allocator *allocator, const char *out, const char *model)
{
    double scores[N * CLASSES];
    bl_status status = prepare(r, allocator, out);
    if (status == BL_OK)
        status = bl_trainer_fit(r->trainer, r->data, r->data, r->data, NULL, NULL);
    if (status == BL_OK)
        status = bl_model_load(&r->loaded, r->ctx, model);
    if (status == BL_OK)
        status = bl_model_predict(r->loaded, x, N, scores);
    return status;
}

/* Repeats the run with one failing allocation in each attempt, in a quick test every fifth. is_once: the
   allocations after it succeed; otherwise they fail too. */
static void check_memory(struct scratch *scratch, bool is_once)
{
    bl_status status = BL_NO_MEMORY;
    const size_t step = quick_stride(5);
    size_t fail_at = 1 - step;
    while (status != BL_OK) {
        fail_at += step;
        struct counting c = {.fail_at = fail_at, .is_once = is_once};
        const bl_allocator allocator = {&c, counting_allocate, counting_release};
        struct run r;
        status = run_whole(&r, &allocator, scratch->folder, scratch_path(scratch, "model.safetensors"));
        run_free(&r);
        if (status != BL_OK && status != BL_NO_MEMORY)
            fail_msg("%s, allocation %zu failed: %s", chosen->net, fail_at, bl_status_name(status));
        if (status == BL_OK && c.has_failed)
            fail_msg("%s, allocation %zu failed, and nothing was said", chosen->net, fail_at);
        if (c.live != 0)
            fail_msg("%s, allocation %zu failed: %zu blocks were lost", chosen->net, fail_at, c.live);
        assert_true(fail_at < 100000);
    }
    printf("%zu allocations of rule %s%s\n", fail_at - 1, chosen->rule, is_once ? ", each alone" : "");
}

static void test_memory_gives_out(void **state)
{
    (void)state;
    struct scratch scratch;
    scratch_make(&scratch);
    fill();
    for (int i = 0; i < CHOICES; i++) {
        chosen = &choices[i];
        if (i < 2)
            check_memory(&scratch, false);
        if (i > 0)
            check_memory(&scratch, true);
    }
    chosen = choices;
    scratch_remove(&scratch);
    quick_report(5, "allocations that fail", "test_run_all tries all of them");
}

static void test_a_step_allocates_nothing(void **state)
{
    (void)state;
    struct scratch scratch;
    scratch_make(&scratch);
    fill();
    for (int i = 0; i < CHOICES; i++) {
        struct counting c = {0};
        const bl_allocator allocator = {&c, counting_allocate, counting_release};
        struct run r;
        chosen = &choices[i];
        assert_int_equal(prepare(&r, &allocator, scratch.folder), BL_OK);
        const size_t before = c.calls;
        for (int step = 0; step < 5; step++)
            assert_int_equal(bl_trainer_step(r.trainer, x, labels, 16, NULL), BL_OK);
        assert_int_equal(c.calls, before);
        run_free(&r);
    }
    chosen = choices;
    scratch_remove(&scratch);
}

static void test_full_disk_keeps_the_last_checkpoint(void **state)
{
    (void)state;
    struct scratch scratch;
    scratch_make(&scratch);
    fill();
    struct run r;
    assert_int_equal(run_whole(&r, NULL, scratch.folder, scratch_path(&scratch, "model.safetensors")), BL_OK);
    disk_is_full_at(200); /* less than a line of the log and any checkpoint */
    assert_int_equal(bl_trainer_resume(r.trainer, scratch.folder), BL_OK);
    const bl_status saved =
        bl_model_save(bl_trainer_model(r.trainer), scratch_path(&scratch, "model.safetensors"));
    disk_has_room();
    assert_int_equal(saved, BL_IO);
    bl_model *model = NULL;
    assert_int_equal(bl_model_load(&model, r.ctx, scratch_path(&scratch, "model.safetensors")), BL_OK);
    bl_model_free(model);
    run_free(&r);
    scratch_remove(&scratch);
}

/* A callback that stops the training after the first epoch. */
static int stop_after_epoch_1(void *user, const bl_progress *now)
{
    (void)user;
    return now->epoch == 1 && now->epoch_ended;
}

static void check_resumed(void)
{
    struct scratch scratch;
    scratch_make(&scratch);
    struct run whole, first, second;
    char expected[17], found[17];
    assert_int_equal(run_whole(&whole, NULL, scratch.folder, scratch_path(&scratch, "model.safetensors")),
                     BL_OK);
    bl_model_hash(bl_trainer_model(whole.trainer), expected);
    run_free(&whole);
    assert_int_equal(prepare(&first, NULL, scratch.folder), BL_OK);
    assert_int_equal(bl_trainer_fit(first.trainer, first.data, NULL, NULL, stop_after_epoch_1, NULL),
                     BL_STOPPED);
    bl_model_hash(bl_trainer_model(first.trainer), found);
    assert_string_not_equal(found, expected);
    run_free(&first);
    assert_int_equal(prepare(&second, NULL, scratch.folder), BL_OK);
    assert_int_equal(bl_trainer_resume(second.trainer, scratch.folder), BL_OK);
    assert_int_equal(bl_trainer_fit(second.trainer, second.data, NULL, NULL, NULL, NULL), BL_OK);
    bl_model_hash(bl_trainer_model(second.trainer), found);
    assert_string_equal(found, expected);
    run_free(&second);
    scratch_remove(&scratch);
}

static void test_stopped_and_resumed(void **state)
{
    (void)state;
    fill();
    for (int i = 0; i < CHOICES; i++) {
        chosen = &choices[i];
        check_resumed();
    }
    chosen = choices;
}

static char *log_of(struct scratch *scratch)
{
    size_t n = 0;
    return (char *)scratch_read(scratch_path(scratch, "log.jsonl"), &n);
}

static size_t count_lines(const char *text)
{
    size_t n = 0;
    for (; *text; text++)
        n += *text == '\n';
    return n;
}

/* The same trainer continues a run that its callback stopped, in its folder, also with the option force:
   weights and log are those of a run without the stop. After bl_trainer_load the folder's run is not the
   trainer's any more, and force replaces it. */
static void test_stopped_and_continued(void **state)
{
    (void)state;
    struct scratch scratch;
    scratch_make(&scratch);
    struct run whole, run;
    char expected[17], found[17];
    fill();
    const char *model = scratch_path(&scratch, "model.safetensors");
    assert_int_equal(run_whole(&whole, NULL, scratch.folder, model), BL_OK);
    bl_model_hash(bl_trainer_model(whole.trainer), expected);
    char *log = log_of(&scratch);
    const size_t lines = count_lines(log);
    free(log);
    assert_int_equal(prepare(&run, NULL, scratch.folder), BL_OK);
    assert_int_equal(bl_trainer_fit(run.trainer, run.data, NULL, NULL, stop_after_epoch_1, NULL), BL_STOPPED);
    assert_int_equal(bl_trainer_fit(run.trainer, run.data, NULL, NULL, NULL, NULL), BL_OK);
    bl_model_hash(bl_trainer_model(run.trainer), found);
    assert_string_equal(found, expected);
    log = log_of(&scratch);
    assert_int_equal(count_lines(log), lines);
    assert_non_null(strstr(log, "\"epoch\": 1,"));
    free(log);
    const char *saved = scratch_path(&scratch, "saved.safetensors");
    assert_int_equal(bl_trainer_save(run.trainer, saved), BL_OK);
    assert_int_equal(bl_trainer_load(run.trainer, saved), BL_OK);
    assert_int_equal(bl_trainer_fit(run.trainer, run.data, NULL, NULL, NULL, NULL), BL_OK);
    log = log_of(&scratch);
    assert_null(strstr(log, "\"epoch\": 1,"));
    free(log);
    run_free(&run);
    run_free(&whole);
    scratch_remove(&scratch);
}

static void test_feedback_from_a_file(void **state)
{
    (void)state;
    struct scratch scratch;
    scratch_make(&scratch);
    fill();
    const char *path = scratch_path(&scratch, "feedback.safetensors");
    const struct fixture_batch batch = {x, labels, N, INPUTS, CLASSES, FIXTURE_ROWS};
    struct fixture_options options = {
        .net = "dense 7, tanh, dense 6, tanh, dense 3", .rule = "dfa", .seed = "5"};
    struct fixture drawn, read;
    fixture_make(&drawn, "portable", 1, &options, &batch);
    fixture_must(&drawn, bl_model_save(drawn.model, path));
    options.seed = "6";
    options.feedback = path;
    fixture_make(&read, "portable", 1, &options, &batch);
    for (int l = 0; l < 2; l++) {
        const bl_tensor a = fixture_tensor(&drawn, l ? "1.feedback" : "0.feedback");
        const bl_tensor b = fixture_tensor(&read, l ? "1.feedback" : "0.feedback");
        assert_memory_equal(a.values, b.values, fixture_count(a) * sizeof *a.values);
    }
    fixture_free(&read);
    options.net = "dense 8, tanh, dense 6, tanh, dense 3";
    assert_int_equal(fixture_try(&read, "portable", 1, &options, &batch), BL_BAD_DATA);
    assert_non_null(strstr(bl_why(read.ctx), "expected 3 x 8"));
    fixture_free(&read);
    fixture_free(&drawn);
    scratch_remove(&scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memory_gives_out),
        cmocka_unit_test(test_a_step_allocates_nothing),
        cmocka_unit_test(test_full_disk_keeps_the_last_checkpoint),
        cmocka_unit_test(test_stopped_and_resumed),
        cmocka_unit_test(test_stopped_and_continued),
        cmocka_unit_test(test_feedback_from_a_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
