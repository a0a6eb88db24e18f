/*
 * init_defaults.c - the defaults of the options init and feedback.
 */
#include "trainer.h"

enum { ZERO_START_PERCENT = 25 };

/* Whether every hidden activation has a slope at 0, so that none is a relu or nearly one. */
static bool is_steep(const struct net *net)
{
    return 100.0f * net_slope_at_zero(net) >= (float)ZERO_START_PERCENT;
}

/* From zero weights the hidden units of a block move along as many directions as the error has. With one
   output, or two classes, that is one direction, so all units stay alike, and the net learns little more than
   a linear model. After zero weights the input of layer norm is constant, and the layer multiplies the
   derivative by 1 / sqrt(epsilon) = 316, from which rules with chains of matrices did not recover
   (docs/rules.md). */
bool trainer_may_start_from_zero(const struct net *net, const struct rule_ops *ops)
{
    if (net->reader_of_all && rule_is_chain(ops))
        return false;
    const bool has_directions = net->n_blocks == 1 || net->blocks[net_last(net)].units > 2;
    return ops->learns_from_zero && !net->has_merged_modules && is_steep(net) && has_directions;
}

/* In a chain of matrices the size of a signal is multiplied by the gain at each block, whereas the signal of
   a direct rule, or of a chain with one hidden block, passes one matrix. Relus, whose outputs are not
   bounded, need half the size (docs/rules.md). */
const char *trainer_default_feedback(const struct rule_ops *ops, const struct net *net,
                                     const struct optimizer *optimizer)
{
    if (ops->default_feedback)
        return ops->default_feedback;
    if (optimizer->ops->hides_scale)
        return "nokland";
    if (!rule_is_chain(ops) || net->n_blocks <= 2)
        return "uniform 1";
    return is_steep(net) ? "fanin" : "fanin 0.5";
}
