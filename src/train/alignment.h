/*
 * alignment.h - the angle between what a rule does and what backpropagation would do.
 *
 * Both teach the same net on the same forward pass of their own, dropout off; nothing is changed. Three angles a block:
 * delta per example, then averaged; delta of the whole batch as one vector; the change of the weights after the optimiser,
 * starting from the optimiser's memory as it is now. Examples on which either delta is 0, or so small that its
 * floats carry no direction, are left out; with none left the angle is NaN. In the last block both deltas are the error.
 */
#ifndef BL_TRAIN_ALIGNMENT_H
#define BL_TRAIN_ALIGNMENT_H

#include "step.h"

struct alignment;

bl_status alignment_create(struct alignment **out, bl_context *ctx, const struct stepper *stepper,
                           size_t capacity);
void alignment_free(struct alignment *a);

/* The batch to measure on is put into this lesson first: x, y, size. */
struct lesson *alignment_lesson(struct alignment *a);
/* out: net->n_blocks angles. rate and t: of the step that the update angle supposes. */
bl_status alignment_measure(struct alignment *a, double rate, uint64_t t, bl_angles *out);

#endif
