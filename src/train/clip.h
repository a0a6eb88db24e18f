/*
 * clip.h - the options clip-norm and clip-value: a bound of a step's gradients.
 *
 *     clip-norm C    g <- g min(1, C / (|g| + 1e-6))    |g|: the Euclidean norm of all gradients
 *     clip-value C   g_j <- min(max(g_j, -C), C)
 *
 * As clip_grad_norm_ and clip_grad_value_ of PyTorch's torch.nn.utils; clip-norm: R. Pascanu, T. Mikolov,
 * Y. Bengio, "On the difficulty of training recurrent neural networks", ICML 2013, algorithm 1.
 */
#ifndef BL_TRAIN_CLIP_H
#define BL_TRAIN_CLIP_H

#include "../base/status.h"

#include <stdbool.h>

/* Of one of the two 0, which is no limit. */
struct clip_limits {
    double norm, value;
};

struct clip {
    bl_context *ctx;
    struct clip_limits limits;
    double *squares; /* of each piece of the gradients: the sum of their squares */
    size_t n;        /* numbers */
};

/* For n gradients. Without limits nothing is allocated. */
bl_status clip_create(struct clip *out, bl_context *ctx, struct clip_limits limits, size_t n);
void clip_release(struct clip *clip);
bool clip_is_on(const struct clip *clip);
/* The gradients g, n of them, 0 where nothing learns. The same bits for any number of threads. A norm that is
   no number, or infinite, changes nothing: the step that follows tells that the run diverges. */
void clip_apply(const struct clip *clip, float *g, int threads);

#endif
