/*
 * lifetimes.c - assigns memory to the outputs and derivatives of a lean program.
 *
 * An output is in use from the forward that computes it until the last instruction of the list that reads it,
 * and a second time from its repeated forward; the derivatives of a block are in use from its signal until
 * its gradient. Places are assigned before stages. Instructions on the same place conflict, so those that
 * determine the content of a place keep the order of the list. Sharing memory can delay an instruction to a
 * later stage, but cannot change a result.
 */
#include "../base/mem.h"
#include "../net/buffer_reuse.h"
#include "ops.h"

#include <assert.h>

/* Extends a buffer's lifetime to an instruction that reads or writes it. is_new: the instruction computes the
   buffer again, and nothing reads its previous content. */
static void extend(struct lifetime *life, size_t moment, bool is_new)
{
    assert(!is_new || life->n_spans < LIFETIME_SPANS);
    if (is_new || life->n_spans == 0)
        life->first[life->n_spans++] = moment;
    life->last[life->n_spans - 1] = moment;
}

static void extend_by_operands(const struct program *p, size_t i, struct lifetime *lives)
{
    const struct instruction *item = &p->items[i];
    for (size_t k = 0, block = 0; k < OPERANDS; k++) {
        const struct operand o = program_operand(p, item, k, &block);
        const bool is_output = o.buffer == BUFFER_OUTPUT,
                   is_derivative = o.buffer == BUFFER_SIGNAL || o.buffer == BUFFER_DELTA;
        if ((is_output || is_derivative) && block + 1 < p->n_blocks)
            extend(&lives[is_output ? block : p->n_blocks - 1 + block], i,
                   is_output && item->is_repeated && o.access == WRITES);
    }
}

bl_status program_find_places(struct program *p, const struct net *net)
{
    const size_t hidden = p->n_blocks - 1;
    struct lifetime *lives = NULL;
    BL_TRY(MEM_ARRAY(p->ctx, &p->place_numbers, 2 * hidden, "the places of outputs"));
    BL_TRY(MEM_ARRAY(p->ctx, &lives, 2 * hidden, "the lifetimes of outputs"));
    for (size_t l = 0; l < hidden; l++)
        lives[l].floats = lives[hidden + l].floats = net_output_floats(net, l);
    for (size_t i = 0; i < p->n; i++)
        extend_by_operands(p, i, lives);
    p->places = (struct workspace_places){.outputs = p->place_numbers,
                                          .derivatives = p->place_numbers + hidden,
                                          .n = buffer_reuse_assign(lives, 2 * hidden, p->place_numbers)};
    mem_free(p->ctx, lives);
    return BL_OK;
}
