/*
 * kp.c - Kolen-Pollack learning (Kolen, Pollack 1994; Akrout, Wilson, Humphreys, Lillicrap, Tweed 2019,
 * arXiv:1904.05391).
 *
 *     signal_l = delta_{l+1} B_{l+1}            B: shaped like W
 *     W <- (1 - lambda) W - step                B <- (1 - lambda) B - the same step
 *
 * Feedback alignment with learned feedback. Because B and W take the same steps, B - W is multiplied by (1 -
 * lambda) in each step, and the rule approaches backpropagation without weight transport. lambda is not
 * multiplied by the learning rate, so B continues to approach W when the rate falls: after t steps (1 -
 * lambda)^t of B - W is left. Memory: one B for each block except the first, and the optimiser's state of B.
 */
#include "rule_table.h"

static void kp_emit(struct bl_emitter *e, size_t l)
{
    emit_pull(e, BUFFER_FEEDBACK, l);
}

static void kp_learn(struct bl_emitter *e, size_t l)
{
    emit_update_feedback(e, l);
}

const struct rule_ops rule_kp = {
    .name = "kp",
    .equation = "signal_l = delta_{l+1} B_{l+1}, B takes the steps of W",
    .about = "Kolen-Pollack learning of the feedback, Akrout et al. 2019, arXiv:1904.05391",
    .learns_from_zero = true,
    .default_lambda = 1e-5,
    .weights = WEIGHTS_FOLLOW_THEIR_FEEDBACK,
    .init = feedback_like_all_weights,
    .emit = kp_emit,
    .learn = kp_learn,
};
