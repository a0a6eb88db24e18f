/*
 * test_predictor.c - prediction: raw inputs are scaled as in training, several threads can share a model, NaN
 * and infinities are refused, and predictions keep the digits of their unit.
 */
#include "../src/data/set/data.h"
#include "../src/train/model/model.h"
#include "scratch.h"

#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { ROWS = 300, FEATURES = 3, THREADS = 4, TURNS = 20 };

struct made {
    bl_context *ctx;
    bl_config *config;
    bl_data *data[3];
    bl_trainer *trainer;
    bl_model *model;
};

static struct scratch scratch;

/* A table with columns of values far from 0, of tiny values, and with missing values. */
static const char *table(bool has_numbers)
{
    const char *path = scratch_path(&scratch, "table.csv");
    FILE *file = fopen(path, "w");
    fputs("far,tiny,c,y\n", file);
    for (int i = 0; i < ROWS; i++) {
        fprintf(file, "%d,%de-300,", 1700000000 + i, i * 7 % 11 + 1);
        fprintf(file, i % 10 == 3 ? "," : "%d.5,", i % 4);
        fprintf(file, has_numbers ? "%d.25\n" : "c%d\n", has_numbers ? 1000000000 + i % 50 : i % 3);
    }
    fclose(file);
    return path;
}

static void must(const struct made *m, bl_status status)
{
    if (status != BL_OK)
        fail_msg("%s: %s", bl_status_name(status), bl_why(m->ctx));
}

static void train(struct made *m, bool has_numbers)
{
    const char *const options[][2] = {
        {"data", table(has_numbers)},
        {"net", has_numbers ? "dense 9, tanh, dense 1" : "dense 9, tanh, dense 3"},
        {"loss", has_numbers ? "mse" : "ce"},
        {"missing", "impute"},
        {"rule", "bp"},
        {"lr", "0.01"},
        {"epochs", "3"},
        {"no-angles", "true"}};
    *m = (struct made){.ctx = bl_context_new(NULL)};
    must(m, bl_context_use(m->ctx, "portable", 1));
    must(m, bl_config_create(&m->config, m->ctx));
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        must(m, bl_config_set(m->config, options[i][0], options[i][1]));
    must(m, bl_data_load(&m->data[0], &m->data[1], &m->data[2], m->ctx, m->config));
    must(m, bl_trainer_create(&m->trainer, m->ctx, m->config, m->data[0]));
    must(m, bl_trainer_fit(m->trainer, m->data[0], NULL, NULL, NULL, NULL));
    m->model = bl_trainer_model(m->trainer);
}

static void free_made(struct made *m)
{
    bl_trainer_free(m->trainer);
    for (int i = 0; i < 3; i++)
        bl_data_free(m->data[i]);
    bl_config_free(m->config);
    bl_context_free(m->ctx);
}

static int make(void **state)
{
    (void)state;
    scratch_make(&scratch);
    return 0;
}

static int clear(void **state)
{
    (void)state;
    scratch_remove(&scratch);
    return 0;
}

/* ---- Raw inputs */

static void raw_inputs_are_scaled_as_in_training(void **state)
{
    struct made m;
    bl_predictor *p = NULL;
    (void)state;
    for (int has_numbers = 0; has_numbers < 2; has_numbers++) {
        train(&m, has_numbers);
        const size_t width = m.data[0]->features, outputs = (size_t)bl_model_outputs(m.model);
        double raw[ROWS * (FEATURES + 1)], of_data[ROWS * 3], of_raw[ROWS * 3], one[3];
        float narrow[ROWS * (FEATURES + 1)];
        assert_int_equal(width, FEATURES + 1); /* and the indicator of missing values */
        must(&m, bl_data_raw_rows(m.data[0], 0, ROWS, raw));
        must(&m, bl_model_predict_data(m.model, m.data[0], of_data));
        must(&m, bl_predictor_create(&p, m.ctx, m.model));
        must(&m, bl_predictor_run_doubles(p, raw, ROWS, of_raw));
        assert_memory_equal(of_raw, of_data, ROWS * outputs * sizeof(double));
        for (size_t i = 0; i < ROWS; i++) { /* a single row has the same bits as in a batch */
            must(&m, bl_predictor_run_doubles(p, raw + i * width, 1, one));
            assert_memory_equal(one, of_data + i * outputs, outputs * sizeof(double));
        }
        for (size_t i = 0; i < ROWS * width; i++)
            narrow[i] = (float)raw[i];
        must(&m, bl_predictor_run(p, narrow, ROWS, of_raw));
        must(&m, bl_model_predict(m.model, narrow, ROWS, of_data));
        assert_memory_equal(of_raw, of_data, ROWS * outputs * sizeof(double));
        bl_predictor_free(p);
        free_made(&m);
    }
}

static void pixels_are_scaled_as_in_training(void **state)
{
    static const uint8_t bytes[] = {0, 17, 101, 255, 3, 254};
    double offset[] = {3}, scale[] = {(double)(1.0f / 252.0f)};
    float from_bytes[6], from_floats[6], floats[6];
    (void)state;
    bl_context *ctx = bl_context_new(NULL);
    const bl_data images = {
        .ctx = ctx, .n = 1, .features = 6, .bytes = bytes, .scaling = {1, offset, scale, false, false, NULL}};
    for (int i = 0; i < 6; i++)
        floats[i] = (float)bytes[i];
    data_gather(&images, ctx->backend, NULL, 0, 1, from_bytes);
    assert_int_equal(scaling_apply(ctx, &images, &(struct raw_rows){floats, NULL, 0, 1}, from_floats), BL_OK);
    assert_memory_equal(from_bytes, from_floats, sizeof from_bytes);
    bl_context_free(ctx);
}

/* ---- NaN, infinities and missing values */

static void nan_and_infinity_are_refused(void **state)
{
    static const struct {
        size_t feature;
        double value;
        const char *expected; /* NULL: accepted */
    } cases[] = {
        {0, (double)NAN, "row 257 (from 0), column \"far\": NaN"},
        {2, (double)NAN, NULL}, /* this column had missing values in training */
        {3, (double)NAN, "column \"c is missing\": NaN"},
        {0, (double)INFINITY, "column \"far\": inf"},
        {2, -(double)INFINITY, "column \"c\": -inf"},
        {1, 1e10, "column \"tiny\": 1e+10 is too large for a float when it is standardised"},
        {2, 1e30, NULL},
    };
    struct made m;
    bl_predictor *p = NULL;
    double raw[ROWS * (FEATURES + 1)], scores[ROWS * 3];
    (void)state;
    train(&m, false);
    must(&m, bl_predictor_create(&p, m.ctx, m.model));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        must(&m, bl_data_raw_rows(m.data[0], 0, ROWS, raw));
        raw[257 * 4 + cases[i].feature] = cases[i].value;
        const bl_status status = bl_predictor_run_doubles(p, raw, ROWS, scores);
        assert_int_equal(status, cases[i].expected ? BL_BAD_VALUE : BL_OK);
        if (cases[i].expected && !strstr(bl_why(m.ctx), cases[i].expected))
            fail_msg("expected \"%s\" in: %s", cases[i].expected, bl_why(m.ctx));
    }
    assert_int_equal(bl_predictor_run(p, NULL, 1, scores), BL_BAD_VALUE);
    assert_int_equal(bl_predictor_run_doubles(p, raw, 0, scores), BL_OK);
    assert_int_equal(bl_predictor_create(&p, NULL, m.model), BL_BAD_VALUE);
    bl_predictor_free(p);
    bl_predictor_free(NULL);
    free_made(&m);
}

/* ---- Predictions */

static void predictions_keep_the_digits_of_their_unit(void **state)
{
    struct made m;
    double scores[ROWS];
    bl_score score;
    size_t between = 0;
    (void)state;
    train(&m, true);
    must(&m, bl_model_predict_data(m.model, m.data[0], scores));
    for (size_t i = 0; i < ROWS; i++)
        between += scores[i] != (double)(float)scores[i]; /* floats are spaced by 64 there */
    assert_true(between > ROWS / 2);
    double square = 0.0;
    for (size_t i = 0; i < ROWS; i++) {
        const double d = scores[i] - (1000000000.25 + (double)(i % 50));
        square += d * d;
    }
    must(&m, bl_model_evaluate(m.model, m.data[0], &score));
    assert_true(fabs(score.rmse - sqrt(square / ROWS)) < 1e-9 * score.rmse);
    assert_true(score.rmse < 30.0 && score.r2 > -1.0);
    free_made(&m);
}

/* ---- Threads */

struct thread {
    pthread_t id;
    const struct made *made;
    const double *raw;
    double scores[ROWS * 3];
    bl_score score;
    bl_status status;
};

static void *work(void *argument)
{
    struct thread *t = argument;
    bl_context *ctx = bl_context_new(NULL);
    bl_predictor *p = NULL;
    t->status = bl_context_use(ctx, "portable", 1);
    if (t->status == BL_OK)
        t->status = bl_predictor_create(&p, ctx, t->made->model);
    for (int i = 0; i < TURNS && t->status == BL_OK; i++) {
        t->status = bl_predictor_run_doubles(p, t->raw, ROWS, t->scores);
        if (t->status == BL_OK)
            t->status = bl_predictor_evaluate(p, t->made->data[0], &t->score);
        if (t->status == BL_OK) /* fails, with a message in the thread's own context */
            t->status = bl_predictor_run(p, NULL, 1, t->scores) == BL_BAD_VALUE ? BL_OK : BL_BAD_VALUE;
        if (t->status == BL_OK)
            t->status = bl_model_predict_data(t->made->model, t->made->data[0], t->scores);
    }
    bl_predictor_free(p);
    bl_context_free(ctx);
    return NULL;
}

static void threads_share_a_model(void **state)
{
    static struct thread threads[THREADS];
    struct made m;
    double raw[ROWS * (FEATURES + 1)], alone[ROWS * 3];
    (void)state;
    train(&m, false);
    must(&m, bl_data_raw_rows(m.data[0], 0, ROWS, raw));
    must(&m, bl_model_predict_data(m.model, m.data[0], alone));
    for (int i = 0; i < THREADS; i++) {
        threads[i] = (struct thread){.made = &m, .raw = raw};
        assert_int_equal(pthread_create(&threads[i].id, NULL, work, &threads[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i].id, NULL), 0);
        assert_int_equal(threads[i].status, BL_OK);
        assert_memory_equal(threads[i].scores, alone, sizeof alone);
        assert_true(threads[i].score.count == ROWS);
    }
    free_made(&m);
}

/* Calls of one model in its own context, which has several threads: the first call uses them, the others run
   alone meanwhile. The net is wide enough for the threads of the context to have work. */
struct wide {
    bl_model *model;
    const float *x;
    bl_data *data;
    const double *expected;
    int wrong; /* calls that failed or gave other scores */
};
enum { WIDE_ROWS = 256, WIDE_FEATURES = 200, WIDE_CALLS = 40 };

static void *call_wide(void *argument)
{
    struct wide *w = argument;
    double *scores = malloc(WIDE_ROWS * 3 * sizeof *scores);
    bl_score score;
    for (int i = 0; i < WIDE_CALLS; i++) {
        const bool by_data = i % 2 == 0;
        const bl_status status = by_data ? bl_model_predict_data(w->model, w->data, scores)
                                         : bl_model_predict(w->model, w->x, WIDE_ROWS, scores);
        w->wrong += status != BL_OK || memcmp(scores, w->expected, WIDE_ROWS * 3 * sizeof *scores) != 0 ||
                    bl_model_evaluate(w->model, w->data, &score) != BL_OK || score.count != WIDE_ROWS;
    }
    free(scores);
    return NULL;
}

static void threads_call_one_model_at_once(void **state)
{
    static float x[WIDE_ROWS * WIDE_FEATURES];
    static double expected[WIDE_ROWS * 3];
    static int32_t labels[WIDE_ROWS];
    pthread_t ids[THREADS];
    struct wide wide[THREADS];
    struct made m = {.ctx = bl_context_new(NULL)};
    uint32_t random = 1;
    (void)state;
    for (size_t i = 0; i < WIDE_ROWS * WIDE_FEATURES; i++)
        x[i] = (float)(scratch_random(&random) % 2000) / 1000.0f - 1.0f;
    for (int i = 0; i < WIDE_ROWS; i++)
        labels[i] = i % 3;
    must(&m, bl_context_use(m.ctx, "portable", 2));
    must(&m, bl_config_create(&m.config, m.ctx));
    must(&m, bl_config_set(m.config, "net", "dense 300, tanh, dense 300, tanh, dense 3"));
    must(&m, bl_config_set(m.config, "init", "fanin"));
    must(&m, bl_data_wrap(&m.data[0], m.ctx, x, labels, WIDE_ROWS, (bl_shape){1, 1, WIDE_FEATURES}, 3));
    must(&m, bl_trainer_create(&m.trainer, m.ctx, m.config, m.data[0]));
    m.model = bl_trainer_model(m.trainer);
    must(&m, bl_model_predict(m.model, x, WIDE_ROWS, expected));
    for (int i = 0; i < THREADS; i++) {
        wide[i] = (struct wide){m.model, x, m.data[0], expected, 0};
        assert_int_equal(pthread_create(&ids[i], NULL, call_wide, &wide[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(ids[i], NULL), 0);
        assert_int_equal(wide[i].wrong, 0);
    }
    free_made(&m);
}

int main(void)
{
#define EACH(test) cmocka_unit_test_setup_teardown(test, make, clear)
    const struct CMUnitTest tests[] = {
        EACH (raw_inputs_are_scaled_as_in_training),
        EACH (pixels_are_scaled_as_in_training),
        EACH (nan_and_infinity_are_refused),
        EACH (predictions_keep_the_digits_of_their_unit),
        EACH (threads_share_a_model),
        EACH (threads_call_one_model_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
