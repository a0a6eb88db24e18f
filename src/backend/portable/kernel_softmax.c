/*
 * kernel_softmax.c - y = exp(x - max x) / sum exp(x - max x), for one row.
 *
 * The sum is computed number by number, in double, so that its order does not depend on the vectors' width.
 */
#include "kernel.h"
#include "vec_math.h"

#include <math.h>

static float largest(const float *x, size_t n)
{
    float most = -INFINITY;
    for (size_t i = 0; i < n; i++)
        most = x[i] > most ? x[i] : most;
    return most;
}

static float log_of(float x)
{
    float out;
    vec_store_part(&out, vec_log(vec_all(x)), 1);
    return out;
}

float KERNEL(softmax)(const float *x, float *y, size_t n)
{
    const float most = largest(x, n);
    const vec highest = vec_all(most);
    for (size_t i = 0; i < n; i += VEC_WIDTH)
        vec_store_part(y + i, vec_exp(vec_sub(vec_load_part(x + i, n - i), highest)), n - i);

    double total = 0.0;
    for (size_t i = 0; i < n; i++)
        total += (double)y[i];
    const float sum = (float)total;
    const vec divisor = vec_all(sum);
    for (size_t i = 0; i < n; i += VEC_WIDTH)
        vec_store_part(y + i, vec_div(vec_load_part(y + i, n - i), divisor), n - i);
    return most + log_of(sum);
}
