/*
 * traffic.c - counts the bytes that a step must move between memory and processor, for any batch, from the
 * operands of its instructions.
 *
 * An array counts once if any instruction reads it and once if any writes it, because even with an unlimited
 * cache a step must move that much. For P trained parameters and an optimiser with s numbers of state for
 * each, in bytes:
 *
 *     weights    2 x 4 P        parameters that are only read: 4 P
 *     state      2 x 4 s P
 *     feedback   4 |B|          feedback that is learned, or computed in each step: 2 x 4 |B|, and its state
 */
#include "../trainer/trainer.h"

#include "backless_experimental.h"

struct touch {
    bool reads, writes;
};

/* Whether the program reads and writes a buffer of block l in every step. */
static struct touch touch_of(const struct program *p, enum buffer buffer, size_t l)
{
    struct touch touch = {false, false};
    size_t block = 0;
    for (size_t i = 0; i < p->n; i++)
        for (size_t k = 0; k < OPERANDS && p->items[i].period <= 1; k++) {
            const struct operand o = program_operand(p, &p->items[i], k, &block);
            if (o.buffer == BUFFER_NONE)
                break;
            if (o.buffer != buffer || block != l)
                continue;
            touch.reads = touch.reads || o.access != WRITES;
            touch.writes = touch.writes || o.access != READS;
        }
    return touch;
}

static double block_params(const struct net *net, size_t l)
{
    const struct block *block = &net->blocks[l];
    double sum = 0.0;
    for (size_t i = block->tensors; i < block->tensors + block->n_tensors; i++)
        sum += (double)net->tensors[i].rows * (double)net->tensors[i].cols;
    return sum;
}

/* Adds n numbers, and their optimiser state, which is read and written where the numbers are updated. */
static double add(bl_traffic *out, struct touch touch, double n, double slots)
{
    const double bytes = sizeof(float) * n, state = slots * bytes;
    if (!touch.reads && !touch.writes)
        return 0.0;
    out->state += 2.0 * state;
    out->in_use += bytes + state;
    return bytes * (touch.reads + touch.writes);
}

void bl_trainer_traffic(const bl_trainer *trainer, bl_traffic *out)
{
    if (!trainer || !out)
        return;
    const struct stepper *s = &trainer->stepper;
    const struct program *p = s->program;
    const double slots = (double)optimizer_slots(&s->optimizer);
    *out = (bl_traffic){.weights = 0.0};
    for (size_t l = 0; l < p->n_blocks; l++) {
        const struct touch weights = touch_of(p, BUFFER_WEIGHTS, l), B = touch_of(p, BUFFER_FEEDBACK, l);
        const double n = (double)s->rule->B[l].rows * (double)s->rule->B[l].cols;
        out->weights += add(out, weights, block_params(s->net, l), weights.writes ? slots : 0.0);
        out->feedback += add(out, B, n, B.writes && s->B_at ? slots : 0.0);
    }
}
