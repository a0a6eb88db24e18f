/*
 * test_denormals.c - denormal numbers, which slow some processors down, do not persist: neither in errors and
 * deltas nor in the optimiser's state. What is done against them changes no step.
 */
#include "../src/backend/portable/portable.h"
#include "../src/losses/loss.h"
#include "../src/rules/slope.h"
#include "../src/train/step/flush.h"
#include "../src/train/trainer/trainer.h"
#include "fixture.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { N = 16, INPUTS = 6, CLASSES = 3, UNITS = 8, AWAKE = 50, ASLEEP = 30 * FLUSH_PERIOD };

static bool is_denormal(float x)
{
    return x != 0.0f && fabsf(x) < FLT_MIN;
}

static void count(const float *x, size_t n, size_t *denormal, size_t *other)
{
    *denormal = *other = 0;
    for (size_t i = 0; i < n; i++) {
        *denormal += is_denormal(x[i]);
        *other += x[i] != 0.0f && !is_denormal(x[i]);
    }
}

/* ---- The optimiser's state: the first layer's gradient is 0 as soon as all inputs are 0 */

static void state_decays_to_0_with(const char *optimizer, int threads)
{
    static float x[N * INPUTS], none[N * INPUTS];
    static int32_t labels[N];
    const struct fixture_batch awake = {x, labels, N, INPUTS, CLASSES, FIXTURE_ROWS},
                               asleep = {none, labels, N, INPUTS, CLASSES, FIXTURE_ROWS};
    struct fixture f;
    size_t seen = 0, denormal, other;
    fixture_fill(5, x, labels, N, INPUTS, CLASSES);
    fixture_make(&f, "portable", threads,
                 &(struct fixture_options){
                     .net = "dense 8, tanh, dense 3", .rule = "bp", .init = "fanin", .optimizer = optimizer},
                 &awake);
    const struct stepper *s = &f.trainer->stepper;
    for (int i = 0; i < AWAKE; i++)
        fixture_step(&f, &awake);
    for (size_t k = 0; k < optimizer_slots(&s->optimizer); k++) {
        count(s->slots[k], UNITS * INPUTS, &denormal, &other);
        assert_int_equal(other, UNITS * INPUTS);
    }
    for (int i = AWAKE; i < ASLEEP; i++) {
        fixture_step(&f, &asleep);
        for (size_t k = 0; k < optimizer_slots(&s->optimizer); k++) {
            count(s->slots[k], UNITS * INPUTS, &denormal, &other);
            seen += denormal;
        }
    }
    assert_true(seen > 0); /* so the state did become denormal */
    for (size_t k = 0; k < optimizer_slots(&s->optimizer); k++) {
        count(s->slots[k], UNITS * INPUTS, &denormal, &other);
        if (denormal + other > 0)
            fail_msg("%s: of array %zu, %zu numbers are denormal and %zu are larger", optimizer, k, denormal,
                     other);
    }
    fixture_free(&f);
}

static void state_decays_to_0(void **state)
{
    static const char *const optimizers[] = {"sgd momentum 0.9", "sgd momentum 0.9 nesterov",
                                             "rmsprop rho 0.9", "adam beta2 0.9"};
    (void)state;
    for (size_t i = 0; i < sizeof optimizers / sizeof *optimizers; i++)
        for (int threads = 1; threads <= 2; threads++)
            state_decays_to_0_with(optimizers[i], threads);
}

static void state_of_feedback_is_flushed(void **state)
{
    static float x[N * INPUTS];
    static int32_t labels[N];
    const struct fixture_batch batch = {x, labels, N, INPUTS, CLASSES, FIXTURE_ROWS};
    static const float before[] = {1e-40f, -1e-40f, FLT_MIN, -FLT_MIN, 1.0f},
                       after[] = {0.0f, 0.0f, FLT_MIN, -FLT_MIN, 1.0f};
    struct fixture f;
    (void)state;
    fixture_fill(5, x, labels, N, INPUTS, CLASSES);
    fixture_make(
        &f, "portable", 1,
        &(struct fixture_options){.net = "dense 8, tanh, dense 3", .rule = "kp", .optimizer = "rmsprop"},
        &batch);
    const struct stepper *s = &f.trainer->stepper;
    assert_int_equal(s->B_floats, UNITS * CLASSES);
    float *last = s->B_slots[0] + s->B_floats - 5;
    memcpy(last, before, sizeof before);
    stepper_flush(s, 1);
    assert_memory_equal(last, after, sizeof after);
    fixture_free(&f);
}

/* ---- Mean squares: a gradient whose square would be denormal */

/* A number m such that rho m is the middle of two floats, so that the least addend decides the rounding. */
static float tie(float rho)
{
    uint32_t random = 3;
    for (;;) {
        const float m = fixture_random(&random, 1.0f);
        if (m > 0.0f && fmaf(rho, m, 0.0f) != fmaf(rho, m, FLT_MIN))
            return m;
    }
}

static void small_squares_change_no_step(const struct backend *backend)
{
    static const float sizes[] = {1e-17f, 3e-18f, 1e-19f, 1e-20f, 1e-22f};
    const struct rmsprop_step rmsprop = {.rate = 0.1f, .rho = 0.75f, .epsilon = 1e-8f};
    const struct adam_step adam = {
        .rate = 0.1f, .beta1 = 0.5f, .beta2 = 0.75f, .epsilon = 1e-8f, .correction1 = 1, .correction2 = 1};
    const float m = tie(0.75f);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (int k = 0; k < 2; k++) {
            const float g = k ? -sizes[i] : sizes[i], first = fmaf(0.5f, 0.0f, 0.5f * g);
            float w[2] = {0.0f, 0.0f}, squares[2] = {m, 0.0f}, means[2] = {0.0f, 0.0f};
            const float gradients[2] = {g, g};
            backend->rmsprop(&rmsprop, w, gradients, squares, 2);
            assert_true(squares[0] == fmaf(0.75f, m, FLT_MIN)); /* as with the true square */
            assert_true(squares[1] >= FLT_MIN && sqrtf(squares[1]) + 1e-8f == 1e-8f);
            assert_true(w[0] == -(0.1f * g / (sqrtf(squares[0]) + 1e-8f)));
            assert_true(w[1] == -(0.1f * g / 1e-8f));
            memcpy(squares, (float[]){m, 0.0f}, sizeof squares);
            memset(w, 0, sizeof w);
            backend->adam(&adam, w, gradients, means, squares, 2);
            assert_true(squares[0] == fmaf(0.75f, m, FLT_MIN));
            assert_true(squares[1] >= FLT_MIN && means[1] == first);
            assert_true(w[1] == -(0.1f * first / 1e-8f));
        }
    float w = 1.0f, square = m;
    backend->rmsprop(&rmsprop, &w, &(const float){0.0f}, &square, 1);
    assert_true(square == fmaf(0.75f, m, 0.0f) && w == 1.0f); /* 0 stays 0 */
    backend->rmsprop(&rmsprop, &w, &(const float){NAN}, &square, 1);
    assert_true(isnan(square) && isnan(w));
}

/* With an epsilon so small that such squares count, they do. */
static void small_squares_count_with_small_epsilon(const struct backend *backend)
{
    const struct rmsprop_step rmsprop = {.rate = 0.1f, .rho = 0.75f, .epsilon = 1e-25f};
    float w = 0.0f, square = 0.0f;
    backend->rmsprop(&rmsprop, &w, &(const float){1e-18f}, &square, 1);
    assert_true(square == 0.25f * (1e-18f * 1e-18f));
}

static void small_squares(void **state)
{
    struct backend backend;
    (void)state;
    for (int i = 0; portable_variant(i, &backend); i++) {
        small_squares_change_no_step(&backend);
        small_squares_count_with_small_epsilon(&backend);
    }
}

/* ---- Errors and deltas */

static void deltas_are_flushed(void **state)
{
    const float below = nextafterf(LEAST_DELTA, 0.0f);
    struct backend backend;
    (void)state;
    for (int i = 0; portable_variant(i, &backend); i++) {
        void (*const functions[])(float *, const float *, size_t) = {
            backend.tanh_backward, backend.logistic_backward, backend.softplus_backward};
        for (size_t k = 0; k < 3; k++) {
            float d[] = {1e-40f, -1e-31f, 1e-20f, NAN, 0.0f, INFINITY};
            const float h[] = {0.5f, 0.5f, 0.5f, 0.5f, 0.5f, 0.5f};
            functions[k](d, h, 6);
            assert_true(d[0] == 0.0f && d[1] == 0.0f && d[2] > 1e-21f && isnan(d[3]) && d[4] == 0.0f &&
                        isinf(d[5]));
        }
        float d[] = {below, -below, LEAST_DELTA, -LEAST_DELTA};
        const float h[] = {1.0f, 1.0f, 1.0f, 1.0f};
        backend.relu_backward(d, h, 4, 0.0f);
        assert_true(d[0] == 0.0f && d[1] == 0.0f && d[2] == LEAST_DELTA && d[3] == -LEAST_DELTA);
        float dx[2];
        backend.gelu_backward(dx, (const float[]){1e-32f, 1e-20f}, (const float[]){1.0f, 1.0f}, 2);
        assert_true(dx[0] == 0.0f && dx[1] > 0.0f);
    }
}

static void slopes_of_adfa_are_flushed(void **state)
{
    static const enum slope slopes[] = {SLOPE_COS_A, SLOPE_COS_F};
    const float at[] = {0.5f, 0.5f};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        float d[] = {-1e-31f, 1e-20f};
        slope_function_of(slopes[i])(at, at, d, 2);
        assert_true(d[0] == 0.0f && d[1] > 1e-21f);
    }
}

/* The second score is so low that its probability is below LEAST_DELTA. */
static void errors_are_flushed(void **state)
{
    static const char *const losses[] = {"ce", "bce"};
    float a[] = {50.0f, -30.0f, -20.0f, -45.0f, 0.0f}, y[] = {1.0f, 0.0f, 0.0f, 0.0f, 0.0f}, e[5];
    float near[] = {1e-35f, 2.0f}, none[] = {0.0f, 0.0f};
    struct backend backend;
    (void)state;
    portable_variant(0, &backend);
    for (size_t i = 0; i < 2; i++) {
        a[1] = i ? -80.0f : -30.0f; /* by bce it alone counts, by ce its distance from 50 */
        loss_find(losses[i])->error(&backend, matrix_of(a, 1, 5), matrix_of(y, 1, 5), 1.0f,
                                    matrix_of(e, 1, 5));
        assert_true(e[1] == 0.0f && e[4] > 0.0f);
    }
    loss_find("mse")->error(&backend, matrix_of(near, 1, 2), matrix_of(none, 1, 2), 1.0f, matrix_of(e, 1, 2));
    assert_true(e[0] == 0.0f && e[1] == 2.0f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(state_decays_to_0),
        cmocka_unit_test(state_of_feedback_is_flushed),
        cmocka_unit_test(small_squares),
        cmocka_unit_test(deltas_are_flushed),
        cmocka_unit_test(slopes_of_adfa_are_flushed),
        cmocka_unit_test(errors_are_flushed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
