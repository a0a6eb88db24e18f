/*
 * user_rule.h - learning rules from outside of the library (bl_rule_register): their place in the context, and their own arrays.
 */
#ifndef BL_RULES_USER_RULE_H
#define BL_RULES_USER_RULE_H

#include "rule.h"

/* Of those that are registered with ctx, by number; NULL past the last. */
const struct rule_ops *user_rule_at(const bl_context *ctx, int i);

/* Makes what the rule has on this net besides feedback; refuses a net that the rule is not defined for. */
bl_status user_rule_bind(struct rule *rule, const struct net *net);

/* The arrays of a rule without any are none, and the functions do nothing. */
bl_status rule_arrays_create(struct rule *rule, const struct net *net);
void rule_arrays_free(struct rule *rule);
/* Room for so many examples in the arrays of BL_BATCH rows. What these hold is for the step under way alone: all batches share them. */
bl_status rule_need_batch(const struct rule *rule, size_t examples);
/* The array of block l, of which one for the net has the last; n: its rows where they are the batch's. x NULL: there is none. */
struct matrix rule_array(const struct rule *rule, enum buffer buffer, size_t l, size_t n);
size_t rule_array_floats(const struct rule *rule, enum buffer buffer, size_t l);

/* What is saved in files. */
struct rule_kept_array {
    const char *name;
    struct matrix values;
    size_t l;
    bool is_of_net;
};
/* rule NULL: none. false past the last. */
bool rule_kept_array(const struct rule *rule, size_t i, struct rule_kept_array *out);

/* Around a measurement, which changes nothing: what the rule keeps from step to step, and feedback that its maps update. */
void rule_save_arrays(const struct rule *rule);
void rule_restore_arrays(const struct rule *rule);

/* A user's map on the range of a place. */
void rule_run_map(const struct rule *rule, const struct net *net, const struct op *op, const struct place *at,
                  const struct lesson *lesson);
void rule_run_noise(const struct rule *rule, const struct instruction *item, const struct lesson *lesson);

#endif
