/*
 * kernel_activation.c - the activation functions, and their derivatives, which are computed from the values
 * (those of gelu from the pre-activations).
 *
 * Largest errors, in units in the last place of the result: tanh 2.5, logistic 2.5, softplus 2, gelu 7. The
 * derivatives are computed from h, so their accuracy is limited by that of h. The derivative of gelu is
 * computed from a, with an error of at most 4e-7.
 */
#include "kernel.h"
#include "vec_math.h"

/* tanh |x| = t / (t + 2) with t = exp(2 |x|) - 1: no cancellation near 0. From 10 on tanh x rounds to 1, so
   the exponential never overflows. */
static inline vec tanh_of(vec x)
{
    const vec a = vec_min(vec_abs(x), 10.0f);
    vec n;
    const vec e = vec_exp_part(vec_add(a, a), &n), scale = vec_power_of_2(n);
    const vec t = vec_fma(scale, e, vec_sub(scale, vec_all(1.0f)));
    return vec_or(vec_div(t, vec_add(t, vec_all(2.0f))), vec_sign(x));
}

/* z / (1 + z) for x < 0 and 1 / (1 + z) else, with z = exp(-|x|) <= 1: nothing overflows. */
static inline vec logistic_of(vec x)
{
    const vec z = vec_exp(vec_negative(vec_abs(x)));
    const vec above = vec_pick_less(x, vec_all(0.0f), z, vec_all(1.0f));
    return vec_div(above, vec_add(vec_all(1.0f), z));
}

/* max(x, 0) + log(1 + exp(-|x|)) */
static inline vec softplus_of(vec x)
{
    const vec z = vec_exp(vec_negative(vec_abs(x)));
    return vec_add(vec_max(x, 0.0f), vec_log1p(z));
}

/* For a >= 0 the normal distribution's tail P(X > a) is *exponential, which is exp(-a^2 / 2), times the
   result, a smooth function of u = 1 / (1 + 5 a / 16). The polynomial is a minimax fit of relative error 3e-8
   on [0, 14.5]; beyond 14.5 the exponential is below the smallest float. */
static inline vec normal_tail(vec a, vec *exponential)
{
    static const float c[] = {0x1.93f722p-17f, 0x1.fd667cp-4f,  0x1.0619d0p-3f, 0x1.796270p-4f,
                              0x1.545302p-3f,  -0x1.19c7a2p-3f, 0x1.4ce48ep-2f, -0x1.2c3efep-2f,
                              0x1.c3dc14p-4f,  -0x1.f491c6p-7f};
    const vec one = vec_all(1.0f), square = vec_mul(a, a), rest = vec_fma(a, a, vec_negative(square));
    const vec e = vec_exp(vec_mul(square, vec_all(-0.5f)));
    *exponential = vec_fnma(e, vec_mul(rest, vec_all(0.5f)), e); /* a^2 = square + rest */
    return vec_polynomial(vec_div(one, vec_fma(a, vec_all(0.3125f), one)), c, 9);
}

/* -a P(X > a) for x < 0 and x - a P(X > a) else, a = |x|: no cancellation, and one rounding where results
   are denormal. */
static inline vec gelu_of(vec x)
{
    const vec a = vec_min(vec_abs(x), 20.0f), zero = vec_all(0.0f);
    vec e;
    const vec tail = normal_tail(a, &e), lost = vec_mul(vec_mul(a, tail), e);
    return vec_sub(vec_pick_less(x, zero, zero, x), lost);
}

/* P(X < x) + x exp(-x^2 / 2) / sqrt(2 pi) */
static inline vec gelu_slope_of(vec x)
{
    const vec a = vec_min(vec_abs(x), 20.0f);
    vec e;
    const vec tail = normal_tail(a, &e);
    const vec below = vec_mul(vec_fnma(a, vec_all(0x1.988454p-2f), tail), e);
    return vec_pick_less(x, vec_all(0.0f), below, vec_sub(vec_all(1.0f), below));
}

static inline void store_delta(float *d, vec value, size_t n)
{
    vec_store_part(d, vec_flush(value, LEAST_DELTA), n);
}

void KERNEL(tanh)(float *x, size_t n)
{
    for (size_t i = 0; i < n; i += VEC_WIDTH)
        vec_store_part(x + i, tanh_of(vec_load_part(x + i, n - i)), n - i);
}

void KERNEL(tanh_backward)(float *d, const float *h, size_t n)
{
    for (size_t i = 0; i < n; i += VEC_WIDTH) {
        const vec value = vec_load_part(h + i, n - i);
        const vec slope = vec_fnma(value, value, vec_all(1.0f));
        store_delta(d + i, vec_mul(vec_load_part(d + i, n - i), slope), n - i);
    }
}

void KERNEL(logistic)(float *x, size_t n)
{
    for (size_t i = 0; i < n; i += VEC_WIDTH)
        vec_store_part(x + i, logistic_of(vec_load_part(x + i, n - i)), n - i);
}

void KERNEL(logistic_backward)(float *d, const float *h, size_t n)
{
    for (size_t i = 0; i < n; i += VEC_WIDTH) {
        const vec value = vec_load_part(h + i, n - i);
        const vec slope = vec_mul(value, vec_sub(vec_all(1.0f), value));
        store_delta(d + i, vec_mul(vec_load_part(d + i, n - i), slope), n - i);
    }
}

/* With slope 0, negative numbers are set to +0 instead of multiplied, because 0 times minus infinity is
   NaN. */
void KERNEL(relu)(float *x, size_t n, float slope)
{
    const vec zero = vec_all(0.0f), factor = vec_all(slope);
    for (size_t i = 0; i < n; i += VEC_WIDTH) {
        const vec value = vec_load_part(x + i, n - i);
        const vec below = vec_pick_less(zero, factor, vec_mul(factor, value), zero);
        vec_store_part(x + i, vec_pick_less(value, zero, below, value), n - i);
    }
}

void KERNEL(relu_backward)(float *d, const float *h, size_t n, float slope)
{
    const vec zero = vec_all(0.0f), one = vec_all(1.0f), below = vec_all(slope);
    for (size_t i = 0; i < n; i += VEC_WIDTH) {
        const vec factor = vec_pick_less(zero, vec_load_part(h + i, n - i), one, below);
        store_delta(d + i, vec_mul(vec_load_part(d + i, n - i), factor), n - i);
    }
}

void KERNEL(softplus)(float *x, size_t n)
{
    for (size_t i = 0; i < n; i += VEC_WIDTH)
        vec_store_part(x + i, softplus_of(vec_load_part(x + i, n - i)), n - i);
}

/* 1 - exp(-h), accurate for small h */
void KERNEL(softplus_backward)(float *d, const float *h, size_t n)
{
    for (size_t i = 0; i < n; i += VEC_WIDTH) {
        const vec slope = vec_negative(vec_expm1(vec_negative(vec_load_part(h + i, n - i))));
        store_delta(d + i, vec_mul(vec_load_part(d + i, n - i), slope), n - i);
    }
}

void KERNEL(gelu)(float *y, const float *x, size_t n)
{
    for (size_t i = 0; i < n; i += VEC_WIDTH)
        vec_store_part(y + i, gelu_of(vec_load_part(x + i, n - i)), n - i);
}

void KERNEL(gelu_backward)(float *dx, const float *dy, const float *x, size_t n)
{
    for (size_t i = 0; i < n; i += VEC_WIDTH) {
        const vec slope = gelu_slope_of(vec_load_part(x + i, n - i));
        store_delta(dx + i, vec_mul(vec_load_part(dy + i, n - i), slope), n - i);
    }
}
