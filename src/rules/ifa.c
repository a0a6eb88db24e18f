/*
 * ifa.c - indirect feedback alignment (Nøkland 2016, arXiv:1609.01596, equation 8).
 *
 *     signal_1 = e B_1                          e: batch x outputs, B_1: outputs x units of the first block
 *     signal_l = delta_{l-1} W_l^T              l > 1: forward through the weights
 *     signal_l = sum of delta_k                 where block l adds the outputs of blocks k
 *
 * Only the first block has feedback. Each block has a separate signal, also the last blocks of a residual's
 * body and shortcut. The rule is not defined if a hidden block changes the size of its maps (a pool), because
 * the output of the block's weights then has another size than the input of the next block.
 */
#include "../net/modules.h"
#include "rule_table.h"

static bl_status ifa_init(struct rule *rule, const struct net *net)
{
    BL_TRY(net_check_push(net, rule->ops->name));
    BL_TRY(net_check_unmerged(net, rule->ops->name));
    return net_last(net) > 0 ? feedback_from_output(rule, net, 0) : BL_OK;
}

static void ifa_emit(struct bl_emitter *e, size_t l)
{
    if (l == 0)
        emit_product(e, BUFFER_DELTA, l);
    else
        emit_push(e, BUFFER_WEIGHTS, l);
}

const struct rule_ops rule_ifa = {
    .name = "ifa",
    .equation = "signal_0 = e B_0, signal_l = delta_{l-1} W_l^T",
    .about = "indirect feedback alignment, Nøkland 2016, arXiv:1609.01596",
    .init = ifa_init,
    .emit = ifa_emit,
};
