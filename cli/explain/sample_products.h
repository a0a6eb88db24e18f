/*
 * sample_products.h - the terms of one element of a product with the weights of a layer, dense or conv, or
 * with a matrix of their shape.
 */
#ifndef CLI_SAMPLE_PRODUCTS_H
#define CLI_SAMPLE_PRODUCTS_H

#include "backless_experimental.h"
#include "sample_sum.h"

/* Element (i, j) of an array of a traced step. */
static inline double trace_value(const bl_trace_array *a, size_t i, size_t j)
{
    return (double)a->values[i * a->stride + j];
}

/* An array and its name. a NULL: the instruction has none. */
struct named {
    const bl_trace_array *a;
    const char *name;
};

/* layer: its text, "conv 8 5x5 pad 2" or "dense 10". Of example 0: */

/* y[unit] = sum over x[j] W[i, j] */
void add_forward_terms(struct sum *sum, const char *layer, struct named x, struct named W, bl_shape out,
                       size_t unit);
/* s[unit] = sum over d[i] M[i, j] */
void add_pull_terms(struct sum *sum, const char *layer, struct named d, struct named M, bl_shape in,
                    size_t unit);
/* Of all examples: dW[row, column] = sum over d[i] x[j] */
void add_gradient_terms(struct sum *sum, const char *layer, struct named d, struct named x, size_t row,
                        size_t column);
/* The column of x that the weight (.., column) multiplies for the unit; x_shape: of the input. The first
   column, where the window lies on the padding there. */
size_t input_of_weight(const char *layer, bl_shape x_shape, bl_shape out, size_t unit, size_t column);

/* The number behind a word of a layer's or an optimiser's text, "pad 2"; other: without that word. */
double number_behind(const char *text, const char *word, double other);
/* Whether the text has the word. */
bool has_word(const char *text, const char *word);
/* The rows and columns of "5x3" in the text of a convolution or a pool. false: there is no such word. */
bool window_of(const char *text, size_t *rows, size_t *cols);

#endif
