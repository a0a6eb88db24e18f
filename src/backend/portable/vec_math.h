/*
 * vec_math.h - exp, expm1, log and log1p on vectors, computed by the operations of vec.h only, so that the
 * bits do not depend on the C library.
 *
 * Largest errors, in units in the last place of the result: exp 1.0, expm1 1.5, log 1.0, log1p 1.5; each over
 * the range that its comment states. NaN stays NaN, infinities give the limit, results may be denormal. The
 * polynomials are minimax fits, rounded to floats.
 */
#ifndef BL_PORTABLE_VEC_MATH_H
#define BL_PORTABLE_VEC_MATH_H

#include "vec.h"

static inline vec vec_max(vec a, float least) /* NaN stays NaN */
{
    return vec_larger(a, vec_all(least));
}

static inline vec vec_min(vec a, float most) /* NaN stays NaN */
{
    return vec_smaller(a, vec_all(most));
}

static inline vec vec_negative(vec a)
{
    return vec_sub(vec_all(-0.0f), a);
}

static inline vec vec_sign(vec a) /* +0 or -0 */
{
    return vec_and(a, vec_all(-0.0f));
}

static inline vec vec_abs(vec a)
{
    return vec_and(a, vec_bits(0x7fffffffu));
}

/* 0 where the magnitude is below `least`; NaN stays NaN. */
static inline vec vec_flush(vec a, float least)
{
    return vec_pick_less(vec_abs(a), vec_all(least), vec_all(0.0f), a);
}

/* c[0] + c[1] x + ... + c[degree] x^degree */
static inline vec vec_polynomial(vec x, const float *c, int degree)
{
    vec sum = vec_all(c[degree]);
    for (int i = degree - 1; i >= 0; i--)
        sum = vec_fma(sum, x, vec_all(c[i]));
    return sum;
}

/* 2^n for a whole number -126 <= n <= 127. Adding 1.5 2^23 + 127 brings n + 127 into the lowest bits; the
   higher bits are shifted out. */
static inline vec vec_power_of_2(vec n)
{
    return vec_shift_left(vec_add(n, vec_all(0x1.8p23f + 127.0f)), 23);
}

/* x = n ln 2 + r with a whole n and |r| <= 0.3466; gives exp(r) - 1. The first step is exact: the
   difference is a multiple of 2^-25 below 1/2. */
static inline vec vec_exp_part(vec x, vec *n)
{
    static const float c[] = {0x1p-1f,        0x1.555556p-3f,  0x1.5554a8p-5f,
                              0x1.11108cp-7f, 0x1.6d7b80p-10f, 0x1.a1a5eep-13f};
    const vec shift = vec_all(0x1.8p23f);
    *n = vec_sub(vec_fma(x, vec_all(0x1.715476p0f), shift), shift);
    const vec r = vec_fnma(*n, vec_all(-0x1.05c610p-29f), vec_fnma(*n, vec_all(0x1.62e430p-1f), x));
    return vec_fma(vec_mul(r, r), vec_polynomial(r, c, 5), r);
}

/* x <= 0 or NaN. The scale is applied as two factors, because 2^n itself may not be a normal float. */
static inline vec vec_exp(vec x)
{
    const vec shift = vec_all(0x1.8p23f);
    vec n;
    const vec e = vec_add(vec_all(1.0f), vec_exp_part(vec_max(x, -110.0f), &n));
    const vec half = vec_sub(vec_fma(n, vec_all(0.5f), shift), shift);
    return vec_mul(vec_mul(e, vec_power_of_2(half)), vec_power_of_2(vec_sub(n, half)));
}

/* 2^n (e + 1) - 1 = 2 (2^(n-1) e + (2^(n-1) - 1/2)); computed with half the scale, because 2^128 is not a
   float. */
static inline vec vec_expm1(vec x)
{
    vec n;
    const vec e = vec_exp_part(vec_min(vec_max(x, -30.0f), 89.0f), &n);
    const vec scale = vec_power_of_2(vec_sub(n, vec_all(1.0f)));
    const vec half = vec_fma(scale, e, vec_sub(scale, vec_all(0.5f)));
    return vec_add(half, half);
}

/* n ln 2 + log(1 + f) for -0.2929 <= f <= 0.4143 */
static inline vec vec_log_part(vec n, vec f)
{
    static const float c[] = {0x1.555548p-2f,  -0x1.000006p-2f, 0x1.99a4bcp-3f,
                              -0x1.555c5ep-3f, 0x1.2336e0p-3f,  -0x1.fc1ec4p-4f,
                              0x1.e6f586p-4f,  -0x1.de5388p-4f, 0x1.146936p-4f};
    const vec square = vec_mul(f, f);
    const vec tail =
        vec_fma(n, vec_all(-0x1.05c610p-29f), vec_mul(vec_mul(square, f), vec_polynomial(f, c, 8)));
    const vec sum = vec_add(f, vec_fnma(square, vec_all(0.5f), tail));
    return vec_fma(n, vec_all(0x1.62e430p-1f), sum);
}

/* x >= 1, finite or NaN. x = 2^n m; m is brought into [0.7071, 1.4142). */
static inline vec vec_log(vec x)
{
    const vec two_23 = vec_all(0x1p23f);
    const vec exponent = vec_sub(vec_or(vec_shift_right(x, 23), two_23), vec_all(0x1p23f + 127.0f));
    const vec bits_of_m = vec_shift_right(vec_shift_left(x, 9), 9);
    const vec m = vec_or(bits_of_m, vec_all(1.0f));
    const vec is_large = vec_pick_less(vec_all(0x1.6a09e6p0f), m, vec_all(1.0f), vec_all(0.0f));
    const vec scale = vec_fnma(is_large, vec_all(0.5f), vec_all(1.0f));
    const vec y = vec_log_part(vec_add(exponent, is_large), vec_fma(m, scale, vec_all(-1.0f)));
    return vec_pick_less(x, vec_all(INFINITY), y, x);
}

/* log(1 + z), 0 <= z <= 1 or NaN; it is accurate also for the smallest z. */
static inline vec vec_log1p(vec z)
{
    const vec is_large = vec_pick_less(vec_all(0x1.a8279ap-2f), z, vec_all(1.0f), vec_all(0.0f));
    const vec halved = vec_fma(z, vec_all(0.5f), vec_all(-0.5f));
    return vec_log_part(is_large, vec_pick_less(vec_all(0.0f), is_large, halved, z));
}

#endif
