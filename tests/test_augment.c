/*
 * test_augment.c - the option augment: pixels as an implementation of augment.h's words finds them, with a
 * Philox of this file's own, really padded images and one term after the other; of bytes, floats and doubles,
 * scaled; independent of the order of examples and of other terms. A run with it is the same with any threads
 * and resumed within an epoch; texts and data that are refused.
 */
#include "fixture.h"

#include "../src/data/set/augment.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { N = 40, CHANNELS = 2, ROWS = 7, COLS = 5, MAP = ROWS * COLS, INPUTS = CHANNELS * MAP, CLASSES = 3 };

static uint8_t bytes[N * INPUTS];
static float floats[N * INPUTS];
static double doubles[N * INPUTS];
static int32_t labels[N];
static const bl_shape shape = {CHANNELS, ROWS, COLS};

static int fill(void **state)
{
    (void)state;
    uint32_t seed = 11;
    fixture_fill(7, floats, labels, N, INPUTS, CLASSES);
    for (size_t i = 0; i < N * INPUTS; i++) {
        bytes[i] = (uint8_t)(1 + (int)(127.0f + fixture_random(&seed, 127.0f)));
        doubles[i] = (double)floats[i] * 1e6 + 0.25;
    }
    return 0;
}

/* ---- The words of augment.h in another way */

static void philox(uint64_t seed, const uint32_t counter[4], uint32_t out[4])
{
    uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
    uint32_t k0 = (uint32_t)(seed & 0xffffffffu), k1 = (uint32_t)(seed >> 32);
    for (int round = 0; round < 10; round++, k0 += 2654435769u, k1 += 3144134277u) {
        const uint64_t a = (uint64_t)c0 * 3528531795u, b = (uint64_t)c2 * 3449720151u;
        const uint32_t high_a = (uint32_t)(a >> 32), high_b = (uint32_t)(b >> 32);
        c0 = high_b ^ c1 ^ k0;
        c2 = high_a ^ c3 ^ k1;
        c1 = (uint32_t)(b & 0xffffffffu);
        c3 = (uint32_t)(a & 0xffffffffu);
    }
    out[0] = c0, out[1] = c1, out[2] = c2, out[3] = c3;
}

struct oracle_term {
    int layer; /* 0: pad-crop, 1: flip, 2: translate */
    int most;
};

/* One map of `image`, after one term, by a padded copy. */
static void apply_term(double image[ROWS][COLS], const struct oracle_term *term, const uint32_t w[4])
{
    double padded[3 * ROWS][3 * COLS] = {{0.0}};
    const uint64_t span = 2 * (uint64_t)term->most + 1;
    const int u = (int)(w[0] * span >> 32), v = (int)(w[1] * span >> 32);
    if (term->layer == 1) {
        for (int r = 0; r < ROWS && w[0] >= 0x80000000u; r++)
            for (int c = 0; c < COLS / 2; c++) {
                const double left = image[r][c];
                image[r][c] = image[r][COLS - 1 - c];
                image[r][COLS - 1 - c] = left;
            }
        return;
    }
    for (int r = 0; r < ROWS; r++)
        for (int c = 0; c < COLS; c++)
            padded[term->most + r][term->most + c] = image[r][c];
    for (int r = 0; r < ROWS; r++)
        for (int c = 0; c < COLS; c++)
            image[r][c] = padded[u + r][v + c];
}

/* raw, out: INPUTS numbers. The terms one after the other, as they are applied. */
static void oracle(double *out, const double *raw, const struct oracle_term *terms, size_t n_terms,
                   uint64_t seed, uint32_t epoch, uint32_t example)
{
    enum { STREAM = 10 };
    for (int map = 0; map < CHANNELS; map++) {
        double image[ROWS][COLS];
        memcpy(image, raw + map * MAP, sizeof image);
        for (size_t i = 0; i < n_terms; i++) {
            const uint32_t counter[4] = {example, epoch, (uint32_t)terms[i].layer, STREAM};
            uint32_t w[4];
            philox(seed, counter, w);
            apply_term(image, &terms[i], w);
        }
        memcpy(out + map * MAP, image, sizeof image);
    }
}

/* ---- Pixels */

static const struct {
    const char *text;
    size_t n;
    struct oracle_term terms[3];
} cases[] = {
    {"pad-crop 2", 1, {{0, 2}}},
    {"flip", 1, {{1, 0}}},
    {"translate 4", 1, {{2, 4}}},
    {" pad-crop  2 ,flip, translate 1", 3, {{0, 2}, {1, 0}, {2, 1}}},
    {"flip,translate 3,pad-crop 1", 3, {{1, 0}, {2, 3}, {0, 1}}},
};
enum { CASES = sizeof cases / sizeof *cases };

static double pixel_of(const bl_data *data, size_t i)
{
    return data->bytes ? (double)data->bytes[i] : data->floats ? (double)data->floats[i] : data->doubles[i];
}

/* As docs/data.md has it: in double; one pair for bytes is applied in float. */
static float scaled_of(const bl_data *data, double value, size_t j)
{
    const struct scaling *s = &data->scaling;
    if (s->n == 0)
        return (float)value;
    if (s->n == 1)
        return (float)value * (float)s->scale[0];
    return (float)((value - s->offset[j]) * s->scale[j]);
}

/* Checks `count` examples of one epoch. Returns how many differ from those that are not transformed. */
static int check_epoch(struct augment *a, const bl_data *data, size_t k, uint64_t seed, uint32_t epoch,
                       const uint32_t *order, size_t count)
{
    static float x[N * INPUTS];
    int changed = 0;
    augment_gather(a, data, epoch, order, count, x);
    for (size_t i = 0; i < count; i++) {
        double raw[INPUTS], wanted[INPUTS];
        for (size_t j = 0; j < INPUTS; j++)
            raw[j] = pixel_of(data, order[i] * INPUTS + j);
        oracle(wanted, raw, cases[k].terms, cases[k].n, seed, epoch, order[i]);
        changed += memcmp(raw, wanted, sizeof raw) != 0;
        for (size_t j = 0; j < INPUTS; j++)
            if (x[i * INPUTS + j] != scaled_of(data, wanted[j], j))
                fail_msg("%s: epoch %u, example %u, number %zu is %.9g, expected %.9g", cases[k].text, epoch,
                         order[i], j, (double)x[i * INPUTS + j], (double)scaled_of(data, wanted[j], j));
    }
    return changed;
}

static void check_data(bl_context *ctx, const bl_data *data)
{
    const uint64_t seed = 0x123456789abcdef0u;
    uint32_t order[N];
    for (size_t k = 0; k < CASES; k++) {
        struct augment *a = NULL;
        int changed = 0;
        assert_int_equal(augment_create(&a, ctx, cases[k].text, data, seed), BL_OK);
        for (uint32_t epoch = 0; epoch < 3; epoch++) {
            for (uint32_t i = 0; i < N; i++)
                order[i] = (i * 7 + epoch) % N;
            changed += check_epoch(a, data, k, seed, epoch, order, N);
            check_epoch(a, data, k, seed, epoch, order + 3, 1); /* alone, the same */
        }
        assert_in_range(changed, N, 3 * N);
        augment_free(a);
    }
}

static void test_pixels(void **state)
{
    (void)state;
    static double offset[INPUTS], scale[INPUTS];
    bl_context *ctx = bl_context_new(NULL);
    const bl_array arrays[] = {{sizeof(bl_array), bytes, BL_UINT8, 0},
                               {sizeof(bl_array), floats, BL_FLOAT32, 0},
                               {sizeof(bl_array), doubles, BL_FLOAT64, 0}};
    for (size_t j = 0; j < INPUTS; j++) {
        offset[j] = 3.0 + 0.5 * (double)j;
        scale[j] = 1.0 / (1.0 + (double)j);
    }
    for (size_t i = 0; i < 3; i++) {
        bl_data *data = NULL;
        assert_int_equal(data_wrap_array(&data, ctx, &arrays[i], labels, N, shape, CLASSES), BL_OK);
        check_data(ctx, data);
        const struct scaling own = data->scaling;
        data->scaling = (struct scaling){.n = INPUTS, .offset = offset, .scale = scale};
        check_data(ctx, data); /* a pixel that moves in is (0 - offset) scale, not 0 */
        data->scaling = own;
        bl_data_free(data);
    }
    bl_context_free(ctx);
}

/* ---- Runs */

static const char folder[] = "test_augment_run";

static void make(struct fixture *fixture, int threads, const char *augment, const char *out)
{
    static const struct fixture_batch batch = {floats, labels, N, INPUTS, CLASSES, {CHANNELS, ROWS, COLS}};
    fixture_make(fixture, "portable", threads,
                 &(struct fixture_options){.net = "conv 3 3x3, tanh, dense 20, tanh, dense 3",
                                           .rule = "dfa",
                                           .init = "fanin",
                                           .batch = "7",
                                           .epochs = "3",
                                           .augment = augment,
                                           .out = out},
                 &batch);
}

static int stop_in_the_epoch(void *user, const bl_progress *now)
{
    (void)user;
    return now->epoch == 1 && now->step == 1 && !now->epoch_ended;
}

static void fit(struct fixture *fixture)
{
    fixture_must(fixture, bl_trainer_fit(fixture->trainer, fixture->data, NULL, NULL, NULL, NULL));
}

static void test_threads_and_resuming_change_no_bits(void **state)
{
    (void)state;
    struct fixture plain, one, three, part, rest;
    make(&plain, 1, "none", NULL);
    make(&one, 1, "pad-crop 2, flip", NULL);
    make(&three, 3, "pad-crop 2, flip", NULL);
    fit(&plain);
    fit(&one);
    fit(&three);
    assert_true(fixture_equal(&one, &three));
    assert_false(fixture_equal(&one, &plain));
    make(&part, 1, "pad-crop 2, flip", folder);
    assert_int_equal(bl_trainer_fit(part.trainer, part.data, NULL, NULL, stop_in_the_epoch, NULL),
                     BL_STOPPED);
    make(&rest, 2, "pad-crop 2, flip", NULL);
    fixture_must(&rest, bl_trainer_resume(rest.trainer, folder));
    fit(&rest);
    assert_true(fixture_equal(&one, &rest));
    fixture_free(&plain);
    fixture_free(&one);
    fixture_free(&three);
    fixture_free(&part);
    fixture_free(&rest);
}

static void test_steps_are_refused(void **state)
{
    (void)state;
    struct fixture fixture;
    make(&fixture, 1, "flip", NULL);
    assert_int_equal(bl_trainer_step(fixture.trainer, floats, labels, N, NULL), BL_BAD_VALUE);
    assert_non_null(strstr(bl_why(fixture.ctx), "transform it before"));
    fixture_free(&fixture);
}

/* ---- Refusals */

static void test_texts(void **state)
{
    (void)state;
    static const char *const bad[] = {"",       "none, flip",   "flip, flip", "pad-crop",       "pad-crop 0",
                                      "flip 2", "translate x",  "flip,",      "pad-crop 4096x", "rotate 3",
                                      ", flip", "pad-crop 2 3", "flip flip",  "translate 5000"};
    bl_context *ctx = bl_context_new(NULL);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (augment_check_text(ctx, bad[i]) != BL_BAD_VALUE)
            fail_msg("\"%s\" is accepted", bad[i]);
        assert_non_null(strstr(bl_why(ctx), "expected none, or terms"));
    }
    assert_int_equal(augment_check_text(ctx, " none "), BL_OK);
    bl_context_free(ctx);
}

static void test_data_that_do_not_suit(void **state)
{
    (void)state;
    static const struct {
        bl_shape shape;
        const char *text, *why;
    } misfits[] = {{{1, 1, INPUTS}, "flip", "rows of 70 numbers"},
                   {{CHANNELS, ROWS, COLS}, "flip, pad-crop 5", "7 x 5 pixels"},
                   {{CHANNELS, COLS, ROWS}, "translate 6", "5 x 7 pixels"}};
    for (size_t i = 0; i < sizeof misfits / sizeof *misfits; i++) {
        struct fixture fixture;
        const struct fixture_batch batch = {floats, labels, N, INPUTS, CLASSES, misfits[i].shape};
        const bl_status status = fixture_try(&fixture, "portable", 1,
                                             &(struct fixture_options){.augment = misfits[i].text}, &batch);
        assert_int_equal(status, BL_BAD_VALUE);
        if (!strstr(bl_why(fixture.ctx), misfits[i].why))
            fail_msg("%s: %s", misfits[i].text, bl_why(fixture.ctx));
        fixture_free(&fixture);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pixels),
        cmocka_unit_test(test_threads_and_resuming_change_no_bits),
        cmocka_unit_test(test_steps_are_refused),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_data_that_do_not_suit),
    };
    return cmocka_run_group_tests(tests, fill, NULL);
}
