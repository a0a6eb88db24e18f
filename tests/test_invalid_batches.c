/*
 * test_invalid_batches.c - NaN, infinities and labels out of range in arrays of the caller are refused, with
 * their row, by every function that takes arrays, before a weight changes; also in wrapped arrays that the
 * caller changed later.
 */
#include "fixture.h"

#include "backless_experimental.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { N = 70, INPUTS = 37, CLASSES = 3, BATCH = 16 };

static float x[N * INPUTS], targets[N * CLASSES];
static int32_t labels[N];
static const float invalid[] = {NAN, INFINITY, -INFINITY};
enum { N_INVALID = sizeof invalid / sizeof *invalid };
/* Positions of invalid numbers: the first, the last, and one in the middle of a vector. */
static const size_t places[] = {0, 3 * INPUTS + 18, BATCH *INPUTS - 1};
enum { N_PLACES = sizeof places / sizeof *places };

struct maker {
    bl_context *ctx;
    bl_config *config;
    bl_data *data, *good;
    bl_trainer *trainer;
    char before[17];
};

static void fill(void)
{
    uint32_t random = 5;
    fixture_fill(3, x, labels, N, INPUTS, CLASSES);
    for (size_t i = 0; i < N * CLASSES; i++)
        targets[i] = fixture_random(&random, 1.0f);
}

static void must(const struct maker *m, bl_status status)
{
    if (status != BL_OK)
        fail_msg("%s: %s", bl_status_name(status), bl_why(m->ctx));
}

static void make(struct maker *m, const char *loss)
{
    static float good_x[N * INPUTS];
    static int32_t good_labels[N];
    const bl_shape shape = {1, 1, INPUTS};
    const bool has_targets = strcmp(loss, "mse") == 0;
    fill();
    memcpy(good_x, x, sizeof x);
    memcpy(good_labels, labels, sizeof labels);
    *m = (struct maker){.ctx = bl_context_new(NULL)};
    must(m, bl_context_use(m->ctx, "portable", 1));
    must(m, bl_config_create(&m->config, m->ctx));
    must(m, bl_config_set(m->config, "net", "dense 8, batchnorm, tanh, dense 3"));
    must(m, bl_config_set(m->config, "loss", loss));
    must(m, bl_config_set(m->config, "batch", "16"));
    must(m, bl_config_set(m->config, "epochs", "1"));
    must(m, has_targets ? bl_data_wrap_targets(&m->good, m->ctx, good_x, targets, N, shape, CLASSES)
                        : bl_data_wrap(&m->good, m->ctx, good_x, good_labels, N, shape, CLASSES));
    must(m, bl_trainer_create(&m->trainer, m->ctx, m->config, m->good));
    bl_model_hash(bl_trainer_model(m->trainer), m->before);
}

static void wrap(struct maker *m)
{
    must(m, bl_data_wrap(&m->data, m->ctx, x, labels, N, (bl_shape){1, 1, INPUTS}, CLASSES));
}

static void drop(struct maker *m)
{
    bl_trainer_free(m->trainer);
    bl_data_free(m->data);
    bl_data_free(m->good);
    bl_config_free(m->config);
    bl_context_free(m->ctx);
}

static void refused(const struct maker *m, bl_status status, const char *fragment)
{
    char now[17];
    bl_model_hash(bl_trainer_model(m->trainer), now);
    if (status != BL_BAD_VALUE || !strstr(bl_why(m->ctx), fragment))
        fail_msg("%s, expected bad value with \"%s\": %s", bl_status_name(status), fragment, bl_why(m->ctx));
    assert_string_equal(now, m->before);
    assert_string_equal(bl_model_metadata(bl_trainer_model(m->trainer), "step"), "0");
}

/* A refused step must not change the running statistics of batch norm either: the next step is as if it had
   not been tried. */
static void test_single_steps(void **state)
{
    struct maker m, other;
    char row[64], a[17], b[17];
    (void)state;
    make(&m, "ce");
    for (size_t i = 0; i < N_INVALID * N_PLACES; i++) {
        const size_t at = places[i % N_PLACES];
        fill();
        x[at] = invalid[i / N_PLACES];
        snprintf(row, sizeof row, "row %zu (from 0), feature %zu", at / INPUTS, at % INPUTS);
        refused(&m, bl_trainer_step(m.trainer, x, labels, BATCH, NULL), row);
        refused(&m, bl_trainer_inspect(m.trainer, x, labels, BATCH), row);
    }
    fill();
    labels[BATCH - 1] = CLASSES;
    refused(&m, bl_trainer_step(m.trainer, x, labels, BATCH, NULL), "label 3 of example 15");
    labels[BATCH - 1] = -1;
    refused(&m, bl_trainer_inspect(m.trainer, x, labels, BATCH), "label -1 of example 15");
    make(&other, "ce");
    must(&m, bl_trainer_step(m.trainer, x, labels, BATCH, NULL));
    must(&other, bl_trainer_step(other.trainer, x, labels, BATCH, NULL));
    bl_model_hash(bl_trainer_model(m.trainer), a);
    bl_model_hash(bl_trainer_model(other.trainer), b);
    assert_string_equal(a, b);
    drop(&other);
    drop(&m);
}

static void test_targets(void **state)
{
    struct maker m;
    bl_data *numbers = NULL;
    (void)state;
    make(&m, "mse");
    for (size_t i = 0; i < N_INVALID; i++) {
        fill();
        targets[2 * CLASSES + 1] = invalid[i];
        refused(&m, bl_trainer_step_targets(m.trainer, x, targets, BATCH, NULL), "row 2 (from 0), target 1");
        refused(&m, bl_trainer_inspect_targets(m.trainer, x, targets, BATCH), "row 2 (from 0), target 1");
        must(&m, bl_data_wrap_targets(&numbers, m.ctx, x, targets, N, (bl_shape){1, 1, INPUTS}, CLASSES));
        refused(&m, bl_trainer_fit(m.trainer, numbers, NULL, NULL, NULL, NULL), "row 2 (from 0), target 1");
        bl_data_free(numbers);
    }
    drop(&m);
}

/* Checks each function that takes a set. */
static void check_set(const struct maker *m, const char *fragment)
{
    double scores[N * CLASSES];
    bl_angles angles[2];
    bl_score score;
    bl_predictor *predictor = NULL;
    const bl_model *model = bl_trainer_model(m->trainer);
    refused(m, bl_trainer_fit(m->trainer, m->data, NULL, NULL, NULL, NULL), fragment);
    refused(m, bl_trainer_fit(m->trainer, m->good, m->data, NULL, NULL, NULL), fragment);
    refused(m, bl_trainer_fit(m->trainer, m->good, NULL, m->data, NULL, NULL), fragment);
    refused(m, bl_trainer_angles(m->trainer, m->data, N, angles, 2), fragment);
    refused(m, bl_model_evaluate(model, m->data, &score), fragment);
    refused(m, bl_model_predict_data(model, m->data, scores), fragment);
    must(m, bl_predictor_create(&predictor, m->ctx, model));
    refused(m, bl_predictor_evaluate(predictor, m->data, &score), fragment);
    refused(m, bl_predictor_run_data(predictor, m->data, scores), fragment);
    bl_predictor_free(predictor);
}

static void test_wrapped_arrays(void **state)
{
    struct maker m;
    char row[64];
    (void)state;
    make(&m, "ce");
    wrap(&m);
    for (size_t i = 0; i < N_INVALID * N_PLACES; i++) {
        const size_t at = places[i % N_PLACES];
        fill(); /* the caller changes arrays that the set borrows */
        x[at] = invalid[i / N_PLACES];
        snprintf(row, sizeof row, "row %zu (from 0), feature %zu", at / INPUTS, at % INPUTS);
        check_set(&m, row);
    }
    fill();
    labels[N - 1] = CLASSES;
    check_set(&m, "label 3 in row 69");
    labels[N - 1] = INT32_MIN;
    check_set(&m, "label -2147483648 in row 69");
    fill();
    must(&m, bl_trainer_fit(m.trainer, m.data, m.data, m.data, NULL, NULL)); /* valid again */
    drop(&m);
}

/* The largest finite floats are accepted, whatever the training makes of them. */
static void test_the_largest_floats_are_accepted(void **state)
{
    struct maker m;
    (void)state;
    make(&m, "ce");
    wrap(&m);
    x[0] = 3.4e38f;
    x[1] = -3.4e38f;
    x[2] = 1e-45f;
    const bl_status status = bl_trainer_inspect(m.trainer, x, labels, BATCH);
    must(&m, status);
    drop(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_single_steps),
        cmocka_unit_test(test_targets),
        cmocka_unit_test(test_wrapped_arrays),
        cmocka_unit_test(test_the_largest_floats_are_accepted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
