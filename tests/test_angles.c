/*
 * test_angles.c - the alignment figures: they estimate the same quantities from any number of examples and
 * with either reduction; a run measures on examples that its seed selects; the angle of the weights is that
 * between the documented matrices.
 */
#include "../src/train/angles/angle_examples.h"
#include "fixture.h"

#include "../src/base/context.h"
#include "../src/base/mem.h"

#include "backless_experimental.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { N = 512, INPUTS = 20, CLASSES = 4, BLOCKS = 3, BATCH = 64, STEPS = 60 };

static const char net[] = "dense 40, tanh, dense 30, tanh, dense 4";

/* Degrees, and relative difference of norms, by which estimates from 64 examples may differ from those of 512
   by sampling. If the gradient of the reduction sum were summed over the measured examples only, an update
   angle would be off by 25 degrees. */
static const double angle_room = 4.0, norm_room = 0.15;

static float x[N * INPUTS];
static int32_t labels[N];
static const struct fixture_batch all = {x, labels, N, INPUTS, CLASSES, FIXTURE_ROWS};

static void fill(void)
{
    uint32_t random = 17;
    for (int i = 0; i < N; i++) {
        labels[i] = (i * 7 + i / 5) % CLASSES;
        for (int j = 0; j < INPUTS; j++)
            x[i * INPUTS + j] = fixture_random(&random, 1.0f) + (j % CLASSES == labels[i] ? 0.5f : 0.0f);
    }
}

static void train_some(struct fixture *fixture)
{
    for (int step = 0; step < STEPS; step++) {
        const int first = step * BATCH % N;
        fixture_must(fixture,
                     bl_trainer_step(fixture->trainer, x + first * INPUTS, labels + first, BATCH, NULL));
    }
}

static void assert_within(const char *what, double a, double b, double room)
{
    if (!(fabs(a - b) <= room))
        fail_msg("%s: %g and %g, expected to differ by no more than %g", what, a, b, room);
}

static void compare_figures(const bl_angles *few, const bl_angles *many)
{
    assert_within("sample", few->sample, many->sample, angle_room);
    assert_within("flat", few->flat, many->flat, angle_room);
    assert_within("update", few->update, many->update, angle_room);
    assert_within("signal_norm", few->signal_norm / many->signal_norm, 1.0, norm_room);
    assert_within("bp_norm", few->bp_norm / many->bp_norm, 1.0, norm_room);
    assert_true(few->weight == many->weight || (isnan(few->weight) && isnan(many->weight)));
}

static void test_figures_do_not_depend_on_the_number_measured(void **state)
{
    static const char *const reductions[] = {"mean", "sum"};
    static const char *const optimizers[] = {"rmsprop", "adam", "sgd momentum 0.9"};
    static const char *const rules[] = {"dfa", "fa", "pepita"};
    (void)state;
    fill();
    for (size_t i = 0; i < 18; i++) {
        const struct fixture_options options = {.net = net,
                                                .rule = rules[i % 3],
                                                .optimizer = optimizers[i / 3 % 3],
                                                .reduction = reductions[i / 9],
                                                .init = "fanin",
                                                .lr = i / 3 % 3 != 2 ? NULL
                                                      : i / 9        ? "1.5625e-5"
                                                                     : "1e-3",
                                                .batch = "64"};
        struct fixture fixture;
        bl_angles few[BLOCKS], many[BLOCKS];
        fixture_make(&fixture, "portable", 1, &options, &all);
        train_some(&fixture);
        fixture_must(&fixture, bl_trainer_angles(fixture.trainer, fixture.data, BATCH, few, BLOCKS));
        fixture_must(&fixture, bl_trainer_angles(fixture.trainer, fixture.data, N, many, BLOCKS));
        for (int l = 0; l < BLOCKS; l++)
            compare_figures(&few[l], &many[l]);
        fixture_free(&fixture);
    }
}

/* From the same weights the deltas of an example are the same under both reductions. */
static void test_norms_do_not_depend_on_the_reduction(void **state)
{
    (void)state;
    fill();
    struct fixture_options options = {.net = net, .rule = "dfa", .init = "fanin", .reduction = "mean"};
    struct fixture mean, sum;
    bl_angles a[BLOCKS], b[BLOCKS];
    fixture_make(&mean, "portable", 1, &options, &all);
    options.reduction = "sum";
    fixture_make(&sum, "portable", 1, &options, &all);
    fixture_must(&mean, bl_trainer_angles(mean.trainer, mean.data, N, a, BLOCKS));
    fixture_must(&sum, bl_trainer_angles(sum.trainer, sum.data, N, b, BLOCKS));
    for (int l = 0; l < BLOCKS; l++) {
        assert_true(a[l].signal_norm == b[l].signal_norm && a[l].bp_norm == b[l].bp_norm);
        assert_true(a[l].flat == b[l].flat && a[l].sample == b[l].sample);
        assert_true(a[l].signal_norm > 0.01); /* of the loss of one example, not an n-th part of it */
    }
    fixture_free(&mean);
    fixture_free(&sum);
}

/* ---- The angle of the weights, computed from the tensors by name */

static double degrees(const double *a, const double *b, size_t n)
{
    double ab = 0.0, aa = 0.0, bb = 0.0;
    for (size_t i = 0; i < n; i++) {
        ab += a[i] * b[i];
        aa += a[i] * a[i];
        bb += b[i] * b[i];
    }
    return acos(ab / sqrt(aa * bb)) * 180.0 / acos(-1.0);
}

static bl_tensor named(const struct fixture *fixture, int l, const char *what)
{
    char name[48];
    snprintf(name, sizeof name, "%d.%s", l, what);
    return fixture_tensor(fixture, name);
}

/* The matrix to which the weights of block l are compared: B_l, or B_l^T B_(l-1), or in the last block
   B_(l-1). */
static void expected_direction(const struct fixture *fixture, bool is_direct, int l, double *to)
{
    const bl_tensor W = named(fixture, l, "dense.weight"), own = named(fixture, l, "feedback"),
                    before = named(fixture, l - 1, "feedback");
    for (size_t i = 0; i < W.rows; i++)
        for (size_t j = 0; j < W.cols; j++) {
            double sum = 0.0;
            for (size_t k = 0; is_direct && own.values && k < own.rows; k++)
                sum += (double)own.values[k * own.cols + i] * (double)before.values[k * before.cols + j];
            if (!is_direct)
                sum = (double)own.values[i * W.cols + j];
            else if (!own.values)
                sum = (double)before.values[i * W.cols + j];
            to[i * W.cols + j] = sum;
        }
}

static double expected_angle(const struct fixture *fixture, bool is_direct, int l)
{
    static double to[40 * 40], w[40 * 40];
    const bl_tensor W = named(fixture, l, "dense.weight");
    for (size_t i = 0; i < fixture_count(W); i++)
        w[i] = (double)W.values[i];
    expected_direction(fixture, is_direct, l, to);
    return degrees(w, to, fixture_count(W));
}

enum relation { FREE, LIKE_WEIGHTS, DIRECT };

static void test_the_angle_of_the_weights(void **state)
{
    static const struct {
        const char *rule;
        enum relation relation;
    } cases[] = {{"fa", LIKE_WEIGHTS}, {"kp", LIKE_WEIGHTS}, {"usf", LIKE_WEIGHTS}, {"dfa", DIRECT},
                 {"dkp", DIRECT},      {"adfa", DIRECT},     {"bp", FREE},          {"ifa", FREE},
                 {"drtp", FREE},       {"pepita", FREE},     {"frozen", FREE}};
    (void)state;
    fill();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct fixture_options options = {
            .net = net, .rule = cases[i].rule, .init = "fanin", .lr = "1e-3", .batch = "64"};
        struct fixture fixture;
        bl_angles angles[BLOCKS];
        fixture_make(&fixture, "portable", 1, &options, &all);
        train_some(&fixture);
        fixture_must(&fixture, bl_trainer_angles(fixture.trainer, fixture.data, N, angles, BLOCKS));
        assert_true(isnan(angles[0].weight));
        for (int l = 1; l < BLOCKS; l++)
            if (cases[i].relation == FREE)
                assert_true(isnan(angles[l].weight));
            else
                assert_within(cases[i].rule, angles[l].weight,
                              expected_angle(&fixture, cases[i].relation == DIRECT, l), 1e-6);
        fixture_free(&fixture);
    }
}

/* Training turns the weights towards the feedback, as feedback alignment predicts. */
static void test_weights_turn_to_their_feedback(void **state)
{
    static const char *const rules[] = {"fa", "dfa"};
    (void)state;
    fill();
    for (size_t i = 0; i < 2; i++) {
        const struct fixture_options options = {
            .net = net, .rule = rules[i], .init = "zero", .lr = "1e-3", .batch = "64"};
        struct fixture fixture;
        bl_angles angles[BLOCKS];
        fixture_make(&fixture, "portable", 1, &options, &all);
        fixture_must(&fixture, bl_trainer_angles(fixture.trainer, fixture.data, N, angles, BLOCKS));
        assert_true(isnan(angles[BLOCKS - 1].weight)); /* weights of 0 have no direction */
        train_some(&fixture);
        fixture_must(&fixture, bl_trainer_angles(fixture.trainer, fixture.data, N, angles, BLOCKS));
        assert_true(angles[BLOCKS - 1].weight < 75.0);
        fixture_free(&fixture);
    }
}

/* The angle is not defined for convolutions; it is for the output after a dense block. */
static void test_weight_angle_is_undefined_for_convolutions(void **state)
{
    (void)state;
    fill();
    const struct fixture_batch maps = {x, labels, N / 5, 100, CLASSES, {1, 10, 10}};
    const struct fixture_options options = {
        .net = "conv 3 3x3 pad 1, tanh, maxpool 2, conv 4 3x3, tanh, dense 10, tanh, dense 4",
        .rule = "dfa",
        .init = "fanin"};
    struct fixture fixture;
    bl_angles angles[4];
    fixture_make(&fixture, "portable", 1, &options, &maps);
    fixture_must(&fixture, bl_trainer_angles(fixture.trainer, fixture.data, 32, angles, 4));
    assert_true(isnan(angles[0].weight) && isnan(angles[1].weight));
    assert_true(angles[2].weight > 0.0 && angles[3].weight > 0.0);
    fixture_free(&fixture);
}

/* ---- The examples of a run */

static void test_examples_are_drawn_by_seed(void **state)
{
    (void)state;
    bl_context *ctx = bl_context_new(NULL);
    struct angle_examples a = {.rows = NULL}, b = {.rows = NULL}, few = {.rows = NULL};
    assert_int_equal(angle_examples_draw(&a, ctx, 1, 6000), BL_OK);
    assert_int_equal(angle_examples_draw(&b, ctx, 1, 6000), BL_OK);
    assert_int_equal(a.count, 512);
    assert_memory_equal(a.rows, b.rows, a.count * sizeof *a.rows);
    for (size_t i = 1; i < a.count; i++)
        assert_true(a.rows[i] > a.rows[i - 1]);
    assert_true(a.rows[511] > 5000 && a.rows[0] < 1000); /* not only the beginning of the set */
    assert_int_equal(angle_examples_draw(&b, ctx, 2, 6000), BL_OK);
    assert_memory_not_equal(a.rows, b.rows, a.count * sizeof *a.rows);
    assert_int_equal(angle_examples_draw(&few, ctx, 1, 30), BL_OK);
    assert_int_equal(few.count, 30);
    for (size_t i = 0; i < few.count; i++)
        assert_int_equal(few.rows[i], i);
    angle_examples_free(&a, ctx);
    angle_examples_free(&b, ctx);
    angle_examples_free(&few, ctx);
    bl_context_free(ctx);
}

enum { LONG = 4000 };
static float long_x[LONG * INPUTS];
static int32_t long_labels[LONG];

/* Fills examples sorted by class, or mixed. */
static void fill_long(bool is_sorted)
{
    for (int i = 0; i < LONG; i++) {
        const int from = is_sorted ? i : i * 7 % LONG;
        uint32_t random = (uint32_t)(from + 1) * 2654435761u;
        long_labels[i] = from / (LONG / CLASSES);
        for (int j = 0; j < INPUTS; j++)
            long_x[i * INPUTS + j] =
                fixture_random(&random, 1.0f) + (j % CLASSES == long_labels[i] ? 0.5f : 0.0f);
    }
}

static int keep_flat(void *user, const bl_progress *now)
{
    if (now->epoch_ended && now->angles)
        *(double *)user = now->angles[0].flat;
    return 0;
}

static double flat_of_a_run(bool is_sorted)
{
    const struct fixture_batch set = {long_x, long_labels, LONG, INPUTS, CLASSES, FIXTURE_ROWS};
    const struct fixture_options options = {
        .net = net, .rule = "dfa", .init = "fanin", .lr = "1e-3", .batch = "64", .epochs = "3"};
    struct fixture fixture;
    double flat = NAN;
    fill_long(is_sorted);
    fixture_make(&fixture, "portable", 1, &options, &set);
    fixture_must(&fixture, bl_trainer_fit(fixture.trainer, fixture.data, NULL, NULL, keep_flat, &flat));
    fixture_free(&fixture);
    return flat;
}

/* The first 512 of the sorted file are of one class, and give an angle that is off by 12 degrees. */
static void test_a_sorted_file_gives_the_same_angle(void **state)
{
    (void)state;
    assert_within("flat, sorted and mixed", flat_of_a_run(true), flat_of_a_run(false), angle_room);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_figures_do_not_depend_on_the_number_measured),
        cmocka_unit_test(test_norms_do_not_depend_on_the_reduction),
        cmocka_unit_test(test_the_angle_of_the_weights),
        cmocka_unit_test(test_weights_turn_to_their_feedback),
        cmocka_unit_test(test_weight_angle_is_undefined_for_convolutions),
        cmocka_unit_test(test_examples_are_drawn_by_seed),
        cmocka_unit_test(test_a_sorted_file_gives_the_same_angle),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
