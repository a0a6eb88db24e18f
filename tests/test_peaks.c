/*
 * test_peaks.c - the measurement of the machine's peaks: every variant of the kernels counts its operations
 * and computes normal numbers only, because denormal ones would slow it down; bl_context_measure refuses
 * invalid arguments. Speed itself is not tested.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../src/backend/portable/portable.h"
#include "backless_experimental.h"

#include <math.h>

static void test_kernels(void **state)
{
    struct backend backend;
    (void)state;
    for (int i = 0; portable_variant(i, &backend); i++) {
        float product = 0.0f, root = 0.0f, pairs = 0.0f;
        assert_true(backend.multiply_adds(&product) > 0);
        assert_true(backend.root_divisions(&root) > 0);
        assert_true(backend.pair_products(&pairs) > 0);
        assert_true(isnormal(pairs) && pairs > 1.0f && pairs < 1000.0f);
        assert_true(isnormal(product) && product > 1.0f && product < 1000.0f);
        assert_true(isnormal(root) && root > 1.0f && root < 1000.0f);
    }
}

static void test_measure(void **state)
{
    (void)state;
    bl_context *ctx = bl_context_new(NULL);
    for (int threads = 1; threads <= 3; threads++) {
        bl_peaks peaks = {0.0, 0.0, 0.0};
        assert_int_equal(bl_context_use(ctx, NULL, threads), BL_OK);
        assert_int_equal(bl_context_measure(ctx, 0.01, &peaks), BL_OK);
        assert_true(isfinite(peaks.flops) && peaks.flops > 0.0);
        assert_true(isfinite(peaks.roots) && peaks.roots > 0.0);
        assert_true(isfinite(peaks.bytes) && peaks.bytes > 0.0);
        double bf16 = 0.0;
        assert_int_equal(bl_context_measure_bf16(ctx, 0.01, &bf16), BL_OK);
        assert_true(isfinite(bf16) && bf16 > 0.0);
        const size_t sizes[] = {0, 1, 100000, 3 << 20};
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            double bytes = 0.0;
            assert_int_equal(bl_context_measure_memory(ctx, 0.002, sizes[i], &bytes), BL_OK);
            assert_true(isfinite(bytes) && bytes > 0.0);
        }
    }
    bl_context_free(ctx);
}

static void test_refused(void **state)
{
    (void)state;
    bl_context *ctx = bl_context_new(NULL);
    bl_peaks peaks = {1.0, 2.0, 3.0};
    const double bad[] = {0.0, -1.0, (double)NAN, (double)INFINITY};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(bl_context_measure(ctx, bad[i], &peaks), BL_BAD_VALUE);
    assert_int_equal(bl_context_measure(NULL, 1.0, &peaks), BL_BAD_VALUE);
    double bytes = 4.0;
    assert_int_equal(bl_context_measure_memory(ctx, 0.0, 1000, &bytes), BL_BAD_VALUE);
    assert_int_equal(bl_context_measure_memory(ctx, 0.01, SIZE_MAX, &bytes), BL_BAD_VALUE);
    assert_int_equal(bl_context_measure_bf16(ctx, -1.0, &bytes), BL_BAD_VALUE);
    assert_true(bytes == 4.0);
    assert_true(peaks.flops == 1.0 && peaks.roots == 2.0 && peaks.bytes == 3.0);
    bl_context_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kernels),
        cmocka_unit_test(test_measure),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
