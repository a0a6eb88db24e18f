/*
 * program_conflicts.h - which instructions of a program may not run side by side or in another order, from
 * their operands alone: find_relations, then find_conflict and has_conflict. For tests with cmocka.
 */
#ifndef TESTS_PROGRAM_CONFLICTS_H
#define TESTS_PROGRAM_CONFLICTS_H

#include "../src/program/program.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include <cmocka.h>

struct access_at {
    struct operand operand;
    size_t memory;
};

/* Of the program that is being checked: what each instruction accesses, and how it and those behind it in the
   list may be placed. Neither depends on stages, so both stay while an instruction is moved from stage to
   stage. */
enum { MOST_INSTRUCTIONS = 1024 };
static struct access_at accesses[MOST_INSTRUCTIONS][OPERANDS];
static unsigned char relations[MOST_INSTRUCTIONS][MOST_INSTRUCTIONS]; /* [i][k], i < k: enum relation */

static struct access_at access_at(const struct program *p, const struct instruction *item, size_t i)
{
    size_t block = 0;
    struct access_at a = {.operand = program_operand(p, item, i, &block)};
    a.memory = program_memory(p, a.operand.buffer, block);
    return a;
}

static bool keeps_to_range(const struct instruction *item, const struct operand *o)
{
    static const bool by_cut[CUTS][BUFFERS] = {
        [CUT_EXAMPLES] = {[BUFFER_INPUT] = true,
                          [BUFFER_TARGETS] = true,
                          [BUFFER_OUTPUT] = true,
                          [BUFFER_SIGNAL] = true,
                          [BUFFER_DELTA] = true},
        [CUT_INPUTS] = {[BUFFER_WEIGHTS] = true, [BUFFER_GRADIENT] = true, [BUFFER_FEEDBACK] = true}};
    const bool is_by_channels = item->cut == CUT_CHANNELS || item->cut == CUT_FEW_CHANNELS;
    return !item->op->is_whole && (is_by_channels ? o->extent == EXTENT_RANGE : by_cut[item->cut][o->buffer]);
}

enum relation { FREE, IN_ONE_TASK, APART };

/* Whether the two may be in one task, or must be apart, the one in the list first. */
static enum relation relation(const struct program *p, size_t first, size_t second)
{
    const struct instruction *a = &p->items[first], *b = &p->items[second];
    enum relation found = FREE;
    for (size_t i = 0; i < OPERANDS && a->op->operands[i].buffer; i++)
        for (size_t k = 0; k < OPERANDS && b->op->operands[k].buffer; k++) {
            const struct access_at *u = &accesses[first][i], *v = &accesses[second][k];
            if (u->memory != v->memory || (u->operand.access == READS && v->operand.access == READS))
                continue;
            if (a->l != b->l || a->cut != b->cut || !keeps_to_range(a, &u->operand) ||
                !keeps_to_range(b, &v->operand))
                return APART;
            found = IN_ONE_TASK;
        }
    return found;
}

static void find_relations(const struct program *p)
{
    assert_true(p->n <= MOST_INSTRUCTIONS);
    for (size_t i = 0; i < p->n; i++)
        for (size_t k = 0; k < OPERANDS && p->items[i].op->operands[k].buffer; k++)
            accesses[i][k] = access_at(p, &p->items[i], k);
    for (size_t i = 0; i < p->n; i++)
        for (size_t k = i + 1; k < p->n; k++)
            relations[i][k] = (unsigned char)relation(p, i, k);
}

/* Whether instructions i and k, i < k, may run in the wrong order. */
static bool conflict(const struct program *p, size_t i, size_t k)
{
    const size_t a = p->items[i].stage, b = p->items[k].stage;
    return (relations[i][k] == APART && a >= b) || (relations[i][k] == IN_ONE_TASK && a > b);
}

/* The first pair that conflicts; false: there is none. */
static bool find_conflict(const struct program *p, size_t *first, size_t *second)
{
    for (size_t i = 0; i < p->n; i++)
        for (size_t k = i + 1; k < p->n; k++)
            if (conflict(p, i, k)) {
                *first = i;
                *second = k;
                return true;
            }
    return false;
}

/* The same for a program whose other pairs are known to be in order. */
static bool has_conflict(const struct program *p, size_t i)
{
    for (size_t k = 0; k < p->n; k++)
        if (k != i && conflict(p, k < i ? k : i, k < i ? i : k))
            return true;
    return false;
}

#endif
