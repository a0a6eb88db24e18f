/*
 * update_vector.h - the step of each optimiser on one vector of weights, or its first n. The formulas are in
 * backend.h; square roots and divisions are exact.
 *
 * The squares of gradients that are too small to change a step are raised (least_gradient), because denormal
 * numbers take more than a hundred cycles on some processors. The denormal numbers that state decays to are
 * set to 0 from time to time (train/step/flush.h).
 */
#ifndef BL_PORTABLE_UPDATE_VECTOR_H
#define BL_PORTABLE_UPDATE_VECTOR_H

#include "../backend.h"
#include "vec_math.h"

/* In mean squares a gradient other than 0 counts with at least this magnitude. The root of a mean of such
   squares is below epsilon 2^-30, so its sum with epsilon rounds to epsilon; and the square is not 0, so a
   tie of the sum that it is added to is rounded as with the true square. From 2^-57 on, 0.001 of a square is
   not denormal. */
static inline float least_gradient(float epsilon)
{
    const float unseen = epsilon * 0x1p-30f, least = 0x1p-57f;
    return unseen < least ? unseen : least;
}

static inline vec square_of(vec slope, float least)
{
    const vec size = vec_abs(slope), raised = vec_larger(size, vec_all(least));
    const vec seen = vec_pick_below(size, vec_bits(1), vec_all(0.0f), raised); /* 0 where size is 0 */
    return vec_mul(seen, seen);
}

struct rmsprop_factors {
    float rate, rho, rest, epsilon, keep, least;
};

static inline struct rmsprop_factors rmsprop_factors(const struct rmsprop_step *s)
{
    return (struct rmsprop_factors){.rate = s->rate,
                                    .rho = s->rho,
                                    .rest = 1.0f - s->rho,
                                    .epsilon = s->epsilon,
                                    .keep = 1.0f - s->decay,
                                    .least = least_gradient(s->epsilon)};
}

/* v NULL: there is no momentum, and the step is the slope. */
static inline __attribute__((always_inline)) void sgd_vector(const struct sgd_step *s, float *w, vec slope,
                                                             float *v, size_t n)
{
    vec step = slope;
    if (v) {
        const vec velocity = vec_fma(vec_all(s->momentum), vec_load_part(v, n), slope);
        vec_store_part(v, velocity, n);
        step = s->nesterov ? vec_fma(vec_all(s->momentum), velocity, slope) : velocity;
    }
    const vec kept = vec_mul(vec_all(1.0f - s->decay), vec_load_part(w, n));
    vec_store_part(w, vec_fnma(vec_all(s->rate), step, kept), n);
}

/* a x + b y */
static inline vec mix(vec a, vec x, vec b, vec y)
{
    return vec_fma(a, x, vec_mul(b, y));
}

/* The corrections become 1 after many steps: by default the first after 160 steps, the second after 17 000.
   Divisions by 1 are omitted, because they change no bit and take as long as any other division. */
static inline __attribute__((always_inline)) void adam_vector(const struct adam_step *s, float *w, vec slope,
                                                              float *m, float *v, size_t n)
{
    const vec mean = mix(vec_all(s->beta1), vec_load_part(m, n), vec_all(1.0f - s->beta1), slope);
    const vec square = mix(vec_all(s->beta2), vec_load_part(v, n), vec_all(1.0f - s->beta2),
                           square_of(slope, least_gradient(s->epsilon)));
    vec_store_part(m, mean, n);
    vec_store_part(v, square, n);
    const vec first = s->correction1 == 1.0f ? mean : vec_div(mean, vec_all(s->correction1)),
              second = s->correction2 == 1.0f ? square : vec_div(square, vec_all(s->correction2));
    const vec below = vec_add(vec_sqrt(second), vec_all(s->epsilon));
    const vec step = vec_div(vec_mul(vec_all(s->rate), first), below);
    const vec kept = vec_mul(vec_all(1.0f - s->decay), vec_load_part(w, n));
    vec_store_part(w, vec_sub(kept, step), n);
}

static inline __attribute__((always_inline)) void rmsprop_vector(const struct rmsprop_factors *f, float *w,
                                                                 vec slope, float *m, size_t n)
{
    const vec square = vec_mul(vec_all(f->rest), square_of(slope, f->least));
    const vec mean = vec_fma(vec_all(f->rho), vec_load_part(m, n), square);
    vec_store_part(m, mean, n);
    const vec below = vec_add(vec_sqrt(mean), vec_all(f->epsilon));
    const vec step = vec_div(vec_mul(vec_all(f->rate), slope), below);
    vec_store_part(w, vec_sub(vec_mul(vec_all(f->keep), vec_load_part(w, n)), step), n);
}

#endif
