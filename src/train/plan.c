/*
 * plan.c - stages for each order. With blocks 0 .. last, T(l) teaches block l and U(l) updates it:
 *
 *     any        T+U(0), ..., T+U(last - 1), U(last)                        one stage
 *     backward   T(last - 1) | T(last - 2), U(last) | ... | T(0), U(2) | U(1), U(0)
 *     forward    T(0), U(last) | T(1), U(0) | ... | U(last - 1)
 *     no signal  U(last)
 */
#include "plan.h"

#include "../base/mem.h"
#include "../base/parallel.h"

static void add(struct plan *plan, const struct net *net, size_t l, bool does_teach, bool does_update)
{
    for (size_t i = 0; i < net_parts(net, l); i++)
        plan->tasks[plan->n_tasks++] = (struct task){l, net_part(net, l, i), i, does_teach, does_update};
}

static void end_stage(struct plan *plan)
{
    plan->stage_end[plan->n_stages++] = plan->n_tasks;
}

static void plan_any(struct plan *plan, const struct net *net)
{
    for (size_t l = 0; l < net_last(net); l++)
        add(plan, net, l, true, true);
    add(plan, net, net_last(net), false, true);
    end_stage(plan);
}

static void plan_backward(struct plan *plan, const struct net *net)
{
    const size_t last = net_last(net);
    for (size_t l = last; l-- > 0;) {
        add(plan, net, l, true, false);
        if (l + 2 <= last)
            add(plan, net, l + 2, false, true);
        end_stage(plan);
    }
    if (last > 0)
        add(plan, net, 1, false, true);
    add(plan, net, 0, false, true);
    end_stage(plan);
}

static void plan_forward(struct plan *plan, const struct net *net)
{
    const size_t last = net_last(net);
    for (size_t l = 0; l < last; l++) {
        add(plan, net, l, true, false);
        add(plan, net, l > 0 ? l - 1 : last, false, true);
        end_stage(plan);
    }
    add(plan, net, last > 0 ? last - 1 : 0, false, true);
    end_stage(plan);
}

static void plan_output(struct plan *plan, const struct net *net)
{
    add(plan, net, net_last(net), false, true);
    end_stage(plan);
}

static void (*const by_order[RULE_ORDER_COUNT])(struct plan *, const struct net *) = {
    plan_backward, plan_forward, plan_any, plan_any};

bl_status plan_create(struct plan *out, bl_context *ctx, const struct net *net, const struct rule_ops *ops)
{
    struct plan plan = {.ctx = ctx};
    size_t parts = 0;
    for (size_t l = 0; l < net->n_blocks; l++)
        parts += net_parts(net, l);
    BL_TRY(MEM_ARRAY(ctx, &plan.tasks, 2 * parts, "the plan"));
    bl_status status = MEM_ARRAY(ctx, &plan.stage_end, net->n_blocks + 1, "the plan's stages");
    if (status == BL_OK)
        status = parallel_need(ctx, 2 * parts + 1); /* with what is done aside */
    if (status != BL_OK) {
        plan_release(&plan);
        return status;
    }
    const bool learns_hidden = ops->signal || ops->disturb;
    (learns_hidden ? by_order[ops->order] : plan_output)(&plan, net);
    *out = plan;
    return BL_OK;
}

void plan_release(struct plan *plan)
{
    mem_free(plan->ctx, plan->tasks);
    mem_free(plan->ctx, plan->stage_end);
    *plan = (struct plan){.ctx = plan->ctx};
}
