/*
 * user_map.c - calling a user's function on a range of a block: each operand as a view, of the range's columns or rows where it is
 * cut by channels.
 */
#include "user_rule.h"

#include "../base/rng.h"

/* Columns that hold the channels of a block, so many numbers for each. */
static struct matrix columns_of(struct matrix m, const struct net *net, const struct place *at)
{
    const size_t map = m.cols / net->blocks[at->l].channels;
    return matrix_columns(m, (struct part){at->part.begin * map, at->part.end * map});
}

static struct matrix own_array(const struct rule *rule, const struct net *net, const struct place *at,
                               struct operand o, size_t block, size_t n)
{
    const struct matrix m = rule_array(rule, o.buffer, block, n);
    const int cols = rule->ops->user->arrays[o.buffer - BUFFER_ARRAY].cols;
    if (o.extent != EXTENT_RANGE)
        return m;
    if (cols == BL_UNITS || cols == BL_CHANNELS)
        return columns_of(m, net, at);
    const size_t map = m.rows / net->blocks[at->l].channels;
    return matrix_rows(m, (struct part){at->part.begin * map, at->part.end * map});
}

static struct matrix feedback_of(const struct rule *rule, const struct net *net, const struct place *at)
{
    const struct matrix B = rule->B[at->l];
    if (!B.x)
        return B;
    return rule->ops->user->feedback == BL_FEEDBACK_DIRECT ? columns_of(B, net, at)
                                                           : matrix_rows(B, at->part);
}

static struct matrix operand_of(const struct rule *rule, const struct net *net, const struct place *at,
                                const struct lesson *lesson, struct operand o)
{
    const size_t last = net_last(net), block = o.whose == OF_LAST ? last : at->l;
    switch (o.buffer) {
    case BUFFER_INPUT:
        return lesson->x;
    case BUFFER_TARGETS:
        return lesson->y;
    case BUFFER_OUTPUT:
        return columns_of(lesson->h[block], net, at);
    case BUFFER_SIGNAL:
        return columns_of(lesson->signal[block], net, at);
    case BUFFER_DELTA:
        return o.whose == OF_LAST ? *lesson_error(lesson) : columns_of(lesson->delta[block], net, at);
    case BUFFER_WEIGHTS:
        return matrix_rows(net->weights[block], at->part);
    case BUFFER_FEEDBACK:
        return feedback_of(rule, net, at);
    default:
        return own_array(rule, net, at, o, block, lesson->n);
    }
}

void rule_run_map(const struct rule *rule, const struct net *net, const struct op *op, const struct place *at,
                  const struct lesson *lesson)
{
    const bool is_step = lesson->passage.purpose == PASSAGE_TRAIN;
    bl_map_call call = {.user = rule->ops->user->user,
                        .block = (int)at->l,
                        .n = lesson->n,
                        .step = is_step ? lesson->passage.step : 0,
                        .scale = lesson->scale,
                        .unit = net_columns(net, at->l, at->part).begin};
    for (size_t i = 0; i < OPERANDS && op->operands[i].buffer; i++) {
        const struct matrix m = operand_of(rule, net, at, lesson, op->operands[i]);
        call.view[i] = (bl_view){m.x, m.rows, m.cols, m.stride};
    }
    op->given->run(&call);
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
