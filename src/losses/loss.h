/*
 * loss.h - what is minimised. A loss owns the output's function: the net ends in plain sums a, and e is always the
 * derivative at a, the output's pre-activation. (The derivative taken after the softmax is another vector, and a hidden
 * layer taught with it learns something else.)
 */
#ifndef BL_LOSSES_LOSS_H
#define BL_LOSSES_LOSS_H

#include "../backend/backend.h"
#include "../tensor/matrix.h"

struct loss_ops {
    const char *name, *about;
    bool needs_classes; /* targets must be one-hot */
    /* a, y (targets), e: n x outputs. e <- scale dJ/da; gives the sum of J over the examples. */
    double (*error)(const struct backend *backend, struct matrix a, struct matrix y, float scale,
                    struct matrix e);
    /* a <- what the output means: probabilities, or values. */
    void (*output)(const struct backend *backend, struct matrix a);
    /* The least J of one example that an answer reaches which is the same for all examples. mean, square: of each of the n
       outputs' targets, over the examples, and of their squares. */
    double (*blind)(const double *mean, const double *square, size_t n);
};

const struct loss_ops *loss_find(const char *name); /* NULL: no such */
bl_status loss_check_text(bl_context *ctx, const char *text);

/* Examples whose largest a (the first of equals) is not their label. A NaN is never the largest. Of a single output: those
   where a > 0 is not what the label 1 says. */
size_t loss_count_wrong(struct matrix a, const int32_t *labels);

#endif
