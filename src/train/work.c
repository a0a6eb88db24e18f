/*
 * work.c - how much arithmetic a rule needs on a net: counted from the shapes, nothing is run.
 *
 * Every number that leaves a weighted layer is a sum over that layer's fan-in, so forward, pull, push and gradient of a
 * layer cost units x fan-in multiply-accumulates each, dense and conv alike.
 */
#include "trainer.h"

static double layer_work(const struct net *net, size_t l)
{
    const struct layer *layer = net_layer(net, l);
    return (double)layer->units * (double)layer->weight_cols;
}

/* Of the blocks begin .. end - 1. */
static double chain_work(const struct net *net, size_t begin, size_t end)
{
    double sum = 0.0;
    for (size_t l = begin; l < end; l++)
        sum += layer_work(net, l);
    return sum;
}

/* From the outputs to n numbers. */
static double direct_work(const struct net *net, size_t n)
{
    return (double)net->blocks[net_last(net)].units * (double)n;
}

static double all_direct_work(const struct rule *rule, const struct net *net)
{
    double sum = 0.0;
    for (size_t l = 0; l < net_last(net); l++)
        sum += direct_work(net, inlet_units(net, l, rule->feedback.inlet));
    return sum;
}

/* The order says what a signal is made of. */
static double teach_work(const struct rule *rule, const struct net *net)
{
    const size_t last = net_last(net);
    if (rule->ops->disturb)
        return direct_work(net, net->inputs);
    if (!rule->ops->signal || last == 0)
        return 0.0;
    if (rule->ops->order == RULE_ORDER_BACKWARD)
        return chain_work(net, 1, last + 1);
    if (rule->ops->order == RULE_ORDER_FORWARD)
        return direct_work(net, inlet_units(net, 0, rule->feedback.inlet)) + chain_work(net, 1, last);
    return all_direct_work(rule, net);
}

static double feedback_work(const struct rule *rule, const struct net *net)
{
    double sum = 0.0;
    if (rule->ops->learning == FEEDBACK_LEARNS_FROM_ERROR)
        for (size_t l = 0; l < net_last(net); l++)
            sum += direct_work(net, net->blocks[l].units);
    return sum;
}

static size_t stepped_weights(const struct rule *rule, const struct net *net, size_t first_block)
{
    size_t sum = 0;
    for (size_t i = net->blocks[first_block].tensors; i < net->n_tensors; i++)
        sum += net->tensors[i].rows * net->tensors[i].cols;
    for (size_t l = 0; l < net->n_blocks && rule->ops->learning != FEEDBACK_IS_FIXED; l++)
        sum += rule->B[l].rows * rule->B[l].cols;
    return sum;
}

void bl_trainer_count(const bl_trainer *trainer, bl_work *out)
{
    if (!trainer || !out)
        return;
    const struct rule *rule = trainer->model->rule;
    const struct net *net = trainer->model->net;
    const size_t first = rule->ops->signal || rule->ops->disturb ? 0 : net_last(net); /* block that learns */
    out->forward = (rule->ops->disturb ? 2.0 : 1.0) * chain_work(net, 0, net->n_blocks);
    out->teach = teach_work(rule, net);
    out->gradient = chain_work(net, first, net->n_blocks) + feedback_work(rule, net);
    out->weights = stepped_weights(rule, net, first);
}
