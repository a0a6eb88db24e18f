/*
 * frozen_blocks.c - blocks that do not learn in the steps to come.
 */
#include "step.h"

#include <string.h>

/* The gradients of a frozen block are 0 to what looks at all of them. */
void stepper_freeze(struct stepper *s, size_t l, bool is_frozen)
{
    const struct block *block = &s->net->blocks[l];
    for (size_t i = block->tensors; s->buffer && is_frozen && i < block->tensors + block->n_tensors; i++) {
        const struct net_tensor *tensor = &s->net->tensors[i];
        memset(s->buffer + tensor->at, 0, tensor->rows * tensor->cols * sizeof *s->buffer);
    }
    s->frozen[l] = is_frozen;
}

bool stepper_leaves_out(const struct stepper *s, const struct program *program,
                        const struct instruction *item)
{
    return s->frozen && program->spec.updates && item->op->kind >= OP_GRADIENT && s->frozen[item->l];
}
