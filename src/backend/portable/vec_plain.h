/*
 * vec_plain.h - the operations of vec.h in plain C: a vector of one float.
 */
#ifndef BL_PORTABLE_VEC_PLAIN_H
#define BL_PORTABLE_VEC_PLAIN_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { GEMM_ROWS = 4, GEMM_VECTORS = 3 };
typedef float vec;

static inline vec vec_all(float x)
{
    return x;
}

static inline vec vec_load(const float *x)
{
    return *x;
}

static inline void vec_store(float *x, vec a)
{
    *x = a;
}

static inline vec vec_load_first(const float *x, size_t n)
{
    return n > 0 ? *x : 0.0f;
}

static inline void vec_store_first(float *x, vec a, size_t n)
{
    if (n > 0)
        *x = a;
}

static inline vec vec_add(vec a, vec b)
{
    return a + b;
}

static inline vec vec_sub(vec a, vec b)
{
    return a - b;
}

static inline vec vec_mul(vec a, vec b)
{
    return a * b;
}

static inline vec vec_div(vec a, vec b)
{
    return a / b;
}

static inline vec vec_sqrt(vec a)
{
    return sqrtf(a);
}

static inline vec vec_fma(vec a, vec b, vec c)
{
    return fmaf(a, b, c);
}

static inline vec vec_fnma(vec a, vec b, vec c)
{
    return fmaf(-a, b, c);
}

static inline vec vec_larger(vec a, vec b)
{
    return b > a ? b : a;
}

static inline vec vec_smaller(vec a, vec b)
{
    return b < a ? b : a;
}

static inline vec vec_pick_less(vec a, vec b, vec yes, vec no)
{
    return a < b ? yes : no;
}

static inline uint32_t vec_bits_(vec a)
{
    uint32_t bits;
    memcpy(&bits, &a, sizeof bits);
    return bits;
}

static inline vec vec_of_bits_(uint32_t bits)
{
    vec a;
    memcpy(&a, &bits, sizeof a);
    return a;
}

static inline vec vec_shift_left(vec a, int bits)
{
    return vec_of_bits_(vec_bits_(a) << bits);
}

static inline vec vec_shift_right(vec a, int bits)
{
    return vec_of_bits_(vec_bits_(a) >> bits);
}

static inline vec vec_and(vec a, vec b)
{
    return vec_of_bits_(vec_bits_(a) & vec_bits_(b));
}

static inline vec vec_or(vec a, vec b)
{
    return vec_of_bits_(vec_bits_(a) | vec_bits_(b));
}

static inline vec vec_xor(vec a, vec b)
{
    return vec_of_bits_(vec_bits_(a) ^ vec_bits_(b));
}

static inline vec vec_bits(uint32_t bits)
{
    return vec_of_bits_(bits);
}

static inline vec vec_add_bits(vec a, vec b) /* as integers of 32 bits */
{
    return vec_of_bits_(vec_bits_(a) + vec_bits_(b));
}

/* The lower and the upper 32 bits of the product of integers of 32 bits. */
static inline void vec_multiply_bits(vec a, vec b, vec *low, vec *high)
{
    const uint64_t product = (uint64_t)vec_bits_(a) * vec_bits_(b);
    *low = vec_of_bits_((uint32_t)product);
    *high = vec_of_bits_((uint32_t)(product >> 32));
}

static inline vec vec_pick_below(vec a, vec b, vec yes, vec no)
{
    return vec_bits_(a) < vec_bits_(b) ? yes : no;
}

static inline void vec_unzip(vec a, vec b, vec *even, vec *odd)
{
    *even = a;
    *odd = b;
}

static inline void vec_zip(vec a, vec b, vec *first, vec *second)
{
    *first = a;
    *second = b;
}

static inline void vec_store_columns(float *x, size_t ld, const vec a[GEMM_ROWS])
{
    (void)ld;
    for (size_t i = 0; i < GEMM_ROWS; i++)
        x[i] = a[i];
}

static inline void vec_load_columns(const float *x, size_t ld, vec a[GEMM_ROWS])
{
    (void)ld;
    for (size_t i = 0; i < GEMM_ROWS; i++)
        a[i] = x[i];
}

#endif
