/*
 * rule_table.c - the table of learning rules, and binding a rule to a net.
 */
#include "rule_table.h"

#include "../base/mem.h"
#include "user/user_rule.h"

#include <string.h>

static const struct rule_ops *const table[] = {
    &rule_bp, &rule_fa,  &rule_dfa,  &rule_ifa,    &rule_drtp,   &rule_usf,
    &rule_kp, &rule_dkp, &rule_adfa, &rule_pepita, &rule_frozen, &rule_linear,
};

const struct rule_ops *rule_ops_at(const bl_context *ctx, int i)
{
    const int n = (int)(sizeof table / sizeof *table);
    return i < 0 ? NULL : i < n ? table[i] : user_rule_at(ctx, i - n);
}

const struct rule_ops *rule_find(const bl_context *ctx, const char *name)
{
    const struct rule_ops *ops = NULL;
    for (int i = 0; (ops = rule_ops_at(ctx, i)); i++)
        if (strcmp(ops->name, name) == 0)
            return ops;
    return NULL;
}

const struct rule_ops *rule_reference(void)
{
    return &rule_bp;
}

bool rule_needs_sums(const struct rule *rule)
{
    return rule->ops->has_slope && rule->feedback.slope == SLOPE_COS_A;
}

/* Signals that go from block to block enter at the end of each block, so only direct rules have a choice. */
static bl_status check_feedback_at(const struct net *net, const struct rule_ops *ops,
                                   const struct feedback_spec *feedback)
{
    if (feedback->feedback_at == FEEDBACK_AT_END || (rule_is_direct(ops) && !rule_flow(ops).fits_outputs))
        return BL_OK;
    BL_FAIL(
        net->ctx, BL_NOT_DEFINED,
        "rule %s does not support the option feedback-at; dfa, adfa and drtp do, which send signals directly "
        "to each block through fixed feedback",
        ops->name);
}

/* Only feedback that takes the place of weights can be a copy of them. */
static bl_status check_copies(const struct net *net, const struct rule_ops *ops,
                              const struct feedback_spec *feedback)
{
    if (feedback->kind != FEEDBACK_WEIGHTS || !ops->init || ops->init == feedback_like_all_weights)
        return BL_OK;
    BL_FAIL(net->ctx, BL_NOT_DEFINED,
            "feedback weights: the feedback of rule %s does not have the shape of weights, so it cannot be a "
            "copy of them; that of fa and kp does",
            ops->name);
}

bl_status rule_create(struct rule **out, const struct net *net, const struct rule_ops *ops,
                      const struct feedback_spec *feedback, uint64_t seed)
{
    struct rule *rule = NULL;
    BL_TRY(check_feedback_at(net, ops, feedback));
    BL_TRY(check_copies(net, ops, feedback));
    BL_TRY(MEM_ONE(net->ctx, &rule, "the rule"));
    *rule = (struct rule){
        .ops = ops, .ctx = net->ctx, .n_blocks = net->n_blocks, .feedback = *feedback, .seed = seed};
    bl_status status = MEM_ARRAY(net->ctx, &rule->B, net->n_blocks, "the list of feedback");
    if (status == BL_OK && ops->init)
        status = ops->init(rule, net);
    if (status == BL_OK && ops->user)
        status = user_rule_bind(rule, net);
    if (status != BL_OK) {
        rule_free(rule);
        return status;
    }
    *out = rule;
    return BL_OK;
}

void rule_free(struct rule *rule)
{
    if (!rule)
        return;
    for (size_t l = 0; rule->B && l < rule->n_blocks; l++)
        mem_free(rule->ctx, rule->B[l].x);
    mem_free(rule->ctx, rule->B);
    rule_arrays_free(rule);
    mem_free(rule->ctx, rule);
}
