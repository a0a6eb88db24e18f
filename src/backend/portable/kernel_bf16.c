/*
 * kernel_bf16.c - converts floats to pairs of bfloat16, along either side of a matrix. An incomplete pair is
 * filled with 0.
 */
#include "bf16.h"
#include "kernel.h"

bool KERNEL(has_bf16)(void)
{
    return HAS_BF16;
}

void KERNEL(pair_rows)(const float *x, size_t ldx, size_t rows, size_t cols, float *to)
{
    for (size_t i = 0; i < rows; i += 2, to += cols)
        for (size_t j = 0; j < cols; j += VEC_WIDTH) {
            const float *first = x + i * ldx + j;
            const vec second = i + 1 < rows ? vec_load_part(first + ldx, cols - j) : vec_all(0.0f);
            vec_store_part(to + j, bf16_pair(vec_load_part(first, cols - j), second), cols - j);
        }
}

void KERNEL(pair_columns)(const float *x, size_t ldx, size_t rows, size_t cols, float *to)
{
    const size_t pairs = (cols + 1) / 2;
    for (size_t i = 0; i < rows; i++, x += ldx, to += pairs)
        for (size_t j = 0; j < cols; j += 2 * VEC_WIDTH) {
            const size_t left = cols - j;
            const vec a = vec_load_part(x + j, left);
            const vec b =
                left > VEC_WIDTH ? vec_load_part(x + j + VEC_WIDTH, left - VEC_WIDTH) : vec_all(0.0f);
            vec even, odd;
            vec_unzip(a, b, &even, &odd);
            vec_store_part(to + j / 2, bf16_pair(even, odd), (left + 1) / 2);
        }
}
