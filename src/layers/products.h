/*
 * products.h - the products of a matrix of weights with a batch: a table of functions for float32, and one
 * for bfloat16.
 *
 * M: weights, or feedback shaped like them: units x inputs, or a range of its rows or columns. x: n x inputs;
 * d: n x units. A product in bfloat16 rounds its operands to bfloat16 and sums in float32; the stored weights
 * stay in float32.
 */
#ifndef BL_LAYERS_PRODUCTS_H
#define BL_LAYERS_PRODUCTS_H

#include "../backend/matrix.h"
#include "../backend/worker.h"

struct products {
    /* The floats of worker->floats that the other functions need, for weights of units x inputs. */
    size_t (*scratch)(size_t units, size_t inputs, size_t examples);
    /* y (n x M.rows) = x M^T. M: rows of the weights. */
    void (*out)(struct matrix M, struct matrix x, struct matrix y, struct worker *worker);
    /* to (n x M.cols) = d M. M: columns of the weights. */
    void (*back)(struct matrix M, struct matrix d, struct matrix to, struct worker *worker);
    /* dW (d.cols x x.cols) = d^T x. d: columns of the delta. */
    void (*gradient)(struct matrix d, struct matrix x, struct matrix dW, struct worker *worker);
    /* The optimiser's step on W with the gradient d^T x, which is not stored. slots: shaped like W, at W's
       rows. */
    void (*update_fused)(struct matrix d, struct matrix x, struct matrix W, const struct update *by,
                         float *const slots[2], struct worker *worker);
};

extern const struct products products_float32, products_bf16;

static inline const struct products *products_in(enum precision precision)
{
    return precision == PRECISION_FLOAT32 ? &products_float32 : &products_bf16;
}

#endif
