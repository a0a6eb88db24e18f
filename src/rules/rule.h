/*
 * rule.h - the interface of a learning rule, which computes a signal for each hidden block.
 *
 * A rule emits the instructions that compute the signals (program/emitter.h). Derivatives, gradients and
 * updates are the same for every rule. The last block has no signal: under every rule it learns from the
 * error itself.
 *
 * CONTRIBUTING.md lists the steps to add a rule.
 */
#ifndef BL_RULES_RULE_H
#define BL_RULES_RULE_H

#include "../program/emitter.h"
#include "feedback/feedback.h"

struct rule_ops;

struct rule {
    const struct rule_ops *ops;
    bl_context *ctx;
    size_t n_blocks;
    struct rule_arrays *arrays;    /* for a user's rule; NULL: none */
    struct matrix *B;              /* one for each block; x is NULL for a block without feedback */
    struct feedback_spec feedback; /* how to draw B */
    uint64_t seed;
};

/* The matrix with which learning aligns a block's weights, if the rule's paper names one
   (train/angles/weight_angle.h). */
enum weight_relation {
    WEIGHTS_ARE_FREE,              /* the paper names none */
    WEIGHTS_FOLLOW_THEIR_FEEDBACK, /* W[f] aligns with B[f], which replaces it in the pull */
    WEIGHTS_FOLLOW_DIRECT_FEEDBACK /* W[l] aligns with B[l]^T B[l - 1]; the last block's with B[l - 1] */
};

struct rule_ops {
    const bl_rule
        *user; /* the registered rule from which the other members were set; NULL: a rule of the library */
    const char *name;             /* in options, logs, files */
    const char *about;            /* one line and the paper */
    const char *equation;         /* the equation that `emit` implements, for readers */
    bool learns_from_zero;        /* all-zero weights are a good start, given f'(0) > 0 */
    bool needs_classes;           /* its signals come from the targets, which must be one-hot */
    bool only_output;             /* trains the net without its hidden blocks (net_text_of_output) */
    enum weight_relation weights; /* of all blocks except the first */
    /* The rule replaces the derivative of activations by another function (feedback_spec.slope). */
    bool has_slope;
    bool derives_feedback; /* B is computed from the weights in each step */
    /* The default distribution of the feedback; NULL: it depends on the rule's flow and the optimiser. */
    const char *default_feedback;
    /* The fraction by which weights and feedback decay at each step, if feedback learns. */
    double default_lambda;

    /* Draws the feedback. NULL: the rule has none. */
    bl_status (*init)(struct rule *rule, const struct net *net);
    /* Emits the instructions before the signals of all blocks. NULL: none. */
    void (*begin)(struct bl_emitter *e);
    /* Emits the instructions that compute the signal or delta of block l; never called for the last block.
       They may depend on l only. NULL: the hidden blocks do not learn. */
    void (*emit)(struct bl_emitter *e, size_t l);
    /* Emits the update of learned feedback of block l: emit_update_feedback or emit_learn_feedback. NULL: the
       feedback is fixed. */
    void (*learn)(struct bl_emitter *e, size_t l);
};

/* The library's rules, then those registered with ctx, if that is not NULL. NULL past the last rule. */
const struct rule_ops *rule_ops_at(const bl_context *ctx, int i);
const struct rule_ops *rule_find(const bl_context *ctx, const char *name); /* NULL: there is no such rule */
const struct rule_ops *rule_reference(void); /* backpropagation, with which angles are measured */

/* Properties of a rule, derived from its instructions: which buffers its signals are computed from, and what
   it updates. */
struct rule_flow {
    bool reads_next, reads_previous; /* signals read deltas of next or of previous blocks: a chain */
    bool reads_error, has_second_pass;
    bool learns_feedback;  /* the optimiser updates B */
    bool fits_outputs;     /* the gradient of B is e^T h, h the block's output */
    bool updates_feedback; /* a map computes B from its previous value */
    bool writes_deltas;    /* the rule writes deltas, without derivatives of the layers after the weights */
};
struct rule_flow rule_flow(const struct rule_ops *ops);
/* The functions of the rule, for emit_step. */
struct emission rule_emission(const struct rule_ops *ops);
/* Emits the rule's program on some nets, and refuses a rule that is not defined on them, with its message. */
bl_status rule_check_program(bl_context *ctx, const struct rule_ops *ops);
bool rule_is_chain(const struct rule_ops *ops);  /* signals go backward from block to block */
bool rule_is_direct(const struct rule_ops *ops); /* signals go to each block directly */
bool rule_learns_feedback(const struct rule_ops *ops);
/* Whether a block can be updated before the next block's signal is computed, so that the memory of a step
   does not grow with the depth. */
bool rule_may_be_lean(const struct rule_ops *ops);
const char *rule_order_name(const struct rule_ops *ops); /* "backward", "forward", "any", "on forward" */

/* Whether the rule's workspaces (struct workspace) must keep the inputs of activations. */
bool rule_needs_sums(const struct rule *rule);
bl_status rule_check_text(bl_context *ctx, const char *text);

/* Binds a rule to a net: draws its feedback with the net's shapes, or reads it from the spec's file. */
bl_status rule_create(struct rule **out, const struct net *net, const struct rule_ops *ops,
                      const struct feedback_spec *feedback, uint64_t seed);
void rule_free(struct rule *rule);

/* The program of a step by the rule. */
bl_status rule_program(struct program **out, const struct rule *rule, const struct net *net,
                       struct program_spec spec);

#endif
