/*
 * add.h - the layer that ends a residual: the sum of its inputs, and the derivative at each of them.
 */
#ifndef BL_LAYERS_ADD_H
#define BL_LAYERS_ADD_H

#include "layer.h"

extern const struct layer_ops layer_add; /* without a text: the parser inserts one for each residual */

/* y = x[0] + x[1], or x[0] where n is 1. All: examples x units; the columns `range`. */
void add_forward(const struct matrix *x, size_t n, struct matrix y, struct range range,
                 struct worker *worker);
/* to = delta, or to += delta where it accumulates: the derivative at one of the inputs. Shapes as above. */
void add_pull(struct matrix delta, struct matrix to, struct range range, bool accumulates,
              struct worker *worker);

#endif
