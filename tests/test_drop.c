/*
 * test_drop.c - the mask of dropout, in all variants of the kernels: each number is set to 0 or scaled by the
 * word of the generator at its position, as rng_block computes it; no access outside of the array.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../src/backend/portable/portable.h"
#include "guarded_array.h"

static const size_t sizes[] = {0, 1, 3, 4, 48, 63, 64, 65, 784, 1001};
/* Blocks whose number has a second word are among those after the last of these positions. */
static const uint64_t positions[] = {0, 1, 2, 3, 77, 4 * (uint64_t)UINT32_MAX - 30};

static float expected(const struct drop *d, uint64_t i, float x)
{
    uint32_t word[4];
    rng_block(&d->rng, i / 4, word);
    return word[i % 4] < d->least ? 0.0f : x * d->scale;
}

static void check(const struct backend *backend, const struct drop *d, uint64_t first, size_t n)
{
    struct guarded_array x = guarded_make(n), before = guarded_make(n);
    uint32_t seed = 3;
    for (size_t i = 0; i < n; i++)
        x.x[i] = before.x[i] = i % 11 == 5 ? NAN : float_random(&seed, 1.0f);
    backend->drop(d, first, x.x, n);
    for (size_t i = 0; i < n; i++) {
        const float want = expected(d, first + i, before.x[i]);
        if (!float_same(x.x[i], want) && !(isnan(x.x[i]) && isnan(want)))
            fail_msg("%s: number %zu of %zu from position %llu on is %a, expected %a", backend->machine, i, n,
                     (unsigned long long)first, (double)x.x[i], (double)want);
    }
    assert_true(guarded_is_intact(&x));
    guarded_free(&x);
    guarded_free(&before);
}

static void numbers_have_their_words(void **state)
{
    (void)state;
    const struct drop quarter = {.rng = {.seed = 0x123456789abcdef0u, RNG_DROPOUT, 2, 5, 1000},
                                 .least = 0x40000000u,
                                 .scale = 4.0f / 3.0f},
                      nothing = {.rng = {.seed = 1, RNG_DROPOUT, 0, 0, 0}, .least = 0, .scale = 1.0f};
    struct backend backend;
    for (int v = 0; portable_variant(v, &backend); v++)
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
            for (size_t k = 0; k < sizeof positions / sizeof *positions; k++) {
                check(&backend, &quarter, positions[k], sizes[i]);
                check(&backend, &nothing, positions[k], sizes[i]);
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(numbers_have_their_words)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
