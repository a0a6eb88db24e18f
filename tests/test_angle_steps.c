/*
 * test_angle_steps.c - the option angles: the steps that it selects; a step's line in the log is the same in
 * a run that was stopped or crashed anywhere and resumed; measuring changes no weight.
 */
#include "../src/train/angles/angle_steps.h"
#include "scratch.h"
#include "without_sync.h"

#include "backless.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { N = 22, INPUTS = 4, CLASSES = 3, BATCH = 5, EPOCHS = 3, STEPS = 15, BLOCKS = 2 };

static float x[N * INPUTS];
static int32_t labels[N];

struct run {
    bl_context *ctx;
    bl_config *config;
    bl_data *data;
    bl_trainer *trainer;
};

static void run_make(struct run *r, const char *angles, const char *out)
{
    const char *const options[][2] = {{"net", "dense 6, tanh, dense 3"},
                                      {"rule", "dfa"},
                                      {"epochs", "3"},
                                      {"batch", "5"},
                                      {"lr", "0.05"},
                                      {"angles", angles},
                                      {"force", "true"},
                                      {"out", out}};
    *r = (struct run){.ctx = bl_context_new(NULL)};
    assert_int_equal(bl_context_use(r->ctx, "portable", 1), BL_OK);
    assert_int_equal(bl_config_create(&r->config, r->ctx), BL_OK);
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        assert_int_equal(bl_config_set(r->config, options[i][0], options[i][1]), BL_OK);
    assert_int_equal(bl_data_wrap(&r->data, r->ctx, x, labels, N, (bl_shape){1, 1, INPUTS}, CLASSES), BL_OK);
    assert_int_equal(bl_trainer_create(&r->trainer, r->ctx, r->config, r->data), BL_OK);
}

static void run_free(struct run *r)
{
    bl_trainer_free(r->trainer);
    bl_data_free(r->data);
    bl_config_free(r->config);
    bl_context_free(r->ctx);
}

/* The steps that were reported with angles, as a text, and the step after which the run must stop. */
struct watched {
    char steps[256];
    size_t stop_after;
    const bl_model *model; /* NULL: norms are not checked */
};

static double norm_of(const bl_model *model, const char *name)
{
    bl_tensor tensor;
    double sum = 0.0;
    for (int i = 0; bl_model_tensor(model, i, &tensor); i++)
        for (size_t k = 0; strcmp(tensor.name, name) == 0 && k < tensor.rows * tensor.cols; k++)
            sum += (double)tensor.values[k] * (double)tensor.values[k];
    return sqrt(sum);
}

static int watch(void *user, const bl_progress *now)
{
    struct watched *w = user;
    if (now->angles && !now->epoch_ended) {
        const size_t used = strlen(w->steps);
        snprintf(w->steps + used, sizeof w->steps - used, "%zu ", now->total_step);
        assert_int_equal(now->batch.count, now->total_step % 5 == 0 ? N % BATCH : BATCH);
        assert_true(isfinite(now->batch.loss) && now->batch.error >= 0.0 && now->batch.error <= 1.0);
        for (int l = 0; w->model && l < BLOCKS; l++)
            assert_true(fabs(now->angles[l].weight_norm -
                             norm_of(w->model, l ? "1.dense.weight" : "0.dense.weight")) < 1e-12);
    }
    return w->stop_after > 0 && now->total_step == w->stop_after;
}

static void hash_of(const struct run *r, char hash[17])
{
    bl_model_hash(bl_trainer_model(r->trainer), hash);
}

static void selected_steps_have_angles(void **state)
{
    (void)state;
    static const struct {
        const char *angles, *steps;
    } cases[] = {
        {"auto", "1 3 "}, /* steps of the first epoch, which has 5 */
        {"none", ""},
        {"4", "4 8 12 "},
        {"1", "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 "},
        {"5", "5 10 15 "},
        {"100", ""},
        {"1,3,10", "1 3 10 "},
        {"2, 6,\t15", "2 6 15 "},
        {"7,1000000000000", "7 "},
        {"16,17", ""},
    };
    char expected[17] = "";
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct run r;
        struct watched w = {.steps = ""};
        char hash[17];
        run_make(&r, cases[i].angles, NULL);
        w.model = bl_trainer_model(r.trainer);
        assert_int_equal(bl_trainer_fit(r.trainer, r.data, NULL, NULL, watch, &w), BL_OK);
        assert_string_equal(w.steps, cases[i].steps);
        hash_of(&r, hash);
        if (i == 0)
            memcpy(expected, hash, sizeof hash);
        assert_string_equal(hash, expected);
        run_free(&r);
    }
}

static void invalid_texts_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *fragment;
    } cases[] = {
        {"", "expected auto, none, a number of steps"},
        {"0", "expected auto, none, a number of steps"},
        {"-10", "expected auto, none, a number of steps"},
        {"10.5", "expected auto, none, a number of steps"},
        {"1e3", "expected auto, none, a number of steps"},
        {"every 10", "expected auto, none, a number of steps"},
        {"AUTO", "expected auto, none, a number of steps"},
        {"99999999999999999999", "expected auto, none, a number of steps"},
        {"1,", "expected auto, none, a number of steps"},
        {",1", "expected auto, none, a number of steps"},
        {"1,,3", "expected auto, none, a number of steps"},
        {"0,1", "expected auto, none, a number of steps"},
        {"1;3", "expected auto, none, a number of steps"},
        {"none,1", "expected auto, none, a number of steps"},
        {"3,1", "step 1 follows step 3"},
        {"3,3", "step 3 follows step 3"},
        {"1,3,10,...", "a list is not continued by ..."},
    };
    struct run r;
    run_make(&r, "auto", NULL);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(bl_config_set(r.config, "angles", cases[i].text), BL_BAD_VALUE);
        if (!strstr(bl_why(r.ctx), cases[i].fragment))
            fail_msg("angles \"%s\": \"%s\" lacks \"%s\"", cases[i].text, bl_why(r.ctx), cases[i].fragment);
    }
    run_free(&r);
}

/* The switch no-angles of 0.1.0 means angles none; the one that is set last counts. */
static void no_angles_means_angles_none(void **state)
{
    (void)state;
    static const struct {
        const char *keys[2], *values[2], *angles, *former;
        int is_set;
    } cases[] = {
        {{"no-angles", NULL}, {"true", NULL}, "none", "true", 1},
        {{"no-angles", NULL}, {"false", NULL}, "auto", "false", 0},
        {{"no-angles", "angles"}, {"true", "10"}, "10", "false", 1},
        {{"angles", "no-angles"}, {"10", "true"}, "none", "true", 1},
        {{"angles", "no-angles"}, {"10", "false"}, "10", "false", 1},
        {{"angles", "no-angles"}, {"none", "false"}, "auto", "false", 0},
        {{"no-angles", "no-angles"}, {"true", NULL}, "auto", "false", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct run r;
        run_make(&r, NULL, NULL);
        for (int k = 0; k < 2; k++)
            if (cases[i].keys[k])
                assert_int_equal(bl_config_set(r.config, cases[i].keys[k], cases[i].values[k]), BL_OK);
        assert_string_equal(bl_config_get(r.config, "angles"), cases[i].angles);
        assert_string_equal(bl_config_get(r.config, "no-angles"), cases[i].former);
        assert_int_equal(bl_config_is_set(r.config, "angles"), cases[i].is_set);
        run_free(&r);
    }
}

static void selected_steps_need_normal_memory(void **state)
{
    (void)state;
    struct run r;
    bl_trainer *trainer = NULL;
    run_make(&r, "auto", NULL);
    assert_int_equal(bl_config_set(r.config, "memory", "low"), BL_OK);
    assert_int_equal(bl_trainer_create(&trainer, r.ctx, r.config, r.data), BL_OK);
    bl_trainer_free(trainer);
    assert_int_equal(bl_config_set(r.config, "angles", "4"), BL_OK);
    trainer = NULL;
    assert_int_equal(bl_trainer_create(&trainer, r.ctx, r.config, r.data), BL_BAD_VALUE);
    assert_non_null(strstr(bl_why(r.ctx), "angles is \"4\", but with memory low none are measured"));
    assert_null(trainer);
    run_free(&r);
}

/* The lines of a log without their times, which differ between runs; lines of steps have none. */
static char *untimed_log(struct scratch *scratch)
{
    size_t n = 0;
    char *text = (char *)scratch_read(scratch_path(scratch, "log.jsonl"), &n);
    assert_non_null(text);
    for (char *at; (at = strstr(text, "\"seconds\": "));) {
        char *end = strstr(at, "\"angles\": ");
        assert_non_null(end);
        memmove(at, end, strlen(end) + 1);
    }
    return text;
}

static size_t count_of(const char *text, const char *piece)
{
    size_t n = 0;
    for (; (text = strstr(text, piece)); text += strlen(piece))
        n++;
    return n;
}

static void resume_to_the_end(const char *angles, const char *folder)
{
    struct run r;
    run_make(&r, angles, NULL);
    assert_int_equal(bl_trainer_resume(r.trainer, folder), BL_OK);
    assert_int_equal(bl_trainer_fit(r.trainer, r.data, NULL, NULL, NULL, NULL), BL_OK);
    run_free(&r);
}

/* The run is stopped after any step, also the last of an epoch; in some cases lines after the checkpoint and
   half a line are appended, as a crash may leave them. After the resume the log equals that of an
   uninterrupted run. */
static void resumed_logs_are_the_same(void **state)
{
    (void)state;
    static const char *const angles[] = {"1", "4", "5", "2,7,15", "auto"};
    struct scratch scratch;
    scratch_make(&scratch);
    for (size_t i = 0; i < sizeof angles / sizeof *angles; i++) {
        struct run r;
        run_make(&r, angles[i], scratch.folder);
        assert_int_equal(bl_trainer_fit(r.trainer, r.data, NULL, NULL, NULL, NULL), BL_OK);
        run_free(&r);
        size_t n = 0;
        char *whole = (char *)scratch_read(scratch_path(&scratch, "log.jsonl"), &n),
             *expected = untimed_log(&scratch);
        assert_int_equal(count_of(expected, "\"kind\": \"step\""), i == 0 ? 15 : i < 4 ? 3 : 0);
        size_t stops = 0;
        for (size_t step = 1; step < STEPS; step++) {
            struct watched w = {.stop_after = step};
            run_make(&r, angles[i], scratch.folder);
            const bl_status status = bl_trainer_fit(r.trainer, r.data, NULL, NULL, watch, &w);
            assert_true(status == BL_STOPPED ||
                        status == BL_OK); /* the callback is not called after every step */
            stops += status == BL_STOPPED;
            run_free(&r);
            if (step % 2) { /* appends lines of the whole run and a piece of one */
                char *torn = (char *)malloc(n + 12);
                assert_non_null(torn);
                memcpy(torn, whole, n);
                memcpy(torn + n, "{\"kind\": \"s", 12);
                scratch_write(scratch_path(&scratch, "log.jsonl"), torn, n + 11);
                free(torn);
            }
            resume_to_the_end(angles[i], scratch.folder);
            char *found = untimed_log(&scratch);
            if (strcmp(found, expected) != 0)
                fail_msg("angles %s, stopped after step %zu:\n%s\nexpected\n%s", angles[i], step, found,
                         expected);
            free(found);
        }
        assert_true(stops >= 2);
        free(expected);
        free(whole);
    }
    scratch_remove(&scratch);
}

static bl_status try_run(struct run *r, const bl_allocator *allocator, const char *out)
{
    const char *const options[][2] = {{"angles", "2"}, {"out", out}, {"force", "true"}, {"epochs", "2"}};
    *r = (struct run){.ctx = bl_context_new(allocator)};
    bl_status status = bl_context_use(r->ctx, "portable", 1);
    if (status == BL_OK)
        status = bl_config_create(&r->config, r->ctx);
    for (size_t i = 0; status == BL_OK && i < sizeof options / sizeof *options; i++)
        status = bl_config_set(r->config, options[i][0], options[i][1]);
    if (status == BL_OK)
        status = bl_data_wrap(&r->data, r->ctx, x, labels, N, (bl_shape){1, 1, INPUTS}, CLASSES);
    if (status == BL_OK)
        status = bl_trainer_create(&r->trainer, r->ctx, r->config, r->data);
    return status == BL_OK ? bl_trainer_fit(r->trainer, r->data, NULL, NULL, NULL, NULL) : status;
}

static void failed_allocations_lose_nothing(void **state)
{
    (void)state;
    struct scratch scratch;
    scratch_make(&scratch);
    bl_status status = BL_NO_MEMORY;
    for (size_t fail_at = 1; status != BL_OK; fail_at++) {
        struct counting memory = {.fail_at = fail_at};
        const bl_allocator allocator = {&memory, counting_allocate, counting_release};
        struct run r;
        status = try_run(&r, &allocator, scratch.folder);
        if (!r.ctx) /* without a context there is no message */
            status = BL_NO_MEMORY;
        run_free(&r);
        if (status != BL_OK && status != BL_NO_MEMORY)
            fail_msg("allocation %zu failed: %s", fail_at, bl_status_name(status));
        assert_int_equal(memory.live, 0);
        assert_true(fail_at < 100000);
    }
    scratch_remove(&scratch);
}

int main(void)
{
    uint32_t random = 11;
    for (int i = 0; i < N * INPUTS; i++)
        x[i] = (float)(scratch_random(&random) % 1000) / 500.0f - 1.0f;
    for (int i = 0; i < N; i++)
        labels[i] = i % CLASSES;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(selected_steps_have_angles),  cmocka_unit_test(invalid_texts_are_refused),
        cmocka_unit_test(no_angles_means_angles_none), cmocka_unit_test(selected_steps_need_normal_memory),
        cmocka_unit_test(resumed_logs_are_the_same),   cmocka_unit_test(failed_allocations_lose_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
