/*
 * test_multiply_vector.c - a matrix times one vector, in the variants of the kernels that have this
 * operation: the result has the bits of one chain of fused multiply-adds over the terms, in order, as
 * `gather` computes it; no access outside of the arrays.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../src/backend/portable/portable.h"
#include "guarded_array.h"

static const size_t sizes[][2] = {{1, 1},   {1, 40},   {16, 16},  {17, 15}, {31, 33},
                                  {32, 32}, {48, 784}, {130, 97}, {5, 0}};

static void check(const struct backend *backend, size_t m, size_t k, size_t gap)
{
    const size_t lda = k + gap;
    uint32_t seed = 5;
    struct guarded_array a = guarded_make((m - 1) * lda + k), x = guarded_make(k), y = guarded_make(m);
    for (size_t i = 0; i < a.n; i++)
        a.x[i] = float_random(&seed, 1.0f);
    for (size_t i = 0; i < k; i++)
        x.x[i] = i % 9 == 4 ? 1e-40f : float_random(&seed, 1.0f);
    backend->multiply_vector(a.x, lda, m, k, x.x, y.x);
    for (size_t i = 0; i < m; i++) {
        float sum = 0.0f;
        for (size_t t = 0; t < k; t++)
            sum = fmaf(a.x[i * lda + t], x.x[t], sum);
        if (!float_same(sum, y.x[i]))
            fail_msg("%s, %zu x %zu: number %zu is %a, expected %a", backend->machine, m, k, i,
                     (double)y.x[i], (double)sum);
    }
    assert_true(guarded_is_intact(&a) && guarded_is_intact(&x) && guarded_is_intact(&y));
    guarded_free(&a);
    guarded_free(&x);
    guarded_free(&y);
}

static void sums_are_chains(void **state)
{
    (void)state;
    struct backend backend;
    for (int v = 0; portable_variant(v, &backend); v++)
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes && backend.multiply_vector; i++)
            for (size_t gap = 0; gap <= 3; gap += 3)
                check(&backend, sizes[i][0], sizes[i][1], gap);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(sums_are_chains)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
