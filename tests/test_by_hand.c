/*
 * test_by_hand.c - the loops of examples/00_by_hand.c and the library compute the same weights, from the same
 * initial weights and feedback, on the same examples, one at a time.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define BY_HAND_NO_MAIN
#include "../examples/00_by_hand.c"
#include "fixture.h"

/* The example computes in double, the library in float: a step rounds weights of size 1 by about 1e-7, and
   errors grow slowly over the steps. */
static const double bound = 2e-5;
/* The least distance between the weights of different methods. */
static const double plain_miss = 1e-2;

enum { STEPS = 300 };
static const double rate = 0.0625; /* exact in float and double */

static const char *const rules[METHODS] = {"bp", "fa", "dfa", "ifa"};

static bl_tensor layer_tensor(const struct fixture *fixture, int l, const char *what)
{
    char name[40];
    snprintf(name, sizeof name, "%d.%s", l, what);
    return fixture_tensor(fixture, name);
}

static void copy_matrix(bl_tensor from, double to[WIDEST][WIDEST])
{
    for (size_t i = 0; i < from.rows; i++)
        for (size_t j = 0; j < from.cols; j++)
            to[i][j] = (double)from.values[i * from.cols + j];
}

static void copy_start(const struct fixture *fixture, struct net *net)
{
    for (int l = 0; l < LAYERS; l++) {
        const bl_tensor b = layer_tensor(fixture, l, "dense.bias");
        copy_matrix(layer_tensor(fixture, l, "dense.weight"), net->W[l]);
        copy_matrix(layer_tensor(fixture, l, "feedback"), net->B[l]);
        for (size_t i = 0; i < fixture_count(b); i++)
            net->b[l][i] = (double)b.values[i];
    }
}

static double distance(const struct fixture *fixture, const struct net *net)
{
    double largest = 0.0;
    for (int l = 0; l < LAYERS; l++) {
        const bl_tensor W = layer_tensor(fixture, l, "dense.weight"),
                        b = layer_tensor(fixture, l, "dense.bias");
        assert_int_equal(W.rows, size[l + 1]);
        assert_int_equal(W.cols, size[l]);
        for (size_t i = 0; i < W.rows; i++) {
            largest = fmax(largest, fabs((double)b.values[i] - net->b[l][i]));
            for (size_t j = 0; j < W.cols; j++)
                largest = fmax(largest, fabs((double)W.values[i * W.cols + j] - net->W[l][i][j]));
        }
    }
    return largest;
}

/* The distance between the final weights of the library's rule and of the example's method. */
static double train_both(const char *backend, const char *rule, enum method method)
{
    static struct net net;
    const struct fixture_options options = {.net = "dense 30, tanh, dense 20, tanh, dense 3",
                                            .rule = rule,
                                            .loss = "ce",
                                            .optimizer = "sgd",
                                            .lr = "0.0625",
                                            .init = "fanin",
                                            .feedback = "uniform 1",
                                            .batch = "1"};
    float x[INPUTS] = {0.0f};
    int32_t label = 0;
    const struct fixture_batch batch = {x, &label, 1, INPUTS, CLASSES, FIXTURE_ROWS};
    struct fixture fixture;
    uint32_t state = 9;
    fixture_make(&fixture, backend, 1, &options, &batch);
    copy_start(&fixture, &net);
    for (int step = 0; step < STEPS; step++) {
        double point[INPUTS];
        for (int j = 0; j < INPUTS; j++)
            point[j] = (double)(x[j] = fixture_random(&state, 1.5f));
        label = x[0] * x[1] > 0.3f ? 2 : x[0] > x[1];
        const double loss = fixture_step(&fixture, &batch);
        learn(&net, method, point, label, rate);
        if (strcmp(rule, rules[method]) == 0)
            assert_true(fabs(loss + log(net.h[LAYERS][label])) < bound);
    }
    const double largest = distance(&fixture, &net);
    fixture_free(&fixture);
    return largest;
}

static void test_library_and_loops_agree(void **state)
{
    (void)state;
    for (int backend = 0; bl_backend_name(backend); backend++)
        for (int method = 0; method < METHODS; method++) {
            const double largest = train_both(bl_backend_name(backend), rules[method], (enum method)method);
            if (!(largest < bound))
                fail_msg("%s on %s: %.2g apart", method_name[method], bl_backend_name(backend), largest);
        }
}

static void test_other_methods_give_other_weights(void **state)
{
    (void)state;
    for (int method = 0; method < METHODS; method++)
        assert_true(train_both("portable", rules[(method + 1) % METHODS], (enum method)method) > plain_miss);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_library_and_loops_agree),
                                       cmocka_unit_test(test_other_methods_give_other_weights)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
