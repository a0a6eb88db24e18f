/*
 * vec_neon.h - the operations of vec.h for NEON on AArch64: 4 floats, 32 registers.
 */
#ifndef BL_PORTABLE_VEC_NEON_H
#define BL_PORTABLE_VEC_NEON_H

#include <arm_neon.h>

#include <stddef.h>
#include <stdint.h>

enum { GEMM_ROWS = 8, GEMM_VECTORS = 3 };
typedef float32x4_t vec;

static inline vec vec_all(float x)
{
    return vdupq_n_f32(x);
}

static inline vec vec_load(const float *x)
{
    return vld1q_f32(x);
}

static inline void vec_store(float *x, vec a)
{
    vst1q_f32(x, a);
}

static inline vec vec_load_first(const float *x, size_t n)
{
    vec a = vdupq_n_f32(0.0f);
    if (n > 0)
        a = vld1q_lane_f32(x, a, 0);
    if (n > 1)
        a = vld1q_lane_f32(x + 1, a, 1);
    if (n > 2)
        a = vld1q_lane_f32(x + 2, a, 2);
    return a;
}

static inline void vec_store_first(float *x, vec a, size_t n)
{
    if (n > 0)
        vst1q_lane_f32(x, a, 0);
    if (n > 1)
        vst1q_lane_f32(x + 1, a, 1);
    if (n > 2)
        vst1q_lane_f32(x + 2, a, 2);
}

static inline vec vec_add(vec a, vec b)
{
    return vaddq_f32(a, b);
}

static inline vec vec_sub(vec a, vec b)
{
    return vsubq_f32(a, b);
}

static inline vec vec_mul(vec a, vec b)
{
    return vmulq_f32(a, b);
}

static inline vec vec_div(vec a, vec b)
{
    return vdivq_f32(a, b);
}

static inline vec vec_sqrt(vec a)
{
    return vsqrtq_f32(a);
}

static inline vec vec_fma(vec a, vec b, vec c)
{
    return vfmaq_f32(c, a, b);
}

static inline vec vec_fnma(vec a, vec b, vec c)
{
    return vfmsq_f32(c, a, b);
}

/* Not FMAX and FMIN: those give NaN where either is NaN, and the larger of two zeros. */
static inline vec vec_larger(vec a, vec b)
{
    return vbslq_f32(vcgtq_f32(b, a), b, a);
}

static inline vec vec_smaller(vec a, vec b)
{
    return vbslq_f32(vcltq_f32(b, a), b, a);
}

static inline vec vec_pick_less(vec a, vec b, vec yes, vec no)
{
    return vbslq_f32(vcltq_f32(a, b), yes, no);
}

static inline uint32x4_t vec_to_bits_(vec a)
{
    return vreinterpretq_u32_f32(a);
}

static inline vec vec_of_bits_(uint32x4_t bits)
{
    return vreinterpretq_f32_u32(bits);
}

static inline vec vec_shift_left(vec a, int bits)
{
    return vec_of_bits_(vshlq_u32(vec_to_bits_(a), vdupq_n_s32(bits)));
}

static inline vec vec_shift_right(vec a, int bits)
{
    return vec_of_bits_(vshlq_u32(vec_to_bits_(a), vdupq_n_s32(-bits)));
}

static inline vec vec_and(vec a, vec b)
{
    return vec_of_bits_(vandq_u32(vec_to_bits_(a), vec_to_bits_(b)));
}

static inline vec vec_or(vec a, vec b)
{
    return vec_of_bits_(vorrq_u32(vec_to_bits_(a), vec_to_bits_(b)));
}

static inline vec vec_xor(vec a, vec b)
{
    return vec_of_bits_(veorq_u32(vec_to_bits_(a), vec_to_bits_(b)));
}

static inline vec vec_bits(uint32_t bits) /* in every element */
{
    return vec_of_bits_(vdupq_n_u32(bits));
}

static inline vec vec_add_bits(vec a, vec b) /* as integers of 32 bits */
{
    return vec_of_bits_(vaddq_u32(vec_to_bits_(a), vec_to_bits_(b)));
}

/* The lower and the upper 32 bits of the products of integers of 32 bits. */
static inline void vec_multiply_bits(vec a, vec b, vec *low, vec *high)
{
    const uint32x4_t x = vec_to_bits_(a), y = vec_to_bits_(b);
    const uint32x4_t first = vreinterpretq_u32_u64(vmull_u32(vget_low_u32(x), vget_low_u32(y))),
                     second = vreinterpretq_u32_u64(vmull_high_u32(x, y));
    *low = vec_of_bits_(vuzp1q_u32(first, second));
    *high = vec_of_bits_(vuzp2q_u32(first, second));
}

static inline vec vec_pick_below(vec a, vec b, vec yes, vec no)
{
    return vbslq_f32(vcltq_u32(vec_to_bits_(a), vec_to_bits_(b)), yes, no);
}

static inline void vec_unzip(vec a, vec b, vec *even, vec *odd)
{
    *even = vuzp1q_f32(a, b);
    *odd = vuzp2q_f32(a, b);
}

static inline void vec_zip(vec a, vec b, vec *first, vec *second)
{
    *first = vzip1q_f32(a, b);
    *second = vzip2q_f32(a, b);
}

/* Transposes x: x[i][k] and x[k][i] change places. */
static inline void vec_turn_(vec x[4])
{
    vec a, b, c, d; /* rows 0 and 2, 1 and 3, element by element */
    vec_zip(x[0], x[2], &a, &b);
    vec_zip(x[1], x[3], &c, &d);
    vec_zip(a, c, &x[0], &x[1]);
    vec_zip(b, d, &x[2], &x[3]);
}

/* Stores GEMM_ROWS vectors as columns: element j of all of them contiguously at x + j ld. */
static inline void vec_store_columns(float *x, size_t ld, const vec a[GEMM_ROWS])
{
    vec top[4] = {a[0], a[1], a[2], a[3]}, below[4] = {a[4], a[5], a[6], a[7]};
    vec_turn_(top);
    vec_turn_(below);
    for (size_t j = 0; j < 4; j++) {
        vst1q_f32(x + j * ld, top[j]);
        vst1q_f32(x + j * ld + 4, below[j]);
    }
}

static inline void vec_load_columns(const float *x, size_t ld, vec a[GEMM_ROWS])
{
    for (size_t j = 0; j < 4; j++) {
        a[j] = vld1q_f32(x + j * ld);
        a[4 + j] = vld1q_f32(x + j * ld + 4);
    }
    vec_turn_(a);
    vec_turn_(a + 4);
}

#endif
