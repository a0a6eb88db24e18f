/*
 * test_gemm.c - matrix products: every backend is near a reference in double precision; every portable
 * variant has the bits of the definition, a chain of fused multiply-adds; no access outside of the arrays.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../src/backend/portable/portable.h"
#include "guarded_array.h"

#include <stdio.h>

/* A sum of k products with k roundings in any order has an error of at most k 2^-24 times the sum of their
   sizes, to first order; two more are for C itself and for the second order. */
static double gemm_bound(size_t k, double size)
{
    return ((double)k + 2.0) * 0x1p-24 * size;
}

static const float untouched = -77.0f; /* the value between the rows of C, which must not change */

struct shape {
    size_t m, n, k;
};
/* Sizes near the widths and heights of tiles (1 to 8 rows; 16, 24, 48 columns) and near blocks of 256 or 512
   terms, empty products, and the shapes of training. */
static const struct shape shapes[] = {
    {0, 0, 0},    {0, 5, 3},    {5, 0, 3},    {1, 1, 0},     {3, 17, 0},   {1, 1, 1},      {2, 3, 1},
    {1, 7, 5},    {3, 8, 8},    {4, 9, 7},    {5, 15, 16},   {6, 16, 17},  {7, 17, 9},     {8, 24, 15},
    {9, 25, 31},  {11, 31, 33}, {12, 33, 23}, {13, 47, 8},   {15, 48, 5},  {16, 49, 64},   {17, 65, 12},
    {3, 97, 255}, {2, 50, 256}, {9, 10, 257}, {11, 40, 512}, {9, 50, 513}, {17, 33, 1040}, {1, 3, 515},
    {10, 12, 10}, {10, 80, 64}, {64, 10, 80}, {24, 80, 784},
};
enum {
    SHAPES = sizeof shapes / sizeof *shapes,
    FLAGS = 8, /* transpose_a, transpose_b, accumulate */
    GAPS = 2,  /* rows without and with a gap between them */
    MOST_BACKENDS = 16
};

static char finding[200]; /* what the latest check found wrong */

struct product {
    struct gemm g;
    struct guarded_array a, b, c, scratch;
    float before[64 * 100]; /* C before the product, dense */
};

static struct guarded_array matrix(size_t rows, size_t cols, size_t ld, uint32_t *seed)
{
    struct guarded_array f = guarded_make(rows > 0 ? (rows - 1) * ld + cols : 0);
    for (size_t i = 0; i < f.n; i++)
        f.x[i] = float_random(seed, 1.0f);
    return f;
}

static void product_make(struct product *p, const struct backend *backend, struct shape s, unsigned flags,
                         size_t gap)
{
    uint32_t seed = 12345;
    const bool ta = flags & 1, tb = flags & 2;
    const size_t lda = (ta ? s.m : s.k) + gap, ldb = (tb ? s.k : s.n) + 2 * gap, ldc = s.n + 3 * gap;
    p->a = ta ? matrix(s.k, s.m, lda, &seed) : matrix(s.m, s.k, lda, &seed);
    p->b = tb ? matrix(s.n, s.k, ldb, &seed) : matrix(s.k, s.n, ldb, &seed);
    p->c = matrix(s.m, s.n, ldc, &seed);
    p->scratch = guarded_make(backend->scratch);
    for (size_t i = 0; i < p->c.n; i++)
        if (i % ldc >= s.n)
            p->c.x[i] = untouched;
    for (size_t i = 0; i < s.m; i++)
        memcpy(p->before + i * s.n, p->c.x + i * ldc, s.n * sizeof(float));
    p->g = (struct gemm){ta, tb, flags & 4, s.m, s.n, s.k, p->a.x, lda, p->b.x, ldb, p->c.x, ldc, false};
}

static bool product_free(struct product *p) /* returns whether nothing was written before the arrays */
{
    struct guarded_array *const all[] = {&p->a, &p->b, &p->c, &p->scratch};
    bool holds = true;
    for (size_t i = 0; i < 4; i++) {
        holds = holds && guarded_is_intact(all[i]);
        guarded_free(all[i]);
    }
    return holds;
}

static float a_at(const struct gemm *g, size_t i, size_t k)
{
    return g->transpose_a ? g->a[k * g->lda + i] : g->a[i * g->lda + k];
}

static float b_at(const struct gemm *g, size_t k, size_t j)
{
    return g->transpose_b ? g->b[j * g->ldb + k] : g->b[k * g->ldb + j];
}

/* What the product should be: each element as the definition's chain of fused multiply-adds, as a sum in
   double precision, and the sum of the sizes of its terms. It takes longer than the product, and is the same
   for all backends. */
struct reference {
    float chain[64 * 100];
    double sum[64 * 100], size[64 * 100];
};

static void reference_make(struct reference *r, const struct product *p)
{
    const struct gemm *g = &p->g;
    for (size_t at = 0; at < g->m * g->n; at++) {
        const size_t i = at / g->n, j = at % g->n;
        const float begin = g->accumulate ? p->before[at] : 0.0f;
        r->chain[at] = begin;
        r->sum[at] = (double)begin;
        r->size[at] = fabs((double)begin);
        for (size_t k = 0; k < g->k; k++) {
            const float x = a_at(g, i, k), y = b_at(g, k, j);
            const double term = (double)x * (double)y;
            r->sum[at] += term;
            r->size[at] += fabs(term);
            r->chain[at] = fmaf(x, y, r->chain[at]);
        }
    }
}

/* Whether one element is near the sum in double; with `exact`, whether it has the bits of the definition. */
static bool element_is_right(const struct product *p, const struct reference *r, size_t i, size_t j,
                             bool exact)
{
    const struct gemm *g = &p->g;
    const size_t at = i * g->n + j;
    const float c = g->c[i * g->ldc + j];
    return fabs((double)c - r->sum[at]) <= gemm_bound(g->k, r->size[at]) &&
           (!exact || float_same(c, r->chain[at]));
}

static bool elements_are_right(const struct product *p, const struct reference *r, bool exact)
{
    for (size_t i = 0; i < p->g.m; i++)
        for (size_t j = 0; j < p->g.n; j++)
            if (!element_is_right(p, r, i, j, exact)) {
                snprintf(finding, sizeof finding, "c[%zu, %zu] is %a", i, j,
                         (double)p->g.c[i * p->g.ldc + j]);
                return false;
            }
    for (size_t i = 0; i < p->c.n; i++)
        if (i % p->g.ldc >= p->g.n && !float_same(p->c.x[i], untouched)) {
            snprintf(finding, sizeof finding, "c is written between its rows");
            return false;
        }
    return true;
}

/* Makes the reference if `is_first`, else uses the one of the same product by another backend. */
static bool product_is_right(const struct backend *backend, struct shape s, unsigned flags, size_t gap,
                             bool exact, bool is_first)
{
    static struct product p;
    static struct reference reference;
    product_make(&p, backend, s, flags, gap);
    if (is_first)
        reference_make(&reference, &p);
    backend->gemm(&p.g, p.scratch.x);
    bool is_right = elements_are_right(&p, &reference, exact);
    if (!product_free(&p)) {
        snprintf(finding, sizeof finding, "something is written before an array");
        is_right = false;
    }
    return is_right;
}

static bool backends_are_right(const struct backend *backends, int n, bool exact)
{
    for (size_t s = 0; s < SHAPES; s++)
        for (unsigned flags = 0; flags < FLAGS; flags++)
            for (size_t gap = 0; gap < GAPS; gap++)
                for (int i = 0; i < n; i++)
                    if (!product_is_right(&backends[i], shapes[s], flags, gap, exact, i == 0)) {
                        char what[100];
                        snprintf(what, sizeof what, " (%s %s, m %zu n %zu k %zu, flags %u, gap %zu)",
                                 backends[i].name, backends[i].machine, shapes[s].m, shapes[s].n, shapes[s].k,
                                 flags, gap);
                        strncat(finding, what, sizeof finding - strlen(finding) - 1);
                        return false;
                    }
    return true;
}

static void backends_are_near_the_reference(void **state)
{
    (void)state;
    struct backend backends[MOST_BACKENDS];
    int n = 0;
    for (; backend_name_at(n); n++) {
        assert_in_range(n, 0, MOST_BACKENDS - 1);
        assert_int_equal(backend_choose(NULL, backend_name_at(n), &backends[n]), BL_OK);
    }
    if (!backends_are_right(backends, n, false))
        fail_msg("%s", finding);
}

static void variants_have_the_bits_of_the_definition(void **state)
{
    (void)state;
    struct backend variants[MOST_BACKENDS];
    int n = 0;
    while (n < MOST_BACKENDS && portable_variant(n, &variants[n]))
        n++;
    assert_in_range(n, 1, MOST_BACKENDS - 1);
    if (!backends_are_right(variants, n, true))
        fail_msg("%s", finding);
}

/* A NaN or infinity of an operand changes its row or column of the result, and no other numbers. */
static void nan_stays_in_its_row(void **state)
{
    (void)state;
    static struct product p;
    struct backend backend;
    for (int i = 0; portable_variant(i, &backend); i++)
        for (unsigned flags = 0; flags < FLAGS; flags++) {
            product_make(&p, &backend, (struct shape){11, 35, 20}, flags, 1);
            p.a.x[flags & 1 ? 7 * p.g.lda + 9 : 9 * p.g.lda + 7] = NAN;
            backend.gemm(&p.g, p.scratch.x);
            for (size_t row = 0; row < p.g.m; row++)
                for (size_t j = 0; j < p.g.n; j++)
                    assert_int_equal(!!isnan(p.g.c[row * p.g.ldc + j]), row == 9);
            assert_true(product_free(&p));
        }
}

/* The scratch memory may begin at any float, and its stated size is enough. */
static void scratch_is_enough(void **state)
{
    (void)state;
    enum { MARGIN = 16 };
    static struct product p;
    static struct reference reference;
    struct backend backend;
    for (int i = 0; portable_variant(i, &backend); i++) {
        product_make(&p, &backend, (struct shape){3, 97, 300}, 0, 0);
        reference_make(&reference, &p);
        const size_t needs = p.scratch.n;
        float *block = calloc(needs + 2 * MARGIN, sizeof *block);
        assert_non_null(block);
        for (size_t begin = 0; begin < MARGIN; begin++) {
            for (size_t j = begin + needs; j < needs + 2 * MARGIN; j++)
                block[j] = untouched;
            backend.gemm(&p.g, block + begin);
            assert_true(elements_are_right(&p, &reference, true));
            for (size_t j = begin + needs; j < needs + 2 * MARGIN; j++)
                assert_true(float_same(block[j], untouched));
        }
        free(block);
        assert_true(product_free(&p));
    }
}

/* ---- negative controls ---- */

static struct backend good;

static void without_the_last_term(const struct gemm *g, float *scratch)
{
    struct gemm less = *g;
    less.k -= g->k > 0;
    good.gemm(&less, scratch);
}

static void with_the_wrong_transpose(const struct gemm *g, float *scratch)
{
    struct gemm turned = *g;
    if (g->m == g->k && g->lda == g->m)
        turned.transpose_a = !g->transpose_a;
    good.gemm(&turned, scratch);
}

static void backwards(const struct gemm *g, float *scratch) /* near, but other bits */
{
    (void)scratch;
    for (size_t i = 0; i < g->m; i++)
        for (size_t j = 0; j < g->n; j++) {
            float c = g->accumulate ? g->c[i * g->ldc + j] : 0.0f;
            for (size_t k = g->k; k-- > 0;)
                c = fmaf(a_at(g, i, k), b_at(g, k, j), c);
            g->c[i * g->ldc + j] = c;
        }
}

static void into_the_gap(const struct gemm *g, float *scratch)
{
    if (g->m > 1 && g->ldc > g->n)
        g->c[g->n] = 0.0f;
    good.gemm(g, scratch);
}

static void before_the_matrix(const struct gemm *g, float *scratch)
{
    g->c[-1] = 0.0f;
    good.gemm(g, scratch);
}

static void faults_are_found(void **state)
{
    (void)state;
    static const struct {
        void (*gemm)(const struct gemm *g, float *scratch);
        bool passes_bounds;
    } faults[] = {{without_the_last_term, false},
                  {with_the_wrong_transpose, false},
                  {backwards, true},
                  {into_the_gap, false},
                  {before_the_matrix, false}};
    portable_variant(0, &good);
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        struct backend faulty = good;
        faulty.gemm = faults[i].gemm;
        assert_false(backends_are_right(&faulty, 1, true));
        assert_int_equal(backends_are_right(&faulty, 1, false), faults[i].passes_bounds);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(backends_are_near_the_reference),
        cmocka_unit_test(variants_have_the_bits_of_the_definition),
        cmocka_unit_test(nan_stays_in_its_row),
        cmocka_unit_test(scratch_is_enough),
        cmocka_unit_test(faults_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
