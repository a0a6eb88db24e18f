/*
 * kernel_optimizer.c - one step of SGD, RMSprop and Adam on a piece of the weights. The formulas are in
 * backend.h; square roots and divisions are exact.
 */
#include "kernel.h"
#include "rmsprop.h"

/* a x + b y */
static inline vec mix(vec a, vec x, vec b, vec y)
{
    return vec_fma(a, x, vec_mul(b, y));
}

/* Without v there is no momentum, and the step is g. */
void KERNEL(sgd)(const struct sgd_step *s, float *w, const float *g, float *v, size_t n)
{
    const vec rate = vec_all(s->rate), momentum = vec_all(s->momentum), keep = vec_all(1.0f - s->decay);
    for (size_t i = 0; i < n; i += VEC_WIDTH) {
        const vec slope = vec_load_part(g + i, n - i);
        vec step = slope;
        if (v) {
            const vec velocity = vec_fma(momentum, vec_load_part(v + i, n - i), slope);
            vec_store_part(v + i, velocity, n - i);
            step = s->nesterov ? vec_fma(momentum, velocity, slope) : velocity;
        }
        const vec kept = vec_mul(keep, vec_load_part(w + i, n - i));
        vec_store_part(w + i, vec_fnma(rate, step, kept), n - i);
    }
}

void KERNEL(rmsprop)(const struct rmsprop_step *s, float *w, const float *g, float *m, size_t n)
{
    const struct rmsprop_factors factors = rmsprop_factors(s);
    for (size_t i = 0; i < n; i += VEC_WIDTH)
        rmsprop_vector(&factors, w + i, g + i, m + i, n - i);
}

void KERNEL(adam)(const struct adam_step *s, float *w, const float *g, float *m, float *v, size_t n)
{
    const vec b1 = vec_all(s->beta1), rest1 = vec_all(1.0f - s->beta1), c1 = vec_all(s->correction1);
    const vec b2 = vec_all(s->beta2), rest2 = vec_all(1.0f - s->beta2), c2 = vec_all(s->correction2);
    const vec rate = vec_all(s->rate), epsilon = vec_all(s->epsilon), keep = vec_all(1.0f - s->decay);
    for (size_t i = 0; i < n; i += VEC_WIDTH) {
        const vec slope = vec_load_part(g + i, n - i);
        const vec mean = mix(b1, vec_load_part(m + i, n - i), rest1, slope);
        const vec square = mix(b2, vec_load_part(v + i, n - i), rest2, vec_mul(slope, slope));
        vec_store_part(m + i, mean, n - i);
        vec_store_part(v + i, square, n - i);
        const vec below = vec_add(vec_sqrt(vec_div(square, c2)), epsilon);
        const vec step = vec_div(vec_mul(rate, vec_div(mean, c1)), below);
        const vec kept = vec_mul(keep, vec_load_part(w + i, n - i));
        vec_store_part(w + i, vec_sub(kept, step), n - i);
    }
}
