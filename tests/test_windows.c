/*
 * test_windows.c - the operations of convolutions and pools: products with operands at offsets, panels, the
 * largest number of a window, sums. Every portable variant has the bits of the definition; no access outside
 * of the arrays.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../src/backend/portable/portable.h"
#include "guarded_array.h"
#include "quick.h"

#include <stdio.h>

enum { DEPTH = 37, ROWS = 27, COLUMNS = GATHER_MOST_COLUMNS };

static char finding[200]; /* what the latest check found wrong */

static void fill(struct guarded_array *f, uint32_t seed)
{
    for (size_t i = 0; i < f->n; i++)
        f->x[i] = float_random(&seed, 1.0f);
}

/* ---- Products with operands at offsets */

struct product {
    struct gather g;
    struct guarded_array a, b, packed, c, before;
    int32_t rows[ROWS], terms[DEPTH];
};

/* Rows and terms overlap and are not in order. */
static void product_make(struct product *p, const struct backend *backend, size_t m, size_t n, size_t k,
                         bool accumulate)
{
    const size_t ldc = m + 3;
    for (size_t i = 0; i < ROWS; i++)
        p->rows[i] = (int32_t)(i * 5 % ROWS * 2);
    for (size_t t = 0; t < DEPTH; t++)
        p->terms[t] = (int32_t)(t * 11 % DEPTH * 3);
    p->a = guarded_make(2 * (ROWS - 1) + 3 * (DEPTH - 1) + 1);
    p->b = guarded_make(n * k);
    p->packed = guarded_make(k * backend->panel_width(n));
    p->c = guarded_make((n - 1) * ldc + m);
    p->before = guarded_make((n - 1) * ldc + m);
    fill(&p->a, 11);
    fill(&p->b, 12);
    fill(&p->c, 13);
    memcpy(p->before.x, p->c.x, p->c.n * sizeof *p->c.x);
    p->g = (struct gather){accumulate, m, n, k, p->a.x, p->rows, p->terms, p->packed.x, p->c.x, ldc, false};
}

static bool product_free(struct product *p) /* returns whether nothing was written before the arrays */
{
    struct guarded_array *const all[] = {&p->a, &p->b, &p->packed, &p->c, &p->before};
    bool holds = true;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        holds = holds && guarded_is_intact(all[i]);
        guarded_free(all[i]);
    }
    return holds;
}

static float chain(const struct product *p, size_t i, size_t j)
{
    const struct gather *g = &p->g;
    float sum = g->accumulate ? p->before.x[j * g->ldc + i] : 0.0f;
    for (size_t t = 0; t < g->k; t++)
        sum = fmaf(g->a[p->rows[i] + p->terms[t]], p->b.x[j * g->k + t], sum);
    return sum;
}

static bool elements_are_right(const struct product *p)
{
    for (size_t at = 0; at < p->c.n; at++) {
        const size_t i = at % p->g.ldc, j = at / p->g.ldc;
        const float wanted = i < p->g.m ? chain(p, i, j) : p->before.x[at];
        if (!float_same(p->c.x[at], wanted)) {
            snprintf(finding, sizeof finding, "c[%zu, %zu] is %a, expected %a (m %zu, n %zu, k %zu)", i, j,
                     (double)p->c.x[at], (double)wanted, p->g.m, p->g.n, p->g.k);
            return false;
        }
    }
    return true;
}

static bool product_is_right(const struct backend *backend, size_t m, size_t n, size_t k, bool accumulate)
{
    struct product p;
    product_make(&p, backend, m, n, k, accumulate);
    backend->panel(p.b.x, k, k, n, p.packed.x);
    backend->gather(&p.g);
    const bool is_right = elements_are_right(&p);
    return product_free(&p) && is_right;
}

static bool gather_is_right(const struct backend *backend)
{
    for (size_t m = 1; m <= ROWS; m++)
        for (size_t n = 1; n <= backend->panel_columns; n++)
            for (size_t k = 0; k <= DEPTH; k += n % 2 ? 5 * quick_stride(3) : DEPTH)
                if (!product_is_right(backend, m, n, k, (m + n) % 2))
                    return false;
    return true;
}

static void gathers_have_the_bits_of_the_definition(void **state)
{
    (void)state;
    struct backend backend;
    for (int i = 0; portable_variant(i, &backend); i++) {
        assert_in_range(backend.panel_columns, 1, COLUMNS);
        if (!gather_is_right(&backend))
            fail_msg("%s: %s", backend.machine, finding);
    }
    quick_report(3, "the numbers of terms of a product", "they are the length of one loop");
}

/* ---- The largest of each window */

struct map {
    struct pool p;
    int in_rows;
};

static const struct map maps[] = {
    {{1, 1, 1, 1, 1, 1}, 1},       {{3, 3, 3, 3, 2, 8}, 7},          {{15, 15, 3, 3, 2, 32}, 32},
    {{5, 40, 2, 2, 1, 41}, 6},     {{2, 17, 4, 5, 3, 53}, 7},        {{1, 1100, 2, 3, 2, 2201}, 2},
    {{3, 700, 1, 2, 5, 3497}, 11}, {{1, 2, 2, 1024, 1000, 2024}, 2}, {{4, 1, 6, 1, 2, 3}, 12},
};
enum { MAPS = sizeof maps / sizeof *maps };

static size_t largest_at(const struct pool *p, const float *x, size_t oy, size_t ox)
{
    size_t first = (oy * (size_t)p->in_cols + ox) * (size_t)p->stride, at = first;
    for (size_t ky = 0; ky < (size_t)p->rows; ky++)
        for (size_t kx = 0; kx < (size_t)p->cols; kx++)
            if (x[first + ky * (size_t)p->in_cols + kx] > x[at])
                at = first + ky * (size_t)p->in_cols + kx;
    return at;
}

static bool windows_are_right(const struct backend *backend, const struct map *map)
{
    const struct pool *p = &map->p;
    struct guarded_array x = guarded_make((size_t)map->in_rows * (size_t)p->in_cols),
                         y = guarded_make(p->m * p->n);
    struct guarded_array places = guarded_make(p->m * p->n);
    int32_t *at = (int32_t *)(void *)places.x;
    bool is_right = true;
    fill(&x, 5);
    for (size_t i = 0; i < x.n; i++) /* with many equal numbers */
        x.x[i] = i % 3 ? rintf(4.0f * x.x[i]) : x.x[i];
    backend->max_windows(p, x.x, y.x, at);
    for (size_t i = 0; i < p->m * p->n && is_right; i++) {
        const size_t wanted = largest_at(p, x.x, i / p->n, i % p->n);
        is_right = (size_t)at[i] == wanted && float_same(y.x[i], x.x[wanted]);
        if (!is_right)
            snprintf(finding, sizeof finding,
                     "map %td: window %zu's largest is said to be at %d, and is at %zu", map - maps, i, at[i],
                     wanted);
    }
    memset(y.x, 0xff, y.n * sizeof *y.x);
    backend->max_windows(p, x.x, y.x, NULL);
    for (size_t i = 0; i < p->m * p->n && is_right; i++) {
        is_right = float_same(y.x[i], x.x[largest_at(p, x.x, i / p->n, i % p->n)]);
        if (!is_right)
            snprintf(finding, sizeof finding, "map %td: window %zu without its place is %g", map - maps, i,
                     (double)y.x[i]);
    }
    is_right = guarded_is_intact(&x) && guarded_is_intact(&y) && guarded_is_intact(&places) && is_right;
    guarded_free(&x);
    guarded_free(&y);
    guarded_free(&places);
    return is_right;
}

static bool pool_is_right(const struct backend *backend)
{
    for (size_t i = 0; i < MAPS; i++)
        if (!windows_are_right(backend, &maps[i]))
            return false;
    return true;
}

static void maxima_have_the_bits_of_the_definition(void **state)
{
    (void)state;
    struct backend backend;
    for (int i = 0; portable_variant(i, &backend); i++)
        if (!pool_is_right(&backend))
            fail_msg("%s: %s", backend.machine, finding);
}

/* ---- Sums: 16 of them, each in order, then by halves */

static float sum_of(const float *x, size_t n)
{
    float lanes[16] = {0.0f};
    for (size_t i = 0; i < n; i++)
        lanes[i % 16] += x[i];
    for (size_t half = 8; half > 0; half /= 2)
        for (size_t i = 0; i < half; i++)
            lanes[i] += lanes[i + half];
    return lanes[0];
}

static bool sums_are_right(const struct backend *backend)
{
    bool is_right = true;
    for (size_t n = 0; n < 100; n++) {
        struct guarded_array x = guarded_make(n);
        fill(&x, (uint32_t)n + 1);
        is_right = is_right && float_same(backend->sum(x.x, n), sum_of(x.x, n));
        guarded_free(&x);
    }
    return is_right;
}

static void sums_have_the_bits_of_the_definition(void **state)
{
    (void)state;
    struct backend backend;
    for (int i = 0; portable_variant(i, &backend); i++)
        assert_true(sums_are_right(&backend));
}

/* ---- Negative controls */

static struct backend good;

static void without_the_last_term(const struct gather *g)
{
    struct gather less = *g;
    less.k -= g->k > 0;
    good.gather(&less);
}

static void from_nothing(const struct gather *g)
{
    struct gather fresh = *g;
    fresh.accumulate = false;
    good.gather(&fresh);
}

static void the_last_of_equals(const struct pool *p, const float *x, float *y, int32_t *at)
{
    good.max_windows(p, x, y, at);
    for (size_t i = 0; at && i < p->m * p->n; i++) {
        const size_t first = (i / p->n * (size_t)p->in_cols + i % p->n) * (size_t)p->stride;
        for (size_t ky = 0; ky < (size_t)p->rows; ky++)
            for (size_t kx = 0; kx < (size_t)p->cols; kx++)
                if (float_same(x[first + ky * (size_t)p->in_cols + kx], y[i]))
                    at[i] = (int32_t)(first + ky * (size_t)p->in_cols + kx);
    }
}

static void a_window_too_far(const struct pool *p, const float *x, float *y, int32_t *at)
{
    good.max_windows(p, x, y, at);
    if (!at && p->n > 1)
        y[0] = y[1];
}

static float one_after_the_other(const float *x, size_t n)
{
    float sum = 0.0f;
    for (size_t i = 0; i < n; i++)
        sum += x[i];
    return sum;
}

static void faults_are_found(void **state)
{
    (void)state;
    portable_variant(0, &good);
    struct backend faulty = good;
    faulty.gather = without_the_last_term;
    assert_false(gather_is_right(&faulty));
    faulty.gather = from_nothing;
    assert_false(gather_is_right(&faulty));
    faulty.max_windows = the_last_of_equals;
    assert_false(pool_is_right(&faulty));
    faulty.max_windows = a_window_too_far;
    assert_false(pool_is_right(&faulty));
    faulty = good;
    faulty.sum = one_after_the_other;
    assert_false(sums_are_right(&faulty));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gathers_have_the_bits_of_the_definition),
        cmocka_unit_test(maxima_have_the_bits_of_the_definition),
        cmocka_unit_test(sums_have_the_bits_of_the_definition),
        cmocka_unit_test(faults_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
