/*
 * registered_rules.c - the rules that are registered with a context, and binding one to a net.
 */
#include "user_rule.h"

#include "../../net/modules.h"

const struct rule_ops *user_rule_at(const bl_context *ctx, int i)
{
    const struct registered_rule *at = ctx ? ctx->rules : NULL;
    for (; at && i > 0; i--)
        at = at->next;
    return at ? &((const struct user_rule *)(const void *)at)->ops : NULL;
}

bl_status user_rule_bind(struct rule *rule, const struct net *net)
{
    const struct rule_flow flow = rule_flow(rule->ops);
    if (flow.reads_previous || flow.has_second_pass)
        BL_TRY(net_check_push(net, rule->ops->name));
    if (flow.reads_previous)
        BL_TRY(net_check_unmerged(net, rule->ops->name));
    if (flow.has_second_pass)
        BL_TRY(net_check_output_alone(net, rule->ops->name));
    return rule_arrays_create(rule, net);
}
