/*
 * rule_flow.c - the properties of a rule that follow from its instructions.
 */
#include "rule.h"

struct emission rule_emission(const struct rule_ops *ops)
{
    return (struct emission){.begin = ops->begin, .emit = ops->emit, .learn = ops->learn};
}

/* Emits the rule on a chain of six blocks. Three blocks would be enough for the library's rules, which treat
   all blocks alike, but not for every user's rule. */
struct rule_flow rule_flow(const struct rule_ops *ops)
{
    enum { BLOCKS = 6, ROOM = EMISSION_ROOM * (BLOCKS + 1) };
    struct instruction items[ROOM];
    struct op maps[ROOM];
    struct program p = {.n_blocks = BLOCKS,
                        .items = items,
                        .room = ROOM,
                        .spec.updates = true,
                        .user = ops->user,
                        .maps = maps};
    const struct emission emission = rule_emission(ops);
    struct rule_flow flow = {.reads_next = false};
    emit_step(&p, &emission, NULL);
    for (size_t i = 0; i < p.n; i++) {
        const struct instruction *item = &p.items[i];
        const enum op_kind kind = item->op->kind;
        flow.has_second_pass = flow.has_second_pass || item->pass == PASS_SECOND;
        flow.fits_outputs = flow.fits_outputs || kind == OP_LEARN_FEEDBACK;
        flow.learns_feedback =
            flow.learns_feedback || kind == OP_LEARN_FEEDBACK || kind == OP_UPDATE_FEEDBACK;
        for (size_t k = 0; k < OPERANDS && kind < OP_GRADIENT && kind != OP_LOSS && item->l < BLOCKS - 1;
             k++) {
            size_t block = 0;
            const struct operand o = program_operand(&p, item, k, &block);
            const bool is_delta = o.buffer == BUFFER_DELTA && o.access == READS;
            flow.reads_next = flow.reads_next || (is_delta && o.owner == OF_NEXT);
            flow.reads_previous = flow.reads_previous || (is_delta && o.owner == OF_PREVIOUS);
            if (kind == OP_MAP && o.buffer == BUFFER_FEEDBACK && o.access == UPDATES)
                flow.updates_feedback = true;
            flow.writes_deltas = flow.writes_deltas ||
                                 (kind != OP_LOCAL_BACKWARD && o.buffer == BUFFER_DELTA && o.access != READS);
            flow.reads_error = flow.reads_error || (is_delta && block == BLOCKS - 1);
        }
    }
    return flow;
}

bool rule_is_chain(const struct rule_ops *ops)
{
    return rule_flow(ops).reads_next;
}

bool rule_is_direct(const struct rule_ops *ops)
{
    const struct rule_flow flow = rule_flow(ops);
    return ops->emit && !flow.reads_next && !flow.reads_previous && !flow.has_second_pass;
}

bool rule_learns_feedback(const struct rule_ops *ops)
{
    return rule_flow(ops).learns_feedback;
}

bool rule_may_be_lean(const struct rule_ops *ops)
{
    return !ops->emit || rule_is_direct(ops);
}

const char *rule_order_name(const struct rule_ops *ops)
{
    const struct rule_flow flow = rule_flow(ops);
    return flow.reads_next                  ? "backward"
           : flow.reads_previous            ? "forward"
           : ops->emit && !flow.reads_error ? "on forward"
                                            : "any";
}
