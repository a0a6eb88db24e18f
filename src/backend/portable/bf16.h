/*
 * bf16.h - bfloat16: the upper half of a float. A pair of them takes the space of one float, the first in the
 * lower half. Products of pairs are summed in float.
 *
 * The product of two pairs is computed as VDPBF16PS does: the product of the second numbers is added first,
 * each addition is fused and rounded to nearest, and denormal numbers are zero. So processors with and
 * without that instruction give the same bits. BFDOT of AArch64 rounds in another way (to odd, and once for
 * both products) and is not used.
 */
#ifndef BL_PORTABLE_BF16_H
#define BL_PORTABLE_BF16_H

#include "vec_math.h"

#include <stdbool.h>

#if VEC_WIDTH == 16 && defined __AVX512BF16__
enum { HAS_BF16 = true };
#else
enum { HAS_BF16 = false };
#endif

static inline size_t bf16_rows(size_t rows)
{
    return HAS_BF16 ? rows : 1;
}

/* Without VDPBF16PS products of pairs are slow in any case, so tiles have one row, which compiles faster. */
#define BF16_CALL(call, rows, vectors, multiply, ...)                                                        \
    (HAS_BF16         ? TILE_CALL_WITH(call, rows, vectors, multiply, __VA_ARGS__)                           \
     : (vectors) == 3 ? multiply(__VA_ARGS__, 1, 3)                                                          \
     : (vectors) == 2 ? multiply(__VA_ARGS__, 1, 2)                                                          \
                      : multiply(__VA_ARGS__, 1, 1))

static inline vec bf16_flush(vec a)
{
    return vec_pick_less(vec_abs(a), vec_all(FLT_MIN), vec_sign(a), a);
}

/* Rounds to the nearest bfloat16, ties to even; the result is a float whose lower half is zero. */
static inline vec bf16_round(vec a)
{
    const vec upper = vec_bits(0xffff0000u), size = vec_abs(a);
    const vec last = vec_and(vec_shift_right(a, 16), vec_bits(1));
    const vec near = vec_and(vec_add_bits(a, vec_add_bits(last, vec_bits(0x7fff))), upper);
    const vec finite = vec_pick_less(size, vec_all(FLT_MIN), vec_sign(a), near);
    return vec_pick_less(size, vec_all(INFINITY), finite, vec_and(vec_add(a, a), upper));
}

static inline vec bf16_pair(vec first, vec second)
{
    return vec_or(vec_shift_right(bf16_round(first), 16), bf16_round(second));
}

/* sum + a b. sum: zero, or a result of this function. */
static inline vec bf16_add_product(vec a, vec b, vec sum)
{
#if VEC_WIDTH == 16 && defined __AVX512BF16__
    return _mm512_dpbf16_ps(sum, (__m512bh)a, (__m512bh)b);
#else
    const vec upper = vec_bits(0xffff0000u);
    sum = bf16_flush(vec_fma(vec_and(a, upper), vec_and(b, upper), sum));
    return bf16_flush(vec_fma(vec_shift_left(a, 16), vec_shift_left(b, 16), sum));
#endif
}

#endif
