/*
 * test_scaling.c - the statistics of columns whose values are far from 0, huge, tiny, or almost all missing;
 * rows are scaled in double, without rounding to float first.
 */
#include "../src/base/mem.h"
#include "../src/data/set/data.h"

#include "backless.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const double close_enough = 1e-12; /* relative; a few roundings of 2e-16 */

#define MISSING ((double)NAN)

static void columns_are_fitted(void **state)
{
    static const struct {
        double x[4], offset, deviation; /* 0: constant */
    } cases[] = {
        {{1, 2, 3, 4}, 2.5, 1.118033988749895},
        {{1e15, 1e15 + 1, 1e15 + 2, 1e15 + 3}, 1e15 + 1.5, 1.118033988749895},
        {{1700000000, 1700000001, 1700000002, 1700000003}, 1700000001.5, 1.118033988749895},
        {{1e300, 2e300, 3e300, 4e300}, 2.5e300, 1.118033988749895e300},
        {{-1.6e308, 1.6e308, -1.6e308, 1.6e308}, 0, 1.6e308},
        {{1e-300, 2e-300, 3e-300, 4e-300}, 2.5e-300, 1.118033988749895e-300},
        {{0, 0, 0, 1e-307}, 2.5e-308, 4.330127018922193e-308},
        {{9007199254740992, 9007199254740994, 9007199254740992, 9007199254740994}, 9007199254740992, 1},
        {{0.1, 0.1, 0.1, 0.1}, 0.1, 0},
        {{1e300, 1e300, 1e300, 1e300}, 1e300, 0},
        {{7, MISSING, 9, MISSING}, 8, 1},
        {{5, MISSING, MISSING, MISSING}, 5, 0},
    };
    (void)state;
    bl_context *ctx = bl_context_new(NULL);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bl_data data = {.ctx = ctx, .n = 4, .features = 1, .doubles = cases[i].x};
        float scaled[4];
        assert_int_equal(scaling_fit(&data), BL_OK);
        const double scale = data.scaling.scale[0];
        if (fabs(data.scaling.offset[0] - cases[i].offset) > close_enough * fabs(cases[i].offset) ||
            fabs(scale * cases[i].deviation - (cases[i].deviation > 0.0)) > close_enough)
            fail_msg("column %zu: offset %.17g, scale %.17g", i, data.scaling.offset[0], scale);
        data_gather(&data, ctx->backend, NULL, 0, 4, scaled);
        for (size_t j = 0; j < 4; j++)
            assert_true(isfinite(scaled[j]) && fabsf(scaled[j]) <= 2.0f);
        assert_true(scaled[0] == 0.0f || cases[i].deviation > 0.0);
        for (size_t j = 1; j < 4 && cases[i].x[j] > cases[i].x[0]; j++) /* different values stay different */
            assert_true(cases[i].deviation == 0.0 || scaled[j] > scaled[0]);
        scaling_free(ctx, &data.scaling);
    }
    bl_context_free(ctx);
}

/* The scale of these columns would exceed the largest double. The smallest floats can be scaled. */
static void columns_that_no_scale_separates_are_refused(void **state)
{
    static const double subnormal[2] = {0, 1e-310};
    static const float smallest[2] = {0, 1e-44f};
    (void)state;
    bl_context *ctx = bl_context_new(NULL);
    bl_data table = {.ctx = ctx, .n = 2, .features = 1, .doubles = subnormal, .source = (char[]){"t.csv"}};
    assert_int_equal(scaling_fit(&table), BL_BAD_DATA);
    assert_non_null(strstr(bl_why(ctx), "t.csv: the values of feature 0 (from 0) are between 0 and 1e-310"));
    table.doubles = NULL;
    table.floats = smallest;
    assert_int_equal(scaling_fit(&table), BL_OK);
    assert_true(table.scaling.scale[0] > 1e44);
    scaling_free(ctx, &table.scaling);
    bl_context_free(ctx);
}

/* The difference of the largest and the smallest double overflows, so it is computed from halves. */
static void distances_beyond_a_double_are_scaled(void **state)
{
    static const double x[2] = {1.7e308, -1.7e308};
    double offset = -1.7e308, scale = 1e-308;
    float y[2];
    (void)state;
    bl_context *ctx = bl_context_new(NULL);
    const bl_data data = {
        .ctx = ctx, .n = 2, .features = 1, .doubles = x, .scaling = {1, &offset, &scale, false, false, NULL}};
    data_gather(&data, ctx->backend, NULL, 0, 2, y);
    assert_true(fabsf(y[0] - 3.4f) < 1e-6f && y[1] == 0.0f);
    bl_context_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_fitted),
        cmocka_unit_test(columns_that_no_scale_separates_are_refused),
        cmocka_unit_test(distances_beyond_a_double_are_scaled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
