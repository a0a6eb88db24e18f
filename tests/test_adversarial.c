/*
 * test_adversarial.c - the option adversarial: the direction in which examples are perturbed, against
 * differences of the loss and a computation in double precision; a step equals the step on perturbed
 * examples; threads, saving and the value 0 change no bits.
 */
#include "fixture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "../src/train/trainer/trainer.h"

enum { N = 6, SIDE = 5, INPUTS = 2 * SIDE * SIDE, CLASSES = 3 };

static const float eps = 0.125f; /* x + eps and x - eps differ from x by more than any rounding */

static float x[N * INPUTS];
static int32_t labels[N];
static const struct fixture_batch images = {x, labels, N, INPUTS, CLASSES, {2, SIDE, SIDE}};

static const char dense_net[] = "dense 7, tanh, dense 3";

static void make(struct fixture *fixture, int threads, const char *net, const char *rule, const char *loss,
                 const char *distance)
{
    fixture_make(fixture, "portable", threads,
                 &(struct fixture_options){.net = net,
                                           .rule = rule,
                                           .loss = loss,
                                           .optimizer = "sgd",
                                           .init = "fanin",
                                           .batch = "6",
                                           .adversarial = distance},
                 &images);
}

static int fill(void **state)
{
    (void)state;
    fixture_fill(5, x, labels, N, INPUTS, CLASSES);
    return 0;
}

/* For each input of each example, how the trainer perturbs it: -1, 0 or 1 times eps; 2: by another
   distance. */
static void find_directions(struct fixture *fixture, int *directions)
{
    bl_trainer *t = fixture->trainer;
    workspace_set_size(t->workspace, N);
    memcpy(t->workspace->x.x, x, sizeof x);
    workspace_set_labels(t->workspace, labels);
    t->workspace->pass = (struct pass){.purpose = PASS_TRAIN, .seed = 1, .step = 1};
    adversary_perturb(t->adversary, t->workspace);
    for (int i = 0; i < N * INPUTS; i++) {
        const float now = t->workspace->x.x[i];
        directions[i] = now == x[i] ? 0 : now == x[i] + eps ? 1 : now == x[i] - eps ? -1 : 2;
    }
}

/* The training loss of the batch at the first weights, summed over the examples. */
static double loss_of(const char *net, const char *rule, const char *loss, const float *at)
{
    struct fixture fixture;
    const struct fixture_batch batch = {at, labels, N, INPUTS, CLASSES, {2, SIDE, SIDE}};
    make(&fixture, 1, net, rule, loss, "0");
    const double mean = fixture_step(&fixture, &batch);
    fixture_free(&fixture);
    return N * mean;
}

/* Compares directions with central differences of the loss in float32, whose error is 1e-7 / 2^-6 by rounding
   and below 1e-3 by curvature. Inputs whose slope is below `clear` are skipped; most inputs must be above. */
static void check_by_differences(const char *net, const char *rule, const char *loss)
{
    static const float h = 0x1p-6f;
    static const double clear = 2e-3;
    enum { EACH = 7 }; /* every seventh input is tested */
    struct fixture fixture;
    int directions[N * INPUTS], judged = 0;
    make(&fixture, 2, net, rule, loss, "0.125");
    find_directions(&fixture, directions);
    for (int i = 0; i < N * INPUTS; i += EACH) {
        float near[N * INPUTS];
        memcpy(near, x, sizeof x);
        near[i] = x[i] + h;
        const double above = loss_of(net, rule, loss, near);
        near[i] = x[i] - h;
        const double slope = (above - loss_of(net, rule, loss, near)) / (2.0 * (double)h);
        if (fabs(slope) < clear)
            continue;
        judged++;
        if (directions[i] != (slope > 0.0 ? 1 : -1))
            fail_msg("%s, %s, %s: input %d has the slope %g and is moved by %d eps", net, rule, loss, i,
                     slope, directions[i]);
    }
    if (judged < N * INPUTS / EACH / 2)
        fail_msg("%s, %s, %s: only %d slopes are clear", net, rule, loss, judged);
    fixture_free(&fixture);
}

/* The direction is the same for every rule, also through convolutions, batch norm, pools and residuals. */
static void test_direction_by_differences(void **state)
{
    (void)state;
    static const char *const cases[][3] = {
        {dense_net, "bp", "ce"},
        {dense_net, "dfa", "ce"},
        {dense_net, "fa", "bce"},
        {dense_net, "frozen", "ce"},
        {"dense 150, tanh, dense 9, logistic, dense 3", "drtp", "ce"},
        {"conv 4 3x3 pad 1, tanh, avgpool 2, dense 3", "dfa", "ce"},
        {"conv 4 3x3, batchnorm, tanh, dense 3", "dfa", "ce"},
        {"conv 4 3x3 pad 1, residual (conv 4 3x3 pad 1, tanh, conv 4 3x3 pad 1), tanh, dense 3", "dfa",
         "bce"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_by_differences(cases[i][0], cases[i][1], cases[i][2]);
}

/* The loss is that of the training, in which each example has its weight: one of weight 0 is not moved, the
   others as without weights, because a positive factor changes no sign. */
static void test_weights_of_examples(void **state)
{
    struct fixture fixture;
    int plain[N * INPUTS], weighted[N * INPUTS];
    const float weights[N] = {0.0f, 2.0f, 0.5f, 0.0f, 2.5f, 1.0f};
    (void)state;
    make(&fixture, 1, dense_net, "dfa", "ce", "0.125");
    find_directions(&fixture, plain);
    workspace_take_weights(fixture.trainer->workspace, weights, NULL);
    find_directions(&fixture, weighted);
    for (int i = 0; i < N * INPUTS; i++)
        assert_int_equal(weighted[i], weights[i / INPUTS] > 0.0f ? plain[i] : 0);
    fixture_free(&fixture);
}

/* dJ/dx of the dense net with cross-entropy, in double: W1^T ((W2^T (softmax(a) - y)) (1 - h^2)). */
static void gradient_by_hand(const struct fixture *fixture, const float *example, int32_t label, double *dx)
{
    enum { HIDDEN = 7 };
    const bl_tensor W1 = fixture_tensor(fixture, "0.dense.weight"),
                    b1 = fixture_tensor(fixture, "0.dense.bias"),
                    W2 = fixture_tensor(fixture, "1.dense.weight"),
                    b2 = fixture_tensor(fixture, "1.dense.bias");
    double h[HIDDEN], a[CLASSES], sum = 0.0;
    for (int i = 0; i < HIDDEN; i++) {
        double z = (double)b1.values[i];
        for (int j = 0; j < INPUTS; j++)
            z += (double)W1.values[i * INPUTS + j] * (double)example[j];
        h[i] = tanh(z);
    }
    for (int k = 0; k < CLASSES; k++) {
        a[k] = (double)b2.values[k];
        for (int i = 0; i < HIDDEN; i++)
            a[k] += (double)W2.values[k * HIDDEN + i] * h[i];
        sum += exp(a[k]);
    }
    memset(dx, 0, INPUTS * sizeof *dx);
    for (int i = 0; i < HIDDEN; i++) {
        double d = 0.0;
        for (int k = 0; k < CLASSES; k++)
            d += (double)W2.values[k * HIDDEN + i] * (exp(a[k]) / sum - (k == label ? 1.0 : 0.0));
        for (int j = 0; j < INPUTS; j++)
            dx[j] += d * (1.0 - h[i] * h[i]) * (double)W1.values[i * INPUTS + j];
    }
}

/* Three steps of a rule that does not compute the derivative of the inputs: each equals a plain step on
   examples that are perturbed by hand. */
static void test_a_step_equals_one_on_perturbed_examples(void **state)
{
    (void)state;
    static const double clear = 1e-6; /* float32 sums of some dozens of products of numbers about 0.1 */
    struct fixture adversarial, plain;
    make(&adversarial, 1, dense_net, "dfa", "ce", "0.125");
    make(&plain, 1, dense_net, "dfa", "ce", "0");
    for (int step = 0; step < 3; step++) {
        float moved[N * INPUTS];
        double dx[INPUTS];
        for (int n = 0; n < N; n++) {
            gradient_by_hand(&plain, x + n * INPUTS, labels[n], dx);
            for (int j = 0; j < INPUTS; j++) {
                assert_true(fabs(dx[j]) > clear);
                moved[n * INPUTS + j] = x[n * INPUTS + j] + (dx[j] > 0.0 ? eps : -eps);
            }
        }
        const struct fixture_batch batch = {moved, labels, N, INPUTS, CLASSES, {2, SIDE, SIDE}};
        assert_true(fixture_step(&adversarial, &images) == fixture_step(&plain, &batch));
        assert_true(fixture_equal(&adversarial, &plain));
    }
    fixture_free(&adversarial);
    fixture_free(&plain);
}

/* Dropped inputs have no derivative and stay; the step that follows draws another mask. */
static void test_dropout_on_the_input(void **state)
{
    (void)state;
    struct fixture fixture;
    int directions[N * INPUTS], kept = 0, dropped = 0, differ = 0;
    make(&fixture, 1, "dropout 0.5, dense 7, tanh, dense 3", "dfa", "ce", "0.125");
    find_directions(&fixture, directions);
    struct workspace *workspace = fixture.trainer->workspace;
    workspace->pass.purpose = PASS_TRAIN;
    for (int i = 0; i < N * INPUTS; i++)
        workspace->x.x[i] = 1.0f;
    net_enter(fixture.trainer->model->net, workspace);
    for (int i = 0; i < N * INPUTS; i++) {
        assert_true(directions[i] != 2);
        kept += directions[i] != 0;
        dropped += directions[i] == 0;
        differ += (directions[i] == 0) != (workspace->x.x[i] == 0.0f);
    }
    /* of 300 draws 150 are expected, with a deviation of 9: five deviations each way */
    assert_in_range(kept, 105, 195);
    assert_in_range(dropped, 105, 195);
    assert_in_range(differ, 105, 195);
    fixture_free(&fixture);
}

static void test_zero_is_off(void **state)
{
    (void)state;
    struct fixture without, zero, with;
    make(&without, 1, dense_net, "dfa", "ce", NULL);
    make(&zero, 1, dense_net, "dfa", "ce", "0");
    make(&with, 1, dense_net, "dfa", "ce", "0.125");
    assert_null(zero.trainer->adversary);
    fixture_step(&without, &images);
    fixture_step(&zero, &images);
    fixture_step(&with, &images);
    assert_true(fixture_equal(&without, &zero));
    assert_false(fixture_equal(&without, &with));
    fixture_free(&without);
    fixture_free(&zero);
    fixture_free(&with);
}

static void test_threads_change_no_bits(void **state)
{
    (void)state;
    static const char *const nets[] = {"dropout 0.2, dense 150, tanh, dense 3",
                                       "conv 20 3x3, tanh, maxpool 2, dropout 0.2, dense 3"};
    for (size_t i = 0; i < sizeof nets / sizeof *nets; i++) {
        struct fixture one, three;
        make(&one, 1, nets[i], "dfa", "ce", "0.125");
        make(&three, 3, nets[i], "dfa", "ce", "0.125");
        for (int step = 0; step < 3; step++) {
            fixture_step(&one, &images);
            fixture_step(&three, &images);
        }
        assert_true(fixture_equal(&one, &three));
        fixture_free(&one);
        fixture_free(&three);
    }
}

/* Perturbation has no state: a run that is saved and loaded continues to the same bits. */
static void test_saved_and_loaded_trainers_continue_equally(void **state)
{
    (void)state;
    static const char net[] = "dropout 0.2, dense 9, tanh, dense 3", path[] = "test_adversarial.safetensors";
    struct fixture whole, first, second;
    make(&whole, 1, net, "dfa", "ce", "0.125");
    make(&first, 1, net, "dfa", "ce", "0.125");
    make(&second, 1, net, "dfa", "ce", "0.125");
    fixture_step(&whole, &images);
    fixture_step(&whole, &images);
    fixture_step(&first, &images);
    fixture_must(&first, bl_trainer_save(first.trainer, path));
    fixture_must(&second, bl_trainer_load(second.trainer, path));
    fixture_step(&second, &images);
    assert_true(fixture_equal(&whole, &second));
    remove(path);
    fixture_free(&whole);
    fixture_free(&first);
    fixture_free(&second);
}

static void test_values(void **state)
{
    (void)state;
    static const char *const wrong[] = {"", "-0.1", "x", "nan", "inf", "1e-7", "1001", "0.1 0.1"};
    struct fixture fixture;
    make(&fixture, 1, dense_net, "dfa", "ce", NULL);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (bl_config_set(fixture.config, "adversarial", wrong[i]) != BL_BAD_VALUE)
            fail_msg("adversarial \"%s\" is taken", wrong[i]);
    fixture_must(&fixture, bl_config_set(fixture.config, "adversarial", "0.08"));
    fixture_must(&fixture, bl_config_set(fixture.config, "memory", "low"));
    bl_trainer *trainer = NULL;
    assert_int_equal(bl_trainer_create(&trainer, fixture.ctx, fixture.config, fixture.data), BL_BAD_VALUE);
    assert_non_null(strstr(bl_why(fixture.ctx), "use memory normal"));
    fixture_must(&fixture, bl_config_set(fixture.config, "memory", "normal"));
    fixture_must(&fixture, bl_trainer_create(&trainer, fixture.ctx, fixture.config, fixture.data));
    bool is_said = false;
    for (int i = 0; bl_trainer_note(trainer, i); i++)
        is_said = is_said || strstr(bl_trainer_note(trainer, i), "not free of backpropagation");
    assert_true(is_said);
    bl_trainer_free(trainer);
    fixture_free(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_direction_by_differences),
        cmocka_unit_test(test_weights_of_examples),
        cmocka_unit_test(test_a_step_equals_one_on_perturbed_examples),
        cmocka_unit_test(test_dropout_on_the_input),
        cmocka_unit_test(test_zero_is_off),
        cmocka_unit_test(test_threads_change_no_bits),
        cmocka_unit_test(test_saved_and_loaded_trainers_continue_equally),
        cmocka_unit_test(test_values),
    };
    return cmocka_run_group_tests(tests, fill, NULL);
}
