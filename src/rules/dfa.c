/*
 * dfa.c - direct feedback alignment (Nøkland 2016, arXiv:1609.01596, equation 7).
 *
 *     signal_l = e B_l                          e: batch x outputs, B_l: outputs x units of block l
 *
 * Every hidden block receives the output's error through its own fixed random matrix. None waits for another.
 * Memory: outputs x (the sum of the hidden units).
 */
#include "direct.h"
#include "rule_table.h"

static bl_status dfa_init(struct rule *rule, const struct net *net)
{
    for (size_t l = 0; l < net_last(net); l++)
        BL_TRY(feedback_from_output(rule, net, l));
    return BL_OK;
}

static void dfa_signal(const struct rule *rule, const struct net *net, const struct place *at,
                       struct lesson *lesson)
{
    direct_signal(rule, net, at, lesson);
}

const struct rule_ops rule_dfa = {
    .name = "dfa",
    .about = "direct feedback alignment, Nøkland 2016, arXiv:1609.01596",
    .order = RULE_ORDER_ANY,
    .learns_from_zero = true,
    .weights = WEIGHTS_FOLLOW_DIRECT_FEEDBACK,
    .init = dfa_init,
    .signal = dfa_signal,
};
