/*
 * adversary.h - adversarial training by the fast gradient sign (I. J. Goodfellow, J. Shlens, C. Szegedy,
 * "Explaining and Harnessing Adversarial Examples", ICLR 2015, section 4), as A. Nøkland, NIPS 2016, uses it
 * in table 1:
 *
 *     x <- x + eps sign(dJ/dx)
 *
 * for every example of a training batch, which is then trained on in place of the batch. J is the training
 * loss at the weights before the step; dJ/dx is backpropagation's, whatever the rule of the run is, so that
 * such a run is not free of backpropagation. Perturbed inputs are not clipped. Because sign(0) is 0, the
 * first steps from all-zero weights perturb nothing.
 *
 * The gradient belongs to a forward pass in training mode: dropout draws masks, which differ from those of
 * the step that follows, and batch norm takes the statistics of the batch without updating the running ones.
 * Each step costs one more forward pass and one pass of deltas back to the input; the memory is that of one
 * batch with all outputs and derivatives.
 */
#ifndef BL_TRAIN_ADVERSARY_H
#define BL_TRAIN_ADVERSARY_H

#include "step.h"

struct adversary;

/* batch: the workspace whose examples are perturbed. eps: the option adversarial. The caller calls
   adversary_free also after a failure. */
bl_status adversary_create(struct adversary **out, const struct stepper *stepper,
                           const struct workspace *batch, double eps);
void adversary_free(struct adversary *a);

/* Perturbs the examples of the batch, workspace->x: n x inputs. workspace->pass is that of the next step. */
void adversary_perturb(struct adversary *a, struct workspace *workspace);

#endif
