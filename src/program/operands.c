/*
 * operands.c - resolves the buffers and blocks of an instruction's operands.
 */
#include "program.h"

size_t program_followers(const struct program *p, size_t l)
{
    return p->net ? p->net->blocks[l].n_followers : l + 1 < p->n_blocks;
}

size_t program_follower(const struct program *p, size_t l, size_t i)
{
    return p->net ? p->net->followers[p->net->blocks[l].followers + i] : l + 1;
}

size_t program_sources(const struct program *p, size_t l)
{
    return p->net ? p->net->blocks[l].n_sources : 1;
}

size_t program_source(const struct program *p, size_t l, size_t i)
{
    return p->net ? p->net->blocks[l].sources[i] : l > 0 ? l - 1 : NET_INPUT;
}

struct operand program_operand(const struct program *p, const struct instruction *item, size_t i,
                               size_t *block)
{
    const size_t last = p->n_blocks - 1;
    struct operand o = item->op->operands[i];
    o.buffer = o.buffer == BUFFER_MATRIX ? item->matrix : o.buffer == BUFFER_SOURCE ? item->source : o.buffer;
    *block = o.owner == OF_LAST       ? last
             : o.owner == OF_NEXT     ? item->other
             : o.owner == OF_PREVIOUS ? program_source(p, item->l, 0)
             : o.owner == OF_SECOND   ? program_source(p, item->l, 1)
                                      : item->l;
    if (*block == NET_INPUT)
        o.buffer = BUFFER_INPUT;
    if (item->accumulates && o.buffer == BUFFER_SIGNAL)
        o.access = UPDATES;
    if (o.buffer == BUFFER_INPUT || o.buffer == BUFFER_TARGETS)
        *block = 0;
    return o;
}
