/*
 * vec_avx2.h - the operations of vec.h for AVX2 with FMA: 8 floats, 16 registers.
 */
#ifndef BL_PORTABLE_VEC_AVX2_H
#define BL_PORTABLE_VEC_AVX2_H

#include <immintrin.h>

enum { GEMM_ROWS = 4, GEMM_VECTORS = 3 };
typedef __m256 vec;

static inline vec vec_all(float x)
{
    return _mm256_set1_ps(x);
}

static inline vec vec_load(const float *x)
{
    return _mm256_loadu_ps(x);
}

static inline void vec_store(float *x, vec a)
{
    _mm256_storeu_ps(x, a);
}

static inline __m256i vec_mask_(size_t n)
{
    return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

static inline vec vec_load_first(const float *x, size_t n)
{
    return _mm256_maskload_ps(x, vec_mask_(n));
}

static inline void vec_store_first(float *x, vec a, size_t n)
{
    _mm256_maskstore_ps(x, vec_mask_(n), a);
}

static inline vec vec_add(vec a, vec b)
{
    return _mm256_add_ps(a, b);
}

static inline vec vec_sub(vec a, vec b)
{
    return _mm256_sub_ps(a, b);
}

static inline vec vec_mul(vec a, vec b)
{
    return _mm256_mul_ps(a, b);
}

static inline vec vec_div(vec a, vec b)
{
    return _mm256_div_ps(a, b);
}

static inline vec vec_sqrt(vec a)
{
    return _mm256_sqrt_ps(a);
}

static inline vec vec_fma(vec a, vec b, vec c)
{
    return _mm256_fmadd_ps(a, b, c);
}

static inline vec vec_fnma(vec a, vec b, vec c)
{
    return _mm256_fnmadd_ps(a, b, c);
}

static inline vec vec_larger(vec a, vec b)
{
    return _mm256_max_ps(b, a);
}

static inline vec vec_smaller(vec a, vec b)
{
    return _mm256_min_ps(b, a);
}

static inline vec vec_pick_less(vec a, vec b, vec yes, vec no)
{
    return _mm256_blendv_ps(no, yes, _mm256_cmp_ps(a, b, _CMP_LT_OQ));
}

static inline vec vec_shift_left(vec a, int bits)
{
    return _mm256_castsi256_ps(_mm256_sllv_epi32(_mm256_castps_si256(a), _mm256_set1_epi32(bits)));
}

static inline vec vec_shift_right(vec a, int bits)
{
    return _mm256_castsi256_ps(_mm256_srlv_epi32(_mm256_castps_si256(a), _mm256_set1_epi32(bits)));
}

static inline vec vec_and(vec a, vec b)
{
    return _mm256_and_ps(a, b);
}

static inline vec vec_or(vec a, vec b)
{
    return _mm256_or_ps(a, b);
}

static inline vec vec_xor(vec a, vec b)
{
    return _mm256_xor_ps(a, b);
}

static inline vec vec_bits(uint32_t bits) /* in every element */
{
    return _mm256_castsi256_ps(_mm256_set1_epi32((int)bits));
}

static inline vec vec_add_bits(vec a, vec b) /* as integers of 32 bits */
{
    return _mm256_castsi256_ps(_mm256_add_epi32(_mm256_castps_si256(a), _mm256_castps_si256(b)));
}

/* The lower and the upper 32 bits of the products of integers of 32 bits. */
static inline void vec_multiply_bits(vec a, vec b, vec *low, vec *high)
{
    const __m256i x = _mm256_castps_si256(a), y = _mm256_castps_si256(b);
    const __m256i even = _mm256_mul_epu32(x, y),
                  odd = _mm256_mul_epu32(_mm256_srli_epi64(x, 32), _mm256_srli_epi64(y, 32));
    *low = _mm256_castsi256_ps(_mm256_blend_epi32(even, _mm256_slli_epi64(odd, 32), 0xaa));
    *high = _mm256_castsi256_ps(_mm256_blend_epi32(_mm256_srli_epi64(even, 32), odd, 0xaa));
}

/* AVX2 compares signed integers only: a < b exactly if the larger of a and b is not a. */
static inline vec vec_pick_below(vec a, vec b, vec yes, vec no)
{
    const __m256i x = _mm256_castps_si256(a), y = _mm256_castps_si256(b);
    const __m256i is_not_below = _mm256_cmpeq_epi32(_mm256_max_epu32(x, y), x);
    return _mm256_blendv_ps(yes, no, _mm256_castsi256_ps(is_not_below));
}

static inline void vec_unzip(vec a, vec b, vec *even, vec *odd)
{
    const __m256i order = _mm256_setr_epi32(0, 1, 4, 5, 2, 3, 6, 7);
    *even = _mm256_permutevar8x32_ps(_mm256_shuffle_ps(a, b, 0x88), order);
    *odd = _mm256_permutevar8x32_ps(_mm256_shuffle_ps(a, b, 0xdd), order);
}

static inline void vec_zip(vec a, vec b, vec *first, vec *second)
{
    const vec low = _mm256_unpacklo_ps(a, b), high = _mm256_unpackhi_ps(a, b);
    *first = _mm256_permute2f128_ps(low, high, 0x20);
    *second = _mm256_permute2f128_ps(low, high, 0x31);
}

/* In each lane of 4 floats, transposes x: x[i][k] and x[k][i] change places. */
static inline void vec_turn_lanes(vec x[4])
{
    const __m256d a = _mm256_castps_pd(_mm256_unpacklo_ps(x[0], x[1])),
                  b = _mm256_castps_pd(_mm256_unpackhi_ps(x[0], x[1])),
                  c = _mm256_castps_pd(_mm256_unpacklo_ps(x[2], x[3])),
                  d = _mm256_castps_pd(_mm256_unpackhi_ps(x[2], x[3]));
    x[0] = _mm256_castpd_ps(_mm256_unpacklo_pd(a, c));
    x[1] = _mm256_castpd_ps(_mm256_unpackhi_pd(a, c));
    x[2] = _mm256_castpd_ps(_mm256_unpacklo_pd(b, d));
    x[3] = _mm256_castpd_ps(_mm256_unpackhi_pd(b, d));
}

/* Stores GEMM_ROWS vectors as columns: element j of all of them contiguously at x + j ld. */
static inline void vec_store_columns(float *x, size_t ld, const vec a[GEMM_ROWS])
{
    vec turned[4] = {a[0], a[1], a[2], a[3]};
    vec_turn_lanes(turned);
    for (size_t j = 0; j < 4; j++) { /* columns j and 4 + j */
        _mm_storeu_ps(x + j * ld, _mm256_castps256_ps128(turned[j]));
        _mm_storeu_ps(x + (4 + j) * ld, _mm256_extractf128_ps(turned[j], 1));
    }
}

static inline void vec_load_columns(const float *x, size_t ld, vec a[GEMM_ROWS])
{
    for (size_t j = 0; j < 4; j++)
        a[j] = _mm256_insertf128_ps(_mm256_castps128_ps256(_mm_loadu_ps(x + j * ld)),
                                    _mm_loadu_ps(x + (4 + j) * ld), 1);
    vec_turn_lanes(a);
}

#endif
