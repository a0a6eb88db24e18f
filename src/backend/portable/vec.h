/*
 * vec.h - a vector of VEC_WIDTH floats and its operations, for AVX-512 (16), AVX2 with FMA (8), NEON on
 * AArch64 (4) and plain C (1): one header each.
 *
 * Every operation is rounded once, as IEEE 754 says, lane by lane, and denormal numbers are kept: so a kernel
 * that combines them in one order per element gives the same bits in every width. (Only the sign and payload
 * of a NaN depend on the processor.) vec_shift_left, vec_shift_right, vec_and, vec_or and vec_xor work on
 * the bits of the floats; vec_add_bits, vec_multiply_bits and vec_pick_below take the bits as unsigned
 * integers.
 */
#ifndef BL_PORTABLE_VEC_H
#define BL_PORTABLE_VEC_H

#include <float.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifndef VEC_WIDTH
#define VEC_WIDTH 1 /* backend.cmake sets it together with the flags that the width needs */
#endif
#if FLT_EVAL_METHOD != 0
#error "floats must be computed as floats: on 32-bit x86 use -msse2 -mfpmath=sse"
#endif

/* Each header defines GEMM_ROWS and GEMM_VECTORS, too: as many sums as fit the registers together with a row
   of B and one element of A. */
#if VEC_WIDTH == 16
#include "vec_avx512.h"
#elif VEC_WIDTH == 8
#include "vec_avx2.h"
#elif VEC_WIDTH == 4
#include "vec_neon.h"
#elif VEC_WIDTH == 1
#include "vec_plain.h"
#else
#error "VEC_WIDTH must be 16, 8, 4 or 1"
#endif

/* Loads or stores the first n floats at x. The other lanes are 0 when loaded, and memory after them is not
   accessed. */
static inline vec vec_load_part(const float *x, size_t n)
{
    return n >= VEC_WIDTH ? vec_load(x) : vec_load_first(x, n);
}

static inline void vec_store_part(float *x, vec a, size_t n)
{
    if (n >= VEC_WIDTH)
        vec_store(x, a);
    else
        vec_store_first(x, a, n);
}

#endif
