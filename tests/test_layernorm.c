/*
 * test_layernorm.c - layer norm against its equations in double precision, on every portable variant: for few
 * numbers, for more than one partial sum, for numbers far from 0, and for equal numbers; computed in ranges
 * it has the same bits as computed at once.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../src/backend/portable/portable.h"
#include "../src/layers/layer.h"
#include "fixture.h"

#include <math.h>

enum { N = 3, MOST = 9000 };

/* Floats near 10 are spaced by 1e-6, and so is their mean; x^ is up to 4. Derivatives are of size 1 after the
   division by the deviation, which is about 1, and their sums over N examples are rounded in the same way. */
static const double bound = 5e-6;

static const size_t sizes[] = {2, 5, 16, 17, 100, 4095, 4096, 4097, 9000};
enum { SIZES = sizeof sizes / sizeof *sizes };

static float x[N * MOST], y[N * MOST], dx[N * MOST], dy[N * MOST], scale[MOST], shift[MOST], dscale[MOST],
    dshift[MOST];

static const struct layer_ops *layernorm(void)
{
    for (size_t i = 0; layer_ops_at(i); i++)
        if (strcmp(layer_ops_at(i)->name, "layernorm") == 0)
            return layer_ops_at(i);
    fail_msg("no layernorm in the table");
    return NULL;
}

static void fill(size_t n)
{
    uint32_t seed = 7;
    for (size_t i = 0; i < N * n; i++) {
        x[i] = 10.0f + fixture_random(&seed, 1.7f);
        dy[i] = fixture_random(&seed, 1.0f);
        dx[i] = 0.25f;
    }
    for (size_t j = 0; j < n; j++) {
        scale[j] = 1.0f + fixture_random(&seed, 0.5f);
        shift[j] = fixture_random(&seed, 0.5f);
    }
    for (size_t j = 0; j < n; j++)
        x[n + j] = 3.0f; /* the second example: all equal */
}

/* Computes forward, backward and gradient, for all numbers or a range. */
static void run(const struct backend *backend, size_t n, struct range range, bool accumulates)
{
    const struct layer_ops *ops = layernorm();
    struct worker worker = {.backend = backend};
    const struct layer layer = {.ops = ops, .in_units = n, .units = n, .params = {scale, shift}};
    const struct layer_io c = {.x = matrix_of(x, N, n),
                               .y = matrix_of(y, N, n),
                               .dx = matrix_of(dx, N, n),
                               .dy = matrix_of(dy, N, n),
                               .in = range,
                               .out = range,
                               .first = range.begin,
                               .last = range.end,
                               .param_grads = {dscale, dshift},
                               .accumulates = accumulates,
                               .worker = &worker};
    ops->local_forward(&layer, &c);
    ops->params_gradient(&layer, &c);
    ops->local_backward(&layer, &c);
}

static void check(const char *what, size_t n, size_t i, float is, double should)
{
    if (!(fabs((double)is - should) <= bound * fmax(1.0, fabs(should))))
        fail_msg("%s of %zu numbers, number %zu: %.9g, expected %.9g", what, n, i, (double)is, should);
}

static void mean_and_inverse(const float *row, size_t n, double *mean, double *inverse)
{
    double sum = 0.0, square = 0.0;
    for (size_t j = 0; j < n; j++)
        sum += (double)row[j];
    *mean = sum / (double)n;
    for (size_t j = 0; j < n; j++)
        square += ((double)row[j] - *mean) * ((double)row[j] - *mean);
    *inverse = 1.0 / sqrt(square / (double)n + 1e-5);
}

/* before: the value of dx to which the derivative is added. */
static void check_all(size_t n, double before)
{
    static double gains[MOST], shifts[MOST];
    memset(gains, 0, sizeof gains);
    memset(shifts, 0, sizeof shifts);
    for (size_t e = 0; e < N; e++) {
        const float *row = x + e * n, *d = dy + e * n;
        double mean = 0.0, inverse = 0.0, plain = 0.0, normal = 0.0;
        mean_and_inverse(row, n, &mean, &inverse);
        for (size_t j = 0; j < n; j++) {
            const double hat = ((double)row[j] - mean) * inverse, g = (double)d[j] * (double)scale[j];
            check("the output", n, j, y[e * n + j], (double)scale[j] * hat + (double)shift[j]);
            plain += g / (double)n;
            normal += g * hat / (double)n;
            gains[j] += (double)d[j] * hat;
            shifts[j] += (double)d[j];
        }
        for (size_t j = 0; j < n; j++) {
            const double hat = ((double)row[j] - mean) * inverse, g = (double)d[j] * (double)scale[j];
            check("the derivative", n, j, dx[e * n + j], before + inverse * (g - plain - hat * normal));
        }
    }
    for (size_t j = 0; j < n; j++) {
        check("the scale's derivative", n, j, dscale[j], gains[j]);
        check("the shift's derivative", n, j, dshift[j], shifts[j]);
    }
}

static void layer_norm_computes_its_equations(void **state)
{
    (void)state;
    struct backend backend;
    for (int v = 0; portable_variant(v, &backend); v++)
        for (size_t i = 0; i < SIZES; i++)
            for (int accumulates = 0; accumulates < 2; accumulates++) {
                fill(sizes[i]);
                run(&backend, sizes[i], (struct range){0, sizes[i]}, accumulates);
                check_all(sizes[i], accumulates ? 0.25 : 0.0);
            }
}

static uint64_t hash_all(size_t n)
{
    uint64_t hash = text_hash(TEXT_HASH_START, y, N * n * sizeof *y);
    hash = text_hash(hash, dx, N * n * sizeof *dx);
    hash = text_hash(hash, dscale, n * sizeof *dscale);
    return text_hash(hash, dshift, n * sizeof *dshift);
}

static void ranges_and_variants_have_the_same_bits(void **state)
{
    (void)state;
    struct backend backend;
    for (size_t i = 0; i < SIZES; i++) {
        uint64_t whole = 0;
        for (int v = 0; portable_variant(v, &backend); v++) {
            const size_t n = sizes[i], cut = n / 3;
            fill(n);
            run(&backend, n, (struct range){0, n}, true);
            if (v == 0)
                whole = hash_all(n);
            assert_true(hash_all(n) == whole);
            fill(n);
            run(&backend, n, (struct range){cut, n}, true);
            run(&backend, n, (struct range){0, cut}, true);
            assert_true(hash_all(n) == whole);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(layer_norm_computes_its_equations),
                                       cmocka_unit_test(ranges_and_variants_have_the_same_bits)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
