/*
 * lanes.h - sums many numbers in LANES partial sums, independent of the vectors' width: number i is added to
 * partial sum i % LANES, each in order, and at the end the upper half of the partial sums is repeatedly added
 * to the lower half. So a sum has the same bits in every variant.
 */
#ifndef BL_PORTABLE_LANES_H
#define BL_PORTABLE_LANES_H

#include "vec.h"

enum { LANES = 16, LANE_VECTORS = LANES / VEC_WIDTH };

struct lanes {
    vec sums[LANE_VECTORS];
};

static inline struct lanes lanes_zero(void)
{
    struct lanes lanes;
    for (int v = 0; v < LANE_VECTORS; v++)
        lanes.sums[v] = vec_all(0.0f);
    return lanes;
}

static inline float lanes_total(const struct lanes *lanes)
{
    float sums[LANES];
    for (size_t v = 0; v < LANE_VECTORS; v++)
        vec_store(sums + v * VEC_WIDTH, lanes->sums[v]);
    for (int half = LANES / 2; half > 0; half /= 2)
        for (int i = 0; i < half; i++)
            sums[i] += sums[i + half];
    return sums[0];
}

#endif
