/*
 * test_symmetric_eigen.c - eigenvalues and eigenvectors: A v = lambda v, lengths and angles of the vectors, a
 * matrix whose eigenvalues are known, matrices that are a special case of the reduction, and the same bits
 * with any number of threads.
 */
#include "fixture.h"

#include "../src/data/set/whitening/symmetric_eigen.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { MOST = 150 };

/* Backward stable methods: a small multiple of n 2^-53 |A|. */
static const double miss = 1e-13;

static double a[MOST * MOST], kept[MOST * MOST], values[MOST], vectors[MOST * MOST];

typedef double (*entry_fn)(size_t i, size_t j, size_t n);

static double drawn(size_t i, size_t j, size_t n)
{
    uint32_t seed = (uint32_t)(1 + (i < j ? i * n + j : j * n + i) * 2654435761u);
    for (int k = 0; k < 4; k++)
        fixture_random(&seed, 1.0f);
    return (double)fixture_random(&seed, 1.0f);
}

static double second_difference(size_t i, size_t j, size_t n)
{
    (void)n;
    return i == j ? 2.0 : i + 1 == j || j + 1 == i ? -1.0 : 0.0;
}

static double zero(size_t i, size_t j, size_t n)
{
    (void)i, (void)j, (void)n;
    return 0.0;
}

static double diagonal(size_t i, size_t j, size_t n)
{
    (void)n;
    return i == j ? (double)(i * 7 % 11) - 3.0 : 0.0;
}

/* The outer product of one vector: all eigenvalues but one are 0. */
static double rank_one(size_t i, size_t j, size_t n)
{
    (void)n;
    return (double)(i + 1) * (double)(j + 1);
}

/* The spectrum of pixels: from 1e7 down to 1e-9, and rows of 0. */
static double graded(size_t i, size_t j, size_t n)
{
    return i % 5 == 0 || j % 5 == 0 ? 0.0 : 1e7 * pow(0.8, (double)(i + j)) * (2.0 + drawn(i, j, n));
}

static double tiny(size_t i, size_t j, size_t n)
{
    return 1e-200 * drawn(i, j, n);
}

static double huge(size_t i, size_t j, size_t n)
{
    return 1e200 * drawn(i, j, n);
}

static void solve(entry_fn entry, size_t n, int threads)
{
    bl_context *ctx = bl_context_new(NULL);
    assert_int_equal(bl_context_use(ctx, "portable", threads), BL_OK);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            kept[i * n + j] = a[i * n + j] = entry(i, j, n);
    assert_int_equal(symmetric_eigen(ctx, a, n, values, vectors), BL_OK);
    bl_context_free(ctx);
}

static double norm_of(size_t n)
{
    double most = 0.0;
    for (size_t i = 0; i < n * n; i++)
        most = fmax(most, fabs(kept[i]));
    return most * (double)n;
}

static void check(size_t n)
{
    const double norm = norm_of(n);
    for (size_t k = 0; k < n; k++) {
        const double *v = vectors + k * n;
        for (size_t i = 0; i < n; i++) {
            long double row = 0.0L, along = 0.0L;
            for (size_t j = 0; j < n; j++) {
                row += (long double)kept[i * n + j] * (long double)v[j];
                along += (long double)vectors[i * n + j] * (long double)v[j];
            }
            if (fabsl(row - (long double)values[k] * (long double)v[i]) > (long double)(miss * norm))
                fail_msg("n %zu: A v - lambda v of vector %zu is %.3Lg in row %zu", n, k,
                         row - (long double)values[k] * (long double)v[i], i);
            if (fabsl(along - (i == k ? 1.0L : 0.0L)) > (long double)miss)
                fail_msg("n %zu: the product of vectors %zu and %zu is %.3Lg", n, i, k, along);
        }
    }
}

static void test_vectors_are_eigenvectors(void **state)
{
    (void)state;
    static const entry_fn entries[] = {drawn, second_difference, zero, diagonal, rank_one, graded, tiny,
                                       huge};
    static const size_t sizes[] = {1, 2, 3, 4, 5, 31, 32, 33, 67, MOST};
    for (size_t e = 0; e < sizeof entries / sizeof *entries; e++)
        for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
            solve(entries[e], sizes[s], 1);
            check(sizes[s]);
        }
}

/* 2 - 2 cos(pi k / (n + 1)) */
static void test_known_values(void **state)
{
    (void)state;
    const size_t n = 100;
    const double pi = 3.14159265358979323846;
    solve(second_difference, n, 1);
    for (size_t k = 1; k <= n; k++) {
        const double wanted = 2.0 - 2.0 * cos(pi * (double)k / (double)(n + 1));
        double nearest = INFINITY;
        for (size_t i = 0; i < n; i++)
            nearest = fmin(nearest, fabs(values[i] - wanted));
        if (nearest > miss)
            fail_msg("no eigenvalue %.15g: the nearest is %.3g away", wanted, nearest);
    }
}

static void test_threads_change_no_bits(void **state)
{
    (void)state;
    static double first_values[MOST], first_vectors[MOST * MOST];
    solve(drawn, MOST, 1);
    memcpy(first_values, values, sizeof values);
    memcpy(first_vectors, vectors, sizeof vectors);
    solve(drawn, MOST, 3);
    assert_memory_equal(first_values, values, sizeof values);
    assert_memory_equal(first_vectors, vectors, sizeof vectors);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors_are_eigenvectors),
        cmocka_unit_test(test_known_values),
        cmocka_unit_test(test_threads_change_no_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
