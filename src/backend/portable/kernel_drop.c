/*
 * kernel_drop.c - dropout's mask. The random words are those of Philox4x32-10 (base/rng.h), VEC_WIDTH blocks
 * at a time, one in each element of four vectors.
 */
#include "../../base/philox.h"
#include "kernel.h"
#include "vec.h"

enum { WORDS = 4 * VEC_WIDTH };

/* The counters of the blocks from `block` on: counter[k] holds their words k. */
static inline void first_counters(const struct rng *rng, uint64_t block, vec counter[4])
{
    uint32_t words[4][VEC_WIDTH];
    for (size_t i = 0; i < VEC_WIDTH; i++) {
        uint32_t one[4];
        philox_counter(rng, block + i, one);
        for (size_t k = 0; k < 4; k++)
            words[k][i] = one[k];
    }
    memcpy(counter, words, sizeof words);
}

/* word[i], as bits of a float: word i % 4 of block + i / 4. */
static inline void draw_words(const struct rng *rng, uint64_t block, float word[WORDS])
{
    vec x[4], even[2], odd[2];
    uint32_t key[2] = {(uint32_t)rng->seed, (uint32_t)(rng->seed >> 32)};
    first_counters(rng, block, x);
    for (int round = 0; round < PHILOX_ROUNDS; round++) {
        vec low[2], high[2];
        vec_multiply_bits(x[0], vec_bits(PHILOX_FACTOR_0), &low[0], &high[0]);
        vec_multiply_bits(x[2], vec_bits(PHILOX_FACTOR_2), &low[1], &high[1]);
        x[0] = vec_xor(vec_xor(high[1], x[1]), vec_bits(key[0]));
        x[2] = vec_xor(vec_xor(high[0], x[3]), vec_bits(key[1]));
        x[1] = low[1];
        x[3] = low[0];
        key[0] += PHILOX_KEY_0;
        key[1] += PHILOX_KEY_1;
    }
    vec_zip(x[0], x[2], &even[0], &even[1]);
    vec_zip(x[1], x[3], &odd[0], &odd[1]);
    for (size_t i = 0; i < 2; i++) {
        vec_zip(even[i], odd[i], &x[2 * i], &x[2 * i + 1]);
        vec_store(word + 2 * i * VEC_WIDTH, x[2 * i]);
        vec_store(word + (2 * i + 1) * VEC_WIDTH, x[2 * i + 1]);
    }
}

void KERNEL(drop)(const struct drop *d, uint64_t first, float *x, size_t n)
{
    float word[WORDS + VEC_WIDTH] = {0.0f}; /* one vector more, because a row may begin inside a block */
    const vec least = vec_bits(d->least), scale = vec_all(d->scale), zero = vec_all(0.0f);
    for (size_t done = 0, at = first % 4, count; done < n; done += count, at = 0) {
        count = n - done < WORDS - at ? n - done : WORDS - at;
        draw_words(&d->rng, (first + done) / 4, word);
        for (size_t i = 0; i < count; i += VEC_WIDTH) {
            const vec kept = vec_mul(vec_load_part(x + done + i, count - i), scale);
            vec_store_part(x + done + i, vec_pick_below(vec_load(word + at + i), least, zero, kept),
                           count - i);
        }
    }
}
