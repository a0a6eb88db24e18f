/*
 * trainer_program.c - the public functions that describe the program of a step.
 */
#include "../trainer/trainer.h"
#include "trainer_inspect.h"

#include "backless_experimental.h"

static bl_operand shown_operand(const struct program *p, const struct instruction *item, struct operand o,
                                size_t block)
{
    static const char *const extents[] = {"range", "columns", "all"};
    return (bl_operand){.buffer = program_buffer_name(p, o.buffer),
                        .block = (int)block,
                        .extent = extents[program_extent(item, o)],
                        .reads = o.access != WRITES,
                        .writes = o.access != READS};
}

static size_t group_of(const struct program *p, size_t i)
{
    size_t g = 0;
    while (i >= p->groups[g].end)
        g++;
    return g;
}

void trainer_describe(const bl_trainer *t, const struct program *p, size_t i, bl_instruction *out)
{
    const struct instruction *item = &p->items[p->order[i]];
    const size_t g = group_of(p, i);
    *out = (bl_instruction){.op = item->op->name,
                            .block = (int)item->l,
                            .stage = (int)item->stage,
                            .group = (int)g,
                            .tasks = (int)p->groups[g].n_tasks,
                            .is_repeated = item->is_repeated,
                            .work = work_of(t->model->rule, t->model->net, item)};
    for (size_t k = 0; k < OPERANDS; k++) {
        size_t block = 0;
        const struct operand o = program_operand(p, item, k, &block);
        if (o.buffer)
            out->operands[out->n_operands++] = shown_operand(p, item, o, block);
    }
}

int bl_trainer_instruction(const bl_trainer *t, int i, bl_instruction *out)
{
    if (!t || !out)
        return 0;
    const struct program *p = t->stepper.program;
    if (i < 0 || (size_t)i >= p->n)
        return 0;
    trainer_describe(t, p, (size_t)i, out);
    return 1;
}

/* The number of floats of block l's outputs or derivatives, over all layers that do not share memory with
   another one. */
static size_t floats_of_layers(const struct workspace *workspace, const struct net *net,
                               const struct matrix *of, size_t l)
{
    const struct block *block = &net->blocks[l];
    size_t sum = 0;
    for (size_t i = block->first; i < block->first + block->n_layers; i++)
        sum += i > block->first && of[i].x == of[i - 1].x ? 0 : workspace->capacity * of[i].cols;
    return sum;
}

static size_t floats_of_weights(const struct net *net, size_t l)
{
    size_t sum = 0;
    for (size_t i = net->blocks[l].tensors; i < net->blocks[l].tensors + net->blocks[l].n_tensors; i++)
        sum += net->tensors[i].rows * net->tensors[i].cols;
    return sum;
}

static size_t floats_of(const bl_trainer *t, enum buffer buffer, size_t l)
{
    const struct net *net = t->model->net;
    const struct workspace *workspace = t->workspace;
    const struct matrix B = t->model->rule->B[l];
    switch (buffer) {
    case BUFFER_INPUT:
        return workspace->capacity * workspace->x.cols;
    case BUFFER_TARGETS:
        return workspace->capacity * workspace->y.cols;
    case BUFFER_OUTPUT:
        return floats_of_layers(workspace, net, workspace->out, l);
    case BUFFER_DELTA:
        return floats_of_layers(workspace, net, workspace->grad, l);
    case BUFFER_FEEDBACK:
        return B.rows * B.cols;
    case BUFFER_GRADIENT:
        return net_range_most(net, l) * (net->weights[l].cols + 1);
    case BUFFER_WEIGHTS:
        return floats_of_weights(net, l);
    default:
        return rule_array_floats(t->model->rule, buffer, l);
    }
}

int bl_trainer_buffer(const bl_trainer *t, int i, bl_buffer *out)
{
    if (!t || !out)
        return 0;
    const struct program *p = t->stepper.program;
    size_t at = BUFFER_INPUT * p->n_blocks;
    const size_t end = (BUFFER_LAST_ARRAY + 1) * p->n_blocks;
    for (; i >= 0 && at < end; at++)
        i -= p->spans[at].first ? 1 : 0;
    if (i >= 0 || at == BUFFER_INPUT * p->n_blocks) /* i is past the last, or was negative */
        return 0;
    const enum buffer buffer = (enum buffer)((at - 1) / p->n_blocks);
    const size_t l = (at - 1) % p->n_blocks;
    *out = (bl_buffer){.name = program_buffer_name(p, buffer),
                       .block = (int)l,
                       .memory = (int)program_memory(p, buffer, l),
                       .bytes = floats_of(t, buffer, l) * sizeof(float),
                       .is_per_thread =
                           buffer == BUFFER_GRADIENT ||
                           (buffer == BUFFER_DELTA && t->workspace->shares_grad && l + 1 < p->n_blocks),
                       .first_stage = (int)p->spans[at - 1].first - 1,
                       .last_stage = (int)p->spans[at - 1].last - 1};
    return 1;
}
