/*
 * philox.h - the parts of Philox4x32-10 (rng.h), for functions that compute several blocks at once.
 */
#ifndef BL_BASE_PHILOX_H
#define BL_BASE_PHILOX_H

#include "rng.h"

/* The factors of a round, and what the keys increase by after it. */
#define PHILOX_FACTOR_0 0xD2511F53u
#define PHILOX_FACTOR_2 0xCD9E8D57u
#define PHILOX_KEY_0 0x9E3779B9u
#define PHILOX_KEY_1 0xBB67AE85u

enum { PHILOX_ROUNDS = 10 };

/* The counter of a block. */
static inline void philox_counter(const struct rng *rng, uint64_t block, uint32_t counter[4])
{
    counter[0] = (uint32_t)block;
    counter[1] = rng->step;
    counter[2] = rng->layer + ((uint32_t)(block >> 32) << 16);
    counter[3] = (uint32_t)rng->stream + (rng->pass << 16);
}

#endif
