/*
 * kernel_sums.c - adds vectors, sums up numbers and columns, converts bytes to floats.
 */
#include "kernel.h"
#include "lanes.h"

void KERNEL(add)(float *y, const float *x, size_t n)
{
    for (size_t i = 0; i < n; i += VEC_WIDTH)
        vec_store_part(y + i, vec_add(vec_load_part(y + i, n - i), vec_load_part(x + i, n - i)), n - i);
}

void KERNEL(add_to)(float *y, const float *a, const float *b, size_t n)
{
    for (size_t i = 0; i < n; i += VEC_WIDTH)
        vec_store_part(y + i, vec_add(vec_load_part(a + i, n - i), vec_load_part(b + i, n - i)), n - i);
}

/* x: rows x cols */
void KERNEL(column_sum)(const float *x, size_t rows, size_t cols, size_t stride, float *sum)
{
    for (size_t j = 0; j < cols; j += VEC_WIDTH) {
        vec total = vec_all(0.0f);
        for (size_t i = 0; i < rows; i++)
            total = vec_add(total, vec_load_part(x + i * stride + j, cols - j));
        vec_store_part(sum + j, total, cols - j);
    }
}

float KERNEL(sum)(const float *x, size_t n)
{
    struct lanes total = lanes_zero();
    for (size_t i = 0; i < n; i += LANES)
        for (size_t v = 0; v < LANE_VECTORS && i + v * VEC_WIDTH < n; v++)
            total.sums[v] =
                vec_add(total.sums[v], vec_load_part(x + i + v * VEC_WIDTH, n - i - v * VEC_WIDTH));
    return lanes_total(&total);
}

void KERNEL(bytes_to_float)(const uint8_t *x, size_t n, float offset, float scale, float *y)
{
    for (size_t i = 0; i < n; i++)
        y[i] = ((float)x[i] - offset) * scale;
}
