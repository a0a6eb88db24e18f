/*
 * test_trace.c - a traced step gives the bits of a step, and shows what each instruction reads and writes:
 * the equations of a net of two dense layers follow from the numbers that it shows.
 */
#include "fixture.h"

#include "backless_experimental.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { N = 6, INPUTS = 36, CLASSES = 3, STEPS = 3 };

static float x[N * INPUTS];
static int32_t labels[N];

static void fill(void)
{
    uint32_t random = 5;
    for (int i = 0; i < N * INPUTS; i++)
        x[i] = fixture_random(&random, 1.0f);
    for (int i = 0; i < N; i++)
        labels[i] = i % CLASSES;
}

static struct fixture make(struct fixture_options options, int inputs)
{
    struct fixture fixture;
    const struct fixture_batch batch = {
        x, labels, N, inputs, CLASSES, inputs == INPUTS ? (bl_shape){1, 6, 6} : (bl_shape)FIXTURE_ROWS};
    fill();
    options.init = "fanin";
    fixture_make(&fixture, "portable", 3, &options, &batch);
    return fixture;
}

static const struct trace_case {
    const char *net, *rule, *optimizer, *clip_norm, *slope;
} cases[] = {
    {"dense 5, tanh, dense 4, relu, dense 3", "bp", "sgd", NULL, NULL},
    {"dense 5, tanh, dense 4, relu, dense 3", "fa", "adam", NULL, NULL},
    {"dense 5, tanh, dense 4, relu, dense 3", "dfa", "sgd momentum 0.9", NULL, NULL},
    {"dense 5, tanh, dense 4, tanh, dense 3", "ifa", "rmsprop", NULL, NULL},
    {"dense 5, tanh, dense 4, tanh, dense 3", "kp", "sgd", NULL, NULL},
    {"dense 5, tanh, dense 4, tanh, dense 3", "dkp", "adam", NULL, NULL},
    {"dense 5, tanh, dense 4, tanh, dense 3", "pepita", "sgd", NULL, NULL},
    {"dense 5, tanh, dense 4, tanh, dense 3", "adfa", "sgd", NULL, NULL},
    {"dense 5, gelu, dropout 0.5, dense 4, gelu, tanh, dense 3", "adfa", "sgd", NULL, "cos f"},
    {"dense 5, tanh, dense 4, tanh, dense 3", "usf", "sgd", "0.01", NULL},
    {"dense 5, tanh, dense 4, tanh, dense 3", "frozen", "sgd", NULL, NULL},
    {"conv 20 3x3 pad 1, batchnorm, relu, maxpool 2, dropout 0.5, dense 8, tanh, dense 3", "dfa", "sgd", NULL,
     NULL},
    {"conv 4 3x3 pad 1, relu, residual (conv 4 3x3 pad 1 nobias, batchnorm, relu, conv 4 3x3 pad 1), relu, "
     "dense 3",
     "bp", "rmsprop", NULL, NULL},
    {"conv 4 3x3 pad 1, relu, residual (layernorm, relu, conv 4 3x3 pad 1), relu, avgpool all, dense 3",
     "dfa", "sgd", NULL, NULL},
};

struct seen {
    int befores, afters, last, arrays;
};

static void count(void *user, const bl_trace *now)
{
    struct seen *seen = user;
    seen->befores += !now->is_done;
    seen->afters += now->is_done;
    assert_int_equal(now->number, seen->last + !now->is_done);
    seen->last = now->number;
    seen->arrays += now->n_arrays;
    for (int i = 0; i < now->n_arrays; i++) {
        const bl_trace_array *a = &now->arrays[i];
        const size_t of_row = (size_t)a->shape.channels * (size_t)a->shape.rows * (size_t)a->shape.cols;
        assert_true(a->values && a->rows > 0 && a->cols > 0 && a->stride >= a->cols);
        assert_true(a->reads || a->writes);
        assert_int_equal(of_row, a->cols);
    }
}

static void test_traced_steps_have_the_bits_of_steps(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct trace_case *c = &cases[i];
        const struct fixture_options options = {.net = c->net,
                                                .rule = c->rule,
                                                .optimizer = c->optimizer,
                                                .clip_norm = c->clip_norm,
                                                .slope = c->slope};
        struct fixture plain = make(options, INPUTS), traced = make(options, INPUTS);
        char hashes[2][17];
        for (int step = 0; step < STEPS; step++) {
            struct seen seen = {.last = -1};
            double losses[2] = {0.0, 1.0};
            const bl_batch batch = {.size = sizeof batch, .n = N, .x = x, .labels = labels};
            assert_int_equal(bl_trainer_step_batch(plain.trainer, &batch, &losses[0]), BL_OK);
            assert_int_equal(bl_trainer_trace(traced.trainer, &batch, count, &seen, &losses[1]), BL_OK);
            assert_true(losses[0] == losses[1]);
            assert_true(seen.befores > 4 && seen.befores == seen.afters);
            assert_true(seen.arrays >= 2 * seen.afters);
        }
        bl_model_hash(plain.model, hashes[0]);
        bl_model_hash(traced.model, hashes[1]);
        if (strcmp(hashes[0], hashes[1]) != 0)
            fail_msg("%s on \"%s\": %s by steps, %s by traced steps", c->rule, c->net, hashes[0], hashes[1]);
        fixture_free(&plain);
        fixture_free(&traced);
    }
}

/* ---- The equations of dfa with sgd, from copies of what is shown */

enum { MOST = 64 };
struct shown {
    float input[MOST], a[MOST], h[MOST], score[MOST], W[MOST], b[MOST], B[MOST], error[MOST], signal[MOST],
        delta[MOST], gradient[MOST], updated[MOST];
    double loss;
};

static const bl_trace_array *array_of(const bl_trace *now, const char *buffer, int block, const char *what)
{
    for (int i = 0; i < now->n_arrays; i++)
        if (strcmp(now->arrays[i].buffer, buffer) == 0 && now->arrays[i].block == block &&
            strcmp(now->arrays[i].what, what) == 0)
            return &now->arrays[i];
    fail_msg("%s of block %d shows no %s \"%s\"", now->instruction.op, block, buffer, what);
    return NULL;
}

static void copy(float to[MOST], const bl_trace *now, const char *buffer, int block, const char *what)
{
    const bl_trace_array *a = array_of(now, buffer, block, what);
    for (size_t i = 0; i < a->rows; i++)
        memcpy(to + i * a->cols, a->values + i * a->stride, a->cols * sizeof *to);
}

static bool is_of(const bl_trace *now, const char *op, int block)
{
    return now->is_done && now->instruction.block == block && strcmp(now->instruction.op, op) == 0;
}

static void keep(void *user, const bl_trace *now)
{
    struct shown *s = user;
    if (is_of(now, "forward", 0)) {
        copy(s->input, now, "input", 0, "");
        copy(s->W, now, "weights", 0, "weight");
        copy(s->b, now, "weights", 0, "bias");
        copy(s->a, now, "output", 0, "dense 2");
        copy(s->h, now, "output", 0, "tanh");
    } else if (is_of(now, "loss", 1)) {
        copy(s->score, now, "output", 1, "dense 3");
        copy(s->error, now, "delta", 1, "");
        s->loss = now->loss;
    } else if (is_of(now, "product", 0)) {
        copy(s->B, now, "feedback", 0, "");
        copy(s->signal, now, "signal", 0, "");
    } else if (is_of(now, "local_backward", 0)) {
        copy(s->delta, now, "delta", 0, "");
    } else if (is_of(now, "gradient", 0)) {
        copy(s->gradient, now, "gradient", 0, "weight");
    } else if (is_of(now, "update", 0)) {
        copy(s->updated, now, "weights", 0, "weight");
    }
}

static void close_to(double a, double b)
{
    if (!(fabs(a - b) <= 1e-6 * (1.0 + fabs(b))))
        fail_msg("%.9g, expected %.9g", a, b);
}

static void test_what_is_shown_obeys_the_equations(void **state)
{
    (void)state;
    struct fixture fixture = make(
        (struct fixture_options){
            .net = "dense 2, tanh, dense 3", .rule = "dfa", .loss = "ce", .optimizer = "sgd", .lr = "0.5"},
        4);
    const bl_batch batch = {.size = sizeof batch, .n = 1, .x = x, .labels = labels};
    struct shown s = {.loss = 0.0};
    double loss = 0.0, sum = 0.0;
    assert_int_equal(bl_trainer_trace(fixture.trainer, &batch, keep, &s, &loss), BL_OK);
    for (int k = 0; k < CLASSES; k++)
        sum += exp((double)s.score[k]);
    for (int k = 0; k < CLASSES; k++)
        close_to(s.error[k], exp((double)s.score[k]) / sum - (k == labels[0]));
    close_to(s.loss, log(sum) - (double)s.score[labels[0]]);
    assert_true(s.loss == loss);
    for (int i = 0; i < 2; i++) {
        double a = s.b[i], signal = 0.0;
        for (int j = 0; j < 4; j++)
            a += (double)s.W[4 * i + j] * (double)s.input[j];
        for (int k = 0; k < CLASSES; k++)
            signal += (double)s.error[k] * (double)s.B[2 * k + i];
        close_to(s.a[i], a);
        close_to(s.h[i], tanh(a));
        close_to(s.signal[i], signal);
        close_to(s.delta[i], signal * (1.0 - (double)s.h[i] * (double)s.h[i]));
        for (int j = 0; j < 4; j++) {
            close_to(s.gradient[4 * i + j], (double)s.delta[i] * (double)s.input[j]);
            close_to(s.updated[4 * i + j], (double)s.W[4 * i + j] - 0.5 * (double)s.gradient[4 * i + j]);
        }
    }
    fixture_free(&fixture);
}

static void test_what_is_refused(void **state)
{
    (void)state;
    struct fixture fixture =
        make((struct fixture_options){.net = "dense 2, tanh, dense 3", .rule = "dfa"}, 4);
    bl_batch batch = {.size = sizeof batch, .n = 100000, .x = x, .labels = labels};
    assert_int_equal(bl_trainer_trace(fixture.trainer, &batch, keep, NULL, NULL), BL_BAD_VALUE);
    assert_non_null(strstr(bl_why(fixture.ctx), "a batch of 100000 examples"));
    batch.n = 1;
    batch.size = 1;
    assert_int_equal(bl_trainer_trace(fixture.trainer, &batch, keep, NULL, NULL), BL_BAD_VALUE);
    fixture_free(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_traced_steps_have_the_bits_of_steps),
                                       cmocka_unit_test(test_what_is_shown_obeys_the_equations),
                                       cmocka_unit_test(test_what_is_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
