/*
 * drtp.c - direct random target projection (Frenkel, Lefebvre, Bol 2021, doi:10.3389/fnins.2021.629892).
 *
 *     signal_l = -scale y B_l                   y: batch x outputs, the one-hot targets; B_l: outputs x units of block l
 *
 * The target stands in for the error, whose sign it has: y - p is positive where the target is. So a block needs nothing but
 * the targets, and may learn as soon as its own forward is done. scale is that of the error: 1, or 1 / batch.
 * Memory: outputs x (the sum of the hidden units).
 */
#include "direct.h"
#include "rule_table.h"

static bl_status drtp_init(struct rule *rule, const struct net *net)
{
    for (size_t l = 0; l < net_last(net); l++)
        BL_TRY(feedback_from_output(rule, net, l));
    return BL_OK;
}

static void drtp_signal(const struct rule *rule, const struct net *net, const struct place *at,
                        struct lesson *lesson)
{
    direct_product(rule, net, at, lesson->y, lesson);
    direct_scale(net, at, lesson, -lesson->scale);
}

const struct rule_ops rule_drtp = {
    .name = "drtp",
    .about = "direct random target projection, Frenkel et al. 2021, doi:10.3389/fnins.2021.629892",
    .order = RULE_ORDER_ON_FORWARD,
    .learns_from_zero = true,
    .needs_classes = true,
    .init = drtp_init,
    .signal = drtp_signal,
};
