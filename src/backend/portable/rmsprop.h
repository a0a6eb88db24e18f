/*
 * rmsprop.h - RMSprop's step on one vector of weights. The formula is in backend.h; root and division are exact.
 */
#ifndef BL_PORTABLE_RMSPROP_H
#define BL_PORTABLE_RMSPROP_H

#include "../backend.h"
#include "vec.h"

struct rmsprop_factors {
    float rate, rho, rest, epsilon, keep;
};

static inline struct rmsprop_factors rmsprop_factors(const struct rmsprop_step *s)
{
    return (struct rmsprop_factors){s->rate, s->rho, 1.0f - s->rho, s->epsilon, 1.0f - s->decay};
}

/* The first n of a vector. */
static inline __attribute__((always_inline)) void rmsprop_vector(const struct rmsprop_factors *f, float *w,
                                                                 const float *g, float *m, size_t n)
{
    const vec slope = vec_load_part(g, n);
    const vec square = vec_mul(vec_all(f->rest), vec_mul(slope, slope));
    const vec mean = vec_fma(vec_all(f->rho), vec_load_part(m, n), square);
    vec_store_part(m, mean, n);
    const vec below = vec_add(vec_sqrt(mean), vec_all(f->epsilon));
    const vec step = vec_div(vec_mul(vec_all(f->rate), slope), below);
    vec_store_part(w, vec_sub(vec_mul(vec_all(f->keep), vec_load_part(w, n)), step), n);
}

#endif
