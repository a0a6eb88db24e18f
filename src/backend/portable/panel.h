/*
 * panel.h - parts that the product kernels share: unrolled loops, and packing of columns.
 */
#ifndef BL_PORTABLE_PANEL_H
#define BL_PORTABLE_PANEL_H

#include "vec.h"

enum { CACHE_LINE = 64, LINE_FLOATS = CACHE_LINE / sizeof(float) };

/* EACH: a loop that must be unrolled, because otherwise the sums of a tile are kept in memory, which halves
   the speed. SPECIALIZED: a function that is compiled again for each size of a tile, because only loops of
   constant length can be unrolled. The sanitizers' checks of so much code take minutes to compile, so under a
   sanitizer loops stay loops, and one function serves all sizes. */
#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
#define EACH(i, n) for (size_t i = 0; i < (n); i++)
#define SPECIALIZED static inline
#else
#ifdef __clang__
#define EACH(i, n) _Pragma("clang loop unroll(full)") for (size_t i = 0; i < (n); i++)
#else
#define EACH(i, n) _Pragma("GCC unroll 16") for (size_t i = 0; i < (n); i++)
#endif
#define SPECIALIZED static inline __attribute__((always_inline))
#endif

/* x: VEC_WIDTH x VEC_WIDTH, transposed in place: zipping the upper half of the rows with the lower one turns
   the bits of an element's address (row, column) by one; done once for each bit of the row, the two have
   changed places. */
static inline void transpose(vec *x)
{
    for (size_t round = 1; round < VEC_WIDTH; round *= 2) {
        vec y[VEC_WIDTH];
        EACH (i, VEC_WIDTH)
            y[i] = x[i];
        EACH (i, (VEC_WIDTH + 1) / 2)
            vec_zip(y[i], y[i + VEC_WIDTH / 2], &x[2 * i], &x[2 * i + 1]);
    }
}

/* b: columns x depth, as stored; to: depth x width, where width is a multiple of VEC_WIDTH. The additional
   columns are filled with 0. */
static inline void pack_transposed(const float *b, size_t ldb, size_t depth, size_t columns, size_t width,
                                   float *to)
{
    for (size_t j = 0; j < columns; j += VEC_WIDTH)
        for (size_t k = 0; k < depth; k += VEC_WIDTH) {
            vec x[VEC_WIDTH];
            EACH (i, VEC_WIDTH)
                x[i] = j + i < columns ? vec_load_part(b + (j + i) * ldb + k, depth - k) : vec_all(0.0f);
            transpose(x);
            for (size_t i = 0; i < VEC_WIDTH && k + i < depth; i++)
                vec_store(to + (k + i) * width + j, x[i]);
        }
}

/* The number of rows of the next tile, of the `left` remaining ones. There are few heights, because each is
   compiled separately. */
static inline size_t tile_rows(size_t left)
{
    return left >= GEMM_ROWS ? GEMM_ROWS : left >= 4 ? 4 : left >= 2 ? 2 : 1;
}

/* Calls multiply(..., rows, vectors) with both as compile-time constants. */
#define TILE_CALL_ROWS(rows, vectors, multiply, ...)                                                         \
    ((rows) == GEMM_ROWS ? multiply(__VA_ARGS__, GEMM_ROWS, vectors)                                         \
     : (rows) == 4       ? multiply(__VA_ARGS__, 4, vectors)                                                 \
     : (rows) == 2       ? multiply(__VA_ARGS__, 2, vectors)                                                 \
                         : multiply(__VA_ARGS__, 1, vectors))
#define TILE_CALL_WITH(call, rows, vectors, multiply, ...)                                                   \
    ((vectors) == 3   ? call(rows, 3, multiply, __VA_ARGS__)                                                 \
     : (vectors) == 2 ? call(rows, 2, multiply, __VA_ARGS__)                                                 \
                      : call(rows, 1, multiply, __VA_ARGS__))
#define TILE_CALL(rows, vectors, multiply, ...)                                                              \
    TILE_CALL_WITH(TILE_CALL_ROWS, rows, vectors, multiply, __VA_ARGS__)

#endif
