/*
 * dfa.c - direct feedback alignment (Nøkland 2016, arXiv:1609.01596, equation 7).
 *
 *     signal_l = e B_l                          e: batch x outputs, B_l: outputs x units of block l
 *
 * Every hidden block receives the output's error through its own fixed random matrix, independently of other
 * blocks. Memory: outputs x (the sum of the hidden units).
 */
#include "rule_table.h"

static void dfa_emit(struct bl_emitter *e, size_t l)
{
    emit_product(e, BUFFER_DELTA, l);
}

const struct rule_ops rule_dfa = {
    .name = "dfa",
    .equation = "signal_l = e B_l",
    .about = "direct feedback alignment, Nøkland 2016, arXiv:1609.01596",
    .learns_from_zero = true,
    .weights = WEIGHTS_FOLLOW_DIRECT_FEEDBACK,
    .init = feedback_from_output_to_all,
    .emit = dfa_emit,
};
