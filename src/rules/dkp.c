/*
 * dkp.c - direct Kolen-Pollack (Webster, Choi, Ahn 2021, "Learning the connections in direct feedback
 * alignment").
 *
 *     signal_l = e B_l                          e: batch x outputs, B_l: outputs x units of block l
 *     gradient of B_l = e^T h_l                 updated and decayed like the weights
 *
 * Direct feedback alignment with learned feedback. For the last hidden block the gradient of B is the
 * transpose of the output layer's. Memory: outputs x (the sum of the hidden units), and the optimiser's state
 * of B.
 */
#include "rule_table.h"

static void dkp_emit(struct bl_emitter *e, size_t l)
{
    emit_product(e, BUFFER_DELTA, l);
}

static void dkp_learn(struct bl_emitter *e, size_t l)
{
    emit_learn_feedback(e, l);
}

const struct rule_ops rule_dkp = {
    .name = "dkp",
    .equation = "signal_l = e B_l, gradient of B_l = e^T h_l",
    .about = "direct Kolen-Pollack, Webster et al. 2021",
    .learns_from_zero = true,
    .default_lambda = 1e-5,
    .weights = WEIGHTS_FOLLOW_DIRECT_FEEDBACK,
    .init = feedback_from_output_to_all,
    .emit = dkp_emit,
    .learn = dkp_learn,
};
