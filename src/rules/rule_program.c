/*
 * rule_program.c - the program of a rule, and the properties of a rule that follow from its instructions.
 */
#include "rule.h"

#include "../base/mem.h"
#include "../net/named_nets.h"
#include "user_rule.h"

static struct emission emission_of(const struct rule_ops *ops)
{
    return (struct emission){.begin = ops->begin, .emit = ops->emit, .learn = ops->learn};
}

static bl_status emit_or_fail(bl_context *ctx, struct program *p, const struct rule_ops *ops)
{
    char refusal[160];
    struct emission emission = emission_of(ops);
    emission.is_direct = rule_is_direct(ops);
    emission.is_onward = rule_flow(ops).reads_previous;
    emission.has_entry = p->net && p->net->blocks[0].first > 0;
    if (emit_step(p, &emission, refusal))
        return BL_OK;
    BL_FAIL(ctx, BL_BAD_VALUE, "rule %s: %s", ops->name, refusal);
}

/* Checks the program on a small net with residuals. */
static bl_status check_on_graph(bl_context *ctx, const struct rule_ops *ops)
{
    struct net *net = NULL;
    BL_TRY(net_create(&net, ctx, (bl_shape){1, 1, 3}, net_with_residuals));
    struct program p = {.n_blocks = net->n_blocks,
                        .net = net,
                        .room = emission_room(net->n_blocks),
                        .spec.updates = true,
                        .user = ops->user};
    bl_status status = MEM_ARRAY(ctx, &p.items, p.room, "the program of a step");
    if (status == BL_OK)
        status = MEM_ARRAY(ctx, &p.maps, p.room, "the maps of a step");
    if (status == BL_OK)
        status = emit_or_fail(ctx, &p, ops);
    mem_free(ctx, p.items);
    mem_free(ctx, p.maps);
    net_free(net);
    return status;
}

bl_status rule_check_program(bl_context *ctx, const struct rule_ops *ops)
{
    enum { MOST_BLOCKS = 4, ROOM = EMISSION_ROOM * (MOST_BLOCKS + 1) };
    for (size_t n = 2; n <= MOST_BLOCKS; n++) {
        struct instruction items[ROOM];
        struct op maps[ROOM];
        struct program p = {.n_blocks = n,
                            .items = items,
                            .room = emission_room(n),
                            .spec.updates = true,
                            .user = ops->user,
                            .maps = maps};
        BL_TRY(emit_or_fail(ctx, &p, ops));
    }
    const struct rule_flow flow = rule_flow(ops);
    /* Such rules are not defined on nets with residuals, which is an error only if such a net is
       requested. */
    if (flow.reads_previous || flow.has_second_pass)
        return BL_OK;
    return check_on_graph(ctx, ops);
}

bl_status rule_program(struct program **out, const struct rule *rule, const struct net *net,
                       struct program_spec spec)
{
    bl_context *ctx = net->ctx;
    struct program *p = NULL;
    BL_TRY(MEM_ONE(ctx, &p, "the program of a step"));
    *p = (struct program){.ctx = ctx,
                          .spec = spec,
                          .n_blocks = net->n_blocks,
                          .net = net,
                          .room = emission_room(net->n_blocks),
                          .user = rule->ops->user};
    bl_status status = MEM_ARRAY(ctx, &p->items, p->room, "the program of a step");
    if (status == BL_OK && p->user)
        status = MEM_ARRAY(ctx, &p->maps, p->room, "the maps of a step");
    if (status == BL_OK)
        status = emit_or_fail(ctx, p, rule->ops);
    if (status == BL_OK && p->user)
        status = rule_check_products(rule, net, p);
    if (status == BL_OK)
        status = program_lower(p, net);
    if (status != BL_OK) {
        program_free(p);
        return status;
    }
    *out = p;
    return BL_OK;
}

/* Emits the rule on a chain of six blocks. Three would do for the library's rules, which treat all blocks the
   same way; a user's rule may not. */
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
    const struct emission emission = emission_of(ops);
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
