/*
 * rng.h - counter-based random numbers: Philox4x32-10 (Salmon, Moraes, Dror, Shaw 2011, "Parallel random
 * numbers: as easy as 1, 2, 3").
 *
 * A number is a function of (seed, stream, pass, layer, step, index) only, so any number can be drawn again,
 * in any order, by any thread. Each purpose has a named stream.
 */
#ifndef BL_BASE_RNG_H
#define BL_BASE_RNG_H

#include <stddef.h>
#include <stdint.h>

enum rng_stream { /* the values determine the numbers of a seed, so a value must never be changed or reused */
                  RNG_WEIGHTS = 1,
                  RNG_BIASES = 2,
                  RNG_FEEDBACK = 3,
                  RNG_SHUFFLE = 4,
                  RNG_SPLIT = 5,
                  RNG_DROPOUT = 6,
                  RNG_ANGLES = 7,
                  RNG_RULE_ARRAY = 8, /* first values of the arrays of a user's rule */
                  RNG_RULE_NOISE = 9,
                  RNG_AUGMENT = 10
};

struct rng {
    uint64_t seed;
    enum rng_stream stream;
    uint32_t pass; /* below 65536; distinguishes several passes over the same step */
    uint32_t layer;
    uint32_t step;
};

/* Computes four random words. key = (low word of the seed, high word); counter = (low word of the block,
   step, layer + high word of the block << 16, stream + pass << 16). */
void rng_block(const struct rng *rng, uint64_t block, uint32_t out[4]);

/* Element i is drawn from word i % 4 of block i / 4. u = (word >> 8) + 0.5 in units of 2^-24, so 0 < u < 1
   and U(-1, 1) is symmetric and never 0. */
void rng_uniform(const struct rng *rng, float limit, size_t n, float *x); /* x[i] ~ U(-limit, limit) */
void rng_normal(const struct rng *rng, float sigma, size_t n, float *x);  /* x[i] ~ N(0, sigma^2) */
void rng_permutation(const struct rng *rng, size_t n, uint32_t *order);   /* order: 0 .. n-1, shuffled */

#endif
