/*
 * bp.c - backpropagation (Rumelhart, Hinton, Williams 1986), with which every other rule is compared.
 *
 *     signal_l = delta_{l+1} W_{l+1}            delta: batch x units, W: units x inputs
 *
 * The error is propagated back through the weights, block by block.
 */
#include "rule_table.h"

static void bp_emit(struct bl_emitter *e, size_t l)
{
    emit_pull(e, BUFFER_WEIGHTS, l);
}

const struct rule_ops rule_bp = {
    .name = "bp",
    .equation = "signal_l = delta_{l+1} W_{l+1}",
    .about = "backpropagation, Rumelhart, Hinton, Williams 1986, doi:10.1038/323533a0",
    .emit = bp_emit,
};
