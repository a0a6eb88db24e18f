/*
 * add.h - the layer that ends a residual: the sum of its inputs, and the derivative at each of them.
 */
#ifndef BL_LAYERS_ADD_H
#define BL_LAYERS_ADD_H

#include "layer.h"

extern const struct layer_ops layer_add; /* has no text: the parser inserts one for each residual */

/* y = x[0] + x[1], or x[0] if n is 1, in the columns `range`. All matrices are examples x units. */
void add_forward(const struct matrix *x, size_t n, struct matrix y, struct range range,
                 struct worker *worker);
/* The derivative at one of the inputs: to = delta, or to += delta with `accumulates`. Shapes as in
   add_forward. */
void add_pull(struct matrix delta, struct matrix to, struct range range, bool accumulates,
              struct worker *worker);

#endif
