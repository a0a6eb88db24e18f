/*
 * test_bf16.c - rounding to bfloat16 and products of rounded numbers: every variant, with and without the
 * processor's instruction, has the bits of the definition in scalar C; no access outside of the arrays.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../src/backend/portable/portable.h"
#include "guarded_array.h"

#include <float.h>
#include <stdio.h>

static char finding[200];

/* ---- The definition */

static float flush(float x)
{
    return fabsf(x) < FLT_MIN ? copysignf(0.0f, x) : x;
}

/* The nearest float whose lower 16 bits are zero, by comparing the two neighbours; ties go to the even
   one. */
static float rounded(float x)
{
    if (isnan(x))
        return NAN;
    x = flush(x);
    const float below = float_of_bits(float_bits(x) & 0xffff0000u),
                above = float_of_bits((float_bits(x) & 0xffff0000u) + 0x10000u);
    if (below == x)
        return below;
    /* infinity counts as the number that would follow the largest one */
    const double next = isinf(above) ? copysign(ldexp(1.0, 128), (double)x) : (double)above;
    const double down = fabs((double)x - (double)below), up = fabs(next - (double)x);
    const bool is_even = (float_bits(below) >> 16 & 1) == 0;
    return down < up || (down == up && is_even) ? below : above;
}

static float product(float sum, const float *a, const float *b) /* adds the product of one pair */
{
    sum = flush(fmaf(rounded(a[1]), rounded(b[1]), sum));
    return flush(fmaf(rounded(a[0]), rounded(b[0]), sum));
}

/* ---- Pairs */

static const float special[] = {0.0f,       -0.0f,           1.0f,          0x1.01p0f, 0x1.03p0f,
                                -0x1.01p0f, 0x1.010002p0f,   0x1.00fffep0f, FLT_MAX,   -FLT_MAX,
                                INFINITY,   -INFINITY,       NAN,           FLT_MIN,   0x1.fffffep-127f,
                                -1e-40f,    0x1.fefffep127f, 0x1.ffp127f,   3e-39f};
enum { SPECIAL = sizeof special / sizeof *special };

static struct guarded_array numbers(size_t n, uint32_t seed)
{
    struct guarded_array f = guarded_make(n);
    for (size_t i = 0; i < n; i++)
        f.x[i] = i % 3 == 1 ? special[i / 3 % SPECIAL] : float_random(&seed, 4.0f);
    return f;
}

static float half_of(float pair, bool is_second)
{
    const uint32_t bits = float_bits(pair);
    return float_of_bits(is_second ? bits & 0xffff0000u : bits << 16);
}

/* rows: pairs along rows; otherwise along columns. */
static bool pairs_are_right(const struct backend *backend, size_t n, size_t m, bool rows)
{
    const size_t ld = m + 3, out_rows = rows ? (n + 1) / 2 : n, out_cols = rows ? m : (m + 1) / 2;
    struct guarded_array x = numbers((n - 1) * ld + m, 7), to = guarded_make(out_rows * out_cols);
    bool is_right = true;
    (rows ? backend->pair_rows : backend->pair_columns)(x.x, ld, n, m, to.x);
    for (size_t i = 0; i < out_rows; i++)
        for (size_t j = 0; j < out_cols; j++)
            for (size_t k = 0; k < 2 && is_right; k++) {
                const size_t row = rows ? 2 * i + k : i, col = rows ? j : 2 * j + k;
                const float wanted = row < n && col < m ? rounded(x.x[row * ld + col]) : 0.0f;
                const float got = half_of(to.x[i * out_cols + j], k == 1);
                is_right = isnan(wanted) ? isnan(got) : float_same(got, wanted);
                if (!is_right)
                    snprintf(finding, sizeof finding, "%s: (%zu, %zu) of %zu x %zu is %a, not %a",
                             backend->machine, row, col, n, m, (double)got, (double)wanted);
            }
    const bool holds = guarded_is_intact(&x) && guarded_is_intact(&to);
    guarded_free(&x);
    guarded_free(&to);
    return is_right && holds;
}

static bool all_pairs_are_right(const struct backend *backend)
{
    for (size_t n = 1; n <= 5; n++)
        for (size_t m = 1; m <= 70; m++)
            if (!pairs_are_right(backend, n, m, true) || !pairs_are_right(backend, n, m, false))
                return false;
    return true;
}

static void numbers_are_rounded(void **state)
{
    (void)state;
    struct backend backend;
    for (int i = 0; portable_variant(i, &backend); i++)
        if (!all_pairs_are_right(&backend))
            fail_msg("%s", finding);
}

/* ---- Products. k: numbers, which are half as many pairs */

enum { MOST = 130, DEPTH = 530 };
static const struct shape {
    size_t m, n, k;
} shapes[] = {{1, 1, 1},  {2, 17, 3},   {8, 48, 64},  {9, 33, 31}, {16, 16, 2},
              {4, 50, 9}, {13, 47, 48}, {5, 20, 530}, {130, 9, 5}, {23, 96, 129}};
enum { SHAPES = sizeof shapes / sizeof *shapes };

struct work {
    struct shape s;
    float a[MOST * DEPTH], b[MOST * DEPTH], wanted[MOST * MOST]; /* a: m x k, b: n x k */
};

/* Some numbers are so small that their products are flushed to 0. */
static void work_make(struct work *w, struct shape s)
{
    uint32_t seed = 99;
    w->s = s;
    for (size_t i = 0; i < s.m * s.k; i++)
        w->a[i] = float_random(&seed, 1.0f) * (i % 5 == 0 ? 1e-20f : 1.0f);
    for (size_t i = 0; i < s.n * s.k; i++)
        w->b[i] = float_random(&seed, 1.0f) * (i % 7 < 3 ? 1e-18f : 1.0f);
    for (size_t i = 0; i < s.m; i++)
        for (size_t j = 0; j < s.n; j++) {
            float sum = 0.0f;
            for (size_t k = 0; k < s.k; k += 2) {
                const float *a = w->a + i * s.k + k, *b = w->b + j * s.k + k;
                const float last_a[2] = {a[0], 0.0f}, last_b[2] = {b[0], 0.0f};
                sum = k + 1 < s.k ? product(sum, a, b) : product(sum, last_a, last_b);
            }
            w->wanted[i * s.n + j] = sum;
        }
}

static void turn(const float *x, size_t rows, size_t cols, float *to)
{
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < cols; j++)
            to[j * rows + i] = x[i * cols + j];
}

static bool is_wanted(const struct work *w, const float *got, const char *what, const struct backend *backend)
{
    for (size_t i = 0; i < w->s.m * w->s.n; i++)
        if (!float_same(got[i], w->wanted[i])) {
            snprintf(finding, sizeof finding, "%s %s (%zu x %zu x %zu): number %zu is %a, not %a",
                     backend->machine, what, w->s.m, w->s.n, w->s.k, i, (double)got[i], (double)w->wanted[i]);
            return false;
        }
    return true;
}

static bool gemm_is_right(const struct backend *backend, const struct work *w, unsigned flags)
{
    static float turned[MOST * DEPTH], a[MOST * DEPTH], b[MOST * DEPTH], c[MOST * MOST], scratch[1 << 16];
    const struct shape s = w->s;
    const size_t k = (s.k + 1) / 2;
    const bool ta = flags & 1, tb = flags & 2;
    backend->pair_columns(w->a, s.k, s.m, s.k, a);
    backend->pair_columns(w->b, s.k, s.n, s.k, b);
    if (ta) {
        turn(w->a, s.m, s.k, turned);
        backend->pair_rows(turned, s.m, s.k, s.m, a);
    }
    if (!tb) {
        turn(w->b, s.n, s.k, turned);
        backend->pair_rows(turned, s.n, s.k, s.n, b);
    }
    assert_true(backend->scratch <= sizeof scratch / sizeof *scratch);
    backend->gemm(&(struct gemm){.transpose_a = ta,
                                 .transpose_b = tb,
                                 .m = s.m,
                                 .n = s.n,
                                 .k = k,
                                 .a = a,
                                 .lda = ta ? s.m : k,
                                 .b = b,
                                 .ldb = tb ? k : s.n,
                                 .c = c,
                                 .ldc = s.n,
                                 .pairs = true},
                  scratch);
    return is_wanted(w, c, "gemm", backend);
}

static bool gather_is_right(const struct backend *backend, const struct work *w)
{
    static float a[MOST * DEPTH], b[MOST * DEPTH], packed[MOST * DEPTH], turned[MOST * MOST], c[MOST * MOST];
    int32_t rows[MOST], terms[DEPTH];
    const struct shape s = w->s;
    const size_t k = (s.k + 1) / 2, most = backend->panel_columns;
    backend->pair_columns(w->a, s.k, s.m, s.k, a);
    backend->pair_columns(w->b, s.k, s.n, s.k, b);
    for (size_t i = 0; i < s.m; i++)
        rows[i] = (int32_t)(i * k);
    for (size_t t = 0; t < k; t++)
        terms[t] = (int32_t)t;
    for (size_t j = 0; j < s.n; j += most) {
        const size_t n = s.n - j < most ? s.n - j : most;
        backend->panel(b + j * k, k, k, n, packed);
        backend->gather(&(struct gather){.m = s.m,
                                         .n = n,
                                         .k = k,
                                         .a = a,
                                         .rows = rows,
                                         .terms = terms,
                                         .b = packed,
                                         .c = turned + j * s.m,
                                         .ldc = s.m,
                                         .pairs = true});
    }
    turn(turned, s.n, s.m, c);
    return is_wanted(w, c, "gather", backend);
}

/* With the rate 1 and weights of 0, plain sgd gives the negative gradient. */
static bool update_fused_is_right(const struct backend *backend, const struct work *w)
{
    static float turned[MOST * DEPTH], a[MOST * DEPTH], b[MOST * DEPTH], c[MOST * MOST], scratch[1 << 16];
    const struct shape s = w->s;
    turn(w->a, s.m, s.k, turned);
    backend->pair_rows(turned, s.m, s.k, s.m, a);
    turn(w->b, s.n, s.k, turned);
    backend->pair_rows(turned, s.n, s.k, s.n, b);
    memset(c, 0, sizeof c);
    backend->update_fused(&(struct fused_update){.pairs = true,
                                                 .m = s.m,
                                                 .n = s.n,
                                                 .k = (s.k + 1) / 2,
                                                 .delta = a,
                                                 .ldd = s.m,
                                                 .x = b,
                                                 .ldx = s.n,
                                                 .w = c,
                                                 .ldw = s.n,
                                                 .by = {.kind = UPDATE_SGD, .sgd = {.rate = 1.0f}}},
                          scratch);
    for (size_t i = 0; i < s.m * s.n; i++)
        c[i] = 0.0f - c[i];
    for (size_t i = 0; i < s.m * s.n; i++) /* 0 - 0 is 0, whatever the sign of the gradient */
        c[i] = c[i] == 0.0f && w->wanted[i] == 0.0f ? w->wanted[i] : c[i];
    return is_wanted(w, c, "update_fused", backend);
}

static bool products_are_right(const struct backend *backend)
{
    static struct work w;
    for (size_t i = 0; i < SHAPES; i++) {
        work_make(&w, shapes[i]);
        for (unsigned flags = 0; flags < 4; flags++)
            if (!gemm_is_right(backend, &w, flags))
                return false;
        if (!gather_is_right(backend, &w) || !update_fused_is_right(backend, &w))
            return false;
    }
    return true;
}

static void products_have_the_bits_of_the_definition(void **state)
{
    (void)state;
    struct backend backend;
    for (int i = 0; portable_variant(i, &backend); i++)
        if (!products_are_right(&backend))
            fail_msg("%s", finding);
}

/* The definition is near the product in double of rounded numbers, and not as near to that of unrounded
   numbers. */
static void the_definition_is_a_product(void **state)
{
    (void)state;
    enum { N = 512 };
    static float a[N], b[N];
    uint32_t seed = 5;
    double exact = 0.0, of_rounded = 0.0, size = 0.0;
    float sum = 0.0f;
    for (size_t i = 0; i < N; i++) {
        a[i] = float_random(&seed, 1.0f);
        b[i] = float_random(&seed, 1.0f);
        exact += (double)a[i] * (double)b[i];
        of_rounded += (double)rounded(a[i]) * (double)rounded(b[i]);
        size += fabs((double)a[i] * (double)b[i]);
    }
    for (size_t i = 0; i < N; i += 2)
        sum = product(sum, a + i, b + i);
    assert_true(fabs((double)sum - of_rounded) <= (N + 2) * 0x1p-24 * 1.02 * size);
    assert_true(fabs((double)sum - exact) <= 0x1p-7 * size);
    assert_true(fabs(of_rounded - exact) > 1e-6 * size);
}

/* ---- Negative controls */

static struct backend good;

static void cut_off(const float *x, size_t ldx, size_t rows, size_t cols, float *to) /* truncates */
{
    float *pairs = to;
    for (size_t i = 0; i < rows; i += 2)
        for (size_t j = 0; j < cols; j++)
            *pairs++ = float_of_bits(float_bits(x[i * ldx + j]) >> 16 |
                                     (i + 1 < rows ? float_bits(x[(i + 1) * ldx + j]) & 0xffff0000u : 0));
}

static void the_first_number_first(const struct gemm *g, float *scratch)
{
    (void)scratch;
    for (size_t i = 0; i < g->m; i++)
        for (size_t j = 0; j < g->n; j++) {
            float sum = 0.0f;
            for (size_t k = 0; k < g->k; k++) {
                const float a = g->a[g->transpose_a ? k * g->lda + i : i * g->lda + k];
                const float b = g->b[g->transpose_b ? j * g->ldb + k : k * g->ldb + j];
                sum = flush(fmaf(half_of(a, false), half_of(b, false), sum));
                sum = flush(fmaf(half_of(a, true), half_of(b, true), sum));
            }
            g->c[i * g->ldc + j] = sum;
        }
}

static void faults_are_found(void **state)
{
    (void)state;
    assert_true(portable_variant(0, &good));
    struct backend faulty = good;
    faulty.pair_rows = cut_off;
    assert_false(all_pairs_are_right(&faulty));
    faulty = good;
    faulty.gemm = the_first_number_first;
    assert_false(products_are_right(&faulty));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_rounded),
        cmocka_unit_test(products_have_the_bits_of_the_definition),
        cmocka_unit_test(the_definition_is_a_product),
        cmocka_unit_test(faults_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
