/*
 * max_norm.h - a bound of the incoming weights of every unit (N. Srivastava, G. Hinton, A. Krizhevsky, I.
 * Sutskever, R. Salakhutdinov, "Dropout: A Simple Way to Prevent Neural Networks from Overfitting", JMLR
 * 2014, section 5.1):
 *
 *     w <- w c / |w|   where |w| > c
 *
 * after each step, for each row w of the weights of each block that learns: the weights into one unit of a
 * dense layer, or into one map of a convolution. Biases, scales of batch norm and feedback are left as they
 * are.
 */
#ifndef BL_TRAIN_MAX_NORM_H
#define BL_TRAIN_MAX_NORM_H

#include "../net/net.h"

/* learns_from: the offset in net->params of the first tensor that learns. frozen: of each block, whether its
   weights are left as they are; NULL: no block is frozen. most: c, above 0. One pass over the weights on so
   many threads; the bits do not depend on their number. */
void max_norm_apply(const struct net *net, size_t learns_from, const bool *frozen, double most, int threads);

#endif
