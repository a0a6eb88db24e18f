/*
 * angle_examples.h - selects the examples on which a run measures its angles: 512 of the training set, drawn
 * once.
 *
 * They are the first 512 of a permutation of the training set (rng_permutation, stream RNG_ANGLES, the option
 * seed), in ascending order; or all examples where there are no more. They depend on nothing else, so every
 * epoch and every rule is measured on the same examples.
 */
#ifndef BL_TRAIN_ANGLE_EXAMPLES_H
#define BL_TRAIN_ANGLE_EXAMPLES_H

#include "../../base/status.h"

#include <jansson.h>
#include <stdint.h>

enum { ANGLE_EXAMPLES = 512 };

struct angle_examples {
    uint32_t *rows;   /* NULL: not drawn */
    size_t count, of; /* number of rows, and of examples in the set from which they were drawn */
    uint64_t seed;
};

/* n: examples of the training set. Replaces the rows in `out`, unless they are from the same draw. */
bl_status angle_examples_draw(struct angle_examples *out, bl_context *ctx, uint64_t seed, size_t n);
void angle_examples_free(struct angle_examples *examples, bl_context *ctx);

/* {"count", "of", "seed", "drawn"}, from which they can be drawn again; null if none were drawn. */
json_t *angle_examples_to_json(const struct angle_examples *examples);

#endif
