/*
 * backend_sums.h - for test_backend.c: operations of a backend that are not elementwise. Column sums and the
 * conversion of bytes to floats have the bits of their definition; softmax is near one in double precision.
 */
#ifndef TESTS_BACKEND_SUMS_H
#define TESTS_BACKEND_SUMS_H

#include "../src/backend/backend.h"
#include "guarded_array.h"

#include <stdio.h>
#include <string.h>

/* One for the exponential, and two roundings of the sum and the quotient. */
static const double softmax_bound = 3.0;
/* One rounding of log(sum), which is near log(n), and one when the largest x is added. */
static const double log_sum_bound = 2.0;

static char finding[200]; /* what the latest check found wrong */

static inline bool is_near(float x, double wanted, double size, double bound)
{
    if (isnan(wanted))
        return isnan(x);
    if ((double)x == wanted || (float)wanted == x) /* infinities, and what rounds to them */
        return true;
    return fabs((double)x - wanted) <= bound * float_spacing(fmax(size, fabs(wanted)));
}

/* The order of these sums is defined, so that the reference here has the same bits. */
static inline bool column_sum_is_right(const struct backend *k, size_t rows, size_t cols, size_t gap)
{
    uint32_t seed = 99;
    struct guarded_array x = guarded_make(rows > 0 ? (rows - 1) * (cols + gap) + cols : 0),
                         sum = guarded_make(cols);
    for (size_t i = 0; i < x.n; i++)
        x.x[i] = float_random(&seed, 1.0f);
    k->column_sum(x.x, rows, cols, cols + gap, sum.x);
    bool is_right = true;
    for (size_t j = 0; j < cols; j++) {
        float wanted = 0.0f;
        for (size_t i = 0; i < rows; i++)
            wanted += x.x[i * (cols + gap) + j];
        is_right = is_right && float_same(sum.x[j], wanted);
    }
    is_right = guarded_is_intact(&x) && guarded_is_intact(&sum) && is_right;
    if (!is_right)
        snprintf(finding, sizeof finding, "column_sum (%s) of %zu x %zu, gap %zu", k->machine, rows, cols,
                 gap);
    guarded_free(&x);
    guarded_free(&sum);
    return is_right;
}

static inline bool column_sums_are_right(const struct backend *k)
{
    for (size_t rows = 0; rows < 6; rows++)
        for (size_t cols = 0; cols < 40; cols++)
            for (size_t gap = 0; gap < 8; gap += 7)
                if (!column_sum_is_right(k, rows * rows, cols, gap))
                    return false;
    return true;
}

static inline bool bytes_are_right(const struct backend *k)
{
    const float offset = 33.3f, scale = 1.0f / 255.0f;
    uint8_t bytes[256];
    for (int i = 0; i < 256; i++)
        bytes[i] = (uint8_t)i;
    for (size_t n = 0; n <= 256; n++) {
        struct guarded_array y = guarded_make(n);
        k->bytes_to_float(bytes + 256 - n, n, offset, scale, y.x);
        bool is_right = guarded_is_intact(&y);
        for (size_t i = 0; i < n; i++)
            is_right = is_right && float_same(y.x[i], ((float)bytes[256 - n + i] - offset) * scale);
        guarded_free(&y);
        if (!is_right) {
            snprintf(finding, sizeof finding, "bytes_to_float (%s) of %zu", k->machine, n);
            return false;
        }
    }
    return true;
}

/* Every element in the order that backend.h promises, and nothing beside the m x n elements. */
static inline bool products_are_right(const struct backend *k)
{
    enum { MOST = 21, LD = MOST + 2, TERMS = 5 };
    double a[TERMS * LD], b[TERMS * LD], c[MOST * LD], wanted[MOST * LD];
    for (size_t i = 0; i < TERMS * LD; i++) {
        a[i] = ((double)(i * 7919 % 101) - 50.0) / 3.0;
        b[i] = ((double)(i * 104729 % 103) - 51.0) / 7.0;
    }
    for (size_t m = 0; m <= MOST; m += m < 9 ? 1 : 4)
        for (size_t n = 0; n <= MOST; n++) {
            for (size_t i = 0; i < MOST * LD; i++)
                c[i] = wanted[i] = (double)i;
            for (size_t e = 0; e < TERMS; e++)
                for (size_t i = 0; i < m; i++)
                    for (size_t j = 0; j < n; j++) {
                        const double product = a[e * LD + i] * b[e * LD + j];
                        wanted[i * LD + j] += product;
                    }
            k->add_products(&(struct double_products){m, n, TERMS, a, LD, b, LD, c, LD});
            if (memcmp(c, wanted, sizeof c) != 0) {
                snprintf(finding, sizeof finding, "add_products (%s) of %zu x %zu", k->machine, m, n);
                return false;
            }
        }
    return true;
}

/* exp is compared at the float difference from the largest x, which any float softmax must round. */
static inline bool softmax_is_near(const float *x, const float *y, size_t n, float log_sum)
{
    float most = -INFINITY;
    for (size_t i = 0; i < n; i++)
        most = x[i] > most ? x[i] : most;
    double sum = 0.0;
    for (size_t i = 0; i < n; i++)
        sum += exp((double)(x[i] - most));
    bool is_near_all =
        is_near(log_sum, (double)most + log(sum), fabs((double)most) + log(sum), log_sum_bound);
    for (size_t i = 0; i < n; i++)
        is_near_all = is_near_all && is_near(y[i], exp((double)(x[i] - most)) / sum, 0.0, softmax_bound);
    return is_near_all;
}

static inline void softmax_fill(float *x, size_t n, float limit)
{
    uint32_t seed = (uint32_t)n + 1;
    for (size_t i = 0; i < n; i++)
        x[i] = float_random(&seed, limit);
}

/* Checks softmax into another array and in place, which must give the same bits. */
static inline bool softmax_is_right(const struct backend *k, size_t n, float limit)
{
    struct guarded_array x = guarded_make(n), y = guarded_make(n);
    softmax_fill(x.x, n, limit);
    const float log_sum = k->softmax(x.x, y.x, n);
    bool is_right = softmax_is_near(x.x, y.x, n, log_sum);
    const float again = k->softmax(x.x, x.x, n);
    is_right = is_right && float_same(again, log_sum) && memcmp(x.x, y.x, n * sizeof(float)) == 0 &&
               guarded_is_intact(&x) && guarded_is_intact(&y);
    if (!is_right)
        snprintf(finding, sizeof finding, "softmax (%s) of %zu in +-%g", k->machine, n, (double)limit);
    guarded_free(&x);
    guarded_free(&y);
    return is_right;
}

static const float limits[] = {0.0f, 1.0f, 30.0f, 1e4f,
                               1e38f}; /* 0: all x are equal, so that the result is log n itself */
enum { LIMITS = sizeof limits / sizeof *limits, LONGEST = 300 };

static inline bool softmaxes_are_right(const struct backend *k)
{
    for (size_t n = 1; n < LONGEST; n++)
        for (size_t i = 0; i < LIMITS; i++)
            if (!softmax_is_right(k, n, limits[i]))
                return false;
    return true;
}

static inline bool softmaxes_are_same(const struct backend *k, const struct backend *other)
{
    float x[LONGEST], y[LONGEST];
    for (size_t n = 1; n < LONGEST; n++)
        for (size_t i = 0; i < LIMITS; i++) {
            softmax_fill(x, n, limits[i]);
            softmax_fill(y, n, limits[i]);
            if (!float_same(k->softmax(x, x, n), other->softmax(y, y, n)) ||
                memcmp(x, y, n * sizeof *x) != 0) {
                snprintf(finding, sizeof finding, "softmax of %zu: %s and %s differ", n, k->machine,
                         other->machine);
                return false;
            }
        }
    return true;
}

#endif
