/*
 * loss.h - loss functions. A loss includes the activation of the output (softmax, logistic): the net ends
 * with the pre-activations a, and the error e is always the derivative of the loss with respect to a. (The
 * derivative with respect to the output of the softmax is a different vector, which trains hidden layers
 * differently.)
 */
#ifndef BL_LOSSES_LOSS_H
#define BL_LOSSES_LOSS_H

#include "../backend/backend.h"
#include "../backend/matrix.h"

struct loss_ops {
    const char *name, *about;
    bool needs_classes; /* targets must be one-hot */
    /* a, y (targets), e: n x outputs. e <- scale dJ/da; returns the sum of J over the examples. */
    double (*error)(const struct backend *backend, struct matrix a, struct matrix y, float scale,
                    struct matrix e);
    /* a <- the predictions: probabilities for ce and bce, values for mse. */
    void (*output)(const struct backend *backend, struct matrix a);
    /* The mean J per example of the best constant prediction. mean, square: for each of the n outputs, the
       means over the examples of the target and of its square. */
    double (*blind)(const double *mean, const double *square, size_t n);
};

const struct loss_ops *loss_find(const char *name); /* NULL: there is no such loss */
bl_status loss_check_text(bl_context *ctx, const char *text);

/* Counts the examples whose largest a (the first of equals) is not that of their label. A NaN is never the
   largest. With a single output: counts the examples where a > 0 disagrees with label 1. */
size_t loss_count_wrong(struct matrix a, const int32_t *labels);

#endif
