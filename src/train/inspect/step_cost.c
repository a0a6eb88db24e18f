/*
 * step_cost.c - counts the arithmetic of a rule on a net, from the instructions of a step and the shapes.
 *
 * Each output of a weighted layer is a sum over the layer's fan-in, so forward, pull, push and gradient of a
 * layer cost units x fan-in multiply-accumulates each, for dense and for conv.
 */
#include "../trainer/trainer.h"
#include "trainer_inspect.h"

#include "backless_experimental.h"

static double layer_work(const struct net *net, size_t l)
{
    return (double)net_layer(net, l)->units * (double)net_layer(net, l)->weight_cols;
}

/* Multiply-accumulates of the product of an error with a matrix of outputs x n. */
static double direct_work(const struct net *net, size_t n)
{
    return (double)net->blocks[net_last(net)].units * (double)n;
}

double work_of(const struct rule *rule, const struct net *net, const struct instruction *item)
{
    switch (item->op->kind) {
    case OP_FORWARD:
    case OP_PUSH:
    case OP_GRADIENT:
    case OP_UPDATE_FUSED:
        return layer_work(net, item->l);
    case OP_PULL:
        return layer_work(net, item->other);
    case OP_PRODUCT:
        return direct_work(net, feedback_at_units(net, item->l, rule->feedback.feedback_at));
    case OP_LEARN_FEEDBACK:
        return direct_work(net, net->blocks[item->l].units);
    case OP_MATMUL:
        return rule_product_work(rule, net, item);
    case OP_MAP:
        return item->op->given.run ? rule_map_work(rule, net, item)
               : item->op->cost    ? item->op->cost(net)
                                   : 0.0;
    default:
        return 0.0;
    }
}

/* The number of values that the instruction updates: parameters of the block, its feedback, or an array of a
   user's rule. */
static size_t stepped(const struct rule *rule, const struct net *net, const struct instruction *item)
{
    const struct block *block = &net->blocks[item->l];
    size_t sum = 0;
    if (item->op->kind == OP_UPDATE_FEEDBACK || item->op->kind == OP_LEARN_FEEDBACK)
        return rule->B[item->l].rows * rule->B[item->l].cols;
    if (item->op->kind == OP_UPDATE_ARRAY)
        return rule_array_floats(rule, item->op->operands[1].buffer, item->l);
    if (item->op->kind != OP_UPDATE && item->op->kind != OP_UPDATE_FUSED)
        return 0;
    for (size_t i = block->tensors; i < block->tensors + block->n_tensors; i++)
        sum += net->tensors[i].rows * net->tensors[i].cols;
    return sum;
}

void bl_trainer_count(const bl_trainer *trainer, bl_work *out)
{
    if (!trainer || !out)
        return;
    const struct rule *rule = trainer->model->rule;
    const struct net *net = trainer->model->net;
    const struct program *p = trainer->stepper.program;
    *out = (bl_work){.forward = 0.0};
    for (size_t i = 0; i < p->n; i++) {
        const struct instruction *item = &p->items[i];
        const double work = item->is_repeated ? 0.0 : work_of(rule, net, item);
        out->forward += item->op->move == MOVE_FORWARD ? work : 0.0;
        out->signal += item->op->move == MOVE_SIGNAL ? work : 0.0;
        out->gradient += item->op->move == MOVE_GRADIENT || item->op->move == MOVE_UPDATE ? work : 0.0;
        out->weights += stepped(rule, net, item);
    }
}
