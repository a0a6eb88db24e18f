/*
 * test_whitening.c - whitened examples have the bits of their definition, one chain of fused multiply-adds
 * for each number, whether they are whitened at once or when they are gathered, by any number of threads;
 * sets for which there is no memory; the file in the user's cache.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "backless.h"

#include "scratch.h"

#include "../src/base/mem.h"
#include "../src/base/parallel.h"
#include "../src/data/set/augment.h"
#include "../src/data/set/data_internal.h"
#include "../src/data/set/whitening/whitening.h"

/* More numbers than one task takes, and neither numbers nor examples are multiples of a vector or a panel. */
enum { N = 101, SIDE = 17, FEATURES = SIDE * SIDE, PICKED = 7, MOST_THREADS = 3 };

static uint8_t bytes[N * FEATURES];
static float floats[N * FEATURES], wanted[N * FEATURES], x[N * FEATURES];
static double doubles[N * FEATURES];

static void draw(void)
{
    uint32_t seed = 5;
    for (size_t i = 0; i < N * FEATURES; i++) {
        seed = seed * 1664525u + 1013904223u;
        bytes[i] = (uint8_t)((i % FEATURES ? bytes[i - 1] / 2 : 0) + (seed >> 25));
        floats[i] = (float)bytes[i];
        doubles[i] = (double)bytes[i];
    }
}

static bl_context *context_with(int threads, const bl_allocator *allocator)
{
    bl_context *ctx = bl_context_new(allocator);
    assert_int_equal(bl_context_use(ctx, "portable", threads), BL_OK);
    return ctx;
}

static bl_data set_of(bl_context *ctx)
{
    return (bl_data){.ctx = ctx,
                     .n = N,
                     .features = FEATURES,
                     .shape = {1, SIDE, SIDE},
                     .outputs = 1,
                     .bytes = bytes,
                     .source = "images",
                     .hash = 7,
                     .normalize = NORMALIZE_ZCA,
                     .epsilon = 0.5};
}

static bl_data fitted(bl_context *ctx)
{
    bl_data data = set_of(ctx);
    draw();
    assert_int_equal(scaling_fit(&data), BL_OK);
    for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j < FEATURES; j++) {
            float y = 0.0f;
            for (size_t k = 0; k < FEATURES; k++)
                y = fmaf(data.scaling.matrix[j * FEATURES + k],
                         (float)(doubles[i * FEATURES + k] - data.scaling.offset[k]), y);
            wanted[i * FEATURES + j] = y;
        }
    return data;
}

static void drop(bl_data *data)
{
    mem_free(data->ctx, data->whitened);
    scaling_free(data->ctx, &data->scaling);
}

static void check_all(const bl_data *data)
{
    static const uint32_t order[PICKED] = {100, 3, 3, 47, 0, 99, 16};
    memset(x, 0, sizeof x);
    data_gather(data, data->ctx->backend, NULL, 0, N, x);
    assert_memory_equal(x, wanted, sizeof x);
    memset(x, 0, sizeof x);
    data_gather_parallel(data, data->ctx, NULL, 0, N, x);
    assert_memory_equal(x, wanted, sizeof x);
    data_gather_parallel(data, data->ctx, NULL, 60, 20, x);
    assert_memory_equal(x, wanted + 60 * FEATURES, 20 * FEATURES * sizeof *x);
    data_gather_parallel(data, data->ctx, order, 0, PICKED, x);
    for (size_t i = 0; i < PICKED; i++)
        assert_memory_equal(x + i * FEATURES, wanted + order[i] * FEATURES, FEATURES * sizeof *x);
}

static void test_the_bits_are_those_of_the_definition(void **state)
{
    (void)state;
    for (int threads = 1; threads <= MOST_THREADS; threads += 2) {
        bl_context *ctx = context_with(threads, NULL);
        bl_data data = fitted(ctx);
        check_all(&data);
        assert_true(data_gathers_slowly(&data));
        assert_int_equal(whitening_keep(&data), BL_OK);
        assert_false(data_gathers_slowly(&data));
        assert_memory_equal(data.whitened, wanted, sizeof wanted);
        check_all(&data);
        mem_free(ctx, data.whitened);
        data.whitened = NULL;
        data.bytes = NULL;
        data.floats = floats;
        check_all(&data);
        data.floats = NULL;
        data.doubles = doubles;
        check_all(&data);
        drop(&data);
        bl_context_free(ctx);
    }
}

/* Rows of a caller, as a predictor scales them. */
static void test_rows_of_a_caller(void **state)
{
    (void)state;
    bl_context *ctx = context_with(MOST_THREADS, NULL);
    bl_data schema = fitted(ctx);
    memset(x, 0, sizeof x);
    assert_int_equal(scaling_apply(ctx, &schema, &(struct raw_rows){floats, NULL, 0, N}, x), BL_OK);
    assert_memory_equal(x, wanted, sizeof x);
    memset(x, 0, sizeof x);
    assert_int_equal(scaling_apply(ctx, &schema, &(struct raw_rows){NULL, doubles, 0, N}, x), BL_OK);
    assert_memory_equal(x, wanted, sizeof x);
    drop(&schema);
    bl_context_free(ctx);
}

/* Moved images are whitened after they are moved, whatever was computed of those that are not. */
static void test_moved_images(void **state)
{
    (void)state;
    static float kept[N * FEATURES];
    static uint32_t order[N];
    bl_context *ctx = context_with(MOST_THREADS, NULL);
    bl_data data = fitted(ctx);
    struct augment *augment = NULL;
    for (uint32_t i = 0; i < N; i++)
        order[i] = i;
    assert_int_equal(augment_create(&augment, ctx, "translate 2", &data, 11), BL_OK);
    augment_gather(augment, &data, 0, order, N, x);
    assert_int_equal(whitening_keep(&data), BL_OK);
    augment_gather(augment, &data, 0, order, N, kept);
    assert_memory_equal(x, kept, sizeof x);
    assert_memory_not_equal(x, wanted, sizeof x);
    augment_free(augment);
    drop(&data);
    bl_context_free(ctx);
}

/* Where there is no memory for all examples, or they are more than the limit, each batch is whitened. */
static void test_sets_that_do_not_fit(void **state)
{
    (void)state;
    struct counting memory = {0};
    const bl_allocator allocator = {&memory, counting_allocate, counting_release};
    bl_context *ctx = context_with(1, &allocator);
    bl_data data = fitted(ctx);
    assert_int_equal(parallel_need(ctx, 0), BL_OK);
    memory.calls = 0;
    memory.fail_at = 1;
    assert_int_equal(whitening_keep(&data), BL_OK);
    memory.fail_at = 0;
    assert_null(data.whitened);
    check_all(&data);
    data.n = WHITENED_MOST / sizeof(float) / FEATURES + 1; /* which would read past the bytes */
    assert_int_equal(whitening_keep(&data), BL_OK);
    assert_null(data.whitened);
    drop(&data);
    bl_context_free(ctx);
    assert_int_equal(memory.live, 0);
}

/* ---- The user's cache */

static bool is_in_cache(bl_context *ctx, const char *folder, uint64_t hash, double epsilon,
                        const struct scaling *like)
{
    bool is_known = false;
    bl_data data = set_of(ctx);
    data.hash = hash;
    data.epsilon = epsilon;
    assert_int_equal(whitening_of_cache(&is_known, &data, folder), BL_OK);
    if (is_known) {
        assert_memory_equal(data.scaling.matrix, like->matrix, FEATURES * FEATURES * sizeof(float));
        assert_memory_equal(data.scaling.offset, like->offset, FEATURES * sizeof(double));
        for (size_t j = 0; j < FEATURES; j++)
            assert_true(data.scaling.scale[j] == 1.0);
    }
    drop(&data);
    return is_known;
}

static void change_byte(const char *path, long at)
{
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    assert_int_equal(fseek(file, at, SEEK_END), 0);
    const int byte = fgetc(file);
    assert_int_equal(fseek(file, at, SEEK_END), 0);
    assert_true(fputc(byte ^ 1, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void test_the_cache(void **state)
{
    (void)state;
    struct scratch scratch;
    char folder[SCRATCH_PATH + 16], path[SCRATCH_PATH + 80];
    scratch_make(&scratch);
    snprintf(folder, sizeof folder, "%s/a/b", scratch.folder);
    snprintf(path, sizeof path, "%s/zca-%d-0000000000000007-0.5.safetensors", folder, BL_NUMERIC_REVISION);
    bl_context *ctx = context_with(1, NULL);
    bl_data data = fitted(ctx);
    assert_false(is_in_cache(ctx, folder, 7, 0.5, &data.scaling));
    assert_int_equal(whitening_to_cache(&data, folder), BL_OK);
    assert_int_equal(data.n_notes, 0);
    assert_true(is_in_cache(ctx, folder, 7, 0.5, &data.scaling));
    assert_false(is_in_cache(ctx, folder, 8, 0.5, &data.scaling));
    assert_false(is_in_cache(ctx, folder, 7, 0.25, &data.scaling));
    change_byte(path, -9); /* of the matrix */
    assert_false(is_in_cache(ctx, folder, 7, 0.5, &data.scaling));
    assert_int_equal(whitening_to_cache(&data, folder), BL_OK);
    assert_true(is_in_cache(ctx, folder, 7, 0.5, &data.scaling));
    assert_int_equal(truncate(path, 1000), 0);
    assert_false(is_in_cache(ctx, folder, 7, 0.5, &data.scaling));
    assert_int_equal(whitening_to_cache(&data, path), BL_OK); /* a file where the folder would be */
    assert_int_equal(data.n_notes, 1);
    names_free(ctx, data.notes, data.n_notes);
    drop(&data);
    bl_context_free(ctx);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(folder), 0);
    assert_int_equal(rmdir(scratch_path(&scratch, "a")), 0);
    scratch_remove(&scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_bits_are_those_of_the_definition),
        cmocka_unit_test(test_rows_of_a_caller),
        cmocka_unit_test(test_moved_images),
        cmocka_unit_test(test_sets_that_do_not_fit),
        cmocka_unit_test(test_the_cache),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
