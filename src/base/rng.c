/*
 * rng.c - Philox4x32-10 and the distributions. It uses only integer arithmetic, exact conversions, correctly
 * rounded operations and base/maths.h, so that a seed gives the same numbers on every machine.
 */
#include "rng.h"

#include "maths.h"
#include "philox.h"

#include <math.h>

static void philox_round(uint32_t counter[4], const uint32_t key[2])
{
    const uint64_t p0 = (uint64_t)PHILOX_FACTOR_0 * counter[0];
    const uint64_t p1 = (uint64_t)PHILOX_FACTOR_2 * counter[2];
    const uint32_t next[4] = {(uint32_t)(p1 >> 32) ^ counter[1] ^ key[0], (uint32_t)p1,
                              (uint32_t)(p0 >> 32) ^ counter[3] ^ key[1], (uint32_t)p0};
    for (int i = 0; i < 4; i++)
        counter[i] = next[i];
}

void rng_block(const struct rng *rng, uint64_t block, uint32_t out[4])
{
    uint32_t key[2] = {(uint32_t)rng->seed, (uint32_t)(rng->seed >> 32)};
    philox_counter(rng, block, out);
    for (int i = 0; i < PHILOX_ROUNDS; i++) {
        philox_round(out, key);
        key[0] += PHILOX_KEY_0;
        key[1] += PHILOX_KEY_1;
    }
}

/* An odd multiple of 2^-24 in (-1, 1), which is exact in float. */
static float symmetric_unit(uint32_t word)
{
    return (float)(2 * (int32_t)(word >> 8) + 1 - (1 << 24)) * 0x1p-24f;
}

void rng_uniform(const struct rng *rng, float limit, size_t n, float *x)
{
    uint32_t words[4];
    for (size_t i = 0; i < n; i++) {
        if (i % 4 == 0)
            rng_block(rng, i / 4, words);
        x[i] = limit * symmetric_unit(words[i % 4]);
    }
}

/* Box and Muller 1958: two words give two normals, r cos(2 pi u), r sin(2 pi u) with r = sqrt(-2 log v). */
static void normal_pair(const uint32_t words[2], double z[2])
{
    const double v = ((double)(words[0] >> 8) + 0.5) * 0x1p-24;
    const double u = ((double)(words[1] >> 8) + 0.5) * 0x1p-24;
    const double r = sqrt(-2.0 * maths_log(v));
    z[0] = r * maths_cos_turns(u);
    z[1] = r * maths_cos_turns(u - 0.25);
}

void rng_normal(const struct rng *rng, float sigma, size_t n, float *x)
{
    uint32_t words[4];
    double z[4];
    for (size_t i = 0; i < n; i++) {
        if (i % 4 == 0) {
            rng_block(rng, i / 4, words);
            normal_pair(words, z);
            normal_pair(words + 2, z + 2);
        }
        x[i] = (float)((double)sigma * z[i % 4]);
    }
}

/* The shuffle of Fisher and Yates, from the last place down. A number from 0 to i is the upper word of the
   product of a random word and i + 1; its bias is under n / 2^32. */
void rng_permutation(const struct rng *rng, size_t n, uint32_t *order)
{
    for (size_t i = 0; i < n; i++)
        order[i] = (uint32_t)i;
    uint32_t words[4];
    for (size_t i = n; i-- > 1;) {
        rng_block(rng, i / 4, words);
        const size_t j = (size_t)(((uint64_t)words[i % 4] * (i + 1)) >> 32);
        const uint32_t kept = order[i];
        order[i] = order[j];
        order[j] = kept;
    }
}
