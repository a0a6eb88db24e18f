/*
 * test_data.c - sets in memory: scaled rows, fitted scalings, wrapped arrays, hashes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../src/data/set/data_internal.h"
#include "data_files.h"

#include <math.h>

/* Mean and deviation in float of numbers below 10 have a few roundings of 2^-24. */
static const double close_enough = 1e-6;

static struct counting memory;
static bl_context *ctx;

static void plain_bytes_to_float(const uint8_t *x, size_t n, float offset, float scale, float *y)
{
    for (size_t i = 0; i < n; i++)
        y[i] = ((float)x[i] - offset) * scale;
}
static const struct backend backend = {.bytes_to_float = plain_bytes_to_float};

/* ---- rows ---- */

static void rows_are_gathered_scaled(void **state)
{
    static const uint8_t bytes[] = {0, 10, 20, 30, 40, 50};
    static const float floats[] = {0, 10, 20, 30, 40, 50};
    static const double doubles[] = {0, 10, 20, 30, 40, 50};
    static double offset[] = {10, 20}, scale[] = {0.5, 2};
    static const uint32_t order[] = {2, 0, 2};
    static const struct {
        size_t n_scaling;
        const uint32_t *order;
        size_t first, n;
        float expected[6];
    } cases[] = {
        {0, NULL, 0, 3, {0, 10, 20, 30, 40, 50}},    {0, NULL, 1, 2, {20, 30, 40, 50}},
        {0, order, 0, 3, {40, 50, 0, 10, 40, 50}},   {1, NULL, 2, 1, {15, 20}},
        {1, order, 0, 2, {15, 20, -5, 0}},           {2, NULL, 0, 2, {-5, -20, 5, 20}},
        {2, order, 0, 3, {15, 60, -5, -20, 15, 60}},
    };
    (void)state;
    for (size_t i = 0; i < 4 * (sizeof cases / sizeof *cases); i++) {
        const bl_data data = {.n = 3,
                              .features = 2,
                              .bytes = i % 4 == 1 ? bytes : NULL,
                              .floats = i % 2 == 0 ? floats : NULL,
                              .doubles = i % 4 == 3 ? doubles : NULL,
                              .scaling = {cases[i / 4].n_scaling, offset, scale, i % 4 == 2, false, NULL}};
        float x[7] = {99, 99, 99, 99, 99, 99, 99};
        const size_t n = 2 * cases[i / 4].n, calls = memory.calls;
        data_gather(&data, &backend, cases[i / 4].order, cases[i / 4].first, cases[i / 4].n, x);
        for (size_t j = 0; j < n; j++)
            assert_true(x[j] == cases[i / 4].expected[j]);
        assert_true(x[n] == 99); /* and not one more */
        assert_int_equal(memory.calls, calls);
    }
}

static void scaling_is_fitted(void **state)
{
    static const uint8_t bytes[] = {7, 9, 11, 17}, same[] = {5, 5, 5, 5};
    static const float floats[] = {1, 0.1f, -8, 3, 0.1f, 0, 5, 0.1f, 8};
    static const double mean[] = {3, 0.1, 0}, deviation[] = {1.632993161855452, 0, 6.531972647421808};
    (void)state;
    bl_data images = {.ctx = ctx, .n = 2, .features = 2, .bytes = bytes};
    assert_int_equal(scaling_fit(&images), BL_OK);
    assert_int_equal(images.scaling.n, 1);
    assert_true(images.scaling.offset[0] == 7.0);
    assert_true(images.scaling.scale[0] == (double)0.1f);
    images.bytes = same;
    assert_int_equal(scaling_fit(&images), BL_OK); /* replaces the first one */
    assert_true(images.scaling.offset[0] == 5.0);
    assert_true(images.scaling.scale[0] == 0.0);
    scaling_free(ctx, &images.scaling);

    bl_data table = {.ctx = ctx, .n = 3, .features = 3, .floats = floats};
    assert_int_equal(scaling_fit(&table), BL_OK);
    assert_int_equal(table.scaling.n, 3);
    for (int j = 0; j < 3; j++) {
        assert_true(fabs(table.scaling.offset[j] - mean[j]) < close_enough);
        if (deviation[j] > 0)
            assert_true(fabs(1.0 / table.scaling.scale[j] / deviation[j] - 1.0) < close_enough);
        else
            assert_true(table.scaling.scale[j] == 0.0); /* constant */
    }
    struct scaling copy = {0};
    assert_int_equal(scaling_copy(ctx, &copy, &table.scaling), BL_OK);
    assert_ptr_not_equal(copy.scale, table.scaling.scale);
    assert_memory_equal(copy.scale, table.scaling.scale, 3 * sizeof(double));
    assert_memory_equal(copy.offset, table.scaling.offset, 3 * sizeof(double));
    scaling_free(ctx, &table.scaling);
    assert_int_equal(scaling_copy(ctx, &copy, &table.scaling), BL_OK); /* copies no scaling */
    assert_int_equal(copy.n, 0);
    assert_null(copy.scale);
}

/* ---- arrays of the caller's ---- */

static void arrays_are_wrapped_or_refused(void **state)
{
    static const float x[8] = {0};
    static const int32_t good[] = {0, 2, 1, 0}, negative[] = {0, 2, -1, 0}, large[] = {0, 3, 1, 0};
    static const struct {
        const float *x;
        const int32_t *labels;
        size_t n;
        bl_shape shape;
        int outputs;
        const char *fragment; /* NULL: right */
    } cases[] = {
        {x, good, 4, {1, 1, 2}, 3, NULL},
        {x, good, 2, {1, 2, 2}, 3, NULL},
        {x, NULL, 4, {1, 1, 2}, 3, NULL},
        {NULL, good, 4, {1, 1, 2}, 3, "x is NULL"},
        {x, good, 0, {1, 1, 2}, 3, "0 examples"},
        {x, good, (size_t)1 << 33, {1, 1, 2}, 3, "8589934592 examples"},
        {x, good, 4, {1, 0, 2}, 3, "shape 1 x 0 x 2"},
        {x, good, 4, {-1, 1, 2}, 3, "shape -1 x 1 x 2"},
        {x, good, 4, {65536, 65536, 1}, 3, "65536 x 65536 x 1 has more"},
        {x, good, 4, {2, 65536, 65536}, 3, "has more than"},
        {x, good, 4, {1, 1, 2}, 0, "0 classes"},
        {x, negative, 4, {1, 1, 2}, 3, "label -1 in row 2 (from 0), expected 0 to 2"},
        {x, large, 4, {1, 1, 2}, 3, "label 3 in row 1"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bl_data *data = NULL;
        const bl_status status =
            data_wrap(&data, ctx, cases[i].x, cases[i].labels, cases[i].n, cases[i].shape, cases[i].outputs);
        assert_int_equal(status, cases[i].fragment ? BL_BAD_VALUE : BL_OK);
        assert_int_equal(status == BL_OK, data != NULL);
        if (cases[i].fragment && !strstr(ctx->why, cases[i].fragment))
            fail_msg("expected \"%s\" in: %s", cases[i].fragment, ctx->why);
        if (data)
            assert_true(data->floats == cases[i].x && data->labels == cases[i].labels &&
                        data->scaling.n == 0);
        data_free(data); /* does not free the arrays */
    }
}

static void targets_are_wrapped(void **state)
{
    static const float x[4] = {1, 2, 3, 4}, targets[6] = {0, 1, 2, 3, 4, 5};
    static const uint32_t order[] = {1};
    const bl_shape shape = {1, 1, 2};
    bl_data *data = NULL, *part = NULL;
    (void)state;
    assert_int_equal(data_wrap_targets(&data, ctx, x, NULL, 2, shape, 3), BL_BAD_VALUE);
    assert_int_equal(data_wrap_targets(&data, ctx, x, targets, 2, shape, 3), BL_OK);
    assert_null(data->labels);
    assert_int_equal(data->outputs, 3);
    assert_int_equal(data_subset(&part, ctx, data, order, 1, "a part"), BL_OK);
    for (size_t k = 0; k < 3; k++)
        assert_true(part->targets[k] == (double)targets[3 + k]);
    assert_memory_equal(part->floats, x + 2, 2 * sizeof(float));
    data_free(data);
    data_free(part); /* owns its copies */
    data_free(NULL);
}

static void hashes_distinguish_sets(void **state)
{
    static const float x[4] = {1, 2, 3, 4}, moved[4] = {1, 2, 4, 3};
    static const int32_t labels[2] = {0, 1}, others[2] = {1, 0};
    const float *const xs[] = {x, x, moved, x};
    const int32_t *const ys[] = {labels, others, labels, labels};
    uint64_t hash[4];
    (void)state;
    for (int i = 0; i < 4; i++) {
        bl_data *data = NULL;
        assert_int_equal(data_wrap(&data, ctx, xs[i], ys[i], 2, (bl_shape){1, 1, 2}, 2), BL_OK);
        hash[i] = data->hash;
        data_free(data);
    }
    assert_true(hash[0] == hash[3]);
    assert_true(hash[0] != hash[1] && hash[0] != hash[2] && hash[1] != hash[2]);
}

static int begin(void **state)
{
    (void)state;
    ctx = counting_context(&memory);
    return ctx ? 0 : 1;
}

static int end(void **state)
{
    (void)state;
    context_destroy(ctx);
    return memory.live == 0 ? 0 : 1;
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH (rows_are_gathered_scaled), EACH (scaling_is_fitted),       EACH (arrays_are_wrapped_or_refused),
        EACH (targets_are_wrapped),      EACH (hashes_distinguish_sets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
