/*
 * init_defaults.c - the defaults of the options init and feedback.
 */
#include "../options/preset.h"
#include "../trainer/trainer.h"
#include "trainer_setup.h"

#include <string.h>

enum { ZERO_START_PERCENT = 25 };

/* Whether every hidden activation has a slope at 0, so that none is a relu or nearly one. */
static bool is_steep(const struct net *net)
{
    return 100.0f * net_slope_at_zero(net) >= (float)ZERO_START_PERCENT;
}

/* From zero weights the hidden units of a block move along as many directions as the error has. With one
   output, or two classes, that is one direction, so all units stay alike, and the net learns little more than
   a linear model. */
static bool has_directions(const struct net *net)
{
    return net->n_blocks == 1 || net->blocks[net_last(net)].units > 2;
}

/* After zero weights the input of layer norm is constant, and the layer multiplies the derivative by 1 /
   sqrt(epsilon) = 316, from which rules with chains of matrices did not recover (docs/rules.md). Weights that
   are frozen at 0 would give the next block only zeros. */
static bool can_start_from_zero(const bl_config *config, const struct rule_ops *ops, const struct net *net)
{
    return ops->learns_from_zero && is_steep(net) && !net->has_merged_modules &&
           !(net->reader_of_all && rule_is_chain(ops)) && strcmp(config_text(config, "freeze"), "none") == 0;
}

static bool starts_as_code(const bl_config *config)
{
    return preset_starts_as_code(config_text(config, "preset"));
}

/* Feedback alignment, and rules of a user that share its feedback: fixed matrices replace the weights. The
   published code's own Linear and SpatialConvolution implement them. */
static bool replaces_weights(const struct rule_ops *ops)
{
    return ops->weights == WEIGHTS_FOLLOW_THEIR_FEEDBACK && rule_is_chain(ops) && !ops->derives_feedback &&
           !rule_learns_feedback(ops);
}

/* Whether each unit of the first weighted layer reads all inputs, as in a dense net. */
static bool is_dense_net(const struct net *net)
{
    size_t l = 0;
    while (l < net_last(net) && !net->blocks[l].is_weighted)
        l++;
    return net_layer(net, l)->weight_cols == net_layer(net, l)->in_units;
}

/* The code sets all weights to 0 for tanh and logistic units, also with one output, except that the first
   layer of its dense nets is not one of the layers of feedback alignment that it looks for. */
const char *trainer_default_init(const bl_config *config, const struct rule_ops *ops, const struct net *net)
{
    if (!can_start_from_zero(config, ops, net) || (!starts_as_code(config) && !has_directions(net)))
        return "fanin";
    return starts_as_code(config) && replaces_weights(ops) && net->n_blocks > 1 && is_dense_net(net)
               ? "fanin-first"
               : "zero";
}

/* In a chain of matrices the size of a signal is multiplied by the gain at each block, whereas the signal of
   a direct rule, or of a chain with one hidden block, passes one matrix. Relus, whose outputs are not
   bounded, need half the size (docs/rules.md).

   The code's feedback in place of weights is a copy of the weights as they were drawn. Where the weights are
   set to 0 afterwards, that is a draw of its own, from the distribution nokland; for relus they are not. */
const char *trainer_default_feedback(const bl_config *config, const struct rule_ops *ops,
                                     const struct net *net, const struct optimizer *optimizer)
{
    if (ops->default_feedback)
        return ops->default_feedback;
    if (starts_as_code(config))
        return replaces_weights(ops) && !is_steep(net) ? "weights" : "nokland";
    if (optimizer->ops->hides_scale)
        return "nokland";
    if (!rule_is_chain(ops) || net->n_blocks <= 2)
        return "uniform 1";
    return is_steep(net) ? "fanin" : "fanin 0.5";
}
