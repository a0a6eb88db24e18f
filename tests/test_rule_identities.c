/*
 * test_rule_identities.c - identities that follow from the equations of the rules, to the bit where they are
 * exact: with one hidden layer fa is dfa; fa with the transposed weights is bp; from all-zero weights the
 * blocks begin to learn one after the other; rules that cannot learn from zeros refuse them; feedback that
 * takes the steps of the weights approaches them by the decay; the reported angle to backpropagation is that
 * between the deltas of two trainers, or NaN if a delta is 0.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"

#include "backless_experimental.h"

#include <math.h>

enum { N = 12, INPUTS = 9, CLASSES = 5, STEPS = 5, HIDDEN = 3, BLOCKS = HIDDEN + 1 };

/* In degrees. Vectors have rounding errors of about 1e-7 of their size; near 0 degrees the arc cosine turns
   them into their square root: 0.03 degrees. */
static const double angle_bound = 0.05;

static const char *const deep = "dense 8, tanh, dense 7, tanh, dense 6, tanh, dense 5";

static float x[N * INPUTS];
static int32_t labels[N];
static const struct fixture_batch batch = {x, labels, N, INPUTS, CLASSES, FIXTURE_ROWS};

/* Fills another batch for each step. */
static void next_batch(uint32_t step)
{
    fixture_fill(100 + step, x, labels, N, INPUTS, CLASSES);
}

static bool is_all_zero(bl_tensor t)
{
    for (size_t i = 0; i < fixture_count(t); i++)
        if (t.values[i] != 0.0f)
            return false;
    return true;
}

static bool has_zero(bl_tensor t)
{
    for (size_t i = 0; i < fixture_count(t); i++)
        if (t.values[i] == 0.0f)
            return true;
    return false;
}

static bl_tensor block_tensor(const struct fixture *fixture, int block, const char *what)
{
    char name[40];
    snprintf(name, sizeof name, "%d.%s", block, what);
    return fixture_tensor(fixture, name);
}

/* ---- one hidden layer: fa is dfa ---- */

/* The number of steps after which the two trainers still have the same bits. */
static int steps_in_common(const struct fixture_options *a, const struct fixture_options *b,
                           const char *backend)
{
    struct fixture first, second;
    int equal = 0;
    next_batch(0);
    fixture_make(&first, backend, 2, a, &batch);
    fixture_make(&second, backend, 1, b, &batch);
    for (uint32_t step = 0; step < STEPS && fixture_equal(&first, &second); step++) {
        next_batch(step);
        fixture_step(&first, &batch);
        fixture_step(&second, &batch);
        equal += fixture_equal(&first, &second);
    }
    fixture_free(&first);
    fixture_free(&second);
    return equal;
}

static void test_one_hidden_layer_fa_is_dfa(void **state)
{
    (void)state;
    static const char *const nets[] = {"dense 30, tanh, dense 5", "dense 30, relu, dense 5",
                                       "dense 30, logistic, dense 5"};
    static const char *const optimizers[] = {"sgd", "rmsprop"};
    for (int backend = 0; bl_backend_name(backend); backend++)
        for (size_t i = 0; i < 6; i++) {
            struct fixture_options fa = {
                .net = nets[i / 2], .optimizer = optimizers[i % 2], .rule = "fa", .seed = "11"};
            struct fixture_options dfa = fa;
            dfa.rule = "dfa";
            assert_int_equal(steps_in_common(&fa, &dfa, bl_backend_name(backend)), STEPS);
            fa.net = dfa.net = deep; /* control: with more hidden layers they differ */
            assert_true(steps_in_common(&fa, &dfa, bl_backend_name(backend)) < STEPS);
        }
}

/* ---- fa with the transposed weights is bp ---- */

static void refresh_feedback(struct fixture *fixture)
{
    for (int f = 1; f < BLOCKS; f++) {
        const bl_tensor W = block_tensor(fixture, f, "dense.weight"),
                        B = block_tensor(fixture, f, "feedback");
        float values[100];
        assert_int_equal(B.rows, W.rows);
        assert_int_equal(B.cols, W.cols);
        memcpy(values, W.values, fixture_count(W) * sizeof *values);
        fixture_set(fixture, B.name, values, fixture_count(W));
    }
}

static void check_fa_through_weights(const char *backend, const char *optimizer, const char *net)
{
    const struct fixture_options bp_options = {
        .net = net, .optimizer = optimizer, .rule = "bp", .init = "fanin"};
    struct fixture_options fa_options = bp_options;
    struct fixture bp, fresh, stale;
    fa_options.rule = "fa";
    next_batch(0);
    fixture_make(&bp, backend, 1, &bp_options, &batch);
    fixture_make(&fresh, backend, 2, &fa_options, &batch);
    fixture_make(&stale, backend, 1, &fa_options, &batch); /* control: B = W in the first step only */
    assert_true(fixture_equal(&bp, &fresh));               /* the same seed draws the same weights */
    refresh_feedback(&stale);
    for (uint32_t step = 0; step < STEPS; step++) {
        next_batch(step);
        refresh_feedback(&fresh);
        fixture_step(&bp, &batch);
        fixture_step(&fresh, &batch);
        fixture_step(&stale, &batch);
        assert_true(fixture_equal(&bp, &fresh));
        assert_int_equal(fixture_equal(&bp, &stale), step == 0);
    }
    fixture_free(&bp);
    fixture_free(&fresh);
    fixture_free(&stale);
}

static void test_fa_through_the_weights_is_bp(void **state)
{
    (void)state;
    for (int backend = 0; bl_backend_name(backend); backend++) {
        check_fa_through_weights(bl_backend_name(backend), "sgd", deep);
        check_fa_through_weights(bl_backend_name(backend), "rmsprop", deep);
        check_fa_through_weights(bl_backend_name(backend), "adam",
                                 "dense 8, relu, dense 7, softplus, dense 6, logistic, dense 5");
    }
}

/* ---- all-zero weights ---- */

/* In the first step every hidden output is tanh 0 = 0, so that the weights after it have no gradient; biases
   have. */
static void check_stages(const char *backend, const char *rule, const char *optimizer)
{
    const struct fixture_options options = {
        .net = deep, .rule = rule, .optimizer = optimizer, .init = "zero"};
    struct fixture fixture;
    next_batch(0);
    fixture_make(&fixture, backend, 1, &options, &batch);
    for (int l = 0; l < BLOCKS; l++)
        assert_true(is_all_zero(block_tensor(&fixture, l, "dense.weight")) &&
                    is_all_zero(block_tensor(&fixture, l, "dense.bias")));
    fixture_step(&fixture, &batch);
    for (int l = 0; l < BLOCKS; l++) {
        assert_false(has_zero(block_tensor(&fixture, l, "dense.bias")));
        if (l == 0)
            assert_false(has_zero(block_tensor(&fixture, l, "dense.weight")));
        else
            assert_true(is_all_zero(block_tensor(&fixture, l, "dense.weight")));
    }
    next_batch(1);
    fixture_step(&fixture, &batch);
    for (int l = 0; l < BLOCKS; l++)
        assert_false(has_zero(block_tensor(&fixture, l, "dense.weight")));
    fixture_free(&fixture);
}

static void test_from_zeros_blocks_learn_one_after_the_other(void **state)
{
    (void)state;
    for (int backend = 0; bl_backend_name(backend); backend++) {
        check_stages(bl_backend_name(backend), "fa", "sgd");
        check_stages(bl_backend_name(backend), "fa", "rmsprop");
        check_stages(bl_backend_name(backend), "dfa", "sgd");
        check_stages(bl_backend_name(backend), "dfa", "rmsprop");
    }
}

/* ---- refused initial zeros, defaults, and undefined angles ---- */

static bool learns_from_zero(const char *rule)
{
    return strcmp(rule, "dfa") == 0 || strcmp(rule, "fa") == 0;
}

struct start_case {
    const char *rule, *net;
    const char *default_init; /* the default of init; NULL: any */
    bool stalls;              /* init zero is refused */
};

static const struct start_case starts[] = {
    {"bp", "dense 6, tanh, dense 5", "fanin", true},
    {"ifa", "dense 6, tanh, dense 5", "fanin", true},
    {"frozen", "dense 6, tanh, dense 5", "fanin", true},
    {"bp", "dense 6, logistic, dense 5", "fanin", true},
    {"dfa", "dense 6, relu, dense 5", "fanin", true},
    {"fa", "dense 6, relu, dense 5", "fanin", true},
    {"bp", "dense 6, relu, dense 5", "fanin", true},
    {"ifa", "dense 6, relu, dense 5", "fanin", true},
    {"frozen", "dense 6, relu, dense 5", "fanin", true},
    {"dfa", "dense 6, tanh, dense 6, relu, dense 5", "fanin", true},
    {"dfa", "dense 6, tanh, dense 5", "zero", false},
    {"fa", "dense 6, tanh, dense 5", "zero", false},
    {"dfa", "dense 6, logistic, dense 5", "zero", false},
    {"fa", "dense 6, logistic, dense 5", "zero", false},
    {"linear", "dense 6, tanh, dense 5", NULL, false},
};

static void check_start(const struct start_case *c)
{
    struct fixture_options options = {.net = c->net, .rule = c->rule};
    struct fixture fixture;
    fixture_make(&fixture, "portable", 1, &options, &batch);
    if (c->default_init)
        assert_string_equal(bl_config_get(bl_trainer_config(fixture.trainer), "init"), c->default_init);
    fixture_free(&fixture);

    options.init = "zero";
    const bl_status status = fixture_try(&fixture, "portable", 1, &options, &batch);
    if (!c->stalls) {
        fixture_must(&fixture, status);
    } else {
        assert_int_equal(status, learns_from_zero(c->rule) ? BL_BAD_VALUE
                                                           : BL_NOT_DEFINED); /* by the net or by the rule */
        assert_null(fixture.trainer);
        if (!strstr(bl_why(fixture.ctx), "fanin") || !strstr(bl_why(fixture.ctx), "zero"))
            fail_msg("%s, %s: \"%s\" does not name the init to use", c->rule, c->net, bl_why(fixture.ctx));
    }
    fixture_free(&fixture);
}

static void test_rules_that_cannot_learn_from_zeros_refuse_them(void **state)
{
    (void)state;
    next_batch(0);
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++)
        check_start(&starts[i]);
}

static void angles_of(struct fixture *fixture, bl_angles out[BLOCKS])
{
    for (int l = 0; l < BLOCKS; l++)
        out[l] = (bl_angles){-1.0, -1.0, -1.0, -1.0, -1.0, -1.0, -1.0};
    fixture_must(fixture, bl_trainer_angles(fixture->trainer, fixture->data, N, out, BLOCKS));
}

/* From all-zero weights the delta of backpropagation is 0 at hidden blocks before steps 1 and 2, so that the
   angle is NaN. */
static void check_no_angle(const char *backend, const char *rule)
{
    const struct fixture_options options = {.net = deep, .rule = rule, .optimizer = "sgd", .init = "zero"};
    struct fixture fixture;
    bl_angles angles[BLOCKS];
    next_batch(0);
    fixture_make(&fixture, backend, 1, &options, &batch);
    for (int done = 0; done < 3; done++) {
        angles_of(&fixture, angles);
        for (int l = 0; l < HIDDEN; l++) {
            assert_int_equal(isnan(angles[l].sample) != 0, done < 2);
            assert_int_equal(isnan(angles[l].flat) != 0, done < 2);
            assert_true(done == 2 || isnan(angles[l].update));
            assert_int_equal(angles[l].bp_norm > 0.0, done == 2);
            assert_true(angles[l].signal_norm > 0.0);
        }
        assert_true(angles[HIDDEN].flat < angle_bound && angles[HIDDEN].sample < angle_bound);
        fixture_step(&fixture, &batch);
    }
    fixture_free(&fixture);
}

static void test_the_angle_to_a_zero_delta_is_nan(void **state)
{
    (void)state;
    for (int backend = 0; bl_backend_name(backend); backend++) {
        check_no_angle(bl_backend_name(backend), "dfa");
        check_no_angle(bl_backend_name(backend), "fa");
    }
}

/* ---- angles, from the deltas and gradients of two trainers with the same weights ---- */

static double norm(const float *a, size_t n)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++)
        sum += (double)a[i] * (double)a[i];
    return sqrt(sum);
}

static double angle(const float *a, const float *b, size_t n)
{
    double dot = 0.0;
    for (size_t i = 0; i < n; i++)
        dot += (double)a[i] * (double)b[i];
    return acos(fmax(-1.0, fmin(1.0, dot / (norm(a, n) * norm(b, n))))) * 180.0 / acos(-1.0);
}

static void assert_near(double value, double expected, double allowed)
{
    if (!(fabs(value - expected) <= allowed))
        fail_msg("%.9g is not within %.2g of %.9g", value, allowed, expected);
}

/* With plain sgd the change of the weights is minus the rate times the gradient, so that the update angle is
   that of the gradients. */
static void check_block_angles(const struct fixture *rule, const struct fixture *bp, int l,
                               const bl_angles *angles)
{
    bl_tensor mine, theirs, t;
    assert_true(bl_trainer_delta(rule->trainer, l, &mine));
    assert_true(bl_trainer_delta(bp->trainer, l, &theirs));
    double samples = 0.0, my_norm = 0.0, their_norm = 0.0;
    for (size_t n = 0; n < N; n++) {
        const float *a = mine.values + n * mine.cols, *b = theirs.values + n * theirs.cols;
        samples += angle(a, b, mine.cols) / N;
        my_norm += norm(a, mine.cols) / N;
        their_norm += norm(b, mine.cols) / N;
    }
    assert_near(angles->sample, samples, angle_bound);
    assert_near(angles->flat, angle(mine.values, theirs.values, fixture_count(mine)), angle_bound);
    /* inspect gives derivatives of the mean loss of the batch, angles those of the loss of each example */
    assert_near(angles->signal_norm, N * my_norm, 1e-5 * N * my_norm);
    assert_near(angles->bp_norm, N * their_norm, 1e-5 * N * their_norm);
    int index = 0;
    const char *name = block_tensor(rule, l, "dense.weight").name;
    while (bl_model_tensor(bp->model, index, &t) && strcmp(t.name, name) != 0)
        index++;
    assert_true(bl_trainer_gradient(bp->trainer, index, &theirs));
    index = 0;
    while (bl_model_tensor(rule->model, index, &t) && strcmp(t.name, name) != 0)
        index++;
    assert_true(bl_trainer_gradient(rule->trainer, index, &mine));
    assert_near(angles->update, angle(mine.values, theirs.values, fixture_count(mine)), angle_bound);
}

/* Measures after `before` steps. After two steps from zeros the step of backpropagation is far below the
   rounding of the weights; its angle must be measured nevertheless. */
static void check_angles(const char *backend, const char *rule_name, const char *init, int before)
{
    const struct fixture_options bp_options = {
        .net = deep, .rule = "bp", .optimizer = "sgd", .init = "fanin"};
    struct fixture_options options = bp_options;
    struct fixture fixture, bp;
    bl_angles angles[BLOCKS];
    options.rule = rule_name;
    options.init = init;
    next_batch(3);
    fixture_make(&fixture, backend, 1, &options, &batch);
    fixture_make(&bp, backend, 1, &bp_options, &batch);
    for (int step = 0; step < before; step++)
        fixture_step(&fixture, &batch);
    for (int step = 0; step < 3; step++) {
        fixture_copy(&bp, &fixture);
        angles_of(&fixture, angles);
        fixture_must(&fixture, bl_trainer_inspect(fixture.trainer, x, labels, N));
        fixture_must(&bp, bl_trainer_inspect(bp.trainer, x, labels, N));
        for (int l = 0; l < BLOCKS; l++)
            check_block_angles(&fixture, &bp, l, &angles[l]);
        fixture_step(&fixture, &batch);
    }
    fixture_free(&fixture);
    fixture_free(&bp);
}

static void test_angles_are_those_of_the_deltas(void **state)
{
    (void)state;
    for (int backend = 0; bl_backend_name(backend); backend++) {
        check_angles(bl_backend_name(backend), "bp", "fanin", 0);
        check_angles(bl_backend_name(backend), "fa", "fanin", 0);
        check_angles(bl_backend_name(backend), "dfa", "fanin", 0);
        check_angles(bl_backend_name(backend), "ifa", "fanin", 0);
        check_angles(bl_backend_name(backend), "fa", "zero", 2);
        check_angles(bl_backend_name(backend), "dfa", "zero", 2);
    }
}

/* ---- the baselines ---- */

static void test_frozen_trains_the_output_only(void **state)
{
    (void)state;
    const struct fixture_options options = {.net = deep, .rule = "frozen", .optimizer = "sgd decay 0.01"};
    struct fixture moving, still;
    next_batch(0);
    fixture_make(&moving, "portable", 2, &options, &batch);
    fixture_make(&still, "portable", 1, &options, &batch);
    fixture_step(&moving, &batch);
    for (int l = 0; l < BLOCKS; l++) {
        const bl_tensor a = block_tensor(&moving, l, "dense.weight"),
                        b = block_tensor(&still, l, "dense.weight");
        assert_int_equal(memcmp(a.values, b.values, fixture_count(a) * sizeof(float)) == 0, l < HIDDEN);
    }
    fixture_free(&moving);
    fixture_free(&still);
}

/* ---- Feedback that takes the steps of the weights ---- */

enum { MOST_WEIGHTS = 64 };

/* The largest |(B - W) after - (1 - decay) (B - W) before|, relative to the sum of the sizes of B and W at
   both times. */
static double strays(const struct fixture *fixture, const double *before, const double *sizes, double decay,
                     int B_block, int W_block)
{
    const bl_tensor B = block_tensor(fixture, B_block, "feedback"),
                    W = block_tensor(fixture, W_block, "dense.weight");
    double most = 0.0;
    for (size_t i = 0; i < fixture_count(W); i++) {
        const double b = (double)B.values[i], w = (double)W.values[i];
        most = fmax(most, fabs(b - w - (1.0 - decay) * before[i]) / (fabs(b) + fabs(w) + sizes[i]));
    }
    return most;
}

static void take_difference(const struct fixture *fixture, double *out, double *sizes, int B_block,
                            int W_block)
{
    const bl_tensor B = block_tensor(fixture, B_block, "feedback"),
                    W = block_tensor(fixture, W_block, "dense.weight");
    assert_true(B.rows == W.rows && B.cols == W.cols && fixture_count(W) <= MOST_WEIGHTS);
    for (size_t i = 0; i < fixture_count(W); i++) {
        out[i] = (double)B.values[i] - (double)W.values[i];
        sizes[i] = fabs((double)B.values[i]) + fabs((double)W.values[i]);
    }
}

/* For kp the feedback of each block approaches its weights; for dkp that of the last hidden block the
   output's; for fa none does. */
static void test_feedback_approaches_weights_by_the_decay(void **state)
{
    static const char *const optimizers[] = {"sgd decay 0.01", "sgd momentum 0.9 decay 0.01",
                                             "rmsprop decay 0.01", "adam decay 0.01"};
    static const struct {
        const char *rule;
        int B_block, W_block;
        bool comes_nearer;
    } cases[] = {{"kp", 1, 1, true},
                 {"kp", 3, 3, true},
                 {"dkp", 2, 3, true},
                 {"dkp", 1, 3, false},
                 {"fa", 3, 3, false}};
    (void)state;
    for (size_t i = 0; i < 4 * sizeof cases / sizeof *cases; i++) {
        struct fixture fixture;
        double difference[MOST_WEIGHTS], sizes[MOST_WEIGHTS], most = 0.0;
        const struct fixture_options options = {.net = "dense 8, tanh, dense 8, tanh, dense 8, tanh, dense 5",
                                                .rule = cases[i / 4].rule,
                                                .optimizer = optimizers[i % 4],
                                                .lr = "0.01",
                                                .init = "fanin"};
        next_batch(0);
        fixture_make(&fixture, "portable", 2, &options, &batch);
        for (uint32_t step = 1; step <= STEPS; step++) {
            take_difference(&fixture, difference, sizes, cases[i / 4].B_block, cases[i / 4].W_block);
            next_batch(step);
            fixture_step(&fixture, &batch);
            most = fmax(
                most, strays(&fixture, difference, sizes, 0.01, cases[i / 4].B_block, cases[i / 4].W_block));
        }
        if ((most < 2e-7) != cases[i / 4].comes_nearer)
            fail_msg("%s with %s: B - W strays by %g of its size", cases[i / 4].rule, optimizers[i % 4],
                     most);
        fixture_free(&fixture);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_feedback_approaches_weights_by_the_decay),
        cmocka_unit_test(test_one_hidden_layer_fa_is_dfa),
        cmocka_unit_test(test_fa_through_the_weights_is_bp),
        cmocka_unit_test(test_from_zeros_blocks_learn_one_after_the_other),
        cmocka_unit_test(test_rules_that_cannot_learn_from_zeros_refuse_them),
        cmocka_unit_test(test_the_angle_to_a_zero_delta_is_nan),
        cmocka_unit_test(test_angles_are_those_of_the_deltas),
        cmocka_unit_test(test_frozen_trains_the_output_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
