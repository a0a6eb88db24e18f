/*
 * user_map.c - calling a user's function on a range of a block: each operand as a view, of the range's columns or rows where it is
 * cut by channels.
 */
#include "user_rule.h"

#include "../base/rng.h"

#include <math.h>

static struct operand operand_at(const struct op *op, size_t i, const struct place *at, const struct net *net,
                                 size_t *block)
{
    *block = op->operands[i].whose == OF_LAST ? net_last(net) : at->l;
    return op->operands[i];
}

static bl_map_call call_of(const struct rule *rule, const struct net *net, const struct place *at)
{
    return (bl_map_call){.user = rule->ops->user->user,
                         .block = (int)at->l,
                         .unit = net_columns(net, at->l, at->part).begin,
                         .fan_out = net->blocks[at->l].is_weighted ? net_layer(net, at->l)->fan_out : 0};
}

static bl_view view_of(struct matrix m)
{
    return (bl_view){m.x, m.rows, m.cols, m.stride};
}

void rule_run_map(const struct rule *rule, const struct net *net, const struct op *op, const struct place *at,
                  const struct lesson *lesson)
{
    bl_map_call call = call_of(rule, net, at);
    call.n = lesson->n;
    call.step = lesson->passage.purpose == PASSAGE_TRAIN ? lesson->passage.step : 0;
    call.scale = lesson->scale;
    for (size_t i = 0, block = 0; i < OPERANDS && op->operands[i].buffer; i++) {
        const struct operand o = operand_at(op, i, at, net, &block);
        struct matrix m = user_matrix(rule, net, lesson, o, block);
        if (o.extent == EXTENT_RANGE)
            m = user_range(net, at, m, user_layout(rule->ops->user, o.buffer));
        call.view[i] = view_of(m);
    }
    op->given->run(&call);
}

double rule_map_work(const struct rule *rule, const struct net *net, const struct instruction *item)
{
    const struct op *op = item->op;
    const struct place at = {item->l, {0, net->blocks[item->l].channels}, NULL};
    bl_map_call call = call_of(rule, net, &at);
    if (!op->given->macs)
        return 0.0;
    call.n = 1;
    call.scale = 1.0f;
    for (size_t i = 0, block = 0; i < OPERANDS && op->operands[i].buffer; i++) {
        const struct operand o = operand_at(op, i, &at, net, &block);
        call.view[i] = view_of(user_shape(rule, net, o, block, 1));
    }
    const double macs = op->given->macs(&call);
    return isfinite(macs) && macs > 0.0 ? macs : 0.0;
}

void rule_run_noise(const struct rule *rule, const struct instruction *item, const struct lesson *lesson)
{
    const struct matrix m = rule_array(rule, item->source, item->l, lesson->n);
    const struct rng rng = {.seed = lesson->passage.seed,
                            .stream = RNG_RULE_NOISE,
                            .pass = item->stream,
                            .layer = (uint32_t)item->l,
                            .step = lesson->passage.step};
    rng_normal(&rng, item->sigma, m.rows * m.cols, m.x);
}
