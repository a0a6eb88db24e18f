/*
 * fa.c - feedback alignment (Lillicrap, Cownden, Tweed, Akerman 2016, doi:10.1038/ncomms13276).
 *
 *     signal_l = delta_{l+1} B_{l+1}            delta: batch x units, B: shaped like W_{l+1}
 *
 * Backpropagation with a fixed random matrix in place of each transposed W. Memory: one B for each block
 * except the first, as large as its weights.
 */
#include "rule_table.h"

static void fa_emit(struct bl_emitter *e, size_t l)
{
    emit_pull(e, BUFFER_FEEDBACK, l);
}

const struct rule_ops rule_fa = {
    .name = "fa",
    .equation = "signal_l = delta_{l+1} B_{l+1}",
    .about = "feedback alignment, Lillicrap et al. 2016, doi:10.1038/ncomms13276",
    .learns_from_zero = true,
    .weights = WEIGHTS_FOLLOW_THEIR_FEEDBACK,
    .init = feedback_like_all_weights,
    .emit = fa_emit,
};
