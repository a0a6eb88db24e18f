/*
 * test_residual.c - nets with residuals, layer norm and subsampling: gradients of bp against central
 * differences of the loss, also with batch norm and nested joins; the signals that direct rules send to
 * modules; nets that ifa and pepita refuse.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"

#include "backless_experimental.h"

#include <math.h>
#include <stdlib.h>

enum { N = 6, SIDE = 4, INPUTS = 2 * SIDE * SIDE, CLASSES = 4, MOST = 4096 };

/* The step of the four-point formula, as in test_gradients: the loss is rounded by 3e-7 of 1 + its size,
   which the formula multiplies by 1.5 / h. Batch norm over six examples makes the loss more curved than in
   that test. */
static const float h = 0x1p-6f;
static const double difference_bound = 1e-4; /* in units of 1 + the loss */

static float x[N * INPUTS];
static int32_t labels[N];
static const struct fixture_batch batch = {x, labels, N, INPUTS, CLASSES, {2, SIDE, SIDE}};

static const char convolutions[] =
    "conv 3 3x3 pad 1, tanh, residual (conv 3 3x3 pad 1 nobias, batchnorm, tanh, conv 3 3x3 pad 1 nobias, "
    "batchnorm), tanh, residual (conv 4 3x3 stride 2 pad 1 nobias, batchnorm, tanh, conv 4 3x3 pad 1 | "
    "conv 4 1x1 stride 2 nobias, batchnorm), tanh, avgpool all, dense 4";
static const char pools[] = "conv 3 3x3 pad 1, tanh, residual (avgpool 2, conv 4 1x1, tanh | conv 4 2x2 "
                            "stride 2), avgpool 2, dense 4";
static const char *const nets[] = {
    "dense 6, tanh, residual (dense 5, tanh, dense 6), tanh, dense 4",
    "dense 6, tanh, residual (dense 5, tanh, dense 7 | dense 7), tanh, dense 4",
    "dense 6, tanh, residual (dense 6, batchnorm, tanh, dense 6, batchnorm), batchnorm, tanh, dense 4",
    "dense 6, residual (batchnorm, tanh, dense 6), residual (tanh, dense 6 nobias), tanh, dense 4",
    "dense 6, tanh, residual (tanh), dense 4",
    "dense 6, residual (tanh | logistic), dense 4", /* many layers in a short text */
    "dense 6, tanh, residual (residual (dense 6, tanh), dense 6 | residual (dense 6)), tanh, dense 4",
    "dense 6, tanh, residual (residual (residual (dense 6))), tanh, dense 4",
    convolutions,
    pools,
    /* layer norm after weights, before weights, twice, at the beginning and end of a body, after a join,
       after a pool, on vectors; followed by batch norm */
    "dense 6, layernorm, tanh, dense 5, tanh, layernorm, dense 4",
    "dense 6, layernorm, layernorm, tanh, dense 4",
    "dense 6, tanh, residual (layernorm, dense 5, gelu, dense 6), layernorm, tanh, dense 4",
    "dense 6, tanh, residual (dense 6, layernorm), residual (layernorm | layernorm, dense 6), tanh, dense 4",
    "conv 3 3x3 pad 1, layernorm, tanh, conv 2 3x3 pad 1, avgpool 2, layernorm, flatten, layernorm, dense 4",
    "conv 3 3x3 pad 1, flatten, layernorm, batchnorm, tanh, dense 6, layernorm, tanh, dense 4",
    "conv 3 3x3 pad 1, tanh, residual (layernorm, conv 3 3x3 pad 1 nobias), tanh, avgpool all, dense 4",
    /* subsampling in shortcuts with an even and an odd number of channels to pad, in a body, and outside of
       residuals */
    "conv 3 3x3 pad 1, tanh, residual (conv 5 3x3 stride 2 pad 1 nobias, batchnorm, tanh | subsample 2 "
    "pad-channels 5), tanh, "
    "residual (conv 8 1x1 stride 2 | subsample 2 pad-channels 8), tanh, dense 4",
    "conv 3 3x3 pad 1, tanh, residual (tanh, subsample 3, conv 4 1x1 | conv 4 1x1 stride 3), tanh, dense 4",
    "conv 3 3x3 pad 1, tanh, subsample 1 pad-channels 5, tanh, conv 4 1x1, tanh, subsample 3, layernorm, "
    "dense 4",
};
enum { NETS = sizeof nets / sizeof *nets };

static void make(struct fixture *fixture, const char *net, const char *rule)
{
    const struct fixture_options options = {
        .net = net,
        .rule = rule,
        .loss = "ce",
        .reduction = "mean",
        .optimizer = "sgd",
        .lr = "1e-12", /* so that a step returns the loss and hardly changes the weights */
        .init = "fanin",
        .batch = "6"};
    fixture_make(fixture, "portable", 1, &options, &batch);
}

static double loss_at(struct fixture *fixture, const char *name, float *values, size_t n, size_t k,
                      float shift)
{
    const float kept = values[k];
    values[k] = kept + shift;
    fixture_set(fixture, name, values, n);
    values[k] = kept;
    return fixture_step(fixture, &batch);
}

/* The largest distance of a tensor's gradient from central differences, in units of 1 + the loss. *size: the
   largest derivative. */
static double tensor_distance(struct fixture *fixture, int i, double *size)
{
    static float values[MOST], gradient[MOST];
    bl_tensor t, g;
    double largest = 0.0;
    fixture_must(fixture, bl_trainer_inspect(fixture->trainer, x, labels, N));
    if (!bl_model_tensor(fixture->model, i, &t) || !bl_trainer_gradient(fixture->trainer, i, &g))
        return -1.0;
    const size_t n = fixture_count(t);
    assert_true(n <= MOST && fixture_count(g) == n);
    memcpy(values, t.values, n * sizeof *values);
    memcpy(gradient, g.values, n * sizeof *gradient);
    *size = 0.0;
    for (size_t k = 0; k < n; k++) {
        double J[5]; /* losses at -2h, -h, 0, h, 2h */
        for (int at = 0; at < 5; at++)
            J[at] = loss_at(fixture, t.name, values, n, k, (float)(at - 2) * h);
        const double slope = (8 * (J[3] - J[1]) - (J[4] - J[0])) / (12 * (double)h);
        largest = fmax(largest, fabs((double)gradient[k] - slope) / (1.0 + J[2]));
        *size = fmax(*size, fabs(slope));
    }
    fixture_set(fixture, t.name, values, n);
    return largest;
}

static void test_bp_is_the_slope_of_the_loss(void **state)
{
    (void)state;
    for (int c = 0; c < NETS; c++) {
        struct fixture fixture;
        make(&fixture, nets[c], "bp");
        double size = 0.0, largest_size = 0.0;
        int i = 0;
        for (double distance; (distance = tensor_distance(&fixture, i, &size)) >= 0.0; i++) {
            bl_tensor t;
            assert_true(bl_model_tensor(fixture.model, i, &t));
            if (distance > difference_bound)
                fail_msg("\"%s\": the gradient of %s is off by %.2g of %.2g", nets[c], t.name, distance,
                         size);
            largest_size = fmax(largest_size, size);
        }
        assert_true(i >= 4 && largest_size > 100 * difference_bound);
        fixture_free(&fixture);
    }
}

static bool has_tensor(const struct fixture *fixture, const char *name)
{
    return fixture_tensor(fixture, name).values != NULL;
}

static void get_delta(const struct fixture *fixture, int l, float *to, size_t *n)
{
    bl_tensor d;
    assert_true(bl_trainer_delta(fixture->trainer, l, &d));
    *n = fixture_count(d);
    assert_true(*n <= MOST);
    memcpy(to, d.values, *n * sizeof *to);
}

/* Blocks: 0 dense, 1 and 2 the body, 3 the shortcut, 4 the sum, 5 the output. 2, 3 and 4 are one module. */
static void test_a_module_has_one_signal(void **state)
{
    (void)state;
    static float sum[MOST], inner[MOST], first[MOST], changed[MOST], B[MOST];
    struct fixture fixture;
    size_t n = 0;
    make(&fixture, nets[1], "dfa");
    assert_true(has_tensor(&fixture, "0.feedback") && has_tensor(&fixture, "1.feedback") &&
                has_tensor(&fixture, "4.feedback"));
    assert_false(has_tensor(&fixture, "2.feedback") || has_tensor(&fixture, "3.feedback") ||
                 has_tensor(&fixture, "5.feedback"));
    fixture_must(&fixture, bl_trainer_inspect(fixture.trainer, x, labels, N));
    get_delta(&fixture, 4, sum, &n);
    for (int l = 2; l <= 3; l++) { /* no activation after the last layers of body and shortcut */
        get_delta(&fixture, l, inner, &n);
        assert_memory_equal(inner, sum, n * sizeof *sum);
    }
    get_delta(&fixture, 0, first, &n);
    const bl_tensor feedback = fixture_tensor(&fixture, "4.feedback");
    for (size_t i = 0; i < fixture_count(feedback); i++)
        B[i] = -feedback.values[i];
    fixture_set(&fixture, "4.feedback", B, fixture_count(feedback));
    fixture_must(&fixture, bl_trainer_inspect(fixture.trainer, x, labels, N));
    get_delta(&fixture, 0, changed, &n); /* no signal comes by the shortcut, because the module ends there */
    assert_memory_equal(changed, first, n * sizeof *first);
    get_delta(&fixture, 2, inner, &n);
    for (size_t i = 0; i < n; i++)
        assert_true(inner[i] == -sum[i]);
    fixture_free(&fixture);
}

/* Blocks: 0 dense, 1 layer norm and tanh, 2 dense and tanh, 3 layer norm, 4 the output. 0 and 1 are one
   module, and so are 2 and 3. The delta of layer norm is the signal at its output; the derivative at its
   input has the mean 0. */
static void test_layer_norm_is_within_its_module(void **state)
{
    (void)state;
    static float inner[MOST], sum[MOST];
    struct fixture fixture;
    size_t n = 0;
    make(&fixture, "dense 6, layernorm, tanh, dense 5, tanh, layernorm, dense 4", "dfa");
    assert_true(has_tensor(&fixture, "1.feedback") && has_tensor(&fixture, "3.feedback"));
    assert_true(has_tensor(&fixture, "1.layernorm.scale") && has_tensor(&fixture, "3.layernorm.shift"));
    assert_false(has_tensor(&fixture, "0.feedback") || has_tensor(&fixture, "2.feedback"));
    fixture_must(&fixture, bl_trainer_inspect(fixture.trainer, x, labels, N));
    get_delta(&fixture, 0, inner, &n);
    get_delta(&fixture, 1, sum, &n);
    assert_int_equal(n, N * 6);
    for (size_t i = 0; i < N; i++) {
        double mean = 0.0, size = 0.0;
        for (size_t j = 0; j < 6; j++) {
            mean += (double)inner[i * 6 + j];
            size = fmax(size, fabs((double)inner[i * 6 + j]));
        }
        assert_true(size > 1e-4 && fabs(mean) < 1e-5 * size);
    }
    assert_memory_not_equal(inner, sum, n * sizeof *sum);
    fixture_free(&fixture);
}

/* For images layer norm has a scale and a shift for each number. */
static void test_layer_norm_of_an_image_owns_each_number(void **state)
{
    (void)state;
    struct fixture fixture;
    make(&fixture, "conv 3 3x3 pad 1, layernorm, tanh, subsample 2 pad-channels 5, dense 4", "bp");
    assert_int_equal(fixture_count(fixture_tensor(&fixture, "1.layernorm.scale")), 3 * SIDE * SIDE);
    assert_int_equal(fixture_count(fixture_tensor(&fixture, "3.dense.weight")), 4 * 5 * 2 * 2);
    for (size_t i = 0; i < 3 * SIDE * SIDE; i++)
        assert_true(fixture_tensor(&fixture, "1.layernorm.scale").values[i] == 1.0f &&
                    fixture_tensor(&fixture, "1.layernorm.shift").values[i] == 0.0f);
    fixture_free(&fixture);
}

static void check_fa_with_the_weights(const char *net, const char *modules)
{
    static float delta[MOST], other[MOST];
    struct fixture fa, bp;
    bl_tensor t;
    make(&bp, net, "bp");
    make(&fa, net, "fa");
    bl_trainer_free(fa.trainer);
    fa.trainer = NULL;
    fixture_must(&fa, bl_config_set(fa.config, "modules", modules));
    fixture_must(&fa, bl_trainer_create(&fa.trainer, fa.ctx, fa.config, fa.data));
    fa.model = bl_trainer_model(fa.trainer);
    fixture_copy(&fa, &bp);
    for (int i = 0; bl_model_tensor(fa.model, i, &t); i++) {
        char name[64];
        if (!strstr(t.name, ".feedback"))
            continue;
        snprintf(name, sizeof name, "%d.%s.weight", atoi(t.name), strstr(net, "conv") ? "conv" : "dense");
        bl_tensor W = fixture_tensor(&fa, name);
        if (!W.values) {
            snprintf(name, sizeof name, "%d.dense.weight", atoi(t.name));
            W = fixture_tensor(&fa, name);
        }
        assert_non_null(W.values);
        fixture_set(&fa, t.name, W.values, fixture_count(W));
    }
    fixture_must(&bp, bl_trainer_inspect(bp.trainer, x, labels, N));
    fixture_must(&fa, bl_trainer_inspect(fa.trainer, x, labels, N));
    for (int l = 0; bl_trainer_delta(bp.trainer, l, &t); l++) {
        size_t n = 0;
        get_delta(&bp, l, delta, &n);
        get_delta(&fa, l, other, &n);
        if (memcmp(delta, other, n * sizeof *delta) != 0)
            fail_msg("\"%s\", modules %s: fa's delta of block %d", net, modules, l);
    }
    fixture_free(&fa);
    fixture_free(&bp);
}

/* fa with B = W is bp: over all followers, between modules and inside them. */
static void test_fa_with_the_weights_is_bp(void **state)
{
    (void)state;
    static const char *const modules[] = {"layer", "residual", "2", "3"};
    for (int c = 0; c < NETS; c++)
        for (size_t i = 0; i < sizeof modules / sizeof *modules; i++)
            check_fa_with_the_weights(nets[c], modules[i]);
}

/* A module without parameters receives no signal; the blocks before it learn nevertheless. */
static void test_a_module_without_parameters(void **state)
{
    (void)state;
    static float delta[MOST];
    static const char *const rules[] = {"dfa", "drtp", "dkp", "adfa"};
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        struct fixture fixture;
        size_t n = 0, others = 0;
        make(&fixture, "dense 6, tanh, residual (tanh), dense 4", rules[i]);
        fixture_must(&fixture, bl_trainer_inspect(fixture.trainer, x, labels, N));
        for (int l = 0; l < 4; l++) { /* blocks: 0 dense, 1 a copy and tanh, 2 the sum, 3 the output */
            get_delta(&fixture, l, delta, &n);
            others = 0;
            for (size_t k = 0; k < n; k++)
                others += delta[k] != 0.0f;
            assert_true(l == 1 || l == 2 ? others == 0 : others > 0);
        }
        fixture_free(&fixture);
    }
}

static void test_rules_without_layers_that_read_all(void **state)
{
    (void)state;
    static const char *const rules[] = {"ifa", "pepita"};
    static const char *const texts[][2] = {
        {"dense 6, layernorm, tanh, dense 4", "\"layernorm\" (layer 2)"},
        {"dense 6, tanh, residual (layernorm, dense 6), tanh, dense 4", "\"layernorm\" (layer 3)"},
        {"conv 3 3x3, tanh, subsample 2, dense 4", "\"subsample\" (layer 3)"}};
    for (size_t i = 0; i < 6; i++) {
        struct fixture fixture;
        const struct fixture_options options = {.net = texts[i / 2][0], .rule = rules[i % 2]};
        assert_int_equal(fixture_try(&fixture, "portable", 1, &options, &batch), BL_NOT_DEFINED);
        assert_non_null(strstr(bl_why(fixture.ctx), texts[i / 2][1]));
        fixture_free(&fixture);
    }
}

int main(void)
{
    fixture_fill(3, x, labels, N, INPUTS, CLASSES);
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_bp_is_the_slope_of_the_loss),
                                       cmocka_unit_test(test_a_module_has_one_signal),
                                       cmocka_unit_test(test_layer_norm_is_within_its_module),
                                       cmocka_unit_test(test_layer_norm_of_an_image_owns_each_number),
                                       cmocka_unit_test(test_fa_with_the_weights_is_bp),
                                       cmocka_unit_test(test_a_module_without_parameters),
                                       cmocka_unit_test(test_rules_without_layers_that_read_all)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
