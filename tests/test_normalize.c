/*
 * test_normalize.c - the option normalize: every value of it against means and deviations computed here in
 * long double; bytes, floats and doubles give the same bits; invalid uses are refused.
 */
#include "../src/base/mem.h"
#include "../src/data/set/data.h"

#include "backless.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { N = 40, CHANNELS = 3, ROWS = 5, COLS = 7, MAP = ROWS * COLS, FEATURES = CHANNELS * MAP };

/* Standardised numbers are below 8 here, and the rounding to float32 is half a unit in the last place, 2^-22
   of that; the scale of `global` is rounded to float32 too, 2^-24 relative. */
static const double miss = 8 * 0x1p-22;

static uint8_t bytes[N * FEATURES];
static float floats[N * FEATURES];
static double doubles[N * FEATURES];

/* Fills images with channels of different means, and with a pixel that is equal in all images; image 3 is
   constant except for one number. */
static int fill(void **state)
{
    uint32_t s = 12345;
    (void)state;
    for (size_t i = 0; i < N * FEATURES; i++) {
        const size_t n = i / FEATURES, j = i % FEATURES, c = j / MAP;
        s = s * 1664525u + 1013904223u;
        bytes[i] = (uint8_t)(n == 3 ? 77 : j == 11 ? 9 : 10 + 60 * c + (s >> 24) % (30 + 30 * c));
        floats[i] = (float)bytes[i];
        doubles[i] = (double)bytes[i];
    }
    bytes[3 * FEATURES + 11] = 9;
    floats[3 * FEATURES + 11] = 9.0f;
    doubles[3 * FEATURES + 11] = 9.0;
    return 0;
}

/* Whether the numbers a and b of an example have a common mean and deviation. */
static bool is_together(enum normalize how, size_t a, size_t b)
{
    const size_t i = a % FEATURES, j = b % FEATURES;
    return how == NORMALIZE_GLOBAL    ? true
           : how == NORMALIZE_CHANNEL ? i / MAP == j / MAP
           : how == NORMALIZE_FEATURE ? i == j
                                      : a / FEATURES == b / FEATURES;
}

static long double standardised(enum normalize how, const double *x, size_t at)
{
    long double sum = 0.0L, squares = 0.0L;
    size_t n = 0;
    for (size_t k = 0; k < N * FEATURES; k++)
        if (is_together(how, at, k)) {
            sum += (long double)x[k];
            n++;
        }
    const long double mean = sum / (long double)n;
    for (size_t k = 0; k < N * FEATURES; k++)
        if (is_together(how, at, k))
            squares += ((long double)x[k] - mean) * ((long double)x[k] - mean);
    return squares > 0.0L ? ((long double)x[at] - mean) / sqrtl(squares / (long double)n) : 0.0L;
}

static long double largest(void)
{
    double most = 0.0;
    for (size_t i = 0; i < N * FEATURES; i++)
        most = fmax(most, doubles[i]);
    return (long double)most;
}

static long double expected(enum normalize how, const double *x, size_t at)
{
    return how == NORMALIZE_NONE    ? (long double)x[at]
           : how == NORMALIZE_RANGE ? ((long double)x[at] - 9.0L) / (largest() - 9.0L)
                                    : standardised(how, x, at);
}

static bl_data set_of(bl_context *ctx, enum normalize how)
{
    return (bl_data){.ctx = ctx,
                     .n = N,
                     .features = FEATURES,
                     .shape = {CHANNELS, ROWS, COLS},
                     .source = "images",
                     .normalize = how};
}

static const enum normalize ways[] = {NORMALIZE_NONE,    NORMALIZE_RANGE,   NORMALIZE_GLOBAL,
                                      NORMALIZE_CHANNEL, NORMALIZE_FEATURE, NORMALIZE_IMAGE};
enum { WAYS = sizeof ways / sizeof *ways };

static void scale_with(bl_data *data, float *x)
{
    assert_int_equal(scaling_fit(data), BL_OK);
    data_gather(data, data->ctx->backend, NULL, 0, N, x);
}

static void test_every_way(void **state)
{
    (void)state;
    static float of_bytes[N * FEATURES], of_floats[N * FEATURES], of_doubles[N * FEATURES];
    bl_context *ctx = bl_context_new(NULL);
    for (size_t k = 0; k < WAYS; k++) {
        bl_data a = set_of(ctx, ways[k]), b = a, c = a;
        a.bytes = bytes;
        b.floats = floats;
        c.doubles = doubles;
        scale_with(&a, of_bytes);
        scale_with(&b, of_floats);
        scale_with(&c, of_doubles);
        for (size_t i = 0; i < N * FEATURES; i += 13) {
            const long double wanted = expected(ways[k], doubles, i);
            if (fabsl((long double)of_bytes[i] - wanted) > (long double)miss)
                fail_msg("way %zu: number %zu is %.9g, expected %.9Lg", k, i, (double)of_bytes[i], wanted);
        }
        assert_memory_equal(of_bytes, of_floats, sizeof of_bytes);
        assert_memory_equal(of_bytes, of_doubles, sizeof of_bytes);
        scaling_free(ctx, &a.scaling);
        scaling_free(ctx, &b.scaling);
        scaling_free(ctx, &c.scaling);
    }
    bl_context_free(ctx);
}

/* Other examples are scaled by the statistics of the training set, except with the value image, which uses
   their own. */
static void test_the_training_set_decides(void **state)
{
    (void)state;
    static float x[FEATURES];
    static uint8_t moved[FEATURES];
    bl_context *ctx = bl_context_new(NULL);
    for (size_t j = 0; j < FEATURES; j++)
        moved[j] = (uint8_t)(bytes[j] / 2 + 40);
    for (size_t k = 0; k < WAYS; k++) {
        bl_data train = set_of(ctx, ways[k]), test = set_of(ctx, ways[k]);
        long double sum = 0.0L;
        train.bytes = bytes;
        test.bytes = moved;
        test.n = 1;
        assert_int_equal(scaling_fit(&train), BL_OK);
        assert_int_equal(scaling_copy(ctx, &test.scaling, &train.scaling), BL_OK);
        data_gather(&test, ctx->backend, NULL, 0, 1, x);
        for (size_t j = 0; j < FEATURES; j++)
            sum += (long double)x[j];
        const bool has_own_mean = fabsl(sum / FEATURES) < 1e-6L;
        assert_int_equal(has_own_mean, ways[k] == NORMALIZE_IMAGE);
        scaling_free(ctx, &train.scaling);
        scaling_free(ctx, &test.scaling);
    }
    bl_context_free(ctx);
}

/* The squares of these numbers overflow a double. */
static void test_large_and_equal_numbers_by_image(void **state)
{
    (void)state;
    static const double x[2][4] = {{1e300, -1e300, 1e300, -1e300}, {0.1, 0.1, 0.1, 0.1}};
    static const float wanted[2][4] = {{1.0f, -1.0f, 1.0f, -1.0f}, {0.0f, 0.0f, 0.0f, 0.0f}};
    float y[2][4];
    bl_context *ctx = bl_context_new(NULL);
    bl_data data = {.ctx = ctx,
                    .n = 2,
                    .features = 4,
                    .shape = {1, 2, 2},
                    .doubles = &x[0][0],
                    .source = "images",
                    .normalize = NORMALIZE_IMAGE};
    assert_int_equal(scaling_fit(&data), BL_OK);
    assert_int_equal(scaling_check(&data), BL_OK);
    data_gather(&data, ctx->backend, NULL, 0, 2, &y[0][0]);
    assert_memory_equal(y, wanted, sizeof y);
    const double infinite[4] = {1, 2, (double)INFINITY, 3};
    data.doubles = infinite;
    data.n = 1;
    assert_int_equal(scaling_check(&data), BL_BAD_DATA);
    scaling_free(ctx, &data.scaling);
    bl_context_free(ctx);
}

static void test_what_does_not_suit_is_refused(void **state)
{
    (void)state;
    struct encoding_column columns[2] = {{.kind = COLUMN_NUMBER}, {.kind = COLUMN_NUMBER}};
    struct encoding encoding = {.n = 2, .columns = columns};
    const double x[4] = {1, 2, 3, 5};
    bl_context *ctx = bl_context_new(NULL);
    bl_data table = {.ctx = ctx,
                     .n = 2,
                     .features = 2,
                     .shape = {1, 1, 2},
                     .doubles = x,
                     .encoding = &encoding,
                     .source = "t"};
    for (size_t k = 0; k < WAYS; k++) {
        const bool suits = ways[k] == NORMALIZE_NONE || ways[k] == NORMALIZE_FEATURE;
        table.normalize = ways[k];
        assert_int_equal(scaling_fit(&table), suits ? BL_OK : BL_BAD_VALUE);
    }
    table.normalize = NORMALIZE_NONE;
    columns[1].has_indicator = true;
    assert_int_equal(scaling_fit(&table), BL_BAD_VALUE);
    columns[1].has_indicator = false;
    table.encoding = NULL; /* as for rows of an array */
    table.normalize = NORMALIZE_CHANNEL;
    assert_int_equal(scaling_fit(&table), BL_BAD_VALUE);
    assert_non_null(strstr(bl_why(ctx), "channel is for images"));
    table.normalize = NORMALIZE_GLOBAL;
    assert_int_equal(scaling_fit(&table), BL_OK);
    scaling_free(ctx, &table.scaling);
    bl_context_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_way),
        cmocka_unit_test(test_the_training_set_decides),
        cmocka_unit_test(test_large_and_equal_numbers_by_image),
        cmocka_unit_test(test_what_does_not_suit_is_refused),
    };
    return cmocka_run_group_tests(tests, fill, NULL);
}
