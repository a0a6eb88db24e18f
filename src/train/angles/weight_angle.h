/*
 * weight_angle.h - the angle between a block's weights and the matrix with which the rule's feedback aligns
 * them.
 *
 * Rows of weights are units. W_l: units of block l x its inputs, B_l: the feedback of block l as it is
 * stored.
 *
 *     shaped like the weights (fa, kp, usf)
 *         angle(W_l, B_l), l > 0. B_l has the shape of W_l and multiplies block l's delta in the pull. At 0
 *         degrees the rule is backpropagation (Akrout et al. 2019, arXiv:1904.05391).
 *     direct (dfa, dkp, adfa)
 *         angle(W_l, B_l^T B_(l-1)) in hidden blocks and angle(W_l, B_(l-1)) in the last, l > 0. B_l: outputs
 *         x units of block l. Weights learned from all-zero ones are the two factors with a matrix of outputs
 *         x outputs between them (Refinetti, d'Ascoli, Ohana, Goldt 2021, "Align, then memorise",
 *         arXiv:2011.12428).
 */
#ifndef BL_TRAIN_WEIGHT_ANGLE_H
#define BL_TRAIN_WEIGHT_ANGLE_H

#include "../../rules/rule.h"

/* The angle in degrees; NaN if the rule has no such relation, the shapes are not those above (maps), or the
   weights are 0. row: memory for the inputs of block l. For direct rules the cost is outputs x weights of the
   block, in double. */
double weight_angle(const struct net *net, const struct rule *rule, size_t l, double *row);

#endif
