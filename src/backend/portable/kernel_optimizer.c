/*
 * kernel_optimizer.c - one step of SGD, RMSprop and Adam on a piece of the weights, and the flush of their
 * state. The formulas are in backend.h, one vector's step in update_vector.h.
 */
#include "kernel.h"
#include "update_vector.h"

#include <float.h>
#include <math.h>

void KERNEL(sgd)(const struct sgd_step *s, float *w, const float *g, float *v, size_t n)
{
    const struct sgd_step by = *s;
    for (size_t i = 0; i < n; i += VEC_WIDTH)
        sgd_vector(&by, w + i, vec_load_part(g + i, n - i), v ? v + i : NULL, n - i);
}

void KERNEL(rmsprop)(const struct rmsprop_step *s, float *w, const float *g, float *m, size_t n)
{
    const struct rmsprop_factors factors = rmsprop_factors(s);
    for (size_t i = 0; i < n; i += VEC_WIDTH)
        rmsprop_vector(&factors, w + i, vec_load_part(g + i, n - i), m + i, n - i);
}

void KERNEL(adam)(const struct adam_step *s, float *w, const float *g, float *m, float *v, size_t n)
{
    const struct adam_step by = *s;
    for (size_t i = 0; i < n; i += VEC_WIDTH)
        adam_vector(&by, w + i, vec_load_part(g + i, n - i), m + i, v + i, n - i);
}

/* Pieces without denormal numbers are only read. */
void KERNEL(flush)(float *x, size_t n)
{
    enum { PIECE = 64 };
    for (size_t i = 0; i < n; i += PIECE) {
        const size_t end = n - i < PIECE ? n : i + PIECE;
        int has_denormal = 0;
        for (size_t j = i; j < end; j++)
            has_denormal |= (fabsf(x[j]) < FLT_MIN) & (x[j] != 0.0f);
        for (size_t j = i; has_denormal && j < end; j++)
            x[j] = fabsf(x[j]) < FLT_MIN ? 0.0f : x[j];
    }
}
