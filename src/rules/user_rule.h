/*
 * user_rule.h - user-defined learning rules (bl_rule_register): their list in the context, and their own
 * arrays.
 */
#ifndef BL_RULES_USER_RULE_H
#define BL_RULES_USER_RULE_H

#include "../base/context.h"
#include "../program/user_operands.h"
#include "rule.h"

#include <stdatomic.h>

/* In the list of its context, which frees it. */
struct user_rule {
    struct registered_rule link;
    bl_rule given; /* NULL and 0 in what the caller's header does not have */
    struct rule_ops ops;
    bl_rule_array arrays[]; /* given.n_arrays of them; behind them all texts */
};

/* Of those that are registered with ctx, by number; NULL past the last. */
const struct rule_ops *user_rule_at(const bl_context *ctx, int i);

/* The first operand found that a map changed although it declares to read it only. */
struct rule_fault {
    atomic_size_t operand; /* its number and 1; 0: none has */
    const char *map;
    size_t l;
};
struct rule_fault *rule_fault(const struct rule *rule); /* of a user's rule */

/* Creates the rule's arrays on this net; refuses a net for which the rule is not defined. */
bl_status user_rule_bind(struct rule *rule, const struct net *net);

/* The arrays of a rule without any are none, and the functions do nothing. */
bl_status rule_arrays_create(struct rule *rule, const struct net *net);
void rule_arrays_free(struct rule *rule);
/* Room for so many examples in the arrays of BL_BATCH rows. What these hold is for the step under way
   alone: all batches share them. */
bl_status rule_need_batch(const struct rule *rule, size_t examples);
/* The array of block l, of which one for the net has the last; n: its rows where they are the batch's. x
   NULL: there is none. */
struct matrix rule_array(const struct rule *rule, enum buffer buffer, size_t l, size_t n);
/* Every array of every block has a number, below rule_array_count. */
static inline size_t rule_array_number(const struct rule *rule, enum buffer buffer, size_t l)
{
    return (size_t)(buffer - BUFFER_ARRAY) * rule->n_blocks + l;
}
size_t rule_array_count(const struct rule *rule);
size_t rule_array_floats(const struct rule *rule, enum buffer buffer, size_t l);

/* What is saved in files. */
struct rule_kept_array {
    const char *name;
    struct matrix values;
    size_t l, number;
    bool is_of_net;
};
/* rule NULL: none. false past the last. */
bool rule_kept_array(const struct rule *rule, size_t i, struct rule_kept_array *out);

/* Saves and restores, around a measurement, the rule's persistent arrays and the feedback that its maps
   update. */
void rule_save_arrays(const struct rule *rule);
void rule_restore_arrays(const struct rule *rule);

/* ---- Instructions */

/* What an instruction of a user's rule touches. A block that has no such matrix: x NULL, 0 x 0. */
struct matrix user_matrix(const struct rule *rule, const struct net *net, const struct workspace *workspace,
                          struct operand o, size_t block);
/* Its rows or columns that belong to the place's channels. */
struct matrix user_range(const struct net *net, const struct place *at, struct matrix m, enum layout layout);
/* Its sizes, on a net where no batch is at hand: n rows, where they are the batch's. */
struct matrix user_shape(const struct rule *rule, const struct net *net, struct operand o, size_t block,
                         size_t n);

/* A user's map on the range of a place. */
void rule_run_map(const struct rule *rule, const struct net *net, const struct op *op, const struct place *at,
                  const struct workspace *workspace);
/* Fails if a map has changed, in step 1, an operand that it declares to read only. */
bl_status rule_check_maps(const struct rule *rule);
/* The declared cost of the map in multiply-accumulates per example; 0 by default. */
double rule_map_work(const struct rule *rule, const struct net *net, const struct instruction *item);

/* Refuses a program with a product whose operands do not fit one another on this net. */
bl_status rule_check_products(const struct rule *rule, const struct net *net, const struct program *p);
/* to = a b on the range of a place. */
void rule_run_product(const struct rule *rule, const struct net *net, const struct instruction *item,
                      const struct place *at, const struct workspace *workspace);
/* Multiply-accumulates for an example; 0 of what is computed once for the batch. */
double rule_product_work(const struct rule *rule, const struct net *net, const struct instruction *item);

void rule_run_noise(const struct rule *rule, const struct instruction *item,
                    const struct workspace *workspace);

#endif
