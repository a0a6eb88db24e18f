/*
 * user_rule.h - user-defined learning rules (bl_rule_register): their list in the context, their arrays, and
 * their instructions.
 */
#ifndef BL_RULES_USER_RULE_H
#define BL_RULES_USER_RULE_H

#include "../../base/context.h"
#include "../../program/user_operands.h"
#include "../rule.h"

#include <stdatomic.h>

/* A registered rule. It is in the list of its context, which frees it. */
struct user_rule {
    struct registered_rule link;
    bl_rule given; /* a copy; members that the caller's header does not have are NULL or 0 */
    struct rule_ops ops;
    bl_rule_array arrays[]; /* given.n_arrays elements; all texts are stored after them */
};

/* The i-th rule that is registered with ctx; NULL past the last. */
const struct rule_ops *user_rule_at(const bl_context *ctx, int i);

/* The first fault of a kind that a map made. */
struct map_fault {
    atomic_size_t operand; /* number of the operand plus 1; 0: no fault */
    const char *map;
    size_t l;
};
struct rule_faults {
    struct map_fault changed; /* the map has changed an operand that it declares as read-only */
    struct map_fault failed;  /* the map could not compute what it writes; the operand has no meaning */
};
struct rule_faults *rule_faults(const struct rule *rule); /* rule: must be a user's rule */

/* Creates the rule's arrays on this net; refuses a net for which the rule is not defined. */
bl_status user_rule_bind(struct rule *rule, const struct net *net);

/* The functions below do nothing for a rule without arrays. */
bl_status rule_arrays_create(struct rule *rule, const struct net *net);
void rule_arrays_free(struct rule *rule);
/* Allocates the arrays with BL_BATCH rows for so many examples. Their values are not kept between steps, and
   all workspaces share them. */
bl_status rule_need_batch(const struct rule *rule, size_t examples);
/* The array of block l; an array of the whole net is that of the last block. n: the rows of an array with
   BL_BATCH rows. x of the matrix is NULL if there is no such array. */
struct matrix rule_array(const struct rule *rule, enum buffer buffer, size_t l, size_t n);
/* The number of block l's array, which is below rule_array_count. */
static inline size_t rule_array_number(const struct rule *rule, enum buffer buffer, size_t l)
{
    return (size_t)(buffer - BUFFER_ARRAY) * rule->n_blocks + l;
}
size_t rule_array_count(const struct rule *rule);
size_t rule_array_floats(const struct rule *rule, enum buffer buffer, size_t l);

/* An array that is saved in files. */
struct rule_kept_array {
    const char *name;
    struct matrix values;
    size_t l, number;
    bool is_of_net;
};
/* The i-th array that is saved in files. false past the last, and for rule NULL. */
bool rule_kept_array(const struct rule *rule, size_t i, struct rule_kept_array *out);

/* Saves and restores, around a measurement, the rule's persistent arrays and the feedback that its maps
   update. */
void rule_save_arrays(const struct rule *rule);
void rule_restore_arrays(const struct rule *rule);

/* ---- Instructions */

/* The matrix of an operand; 0 x 0 with x NULL if the block has no such matrix. */
struct matrix user_matrix(const struct rule *rule, const struct net *net, const struct workspace *workspace,
                          struct operand o, size_t block);
/* The rows or columns of an operand's matrix that belong to the place's channels. */
struct matrix user_range(const struct net *net, const struct place *at, struct matrix m, enum layout layout);
/* The shape of an operand's matrix without a workspace; n: the rows of the batch's matrices. */
struct matrix user_shape(const struct rule *rule, const struct net *net, struct operand o, size_t block,
                         size_t n);

/* Calls a user's map on the range of a place. */
void rule_run_map(const struct rule *rule, const struct net *net, const struct op *op, const struct place *at,
                  const struct workspace *workspace);
/* Fails if a map has changed, in step 1, an operand that it declares as read-only, or if a map has failed
   since the last call. */
bl_status rule_check_maps(const struct rule *rule);
/* The declared cost of the map in multiply-accumulates per example; 0 by default. */
double rule_map_work(const struct rule *rule, const struct net *net, const struct instruction *item);

/* Refuses a program with a product whose operands do not have fitting shapes on this net. */
bl_status rule_check_products(const struct rule *rule, const struct net *net, const struct program *p);
/* to = a b on the range of a place. */
void rule_run_product(const struct rule *rule, const struct net *net, const struct instruction *item,
                      const struct place *at, const struct workspace *workspace);
/* Multiply-accumulates for an example; 0 for a product that is computed once for the batch. */
double rule_product_work(const struct rule *rule, const struct net *net, const struct instruction *item);

void rule_run_noise(const struct rule *rule, const struct instruction *item,
                    const struct workspace *workspace);

#endif
