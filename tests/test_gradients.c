/*
 * test_gradients.c - gradients against central differences of the loss, for every activation and loss, on
 * every backend; and the deltas of fa, dfa and ifa against their equations, computed here in double
 * precision.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"

#include "backless_experimental.h"

#include <math.h>

enum { N = 6, BLOCKS = 3, INPUTS = 7, CLASSES = 4, WIDEST = 7 };
static const int units[BLOCKS + 1] = {INPUTS, 6, 5, CLASSES}; /* units of the input and of each block */

/* The step of the four-point formula (points h and 2h to each side). Its error is h^4 / 30 times the fifth
   derivative, which is up to about 100 here: 3e-6. The loss is rounded by up to about 3e-7 of 1 + its size,
   which the formula multiplies by 1.5 / h = 48: 1.5e-5. A power of two, so that h itself is not rounded. */
static const float h = 0x1p-5f;
static const double difference_bound = 2e-5; /* in units of 1 + the mean loss over the batch */
/* Up to five sums of at most seven terms, each rounded by 6e-8 of the largest. */
static const double definition_bound = 3e-6;
/* Negative control: a hidden gradient of dfa is not a slope of the loss, and must differ by at least this. */
static const double plain_miss = 1e-2;
/* The least distance of pre-activations from the kink of relu: a change of one weight by 2h changes those of
   the first block by up to 0.1, of the second by up to 0.15. */
static const double kink_distance = 0.2;

static const char *const activations[] = {"tanh",     "logistic", "relu",    "leaky-relu 0.1",
                                          "softplus", "gelu",     "identity"};
static const char *const losses[] = {"ce", "bce", "mse"};

static float x[N * INPUTS];
static int32_t labels[N];
static const struct fixture_batch batch = {x, labels, N, INPUTS, CLASSES, FIXTURE_ROWS};

/* ---- the same net in double precision ---- */

struct passed {                       /* one example */
    double input[BLOCKS + 1][WIDEST]; /* of each block; those after the last block are the scores */
    double sum[BLOCKS][WIDEST];       /* W h + b */
    double slope[BLOCKS][WIDEST];     /* f' at the sum; 1 for the last block */
};

static double activate(const char *name, double a, double *slope)
{
    const double p = 1.0 / (1.0 + exp(-a));
    if (strcmp(name, "tanh") == 0)
        return *slope = 1.0 - tanh(a) * tanh(a), tanh(a);
    if (strcmp(name, "logistic") == 0)
        return *slope = p * (1.0 - p), p;
    if (strcmp(name, "softplus") == 0)
        return *slope = p, log1p(exp(a));
    if (strcmp(name, "gelu") == 0) {
        const double normal = 0.5 * erfc(-a / sqrt(2.0)),
                     density = exp(-a * a / 2.0) / sqrt(2.0 * acos(-1.0));
        return *slope = normal + a * density, a * normal;
    }
    *slope = a > 0.0 || strcmp(name, "identity") == 0 ? 1.0 : strcmp(name, "relu") == 0 ? 0.0 : 0.1;
    return *slope * a;
}

static const float *tensor_values(const struct fixture *fixture, size_t block, const char *what)
{
    char name[40];
    snprintf(name, sizeof name, "%zu.%s", block, what);
    return fixture_tensor(fixture, name).values;
}

static void pass(const struct fixture *fixture, const char *activation, const float *example,
                 struct passed *out)
{
    for (int j = 0; j < INPUTS; j++)
        out->input[0][j] = (double)example[j];
    for (size_t l = 0; l < BLOCKS; l++) {
        const float *W = tensor_values(fixture, l, "dense.weight"),
                    *b = tensor_values(fixture, l, "dense.bias");
        for (int i = 0; i < units[l + 1]; i++) {
            double a = (double)b[i];
            for (int j = 0; j < units[l]; j++)
                a += (double)W[i * units[l] + j] * out->input[l][j];
            out->sum[l][i] = a;
            out->input[l + 1][i] = activate(l + 1 < BLOCKS ? activation : "identity", a, &out->slope[l][i]);
        }
    }
}

/* Computes dJ/da of one example. */
static void error_of(const char *loss, const double *a, int32_t label, double *e)
{
    double sum = 0.0;
    for (int i = 0; i < CLASSES; i++)
        sum += exp(a[i]);
    for (int i = 0; i < CLASSES; i++) {
        const double y = i == label ? 1.0 : 0.0;
        const double p = strcmp(loss, "ce") == 0    ? exp(a[i]) / sum
                         : strcmp(loss, "bce") == 0 ? 1.0 / (1.0 + exp(-a[i]))
                                                    : a[i];
        e[i] = p - y;
    }
}

/* to = M from (or its transpose), M: rows x cols. */
static void product(const float *M, int rows, int cols, bool transposed, const double *from, double *to)
{
    for (int i = 0; i < (transposed ? cols : rows); i++) {
        to[i] = 0.0;
        for (int j = 0; j < (transposed ? rows : cols); j++)
            to[i] += (double)(transposed ? M[j * cols + i] : M[i * cols + j]) * from[j];
    }
}

/* Computes the delta of every block from the equation of the rule; delta[BLOCKS - 1] is already e. */
static void teach(const struct fixture *fixture, const char *rule, const struct passed *at,
                  double delta[BLOCKS][WIDEST])
{
    const bool forward = strcmp(rule, "ifa") == 0;
    for (size_t k = 0; k + 1 < BLOCKS; k++) {
        const size_t l = forward ? k : BLOCKS - 2 - k;
        if (strcmp(rule, "dfa") == 0 || (forward && l == 0))
            product(tensor_values(fixture, l, "feedback"), CLASSES, units[l + 1], true, delta[BLOCKS - 1],
                    delta[l]);
        else if (forward)
            product(tensor_values(fixture, l, "dense.weight"), units[l + 1], units[l], false, delta[l - 1],
                    delta[l]);
        else
            product(tensor_values(fixture, l + 1, "feedback"), units[l + 2], units[l + 1], true, delta[l + 1],
                    delta[l]);
        for (int i = 0; i < units[l + 1]; i++)
            delta[l][i] *= at->slope[l][i];
    }
}

/* ---- the case ---- */

static void set_random(struct fixture *fixture)
{
    bl_tensor t;
    uint32_t state = 7;
    float values[WIDEST * WIDEST];
    for (int i = 0; bl_model_tensor(fixture->model, i, &t); i++) {
        for (size_t k = 0; k < fixture_count(t); k++)
            values[k] = fixture_random(&state, 1.2f);
        fixture_set(fixture, t.name, values, fixture_count(t));
    }
}

/* Draws each example again until no hidden pre-activation is near 0. */
static void choose_examples(const struct fixture *fixture, const char *activation)
{
    uint32_t state = 5;
    for (int n = 0; n < N; n++) {
        double nearest;
        do {
            struct passed at;
            for (int j = 0; j < INPUTS; j++)
                x[n * INPUTS + j] = fixture_random(&state, 1.5f);
            pass(fixture, activation, x + n * INPUTS, &at);
            nearest = INFINITY;
            for (size_t l = 0; l + 1 < BLOCKS; l++)
                for (int i = 0; i < units[l + 1]; i++)
                    nearest = fmin(nearest, fabs(at.sum[l][i]));
        } while (nearest < kink_distance);
        labels[n] = n * n % CLASSES;
    }
}

struct workspace_case {
    const char *rule, *activation, *loss, *reduction, *backend;
};

static void case_make(struct fixture *fixture, const struct workspace_case *c)
{
    char net[100];
    snprintf(net, sizeof net, "dense 6, %s, dense 5, %s, dense 4", c->activation, c->activation);
    const struct fixture_options options = {.net = net,
                                            .rule = c->rule,
                                            .loss = c->loss,
                                            .reduction = c->reduction,
                                            .optimizer = "sgd",
                                            .init = "fanin",
                                            .batch = "8"};
    fixture_make(fixture, c->backend, 1, &options, &batch);
    set_random(fixture);
    choose_examples(fixture, c->activation);
}

static void case_fail(const struct workspace_case *c, const char *what, double distance)
{
    fail_msg("%s, %s, %s, %s on %s: %s is off by %.2g", c->rule, c->activation, c->loss, c->reduction,
             c->backend, what, distance);
}

/* ---- central differences ---- */

static double loss_at(struct fixture *fixture, const bl_data *data, const char *name, float *values, size_t n,
                      size_t k, float shift)
{
    const float kept = values[k];
    bl_score score;
    values[k] = kept + shift;
    fixture_set(fixture, name, values, n);
    values[k] = kept;
    fixture_must(fixture, bl_model_evaluate(fixture->model, data, &score));
    return score.loss;
}

/* The largest distance between the gradient of the i-th tensor and central differences of the mean loss, in
   units of 1 + the loss. scale: gradient with the reduction divided by that with the reduction mean. */
static double tensor_distance(struct fixture *fixture, const bl_data *data, int i, double scale)
{
    bl_tensor t, g;
    float values[WIDEST * WIDEST], gradient[WIDEST * WIDEST];
    double largest = 0.0;
    assert_true(bl_model_tensor(fixture->model, i, &t));
    fixture_must(fixture, bl_trainer_inspect(fixture->trainer, x, labels, N));
    assert_true(bl_trainer_gradient(fixture->trainer, i, &g));
    const size_t n = fixture_count(t);
    assert_int_equal(fixture_count(g), n);
    memcpy(values, t.values, n * sizeof *values);
    memcpy(gradient, g.values, n * sizeof *gradient);
    for (size_t k = 0; k < n; k++) {
        double J[5]; /* losses at -2h, -h, 0, h, 2h */
        for (int at = 0; at < 5; at++)
            J[at] = loss_at(fixture, data, t.name, values, n, k, (float)(at - 2) * h);
        const double slope = (8 * (J[3] - J[1]) - (J[4] - J[0])) / (12 * (double)h);
        largest = fmax(largest, fabs((double)gradient[k] / scale - slope) / (1.0 + J[2]));
    }
    fixture_set(fixture, t.name, values, n);
    return largest;
}

/* The largest distance over the tensors whose name begins with `prefix`. */
static double difference_distance(struct fixture *fixture, const struct workspace_case *c, const char *prefix)
{
    bl_tensor t;
    bl_data *data = NULL;
    double largest = 0.0;
    fixture_must(fixture, bl_data_wrap(&data, fixture->ctx, x, labels, N, (bl_shape){1, 1, INPUTS}, CLASSES));
    for (int i = 0; bl_model_tensor(fixture->model, i, &t); i++)
        if (strstr(t.name, ".dense.") && strncmp(t.name, prefix, strlen(prefix)) == 0)
            largest = fmax(largest, tensor_distance(fixture, data, i,
                                                    strcmp(c->reduction, "sum") == 0 ? (double)N : 1.0));
    bl_data_free(data);
    return largest;
}

static void check_bp(const struct workspace_case *c)
{
    struct fixture fixture;
    case_make(&fixture, c);
    const double distance = difference_distance(&fixture, c, "");
    if (!(distance <= difference_bound))
        case_fail(c, "a gradient", distance);
    fixture_free(&fixture);
}

/* ---- the equations ---- */

struct gap {              /* the distance between actual and expected values */
    double largest, size; /* the largest distance, the largest value */
};

static void gap_add(struct gap *gap, float is, double should)
{
    gap->largest = fmax(gap->largest, fabs((double)is - should));
    gap->size = fmax(gap->size, fabs(should));
}

static bl_tensor weight_gradient(const struct fixture *fixture, size_t block)
{
    char name[40];
    bl_tensor t, g = {NULL, NULL, 0, 0};
    int index = 0;
    snprintf(name, sizeof name, "%zu.dense.weight", block);
    while (bl_model_tensor(fixture->model, index, &t) && strcmp(t.name, name) != 0)
        index++;
    assert_true(bl_trainer_gradient(fixture->trainer, index, &g));
    return g;
}

/* The distance of deltas and gradients from their definitions for the current batch, in units of the largest
   value. */
static double definition_distance(struct fixture *fixture, const struct workspace_case *c)
{
    double delta[N][BLOCKS][WIDEST];
    static struct passed at[N];
    struct gap gap = {0.0, 0.0};
    for (int n = 0; n < N; n++) {
        pass(fixture, c->activation, x + n * INPUTS, &at[n]);
        error_of(c->loss, at[n].input[BLOCKS], labels[n], delta[n][BLOCKS - 1]);
        for (int i = 0; i < CLASSES; i++)
            delta[n][BLOCKS - 1][i] /= strcmp(c->reduction, "sum") == 0 ? 1 : N;
        teach(fixture, c->rule, &at[n], delta[n]);
    }
    fixture_must(fixture, bl_trainer_inspect(fixture->trainer, x, labels, N));
    for (size_t l = 0; l < BLOCKS; l++) {
        bl_tensor d;
        const bl_tensor g = weight_gradient(fixture, l);
        assert_true(bl_trainer_delta(fixture->trainer, (int)l, &d));
        for (int i = 0; i < units[l + 1]; i++) {
            for (int n = 0; n < N; n++)
                gap_add(&gap, d.values[n * units[l + 1] + i], delta[n][l][i]);
            for (int j = 0; j < units[l]; j++) {
                double sum = 0.0;
                for (int n = 0; n < N; n++)
                    sum += delta[n][l][i] * at[n].input[l][j];
                gap_add(&gap, g.values[i * units[l] + j], sum);
            }
        }
    }
    return gap.largest / gap.size;
}

static void check_rule(const struct workspace_case *c)
{
    struct fixture fixture;
    case_make(&fixture, c);
    const double defined = definition_distance(&fixture, c);
    if (!(defined <= definition_bound))
        case_fail(c, "a delta or gradient", defined);
    const double output = difference_distance(&fixture, c, "2.");
    if (!(output <= difference_bound))
        case_fail(c, "the output's gradient", output);
    if (difference_distance(&fixture, c, "0.") < plain_miss)
        case_fail(c, "what is no gradient passes for one; it", 0.0);
    fixture_free(&fixture);
}

/* ---- tests ---- */

enum {
    N_ACTIVATIONS = sizeof activations / sizeof activations[0],
    N_LOSSES = sizeof losses / sizeof losses[0]
};

static void for_all(const char *rule, void (*check)(const struct workspace_case *))
{
    for (int backend = 0; bl_backend_name(backend); backend++)
        for (int i = 0; i < N_ACTIVATIONS * N_LOSSES * 2; i++) {
            const struct workspace_case c = {rule, activations[i / 2 % N_ACTIVATIONS],
                                             losses[i / 2 / N_ACTIVATIONS], i % 2 ? "sum" : "mean",
                                             bl_backend_name(backend)};
            check(&c);
        }
}

static void test_bp_is_the_slope_of_the_loss(void **state)
{
    (void)state;
    for_all("bp", check_bp);
}

static void test_deltas_are_those_of_the_equations(void **state)
{
    (void)state;
    for_all("fa", check_rule);
    for_all("dfa", check_rule);
    for_all("ifa", check_rule);
}

static void test_inspection_changes_nothing(void **state)
{
    (void)state;
    const struct workspace_case c = {"dfa", "tanh", "ce", "mean", "portable"};
    struct fixture inspected, left;
    case_make(&inspected, &c);
    case_make(&left, &c);
    for (int step = 0; step < 3; step++) {
        fixture_must(&inspected, bl_trainer_inspect(inspected.trainer, x, labels, N));
        assert_true(fixture_equal(&inspected, &left));
        fixture_step(&inspected, &batch);
        fixture_step(&left, &batch);
        assert_true(fixture_equal(&inspected, &left));
    }
    fixture_free(&inspected);
    fixture_free(&left);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_bp_is_the_slope_of_the_loss),
                                       cmocka_unit_test(test_deltas_are_those_of_the_equations),
                                       cmocka_unit_test(test_inspection_changes_nothing)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
