/*
 * drtp.c - direct random target projection (Frenkel, Lefebvre, Bol 2021, doi:10.3389/fnins.2021.629892).
 *
 *     signal_l = -scale y B_l                   y: batch x outputs, the one-hot targets; B_l: outputs x units
 *                                               of block l
 *
 * The targets replace the negative error y - p, which is positive at the target's class. So a block needs
 * only the targets, and can be updated as soon as its own forward pass is done. scale is that of the error:
 * 1, or 1 / batch. Memory: outputs x (the sum of the hidden units).
 */
#include "rule_table.h"

static void drtp_emit(struct bl_emitter *e, size_t l)
{
    emit_product(e, BUFFER_TARGETS, l);
}

const struct rule_ops rule_drtp = {
    .name = "drtp",
    .equation = "signal_l = -y B_l",
    .about = "direct random target projection, Frenkel et al. 2021, doi:10.3389/fnins.2021.629892",
    .learns_from_zero = true,
    .needs_classes = true,
    .init = feedback_from_output_to_all,
    .emit = drtp_emit,
};
