/*
 * program_conflicts.h - which instructions of a program may not run side by side or in another order, from
 * their operands alone.
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

/* Of the program that is checked: what each instruction accesses, and where those after it in the list must
   run relative to it. Neither depends on stages, so both remain valid while an instruction is moved from
   stage to stage. */
enum { MOST_INSTRUCTIONS = 1024 };
static struct access_at accesses[MOST_INSTRUCTIONS][OPERANDS];
static unsigned char relations[MOST_INSTRUCTIONS][MOST_INSTRUCTIONS]; /* [i][k], i < k: enum relation */

static inline struct access_at access_at(const struct program *p, const struct instruction *item, size_t i)
{
    size_t block = 0;
    struct access_at a = {.operand = program_operand(p, item, i, &block)};
    a.memory = program_memory(p, a.operand.buffer, block);
    return a;
}

/* Whether a task of the instruction touches the operand only within the range that the task is cut for. */
static inline bool keeps_to_range(const struct instruction *item, const struct operand *o)
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

enum relation { INDEPENDENT, SAME_TASK_OR_LATER, LATER_STAGE };

/* Where the second instruction, which follows the first in the list, must run relative to it. */
static inline enum relation relation(const struct program *p, size_t first, size_t second)
{
    const struct instruction *a = &p->items[first], *b = &p->items[second];
    enum relation found = INDEPENDENT;
    for (size_t i = 0; i < OPERANDS && a->op->operands[i].buffer; i++)
        for (size_t k = 0; k < OPERANDS && b->op->operands[k].buffer; k++) {
            const struct access_at *u = &accesses[first][i], *v = &accesses[second][k];
            if (u->memory != v->memory || (u->operand.access == READS && v->operand.access == READS))
                continue;
            if (a->l != b->l || a->cut != b->cut || !keeps_to_range(a, &u->operand) ||
                !keeps_to_range(b, &v->operand))
                return LATER_STAGE;
            found = SAME_TASK_OR_LATER;
        }
    return found;
}

/* Must be called first, for each program. */
static inline void find_relations(const struct program *p)
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
static inline bool conflict(const struct program *p, size_t i, size_t k)
{
    const size_t a = p->items[i].stage, b = p->items[k].stage;
    return (relations[i][k] == LATER_STAGE && a >= b) || (relations[i][k] == SAME_TASK_OR_LATER && a > b);
}

/* The first pair that conflicts; false: there is none. */
static inline bool find_conflict(const struct program *p, size_t *first, size_t *second)
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

/* Whether instruction i conflicts with any other. */
static inline bool has_conflict(const struct program *p, size_t i)
{
    for (size_t k = 0; k < p->n; k++)
        if (k != i && conflict(p, k < i ? k : i, k < i ? i : k))
            return true;
    return false;
}

#endif
