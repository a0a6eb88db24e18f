/*
 * adfa.c - augmented direct feedback alignment (Nakajima, Inubushi, Kubota, Hasegawa, Tanaka, Katagiri, Goto, Hashimoto
 * 2022, doi:10.1038/s41467-022-35216-2).
 *
 *     delta_l = (e B_l) g(a_l)                  in place of f'(a_l): any non-linearity g
 *
 * The derivative of the activation need not be known, which is what makes it fit for physical nets. Here g(a) = cos f(a),
 * which looks at the output alone, as a measurement would. Layers behind the activation are passed exactly.
 */
#include "../base/maths.h"
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

static void times_cosine(const float *y, float *d, size_t n)
{
    for (size_t j = 0; j < n; j++)
        d[j] *= (float)maths_cos_turns((double)y[j] * 0.15915494309189535); /* 1 / 2 pi */
}

static void adfa_settle(const struct rule *rule, const struct net *net, const struct place *at,
                        struct lesson *lesson)
{
    (void)rule;
    net_settle_with(net, at, lesson, times_cosine);
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
};
