/*
 * kernel_peak.c - operations for measuring the machine's peak rates: independent chains of operations in
 * registers, for the lower bound of products (multiply_adds) and of RMSprop's step (root_divisions), and to
 * compare products of bfloat16 with those of float32 (pair_products); and reading and writing in place with
 * little arithmetic, for the lower bound of memory traffic (rewrite).
 *
 * CHAINS is large enough to hide the latency of an operation: 4 cycles on 2 units need 8 chains, on the 4
 * units of larger AArch64 cores 16; and small enough for the registers. The numbers converge to a fixed point
 * near 1, and are never denormal.
 */
#include "bf16.h"
#include "kernel.h"

enum { CHAINS = VEC_WIDTH == 16 || VEC_WIDTH == 4 ? 16 : 12, ROUNDS = 4000 };

/* Must be unrolled: otherwise the chains are kept in memory. */
#ifdef __clang__
#define EACH_CHAIN _Pragma("clang loop unroll(full)") for (size_t i = 0; i < CHAINS; i++)
#else
#define EACH_CHAIN _Pragma("GCC unroll 16") for (size_t i = 0; i < CHAINS; i++)
#endif

/* No chain begins at its fixed point, because a compiler would detect that such a chain is constant and
   remove it. */
static void begin(vec chain[CHAINS])
{
    EACH_CHAIN
    chain[i] = vec_all(2.0f + (float)i);
}

static float end(const vec chain[CHAINS])
{
    float out[VEC_WIDTH];
    vec sum = chain[0];
    for (size_t i = 1; i < CHAINS; i++)
        sum = vec_add(sum, chain[i]);
    vec_store(out, sum);
    return out[0];
}

size_t KERNEL(multiply_adds)(float *sink)
{
    vec chain[CHAINS];
    const vec factor = vec_all(0.999f), term = vec_all(1e-3f);
    begin(chain);
    for (size_t n = 0; n < ROUNDS; n++)
        EACH_CHAIN
    chain[i] = vec_fma(chain[i], factor, term);
    *sink = end(chain);
    return (size_t)ROUNDS * CHAINS * VEC_WIDTH;
}

/* Each product is two multiply-adds. */
size_t KERNEL(pair_products)(float *sink)
{
    vec chain[CHAINS];
    const vec factor = bf16_pair(vec_all(1e-3f), vec_all(1e-3f)),
              term = bf16_pair(vec_all(2e-3f), vec_all(1e-3f));
    begin(chain);
    for (size_t n = 0; n < ROUNDS; n++)
        EACH_CHAIN
    chain[i] = bf16_add_product(factor, term, chain[i]);
    *sink = end(chain);
    return (size_t)2 * ROUNDS * CHAINS * VEC_WIDTH;
}

size_t KERNEL(root_divisions)(float *sink)
{
    vec chain[CHAINS];
    const vec slope = vec_all(0.999f), epsilon = vec_all(1e-3f);
    begin(chain);
    for (size_t n = 0; n < ROUNDS; n++)
        EACH_CHAIN
    chain[i] = vec_div(slope, vec_add(vec_sqrt(chain[i]), epsilon));
    *sink = end(chain);
    return (size_t)ROUNDS * CHAINS * VEC_WIDTH;
}

/* Elements after the last whole group of UNROLLED vectors are left out. */
void KERNEL(rewrite)(float *x, size_t n, float factor)
{
    enum { UNROLLED = 4 };
    const vec by = vec_all(factor);
    for (size_t i = 0; i + UNROLLED * VEC_WIDTH <= n; i += UNROLLED * VEC_WIDTH)
        for (size_t j = i; j < i + UNROLLED * VEC_WIDTH; j += VEC_WIDTH)
            vec_store(x + j, vec_mul(vec_load(x + j), by));
}
