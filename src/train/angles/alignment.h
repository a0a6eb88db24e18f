/*
 * alignment.h - the angles between a rule's deltas and updates and those of backpropagation.
 *
 * Both are computed for the same net and examples, each in its own workspace, with dropout off and batch norm
 * by the statistics of the measured examples. The net and the optimiser are not changed. There are three
 * angles per block: between the deltas of an example, averaged over the examples; between the deltas of all
 * examples as one vector; and between the changes of the weights that one step from the current optimiser
 * state would make. The deltas of an example are those of its loss alone; the gradient of the hypothetical
 * step is the mean over the measured examples, times the batch with the reduction sum. So the number of
 * measured examples affects only the sampling error of the angles. A fourth angle is between weights and
 * feedback (weight_angle.h). Examples for which one of the deltas is 0, or so small that it has no direction
 * in float, are left out; if none is left the angle is NaN. In the last block both deltas are the error.
 */
#ifndef BL_TRAIN_ALIGNMENT_H
#define BL_TRAIN_ALIGNMENT_H

#include "../step/step.h"

struct alignment;

bl_status alignment_create(struct alignment **out, bl_context *ctx, const struct stepper *stepper,
                           size_t capacity);
void alignment_free(struct alignment *a);

/* The workspace into which the caller first puts the batch to measure: x, y, size. */
struct workspace *alignment_workspace(struct alignment *a);
/* out: net->n_blocks angles. rate, t and batch: learning rate, step number and number of examples of the
   hypothetical step. */
bl_status alignment_measure(struct alignment *a, double rate, uint64_t t, size_t batch, bl_angles *out);

#endif
