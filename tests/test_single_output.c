/*
 * test_single_output.c - a net that ends with one unit for two classes, with the loss bce: it equals a net
 * with two units, the first of which is always 0, with the loss ce; its predictions; refused configurations.
 *
 *     softmax(0, a)_2 = logistic(a)    J = log(1 + exp a) - a y    e = logistic(a) - y, y = 1 for the second
 *     class
 */
#include "../src/base/context.h"
#include "../src/train/trainer/trainer.h"
#include "scratch.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { N = 24, INPUTS = 5, UNITS = 7 };

/* Rounding of sums of up to 7 products of floats, and of functions of them with an error of 2e-7. */
static const double bound = 2e-6;

static struct scratch scratch;
static bl_context *ctx;
static float x[N * INPUTS];
static int32_t labels[N];

struct made {
    bl_config *config;
    bl_data *data;
    bl_trainer *trainer;
};

struct option {
    const char *key, *text;
};

static bl_status make(struct made *m, const struct option *options, size_t n_options, int classes)
{
    *m = (struct made){0};
    bl_status status = bl_config_create(&m->config, ctx);
    if (status == BL_OK)
        status = bl_data_wrap(&m->data, ctx, x, labels, N, (bl_shape){1, 1, INPUTS}, classes);
    for (size_t i = 0; status == BL_OK && i < n_options; i++)
        status = bl_config_set(m->config, options[i].key, options[i].text);
    if (status == BL_OK)
        status = bl_trainer_create(&m->trainer, ctx, m->config, m->data);
    return status;
}

static void free_made(struct made *m)
{
    bl_trainer_free(m->trainer);
    bl_data_free(m->data);
    bl_config_free(m->config);
}

static void must(bl_status status)
{
    if (status != BL_OK)
        fail_msg("%s: %s", bl_status_name(status), bl_why(ctx));
}

static const float *values_of(const bl_model *model, const char *name, size_t *n)
{
    bl_tensor t;
    for (int i = 0; bl_model_tensor(model, i, &t); i++)
        if (strcmp(t.name, name) == 0) {
            *n = t.rows * t.cols;
            return t.values;
        }
    *n = 0;
    return NULL;
}

/* Copies a tensor of `one`, which has one row, to the second row of that of `two`; the first row becomes
   0. */
static void set_second(const bl_model *one, bl_model *two, const char *name)
{
    float rows[2 * UNITS] = {0};
    size_t n = 0;
    const float *values = values_of(one, name, &n);
    if (!values)
        return;
    assert_true(n <= UNITS);
    memcpy(rows + n, values, n * sizeof *rows);
    must(bl_model_set_tensor(two, name, rows, 2 * n));
}

static void set_same(const bl_model *one, bl_model *two, const char *name)
{
    size_t n = 0;
    const float *values = values_of(one, name, &n);
    must(bl_model_set_tensor(two, name, values, n));
}

static void assert_near(double is, double should, const char *what)
{
    if (!(fabs(is - should) <= bound * (1.0 + fabs(should))))
        fail_msg("%s is %.9g, expected %.9g", what, is, should);
}

static void compare(const struct made *one, const struct made *two)
{
    bl_tensor a, b;
    bl_score of_one, of_two;
    double p[2 * N], q[2 * N];
    must(bl_trainer_inspect(one->trainer, x, labels, N));
    must(bl_trainer_inspect(two->trainer, x, labels, N));
    for (int i = 0; i < 2; i++) { /* the tensors of the hidden block */
        assert_int_equal(bl_trainer_gradient(one->trainer, i, &a), 1);
        assert_int_equal(bl_trainer_gradient(two->trainer, i, &b), 1);
        for (size_t k = 0; k < a.rows * a.cols; k++)
            assert_near((double)a.values[k], (double)b.values[k], "a gradient");
    }
    assert_int_equal(bl_trainer_delta(one->trainer, 1, &a), 1);
    assert_int_equal(bl_trainer_delta(two->trainer, 1, &b), 1);
    assert_int_equal(a.cols, 1);
    must(bl_model_predict(bl_trainer_model(one->trainer), x, N, p));
    must(bl_model_predict(bl_trainer_model(two->trainer), x, N, q));
    for (size_t i = 0; i < N; i++) {
        assert_near((double)a.values[i], (double)b.values[2 * i + 1], "e");
        assert_near(N * (double)a.values[i], p[2 * i + 1] - (double)labels[i], "logistic(a) - y");
        assert_near(p[2 * i], q[2 * i], "the first class");
        assert_near(p[2 * i + 1], q[2 * i + 1], "the second class");
    }
    must(bl_model_evaluate(bl_trainer_model(one->trainer), one->data, &of_one));
    must(bl_model_evaluate(bl_trainer_model(two->trainer), two->data, &of_two));
    assert_near(of_one.loss, of_two.loss, "the loss");
    assert_true(of_one.error == of_two.error);
}

static void one_unit_equals_ce_over_two_units(void **state)
{
    static const char *const rules[] = {"bp", "dfa", "ifa", "fa"};
    (void)state;
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        const struct option first[] = {{"net", "dense 7, tanh, dense 1"},
                                       {"loss", "bce"},
                                       {"rule", rules[i]},
                                       {"batch", "24"}},
                            second[] = {{"net", "dense 7, tanh, dense 2"},
                                        {"loss", "ce"},
                                        {"rule", rules[i]},
                                        {"batch", "24"},
                                        {"init", "fanin"}};
        struct made one, two;
        must(make(&one, first, 4, 2));
        must(make(&two, second, 5, 2));
        const bl_model *from = bl_trainer_model(one.trainer);
        bl_model *to = bl_trainer_model(two.trainer);
        set_same(from, to, "0.dense.weight");
        set_same(from, to, "0.dense.bias");
        set_second(from, to, "1.dense.weight");
        set_second(from, to, "1.dense.bias");
        set_second(from, to, "0.feedback");
        set_second(from, to, "1.feedback");
        compare(&one, &two);
        free_made(&one);
        free_made(&two);
    }
}

static void every_rule_trains_one_unit(void **state)
{
    (void)state;
    for (int i = 0; bl_rule_name(i); i++) {
        const struct option options[] = {{"net", "dense 7, tanh, dense 6, tanh, dense 1"},
                                         {"rule", bl_rule_name(i)},
                                         {"epochs", "60"},
                                         {"lr", "0.02"}};
        struct made m;
        bl_score score;
        double p[2 * N];
        size_t wrong = 0;
        must(make(&m, options, 4, 2));
        assert_string_equal(bl_config_get(bl_trainer_config(m.trainer), "loss"), "bce"); /* the default */
        must(bl_trainer_fit(m.trainer, m.data, NULL, NULL, NULL, NULL));
        must(bl_model_evaluate(bl_trainer_model(m.trainer), m.data, &score));
        must(bl_model_predict_data(bl_trainer_model(m.trainer), m.data, p));
        for (size_t n = 0; n < N; n++) {
            assert_true(p[2 * n] + p[2 * n + 1] == 1.0);
            wrong += (p[2 * n + 1] > p[2 * n]) != (labels[n] == 1);
        }
        assert_true(score.error == (double)wrong / N);
        const bool is_told =
            bl_trainer_note(m.trainer, 0) && strstr(bl_trainer_note(m.trainer, 0), "only examples");
        assert_int_equal(is_told, strcmp(bl_rule_name(i), "drtp") == 0); /* its first class gives no signal */
        if (!is_told && score.error > 0.3)
            fail_msg("rule %s: error %g", bl_rule_name(i), score.error);
        assert_int_equal(bl_model_outputs(bl_trainer_model(m.trainer)), 2);
        free_made(&m);
    }
}

static void one_unit_is_saved_and_resumed(void **state)
{
    char whole[17], resumed[17], folder[SCRATCH_PATH], path[SCRATCH_PATH + 32];
    struct made m;
    bl_model *model = NULL;
    double p[2 * N], q[2 * N];
    (void)state;
    snprintf(folder, sizeof folder, "%s", scratch_path(&scratch, "run"));
    snprintf(path, sizeof path, "%s/model.safetensors", folder);
    for (int i = 0; i < 3; i++) { /* 4 epochs; 2 epochs; 2 more after a resume */
        const struct option options[] = {{"net", "dense 7, tanh, dense 1"},
                                         {"epochs", i == 1 ? "2" : "4"},
                                         {"schedule", "constant"},
                                         {"rule", "kp"},
                                         {"force", "true"},
                                         {"out", folder}};
        must(make(&m, options, 6, 2));
        if (i == 2)
            must(bl_trainer_resume(m.trainer, folder));
        must(bl_trainer_fit(m.trainer, m.data, m.data, NULL, NULL, NULL));
        bl_model_hash(bl_trainer_model(m.trainer), i == 2 ? resumed : whole);
        if (i == 0)
            snprintf(resumed, sizeof resumed, "%s", whole);
        if (i == 1) { /* control: the hash differs after two epochs */
            assert_string_not_equal(whole, resumed);
            snprintf(whole, sizeof whole, "%s", resumed);
        }
        if (i < 2)
            free_made(&m);
    }
    assert_string_equal(whole, resumed);
    must(bl_model_load(&model, ctx, path));
    must(bl_model_predict(bl_trainer_model(m.trainer), x, N, p));
    must(bl_model_predict(model, x, N, q));
    assert_memory_equal(p, q, sizeof p);
    bl_model_free(model);
    free_made(&m);
}

static void what_does_not_fit_is_refused(void **state)
{
    static const struct {
        const char *net, *loss;
        int classes;
        const char *expected;
    } cases[] = {
        {"dense 1", "ce", 2,
         "goes with loss bce, not ce (softmax of one number is always 1); use --loss bce"},
        {"dense 1", "mse", 2, "goes with loss bce, not mse; use --loss bce"},
        {"dense 1", "bce", 3, "ends with 1 unit, but memory has 3 classes; end it with dense 3"},
        {"dense 3", "bce", 2, "end it with dense 2, or with dense 1 and --loss bce"},
        {"dense 2", "bce", 1, "memory has 1"},
    };
    (void)state;
    for (size_t i = 0; i < N; i++)
        labels[i] = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct option options[] = {{"net", cases[i].net}, {"loss", cases[i].loss}};
        struct made m;
        assert_int_equal(make(&m, options, 2, cases[i].classes), BL_BAD_VALUE);
        if (cases[i].classes > 1 && !strstr(bl_why(ctx), cases[i].expected))
            fail_msg("expected \"%s\" in: %s", cases[i].expected, bl_why(ctx));
        free_made(&m);
    }
}

static void single_steps_take_both_labels(void **state)
{
    const struct option options[] = {{"net", "dense 7, tanh, dense 1"}, {"loss", "bce"}};
    struct made m;
    double loss = 0.0;
    int32_t wrong[1] = {2};
    (void)state;
    must(make(&m, options, 2, 2));
    must(bl_trainer_step(m.trainer, x, labels, 8, &loss));
    assert_true(loss > 0.0 && loss < 5.0);
    assert_int_equal(bl_trainer_step(m.trainer, x, wrong, 1, &loss), BL_BAD_VALUE);
    assert_non_null(strstr(bl_why(ctx), "label 2 of example 0, expected 0 to 1"));
    free_made(&m);
}

static int begin(void **state)
{
    (void)state;
    scratch_make(&scratch);
    ctx = bl_context_new(NULL);
    for (size_t i = 0; i < N; i++) {
        labels[i] = (int32_t)(i % 2);
        for (size_t j = 0; j < INPUTS; j++)
            x[i * INPUTS + j] =
                (float)((i * 7 + j * 13) % 11) / 11.0f - 0.5f + 0.5f * (float)(labels[i] * (int)(j % 2));
    }
    return bl_context_use(ctx, NULL, 1) == BL_OK ? 0 : 1;
}

static int end(void **state)
{
    (void)state;
    bl_context_free(ctx);
    scratch_remove(&scratch);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_unit_equals_ce_over_two_units), cmocka_unit_test(every_rule_trains_one_unit),
        cmocka_unit_test(one_unit_is_saved_and_resumed),     cmocka_unit_test(single_steps_take_both_labels),
        cmocka_unit_test(what_does_not_fit_is_refused),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
