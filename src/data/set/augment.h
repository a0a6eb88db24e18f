/*
 * augment.h - the option augment: random transformations of training images.
 *
 *     "none", or terms separated by commas, each at most once, applied in the order of the text:
 *
 *     pad-crop N    N pixels of 0 on each side, and a crop of the former size at a random place
 *     flip          mirrored from left to right with a probability of 1/2
 *     translate N   moved by up to N pixels in both directions; pixels of 0 move in
 *
 * All three only move pixels. For pad-crop and translate, row r and column c of the result are row r + u - N
 * and column c + v - N of the image, or 0 outside of it, with u and v uniform in 0 .. 2N. (So the two are the
 * same transformation by the two names that are common for it, with draws of their own.)
 *
 * The draws of example i (its number in the training set) in epoch e (from 0) are those of rng_block with the
 * seed order-seed, stream RNG_AUGMENT, pass 0, step e, block i and, as layer, the term's number in enum
 * augment_kind: u = (word 0 * (2N + 1)) >> 32, v likewise of word 1; a flip where the highest bit of word 0
 * is 1. They depend on neither threads nor batches nor the other terms.
 *
 * Pixels are moved as they were read and then scaled like those of any example, so that what moves in is the
 * scaled number of a pixel of 0.
 */
#ifndef BL_DATA_AUGMENT_H
#define BL_DATA_AUGMENT_H

#include "data.h"

enum augment_kind { AUGMENT_PAD_CROP, AUGMENT_FLIP, AUGMENT_TRANSLATE, AUGMENT_KINDS };

struct augment;

bl_status augment_check_text(bl_context *ctx, const char *text);
/* For images like those of `schema`, which is only looked at. *out: NULL for "none". seed: of the draws.
   BL_BAD_VALUE: the text is none of the above; the examples are not images; an image is not larger than N. */
bl_status augment_create(struct augment **out, bl_context *ctx, const char *text, const bl_data *schema,
                         uint64_t seed);
void augment_free(struct augment *augment);

/* As data_gather of the examples order[0 .. n-1], transformed as in that epoch, from 0. x: n x features.
   Allocates nothing; one call at a time for one `augment`. */
void augment_gather(struct augment *augment, const bl_data *data, size_t epoch, const uint32_t *order,
                    size_t n, float *x);

#endif
