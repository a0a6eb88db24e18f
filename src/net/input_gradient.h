/*
 * input_gradient.h - the derivative of the loss at the inputs of a batch, from the delta of the first block.
 */
#ifndef BL_NET_INPUT_GRADIENT_H
#define BL_NET_INPUT_GRADIENT_H

#include "workspace.h"

/* The number of tasks for n examples. It depends on the shapes only, not on the number of threads. */
size_t input_gradient_tasks(const struct net *net, size_t n);

/* Task i: its piece of dx = dJ/dx, n x inputs, for the batch of the workspace, whose delta[0] must be that of
   backpropagation. dx is the derivative at the net's input, before any dropout on it: an input that the
   workspace's pass has dropped has the derivative 0. */
void input_gradient(const struct net *net, const struct workspace *workspace, size_t i, struct matrix dx,
                    struct worker *worker);

#endif
