/*
 * alignment.h - the angles between a rule's deltas and updates and those of backpropagation.
 *
 * Both teach the same net on the same forward pass of their own, dropout off, batch norm with the statistics
 * of the measured examples; nothing is changed. Three angles a block: delta per example, then averaged; delta
 * of all examples as one vector; the change of the weights after the optimiser, starting from the optimiser's
 * memory as it is now. Deltas are those of each example's own loss; the gradient of the supposed step is
 * their mean over the measured examples, times the batch for the reduction sum. So no figure depends on how
 * many examples are measured, except as an estimate does. A fourth angle is between weights and feedback
 * (weight_angle.h). Examples on which either delta is 0, or so small that its floats carry no direction, are
 * left out; with none left the angle is NaN. In the last block both deltas are the error.
 */
#ifndef BL_TRAIN_ALIGNMENT_H
#define BL_TRAIN_ALIGNMENT_H

#include "step.h"

struct alignment;

bl_status alignment_create(struct alignment **out, bl_context *ctx, const struct stepper *stepper,
                           size_t capacity);
void alignment_free(struct alignment *a);

/* The batch to measure on is put into this workspace first: x, y, size. */
struct workspace *alignment_workspace(struct alignment *a);
/* out: net->n_blocks angles. rate, t and batch: of the step that the update angle supposes, its examples
   as many as a step of the training has. */
bl_status alignment_measure(struct alignment *a, double rate, uint64_t t, size_t batch, bl_angles *out);

#endif
