/*
 * clip.h - the options clip-norm and clip-value: bounds on the gradients of a step.
 *
 *     clip-norm C    g <- g min(1, C / (|g| + 1e-6))    |g|: the Euclidean norm of all gradients
 *     clip-value C   g_j <- min(max(g_j, -C), C)
 *
 * As clip_grad_norm_ and clip_grad_value_ of PyTorch's torch.nn.utils; clip-norm: R. Pascanu, T. Mikolov,
 * Y. Bengio, "On the difficulty of training recurrent neural networks", ICML 2013, algorithm 1.
 */
#ifndef BL_TRAIN_CLIP_H
#define BL_TRAIN_CLIP_H

#include "../../base/status.h"

#include <stdbool.h>

/* The limits; 0: no limit. At most one of the two is set. */
struct clip_limits {
    double norm, value;
};

struct clip {
    bl_context *ctx;
    struct clip_limits limits;
    double *squares; /* for each piece of the gradients, the sum of squares */
    size_t n;        /* number of gradients */
};

/* Allocates memory for n gradients; without limits, none. */
bl_status clip_create(struct clip *out, bl_context *ctx, struct clip_limits limits, size_t n);
void clip_release(struct clip *clip);
bool clip_is_on(const struct clip *clip);
/* Clips the n gradients g, which must be 0 for parameters that do not learn. The bits do not depend on the
   number of threads. If the norm is NaN or infinite, g is not changed; the next step then reports that the
   run diverges. */
void clip_apply(const struct clip *clip, float *g, int threads);

#endif
