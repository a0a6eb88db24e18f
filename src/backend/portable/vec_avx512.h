/*
 * vec_avx512.h - the operations of vec.h for AVX-512: 16 floats, 32 registers.
 */
#ifndef BL_PORTABLE_VEC_AVX512_H
#define BL_PORTABLE_VEC_AVX512_H

#include <immintrin.h>

enum { GEMM_ROWS = 8, GEMM_VECTORS = 3 };
typedef __m512 vec;

static inline vec vec_all(float x)
{
    return _mm512_set1_ps(x);
}

static inline vec vec_load(const float *x)
{
    return _mm512_loadu_ps(x);
}

static inline void vec_store(float *x, vec a)
{
    _mm512_storeu_ps(x, a);
}

static inline vec vec_load_first(const float *x, size_t n)
{
    return _mm512_maskz_loadu_ps((__mmask16)((1u << n) - 1u), x);
}

static inline void vec_store_first(float *x, vec a, size_t n)
{
    _mm512_mask_storeu_ps(x, (__mmask16)((1u << n) - 1u), a);
}

static inline vec vec_add(vec a, vec b)
{
    return _mm512_add_ps(a, b);
}

static inline vec vec_sub(vec a, vec b)
{
    return _mm512_sub_ps(a, b);
}

static inline vec vec_mul(vec a, vec b)
{
    return _mm512_mul_ps(a, b);
}

static inline vec vec_div(vec a, vec b)
{
    return _mm512_div_ps(a, b);
}

static inline vec vec_sqrt(vec a)
{
    return _mm512_sqrt_ps(a);
}

static inline vec vec_fma(vec a, vec b, vec c)
{
    return _mm512_fmadd_ps(a, b, c);
}

static inline vec vec_fnma(vec a, vec b, vec c)
{
    return _mm512_fnmadd_ps(a, b, c);
}

static inline vec vec_larger(vec a, vec b)
{
    return _mm512_max_ps(b, a);
}

static inline vec vec_smaller(vec a, vec b)
{
    return _mm512_min_ps(b, a);
}

static inline vec vec_pick_less(vec a, vec b, vec yes, vec no)
{
    return _mm512_mask_blend_ps(_mm512_cmp_ps_mask(a, b, _CMP_LT_OQ), no, yes);
}

static inline vec vec_shift_left(vec a, int bits)
{
    return _mm512_castsi512_ps(_mm512_sllv_epi32(_mm512_castps_si512(a), _mm512_set1_epi32(bits)));
}

static inline vec vec_shift_right(vec a, int bits)
{
    return _mm512_castsi512_ps(_mm512_srlv_epi32(_mm512_castps_si512(a), _mm512_set1_epi32(bits)));
}

static inline vec vec_and(vec a, vec b)
{
    return _mm512_castsi512_ps(_mm512_and_si512(_mm512_castps_si512(a), _mm512_castps_si512(b)));
}

static inline vec vec_or(vec a, vec b)
{
    return _mm512_castsi512_ps(_mm512_or_si512(_mm512_castps_si512(a), _mm512_castps_si512(b)));
}

static inline vec vec_xor(vec a, vec b)
{
    return _mm512_castsi512_ps(_mm512_xor_si512(_mm512_castps_si512(a), _mm512_castps_si512(b)));
}

static inline vec vec_bits(uint32_t bits) /* in every element */
{
    return _mm512_castsi512_ps(_mm512_set1_epi32((int)bits));
}

static inline vec vec_add_bits(vec a, vec b) /* as integers of 32 bits */
{
    return _mm512_castsi512_ps(_mm512_add_epi32(_mm512_castps_si512(a), _mm512_castps_si512(b)));
}

/* The lower and the upper 32 bits of the products of integers of 32 bits. */
static inline void vec_multiply_bits(vec a, vec b, vec *low, vec *high)
{
    const __m512i x = _mm512_castps_si512(a), y = _mm512_castps_si512(b);
    const __m512i even = _mm512_mul_epu32(x, y),
                  odd = _mm512_mul_epu32(_mm512_srli_epi64(x, 32), _mm512_srli_epi64(y, 32));
    *low = _mm512_castsi512_ps(_mm512_mask_blend_epi32(0xaaaa, even, _mm512_slli_epi64(odd, 32)));
    *high = _mm512_castsi512_ps(_mm512_mask_blend_epi32(0xaaaa, _mm512_srli_epi64(even, 32), odd));
}

static inline vec vec_pick_below(vec a, vec b, vec yes, vec no)
{
    return _mm512_mask_blend_ps(_mm512_cmplt_epu32_mask(_mm512_castps_si512(a), _mm512_castps_si512(b)), no,
                                yes);
}

static inline void vec_unzip(vec a, vec b, vec *even, vec *odd)
{
    const __m512i first = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
    *even = _mm512_permutex2var_ps(a, first, b);
    *odd = _mm512_permutex2var_ps(a, _mm512_add_epi32(first, _mm512_set1_epi32(1)), b);
}

static inline void vec_zip(vec a, vec b, vec *first, vec *second)
{
    const __m512i low = _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    *first = _mm512_permutex2var_ps(a, low, b);
    *second = _mm512_permutex2var_ps(a, _mm512_add_epi32(low, _mm512_set1_epi32(8)), b);
}

/* In each lane of 4 floats, transposes x: x[i][k] and x[k][i] change places. */
static inline void vec_turn_lanes(vec x[4])
{
    const __m512d a = _mm512_castps_pd(_mm512_unpacklo_ps(x[0], x[1])),
                  b = _mm512_castps_pd(_mm512_unpackhi_ps(x[0], x[1])),
                  c = _mm512_castps_pd(_mm512_unpacklo_ps(x[2], x[3])),
                  d = _mm512_castps_pd(_mm512_unpackhi_ps(x[2], x[3]));
    x[0] = _mm512_castpd_ps(_mm512_unpacklo_pd(a, c));
    x[1] = _mm512_castpd_ps(_mm512_unpackhi_pd(a, c));
    x[2] = _mm512_castpd_ps(_mm512_unpacklo_pd(b, d));
    x[3] = _mm512_castpd_ps(_mm512_unpackhi_pd(b, d));
}

/* Stores GEMM_ROWS vectors as columns: element j of all of them contiguously at x + j ld. */
static inline void vec_store_columns(float *x, size_t ld, const vec a[GEMM_ROWS])
{
    vec top[4] = {a[0], a[1], a[2], a[3]}, below[4] = {a[4], a[5], a[6], a[7]};
    vec_turn_lanes(top);
    vec_turn_lanes(below);
    for (size_t j = 0; j < 4; j++) { /* columns j, 4 + j, 8 + j, 12 + j */
        const __m512d t = _mm512_castps_pd(top[j]), b = _mm512_castps_pd(below[j]);
        const vec first =
            _mm512_castpd_ps(_mm512_permutex2var_pd(t, _mm512_setr_epi64(0, 1, 8, 9, 2, 3, 10, 11), b));
        const vec second =
            _mm512_castpd_ps(_mm512_permutex2var_pd(t, _mm512_setr_epi64(4, 5, 12, 13, 6, 7, 14, 15), b));
        _mm256_storeu_ps(x + j * ld, _mm512_castps512_ps256(first));
        _mm256_storeu_ps(x + (4 + j) * ld, _mm512_extractf32x8_ps(first, 1));
        _mm256_storeu_ps(x + (8 + j) * ld, _mm512_castps512_ps256(second));
        _mm256_storeu_ps(x + (12 + j) * ld, _mm512_extractf32x8_ps(second, 1));
    }
}

static inline void vec_load_columns(const float *x, size_t ld, vec a[GEMM_ROWS])
{
    for (size_t j = 0; j < 4; j++) {
        const __m512 first = _mm512_insertf32x8(_mm512_castps256_ps512(_mm256_loadu_ps(x + j * ld)),
                                                _mm256_loadu_ps(x + (4 + j) * ld), 1);
        const __m512 second = _mm512_insertf32x8(_mm512_castps256_ps512(_mm256_loadu_ps(x + (8 + j) * ld)),
                                                 _mm256_loadu_ps(x + (12 + j) * ld), 1);
        a[j] = _mm512_shuffle_f32x4(first, second, 0x88);
        a[4 + j] = _mm512_shuffle_f32x4(first, second, 0xdd);
    }
    vec_turn_lanes(a);
    vec_turn_lanes(a + 4);
}

#endif
