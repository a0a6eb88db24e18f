/*
 * kernel_layernorm.c - layer norm of one example: the sums over its numbers, the normalised numbers and the
 * gradients.
 *
 * x^ = (x - mean) inverse, computed in this order everywhere.
 */
#include "kernel.h"
#include "lanes.h"

/* Sets the lanes from n on to 0, so that they do not change a sum. */
static inline vec first_lanes(vec a, size_t n)
{
    float lanes[VEC_WIDTH];
    if (n >= VEC_WIDTH)
        return a;
    vec_store(lanes, a);
    return vec_load_first(lanes, n);
}

static inline vec normal_of(vec x, const struct moments *m)
{
    return vec_mul(vec_sub(x, vec_all(m->mean)), vec_all(m->inverse));
}

float KERNEL(square_sum)(const float *x, float mean, size_t n)
{
    struct lanes total = lanes_zero();
    const vec middle = vec_all(mean);
    for (size_t i = 0; i < n; i += LANES)
        for (size_t v = 0; v < LANE_VECTORS && i + v * VEC_WIDTH < n; v++) {
            const size_t at = i + v * VEC_WIDTH;
            const vec d = first_lanes(vec_sub(vec_load_part(x + at, n - at), middle), n - at);
            total.sums[v] = vec_fma(d, d, total.sums[v]);
        }
    return lanes_total(&total);
}

void KERNEL(layer_norm)(float *y, const float *x, const struct moments *m, const float *gain,
                        const float *bias, size_t n)
{
    for (size_t i = 0; i < n; i += VEC_WIDTH) {
        const vec normal = normal_of(vec_load_part(x + i, n - i), m);
        vec_store_part(y + i, vec_fma(normal, vec_load_part(gain + i, n - i), vec_load_part(bias + i, n - i)),
                       n - i);
    }
}

void KERNEL(layer_norm_sums)(const float *dy, const float *x, const struct moments *m, const float *gain,
                             size_t n, float sums[2])
{
    struct lanes plain = lanes_zero(), normal = lanes_zero();
    for (size_t i = 0; i < n; i += LANES)
        for (size_t v = 0; v < LANE_VECTORS && i + v * VEC_WIDTH < n; v++) {
            const size_t at = i + v * VEC_WIDTH;
            const vec d = vec_mul(vec_load_part(dy + at, n - at), vec_load_part(gain + at, n - at));
            plain.sums[v] = vec_add(plain.sums[v], d);
            normal.sums[v] =
                vec_fma(d, first_lanes(normal_of(vec_load_part(x + at, n - at), m), n - at), normal.sums[v]);
        }
    sums[0] = lanes_total(&plain);
    sums[1] = lanes_total(&normal);
}

void KERNEL(layer_norm_backward)(float *dx, const float *dy, const float *x, const struct moments *m,
                                 const float *gain, const float means[2], bool accumulates, size_t n)
{
    const vec mean = vec_all(means[0]), slope = vec_all(means[1]), inverse = vec_all(m->inverse);
    for (size_t i = 0; i < n; i += VEC_WIDTH) {
        const vec d = vec_mul(vec_load_part(dy + i, n - i), vec_load_part(gain + i, n - i));
        const vec normal = normal_of(vec_load_part(x + i, n - i), m);
        const vec out = vec_mul(inverse, vec_fnma(normal, slope, vec_sub(d, mean)));
        vec_store_part(dx + i, accumulates ? vec_add(vec_load_part(dx + i, n - i), out) : out, n - i);
    }
}

void KERNEL(layer_norm_gain)(float *dgain, const float *dy, const float *x, const struct moments *m, size_t n)
{
    for (size_t i = 0; i < n; i += VEC_WIDTH) {
        const vec normal = normal_of(vec_load_part(x + i, n - i), m);
        vec_store_part(dgain + i,
                       vec_fma(vec_load_part(dy + i, n - i), normal, vec_load_part(dgain + i, n - i)), n - i);
    }
}
