/*
 * fa.c - feedback alignment (Lillicrap, Cownden, Tweed, Akerman 2016, doi:10.1038/ncomms13276).
 *
 *     signal_l = delta_{l+1} B_{l+1}            delta: batch x units, B: shaped like W_{l+1}
 *
 * Backpropagation's chain with a fixed random matrix in place of every W on the way back.
 * Memory: one B for each block but the first, as large as its weights.
 */
#include "rule_table.h"

static bl_status fa_init(struct rule *rule, const struct net *net)
{
    for (size_t f = 1; f < net->n_blocks; f++)
        BL_TRY(feedback_like_weights(rule, net, f));
    return BL_OK;
}

static void fa_signal(const struct rule *rule, const struct net *net, const struct place *at,
                      struct lesson *lesson)
{
    net_pull(net, rule->B, at, lesson);
}

const struct rule_ops rule_fa = {
    .name = "fa",
    .about = "feedback alignment, Lillicrap et al. 2016, doi:10.1038/ncomms13276",
    .order = RULE_ORDER_BACKWARD,
    .learns_from_zero = true,
    .weights = WEIGHTS_FOLLOW_THEIR_FEEDBACK,
    .init = fa_init,
    .signal = fa_signal,
};
