/*
 * dkp.c - direct Kolen-Pollack (Webster, Choi, Ahn 2021, "Learning the connections in direct feedback alignment").
 *
 *     signal_l = e B_l                          e: batch x outputs, B_l: outputs x units of block l
 *     gradient of B_l = e^T h_l                 stepped and decayed like the weights
 *
 * Direct feedback alignment whose feedback learns: for the last hidden block it is the output's own gradient, transposed.
 * Memory: outputs x (the sum of the hidden units), and the optimiser's of it.
 */
#include "direct.h"
#include "rule_table.h"

static bl_status dkp_init(struct rule *rule, const struct net *net)
{
    for (size_t l = 0; l < net_last(net); l++)
        BL_TRY(feedback_from_output(rule, net, l));
    return BL_OK;
}

static void dkp_signal(const struct rule *rule, const struct net *net, const struct place *at,
                       struct lesson *lesson)
{
    direct_signal(rule, net, at, lesson);
}

const struct rule_ops rule_dkp = {
    .name = "dkp",
    .about = "direct Kolen-Pollack, Webster et al. 2021",
    .order = RULE_ORDER_ANY,
    .learns_from_zero = true,
    .learning = FEEDBACK_LEARNS_FROM_ERROR,
    .default_lambda = 1e-5,
    .weights = WEIGHTS_FOLLOW_DIRECT_FEEDBACK,
    .init = dkp_init,
    .signal = dkp_signal,
};
