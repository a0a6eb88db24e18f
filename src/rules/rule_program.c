/*
 * rule_program.c - the program of a rule on a net, and the check of a user's rule on small ones.
 */
#include "rule.h"

#include "../base/mem.h"
#include "../net/named_nets.h"
#include "user/user_rule.h"

static bl_status emit_or_fail(bl_context *ctx, struct program *p, const struct rule_ops *ops)
{
    char refusal[160];
    struct emission emission = rule_emission(ops);
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
