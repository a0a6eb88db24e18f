/*
 * max_norm.h - bounds the incoming weights of every unit (N. Srivastava, G. Hinton, A. Krizhevsky, I.
 * Sutskever, R. Salakhutdinov, "Dropout: A Simple Way to Prevent Neural Networks from Overfitting", JMLR
 * 2014, section 5.1):
 *
 *     w <- w c / |w|   where |w| > c
 *
 * after each step, for each row w of the weights of each block that learns: the weights into one unit of a
 * dense layer, or into one map of a convolution. Biases, scales of batch norm and feedback are not changed.
 */
#ifndef BL_TRAIN_MAX_NORM_H
#define BL_TRAIN_MAX_NORM_H

#include "../../net/net.h"

/* learns_from: the offset in net->params of the first tensor that learns. frozen: for each block, whether its
   weights must not change; NULL: no block is frozen. most: c, above 0. Takes one pass over the weights; the
   bits do not depend on the number of threads. */
void max_norm_apply(const struct net *net, size_t learns_from, const bool *frozen, double most, int threads);

#endif
