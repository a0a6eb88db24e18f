/*
 * program_checks.h - checks of a step's program, from the operands of its instructions alone: no two
 * conflicting instructions can run in the wrong order, each instruction is in one group of its stage, and
 * there are no more stages than in a plan made by hand.
 */
#ifndef TESTS_PROGRAM_CHECKS_H
#define TESTS_PROGRAM_CHECKS_H

#include "../src/train/trainer/trainer.h"
#include "program_conflicts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* Fails unless every instruction is in one group of its stage, block and cut, in the order of the list. */
static inline void check_groups(const struct program *p, uint32_t number)
{
    size_t n = 0;
    for (size_t g = 0; g < p->n_groups; g++)
        for (size_t i = p->groups[g].begin; i < p->groups[g].end; i++, n++) {
            const struct instruction *item = &p->items[p->order[i]];
            if (item->stage != p->groups[g].stage || item->l != p->groups[g].l ||
                item->cut != p->groups[g].cut || (i > p->groups[g].begin && p->order[i] < p->order[i - 1]))
                fail_msg("case %u: instruction %zu is in the wrong group", number, p->order[i]);
        }
    assert_int_equal(n, p->n);
}

/* Negative control: has_conflict must find each instruction that is moved one stage earlier, or one stage
   later if it is in the first stage that it can be in. Only gradients and updates may be free of both
   conflicts: they wait where another matrix of their block is in the cache, and no other instruction waits
   for them. Returns the number of faults found. */
static inline size_t count_found_faults(const struct program *p, uint32_t number)
{
    size_t n = 0;
    for (size_t i = 0; i < p->n; i++) {
        struct instruction *item = &p->items[i];
        const size_t stage = item->stage;
        if (stage == 0)
            continue;
        item->stage = stage - 1;
        const bool is_early = has_conflict(p, i);
        item->stage = stage + 1;
        const bool is_late = has_conflict(p, i);
        item->stage = stage;
        if (!is_early && !is_late && item->op->kind < OP_GRADIENT)
            fail_msg("case %u: %s of block %zu could run at any time", number, item->op->name, item->l);
        n += is_early || is_late;
    }
    return n;
}

/* Fails if the program has a conflict or a wrong group. Returns the number of planted faults found. */
static inline size_t check_program(const struct program *p, uint32_t number)
{
    size_t a = 0, b = 0;
    find_relations(p);
    if (find_conflict(p, &a, &b))
        fail_msg("case %u: %s of block %zu (stage %zu) and %s of block %zu (stage %zu) conflict", number,
                 p->items[a].op->name, p->items[a].l, p->items[a].stage, p->items[b].op->name, p->items[b].l,
                 p->items[b].stage);
    check_groups(p, number);
    return count_found_faults(p, number);
}

/* The number of blocks with an instruction that is not cut by channels. */
static inline size_t blocks_cut_otherwise(const struct program *p)
{
    size_t n = 0;
    for (size_t l = 0; l < p->n_blocks; l++) {
        bool is_cut = false;
        for (size_t i = 0; i < p->n; i++)
            is_cut = is_cut || (p->items[i].l == l && p->items[i].cut != CUT_CHANNELS);
        n += is_cut;
    }
    return n;
}

/* The number of stages after the loss in plans made by hand, for the hidden blocks 0 .. last - 1 (T: signal,
   U: update), by the order of the rule:
       any        all in one stage                                               1
       backward   T(last - 1) | T(last - 2), U(last) | ... | U(1), U(0)          last + 1
       forward    T(0), U(last) | T(1), U(0) | ... | U(last - 1)                 last + 1
   A second pass has last + 4 more: one for what it keeps, one for its input, one for each block, and one for
   the deltas. A block that is not cut by channels alone has at most two more, because each change of the cut
   waits for the tasks of the cut before it. */
static inline size_t planned_stages(const bl_trainer *t)
{
    const size_t last = net_last(t->model->net);
    const char *order = rule_order_name(t->model->rule->ops);
    const size_t second = rule_flow(t->model->rule->ops).has_second_pass ? last + 4 : 0;
    const size_t plain = strcmp(order, "backward") == 0 || strcmp(order, "forward") == 0 ? last + 1 : 1;
    return second + plain + 2 * blocks_cut_otherwise(t->stepper.program);
}

/* Fails if a program for which a plan was made by hand has more stages than the plan. */
static inline void check_stages(const bl_trainer *t, uint32_t number)
{
    const struct program *p = t->stepper.program;
    const size_t now = p->n_stages - p->loss_stage - 1, planned = planned_stages(t);
    const struct net *net = t->model->net;
    if (!t->model->rule->ops->user && !p->spec.is_lean && !net->has_adds && !net->reader_of_all &&
        !net->has_merged_modules && now > planned)
        fail_msg("case %u: %zu stages after the loss, more than the %zu of the plan by hand", number, now,
                 planned);
}

#endif
