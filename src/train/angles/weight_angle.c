/*
 * weight_angle.c - measures the angle between weights and feedback.
 */
#include "weight_angle.h"

#include "angle.h"

#include <math.h>
#include <string.h>

/* row[j] = sum over k of to[k][i] from[k][j]: row i of to^T from. */
static void product_row(struct matrix to, struct matrix from, size_t i, double *row)
{
    memset(row, 0, from.cols * sizeof *row);
    for (size_t k = 0; k < to.rows; k++) {
        const float *b = matrix_row(&from, k);
        const double factor = (double)matrix_row(&to, k)[i];
        for (size_t j = 0; j < from.cols; j++)
            row[j] += factor * (double)b[j];
    }
}

/* The angle between W and to^T from. The product is computed row by row and never stored. */
static double angle_to_product(struct matrix W, struct matrix to, struct matrix from, double *row)
{
    struct angle_products p = {0.0, 0.0, 0.0};
    for (size_t i = 0; i < W.rows; i++) {
        const float *w = matrix_row(&W, i);
        product_row(to, from, i, row);
        for (size_t j = 0; j < W.cols; j++) {
            p.ab += (double)w[j] * row[j];
            p.aa += (double)w[j] * (double)w[j];
            p.bb += row[j] * row[j];
        }
    }
    return products_angle(p, W.rows * W.cols);
}

static bool is_shaped_like(struct matrix B, size_t rows, size_t cols)
{
    return B.x && B.rows == rows && B.cols == cols;
}

double weight_angle(const struct net *net, const struct rule *rule, size_t l, double *row)
{
    const struct matrix W = net->weights[l];
    if (l == 0 || !net->blocks[l].is_weighted || rule->ops->weights == WEIGHTS_ARE_FREE)
        return (double)NAN;
    if (rule->ops->weights == WEIGHTS_FOLLOW_THEIR_FEEDBACK)
        return is_shaped_like(rule->B[l], W.rows, W.cols)
                   ? products_angle(products_of(W.x, rule->B[l].x, W.rows * W.cols), W.rows * W.cols)
                   : (double)NAN;
    const struct matrix from = rule->B[net->blocks[l].sources[0]], to = rule->B[l];
    if (l == net_last(net))
        return is_shaped_like(from, W.rows, W.cols)
                   ? products_angle(products_of(W.x, from.x, W.rows * W.cols), W.rows * W.cols)
                   : (double)NAN;
    return is_shaped_like(from, from.rows, W.cols) && is_shaped_like(to, from.rows, W.rows)
               ? angle_to_product(W, to, from, row)
               : (double)NAN;
}
