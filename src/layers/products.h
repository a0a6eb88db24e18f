/*
 * products.h - the products of a matrix of weights with a batch, in float32 or through bfloat16: a table for
 * each.
 *
 * M: weights, or feedback shaped like them: units x inputs, or a range of its rows or columns. x: n x inputs;
 * d: n x units. A product through bfloat16 takes operands that are rounded to it and sums in float32; the
 * weights themselves stay as they are.
 */
#ifndef BL_LAYERS_PRODUCTS_H
#define BL_LAYERS_PRODUCTS_H

#include "../backend/worker.h"
#include "../tensor/matrix.h"

struct products {
    /* Floats of worker->floats that the rest needs, for weights of that size and so many examples. */
    size_t (*scratch)(size_t units, size_t inputs, size_t examples);
    /* y (n x M.rows) = x M^T. M: rows of the weights. */
    void (*out)(struct matrix M, struct matrix x, struct matrix y, struct worker *worker);
    /* to (n x M.cols) = d M. M: columns of the weights. */
    void (*back)(struct matrix M, struct matrix d, struct matrix to, struct worker *worker);
    /* dW (d.cols x x.cols) = d^T x. d: columns of the delta. */
    void (*gradient)(struct matrix d, struct matrix x, struct matrix dW, struct worker *worker);
    /* The step on W by that gradient, which is kept nowhere. slots: like W, at W's rows. */
    void (*update_fused)(struct matrix d, struct matrix x, struct matrix W, const struct update *by,
                         float *const slots[2], struct worker *worker);
};

extern const struct products products_float32, products_bf16;

static inline const struct products *products_in(enum precision precision)
{
    return precision == PRECISION_FLOAT32 ? &products_float32 : &products_bf16;
}

#endif
