/*
 * input_gradient.h - the derivative of the loss at the inputs of a batch, from the delta of the block that
 * reads them, which is the first.
 */
#ifndef BL_NET_INPUT_GRADIENT_H
#define BL_NET_INPUT_GRADIENT_H

#include "workspace.h"

/* How many tasks the work on n examples is cut into. The number follows from the shapes alone, not from the
   threads. */
size_t input_gradient_tasks(const struct net *net, size_t n);

/* Task i of these: its piece of dx = dJ/dx, n x inputs, for the batch of the workspace, whose delta[0] is
   that of backpropagation. dx is the derivative before the layers in front of the first weights: where the
   dropout of the workspace's pass has dropped an input, its derivative is 0. */
void input_gradient(const struct net *net, const struct workspace *workspace, size_t i, struct matrix dx,
                    struct worker *worker);

#endif
