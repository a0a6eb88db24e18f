/*
 * cut_choice.c - chooses which instructions on narrow blocks are cut by examples, by input channels or by
 * narrower ranges of channels.
 *
 * A cut by ranges of channels is the default, because then a task's results stay in the cache for the next
 * instruction on the block, and a signal, its delta and its gradient can be one task. An instruction is cut
 * otherwise only if that would leave threads without work: if the only task of a narrow block has more than
 * half of a thread's equal share of the stage.
 */
#include "../net/cut.h"
#include "program.h"

/* The approximate number of operations for an example, to compare the groups of a stage. */
static double work_of_item(const struct program *p, const struct instruction *item)
{
    const struct block *block = &p->net->blocks[item->l];
    const struct layer *layer = net_layer(p->net, item->op->kind == OP_PULL ? item->other : item->l);
    switch (item->op->kind) {
    case OP_FORWARD:
    case OP_PULL:
    case OP_PUSH:
    case OP_GRADIENT:
    case OP_UPDATE_FUSED:
        return (double)layer->units * ((double)layer->weight_cols + 1.0);
    case OP_PRODUCT:
        return (double)block->units * (double)p->net->blocks[net_last(p->net)].units;
    default:
        return (double)block->units;
    }
}

static double work_of_group(const struct program *p, const struct group *group)
{
    double sum = 0.0;
    for (size_t i = group->begin; i < group->end; i++)
        sum += work_of_item(p, &p->items[p->order[i]]);
    return sum;
}

static double work_of_stage(const struct program *p, size_t stage)
{
    double sum = 0.0;
    for (size_t g = 0; g < p->n_groups; g++)
        sum += p->groups[g].stage == stage ? work_of_group(p, &p->groups[g]) : 0.0;
    return sum;
}

/* The alternative cut of an instruction on a narrow block. Maps, and instructions that update direct
   feedback, are always cut by net_range. */
static enum cut cut_of(const struct net *net, const struct instruction *item)
{
    const struct block *block = &net->blocks[item->l];
    switch (item->op->kind) {
    case OP_FORWARD:
    case OP_ADD:
    case OP_PRODUCT:
    case OP_PULL:
    case OP_PULL_ADD:
    case OP_PULL_EXACT:
    case OP_PUSH:
    case OP_PUSH_ADD:
        return CUT_EXAMPLES;
    case OP_LOCAL_FORWARD:
        return CUT_FEW_CHANNELS;
    case OP_LOCAL_BACKWARD:
        return block->has_statistics ? CUT_FEW_CHANNELS : CUT_EXAMPLES;
    case OP_GRADIENT:
    case OP_UPDATE:
    case OP_UPDATE_FEEDBACK:
        return block->is_weighted ? CUT_INPUTS : CUT_CHANNELS;
    default:
        return CUT_CHANNELS;
    }
}

static bool has_too_much(const struct program *p, const struct group *group)
{
    return !group->is_whole && net_is_narrow(p->net, group->l) &&
           work_of_group(p, group) * 2.0 * (double)p->threads > work_of_stage(p, group->stage);
}

bool program_choose_cuts(struct program *p)
{
    bool has_changed = false;
    for (size_t g = 0; g < p->n_groups && p->threads > 1; g++)
        for (size_t i = p->groups[g].begin; i < p->groups[g].end && has_too_much(p, &p->groups[g]); i++) {
            struct instruction *item = &p->items[p->order[i]];
            item->cut = cut_of(p->net, item);
            has_changed = has_changed || item->cut != CUT_CHANNELS;
        }
    return has_changed;
}
