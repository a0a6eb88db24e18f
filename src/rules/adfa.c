/*
 * adfa.c - augmented direct feedback alignment (Nakajima, Inoue, Tanaka, Kuniyoshi, Hashimoto, Nakajima 2022,
 * doi:10.1038/s41467-022-35216-2).
 *
 *     delta_l = (e B_l) g(a_l)                  in place of f'(a_l): any non-linearity g (slope.h)
 *
 * The derivative of the activation need not be known, which is what makes it fit for physical nets. g(a) = cos a needs the
 * input of each activation, which no other rule does: batch x units floats more for each. Layers behind the activation are
 * passed exactly.
 */
#include "direct.h"
#include "rule_table.h"

static bl_status adfa_init(struct rule *rule, const struct net *net)
{
    for (size_t l = 0; l < net_last(net); l++)
        BL_TRY(feedback_from_output(rule, net, l));
    return BL_OK;
}

static void adfa_signal(const struct rule *rule, const struct net *net, const struct place *at,
                        struct lesson *lesson)
{
    direct_signal(rule, net, at, lesson);
}

static void adfa_settle(const struct rule *rule, const struct net *net, const struct place *at,
                        struct lesson *lesson)
{
    net_settle_with(net, at, lesson, slope_function_of(rule->feedback.slope));
}

const struct rule_ops rule_adfa = {
    .name = "adfa",
    .about = "augmented DFA, any non-linearity for f', Nakajima et al. 2022, doi:10.1038/s41467-022-35216-2",
    .order = RULE_ORDER_ANY,
    .learns_from_zero = true,
    .weights = WEIGHTS_FOLLOW_DIRECT_FEEDBACK,
    .init = adfa_init,
    .signal = adfa_signal,
    .settle = adfa_settle,
    .has_slope = true,
};
