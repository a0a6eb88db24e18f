/*
 * test_update_fused.c - the fused update, whose gradient is never stored, has the bits of the product
 * followed by the optimiser, for every variant and every optimiser; no access outside of the arrays.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../src/backend/portable/portable.h"
#include "guarded_array.h"

#include <stdio.h>
#include <stdlib.h>

/* Sizes near the heights and widths of tiles, near the number of vectors of a pending tile (24, one for each
   term), near blocks of 256 or 512 terms, and of 128 rows. */
static const struct shape {
    size_t m, n, k;
} shapes[] = {
    {1, 1, 1},    {1, 16, 2},    {2, 48, 1},   {3, 17, 5},      {7, 31, 23},
    {8, 48, 24},  {9, 49, 25},   {16, 96, 64}, {23, 97, 7},     {4, 33, 64},
    {10, 80, 64}, {5, 3, 256},   {8, 64, 257}, {11, 50, 515},   {130, 20, 300},
    {257, 50, 3}, {12, 50, 512}, {9, 64, 513}, {131, 33, 1030}, {131, 33, 1024},
};
enum { SHAPES = sizeof shapes / sizeof *shapes, UPDATES = 4 };

static const struct {
    struct update by;
    size_t slots;
} updates[UPDATES] = {
    {{.kind = UPDATE_SGD, .sgd = {0.1f, 0.0f, 0.01f, false}}, 0},
    {{.kind = UPDATE_SGD, .sgd = {0.1f, 0.9f, 0.0f, true}}, 1},
    {{.kind = UPDATE_RMSPROP, .rmsprop = {0.01f, 0.99f, 1e-8f, 0.001f}}, 1},
    {{.kind = UPDATE_ADAM, .adam = {0.01f, 0.9f, 0.999f, 1e-8f, 0.0f, 0.1f, 0.001f}}, 2},
};

static char finding[200];

struct work {
    struct fused_update d;
    struct guarded_array delta, x, w, slots[2], scratch;
};

static struct guarded_array numbers(size_t rows, size_t cols, size_t ld, uint32_t *seed, bool is_positive)
{
    struct guarded_array f = guarded_make((rows - 1) * ld + cols);
    for (size_t i = 0; i < f.n; i++) {
        const float x = float_random(seed, 1.0f);
        f.x[i] = is_positive ? fabsf(x) : x;
    }
    return f;
}

static void work_make(struct work *work, const struct backend *backend, struct shape s, size_t update,
                      size_t gap)
{
    uint32_t seed = 4321;
    const size_t ldd = s.m + gap, ldx = s.n + 2 * gap, ldw = s.n + 3 * gap;
    *work = (struct work){.delta = numbers(s.k, s.m, ldd, &seed, false),
                          .x = numbers(s.k, s.n, ldx, &seed, false),
                          .w = numbers(s.m, s.n, ldw, &seed, false),
                          .scratch = guarded_make(backend->scratch)};
    work->d = (struct fused_update){.m = s.m,
                                    .n = s.n,
                                    .k = s.k,
                                    .delta = work->delta.x,
                                    .ldd = ldd,
                                    .x = work->x.x,
                                    .ldx = ldx,
                                    .w = work->w.x,
                                    .ldw = ldw,
                                    .by = updates[update].by};
    for (size_t i = 0; i < updates[update].slots; i++) {
        work->slots[i] = numbers(s.m, s.n, ldw, &seed, true);
        work->d.slots[i] = work->slots[i].x;
    }
}

static bool work_free(struct work *work)
{
    struct guarded_array *const all[] = {&work->delta,   &work->x,        &work->w,
                                         &work->scratch, &work->slots[0], &work->slots[1]};
    bool holds = true;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (all[i]->x) {
            holds = holds && guarded_is_intact(all[i]);
            guarded_free(all[i]);
        }
    return holds;
}

/* The definition: the whole gradient by `gemm`, then the optimiser row after row. */
static void update_fused_slowly(const struct backend *backend, const struct fused_update *d, float *scratch)
{
    float *g = calloc(d->m * d->n, sizeof *g);
    assert_non_null(g);
    backend->gemm(&(struct gemm){.transpose_a = true,
                                 .m = d->m,
                                 .n = d->n,
                                 .k = d->k,
                                 .a = d->delta,
                                 .lda = d->ldd,
                                 .b = d->x,
                                 .ldb = d->ldx,
                                 .c = g,
                                 .ldc = d->n},
                  scratch);
    for (size_t i = 0; i < d->m; i++) {
        float *w = d->w + i * d->ldw, *slots[2];
        for (size_t s = 0; s < 2; s++)
            slots[s] = d->slots[s] ? d->slots[s] + i * d->ldw : NULL;
        if (d->by.kind == UPDATE_SGD)
            backend->sgd(&d->by.sgd, w, g + i * d->n, slots[0], d->n);
        else if (d->by.kind == UPDATE_RMSPROP)
            backend->rmsprop(&d->by.rmsprop, w, g + i * d->n, slots[0], d->n);
        else
            backend->adam(&d->by.adam, w, g + i * d->n, slots[0], slots[1], d->n);
    }
    free(g);
}

static bool are_same(const struct guarded_array *a, const struct guarded_array *b)
{
    for (size_t i = 0; i < a->n; i++)
        if (!float_same(a->x[i], b->x[i])) {
            snprintf(finding, sizeof finding, "number %zu is %a, not %a", i, (double)a->x[i],
                     (double)b->x[i]);
            return false;
        }
    return true;
}

/* Compares a backend with the plain operations of the backend `exact`. */
static bool is_right(const struct backend *backend, const struct backend *exact, struct shape s,
                     size_t update, size_t gap)
{
    struct work got, want;
    work_make(&got, backend, s, update, gap);
    work_make(&want, exact, s, update, gap);
    backend->update_fused(&got.d, got.scratch.x);
    update_fused_slowly(exact, &want.d, want.scratch.x);
    bool right = are_same(&got.w, &want.w);
    for (size_t i = 0; i < updates[update].slots; i++)
        right = right && are_same(&got.slots[i], &want.slots[i]);
    if (!work_free(&got)) {
        snprintf(finding, sizeof finding, "something is written outside");
        right = false;
    }
    work_free(&want);
    return right;
}

static bool all_are_right(const struct backend *backend, const struct backend *exact)
{
    for (size_t s = 0; s < SHAPES; s++)
        for (size_t update = 0; update < UPDATES; update++)
            for (size_t gap = 0; gap < 2; gap++)
                if (!is_right(backend, exact, shapes[s], update, gap)) {
                    char what[100];
                    snprintf(what, sizeof what, " (%s, m %zu n %zu k %zu, update %zu, gap %zu)",
                             backend->machine, shapes[s].m, shapes[s].n, shapes[s].k, update, gap);
                    strncat(finding, what, sizeof finding - strlen(finding) - 1);
                    return false;
                }
    return true;
}

static void variants_have_the_bits_of_the_definition(void **state)
{
    (void)state;
    struct backend backend;
    for (int i = 0; portable_variant(i, &backend); i++)
        if (!all_are_right(&backend, &backend))
            fail_msg("%s", finding);
}

/* The fused update of every backend has the bits of the portable one. */
static void backends_have_the_bits_of_the_portable_one(void **state)
{
    (void)state;
    struct backend backend, portable;
    assert_true(portable_variant(0, &portable));
    for (int i = 0; backend_name_at(i); i++) {
        assert_int_equal(backend_choose(NULL, backend_name_at(i), &backend), BL_OK);
        if (!all_are_right(&backend, &portable))
            fail_msg("%s", finding);
    }
}

/* ---- negative controls ---- */

static struct backend good;

static void without_the_last_term(const struct fused_update *d, float *scratch)
{
    struct fused_update less = *d;
    less.k -= d->k > 1;
    good.update_fused(&less, scratch);
}

static void without_the_last_row(const struct fused_update *d, float *scratch)
{
    struct fused_update less = *d;
    less.m--;
    good.update_fused(&less, scratch);
}

static void twice(const struct fused_update *d, float *scratch)
{
    good.update_fused(d, scratch);
    good.update_fused(d, scratch);
}

static void into_the_gap(const struct fused_update *d, float *scratch)
{
    good.update_fused(d, scratch);
    if (d->m > 1 && d->ldw > d->n)
        d->w[d->n] = 0.0f;
}

static void before_the_weights(const struct fused_update *d, float *scratch)
{
    good.update_fused(d, scratch);
    d->w[-1] = 0.0f;
}

static void faults_are_found(void **state)
{
    (void)state;
    static void (*const faults[])(const struct fused_update *, float *) = {
        without_the_last_term, without_the_last_row, twice, into_the_gap, before_the_weights};
    assert_true(portable_variant(0, &good));
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        struct backend faulty = good;
        faulty.update_fused = faults[i];
        assert_false(all_are_right(&faulty, &good));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(variants_have_the_bits_of_the_definition),
        cmocka_unit_test(backends_have_the_bits_of_the_portable_one),
        cmocka_unit_test(faults_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
