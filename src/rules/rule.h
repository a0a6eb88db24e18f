/*
 * rule.h - the interface of a learning rule: how the output's error becomes one teaching signal per hidden block.
 *
 * That is all a rule does. It reads the net as const and writes only signal[l] of the lesson it is given; derivatives,
 * gradients and updates are the same for every rule. The last block has no signal: it learns from the error itself,
 * whatever the rule.
 *
 * To add one: a file with a `const struct rule_ops rule_NAME`, a line in rule_table.c, a golden case, a row in
 * docs/rules.md, a line in CHANGELOG.md.
 */
#ifndef BL_RULES_RULE_H
#define BL_RULES_RULE_H

#include "../net/lesson.h"
#include "feedback.h"

struct rule_ops;

struct rule {
    const struct rule_ops *ops;
    bl_context *ctx;
    size_t n_blocks;
    struct matrix *B;              /* n_blocks; a block without feedback has x = NULL */
    struct feedback_spec feedback; /* how to draw B */
    uint64_t seed;
};

/* When signal(l) may run, and so what it may read. Blocks are updated as early as the order allows. */
enum rule_order {
    RULE_ORDER_BACKWARD, /* last to first: deltas and weights of the blocks that follow l */
    RULE_ORDER_FORWARD,  /* first to last: deltas of the blocks before l, weights of l; and the error */
    RULE_ORDER_ANY,      /* the error alone: all blocks at once */
    RULE_ORDER_ON_FORWARD, /* the targets alone: a block may learn as soon as its own forward is done, and the net runs in the
                              memory of two blocks */
    RULE_ORDER_COUNT
};

/* What the feedback itself does, each time that the weights learn. */
enum feedback_learning {
    FEEDBACK_IS_FIXED,
    FEEDBACK_LEARNS_LIKE_WEIGHTS, /* B[f], shaped like block f's weights, takes their gradient, optimiser and decay */
    FEEDBACK_LEARNS_FROM_ERROR /* B[l], outputs x units of block l, has the gradient e^T h_l, likewise */
};

/* What learning brings a block's weights to, as far as the rule's paper says (train/weight_angle.h). */
enum weight_relation {
    WEIGHTS_ARE_FREE,              /* nothing that can be named */
    WEIGHTS_FOLLOW_THEIR_FEEDBACK, /* W[f] to B[f], which has its shape and its place on the way back */
    WEIGHTS_FOLLOW_DIRECT_FEEDBACK /* W[l] to B[l]^T B[l - 1], the last block's to B[l - 1] */
};

struct rule_ops {
    const char *name;  /* in options, logs, files */
    const char *about; /* one line and the paper */
    enum rule_order order;
    bool learns_from_zero; /* all-zero weights are a good start, given f'(0) > 0 */
    bool needs_classes;    /* it teaches from the targets, and these must be one-hot */
    bool only_output;      /* trains the net without its hidden blocks (net_text_of_output) */
    enum feedback_learning learning;
    enum weight_relation weights; /* of blocks but the first */
    /* It takes another function in place of the derivative of activations (feedback_spec.slope). */
    bool has_slope;
    /* How to draw the feedback where the option names nothing; NULL: by order and optimiser. */
    const char *default_feedback;
    /* How much of weights and feedback goes away at each step, where feedback learns. */
    double default_lambda;

    /* Draws the feedback. NULL: the rule has none. */
    bl_status (*init)(struct rule *rule, const struct net *net);
    /* Once a step, before anything is taught: the rows at->part of B[at->l], from the weights as they are. NULL: B stays. */
    void (*prepare)(const struct rule *rule, const struct net *net, const struct place *at);
    /* The channels at->part of signal[at->l] (net_columns), for all examples: the same bits for any partition. Never called for the
       last block. NULL: the hidden blocks are not taught and stay as they are. */
    void (*signal)(const struct rule *rule, const struct net *net, const struct place *at,
                   struct lesson *lesson);
    /* A way of its own from signal[l] down to delta[l], in place of the exact one (net_settle). NULL: the exact one. */
    void (*settle)(const struct rule *rule, const struct net *net, const struct place *at,
                   struct lesson *lesson);
    /* Changes lesson->x by the error, for a second pass: then delta[l] is the first pass's output of block l less the
       second's, gradients take the second's inputs, and `signal` is not called. NULL: one pass. */
    void (*disturb)(const struct rule *rule, const struct net *net, struct lesson *lesson);
};

const struct rule_ops *rule_ops_at(int i);          /* NULL past the last */
const struct rule_ops *rule_find(const char *name); /* NULL: no such */
const struct rule_ops *rule_reference(void);        /* backpropagation: what alignment is measured against */
/* Whether a signal goes from block to block through feedback shaped like the weights. */
bool rule_is_chain(const struct rule_ops *ops);
/* Whether its lessons must keep the inputs of activations. */
bool rule_needs_sums(const struct rule *rule);
const char *rule_order_name(enum rule_order order);
bl_status rule_check_text(bl_context *ctx, const char *text);

/* Bound to the net's shapes; feedback drawn, or read from the spec's file, here. */
bl_status rule_create(struct rule **out, const struct net *net, const struct rule_ops *ops,
                      const struct feedback_spec *feedback, uint64_t seed);
void rule_free(struct rule *rule);

#endif
