/*
 * feedback.h - the fixed random matrices B, and the ways to draw them.
 *
 *     nokland      U(-1/sqrt(n), 1/sqrt(n)), n the units that B projects to (its columns), not the classes it
 *                  comes
 *                  from: Nøkland 2016's fanout
 *     lillicrap    U(-0.5, 0.5)                                             Lillicrap et al. 2016
 *     fanin G      U(-G sqrt(3 / n), G sqrt(3 / n)), n the numbers that one number of the signal is summed
 *                  over: a signal
 *                  passes with G times its size, and a chain of such matrices neither grows nor fades at 1,
 *                  the default
 *     uniform X    U(-X, X)
 *     normal S     N(0, S^2)
 *     FILE         .npz or .safetensors with the arrays "0.feedback", "1.feedback", ...
 */
#ifndef BL_RULES_FEEDBACK_H
#define BL_RULES_FEEDBACK_H

#include "../net/feedback_at.h"
#include "slope.h"

enum feedback_kind {
    FEEDBACK_NOKLAND,
    FEEDBACK_FANIN,
    FEEDBACK_UNIFORM,
    FEEDBACK_NORMAL,
    FEEDBACK_FILE,
    FEEDBACK_STORED /* zero: a model's file will fill it in */
};

struct feedback_spec {
    enum feedback_kind kind;
    double size;                  /* G, X or S */
    const char *path;             /* of the file; borrowed */
    enum feedback_at feedback_at; /* where it lands, of rules that send the error straight to a block */
    enum slope slope;             /* what stands for f' there, of adfa */
    size_t most;                  /* numbers in the model's file: more than there are cannot be stored */
};

struct rule;

bl_status feedback_parse(bl_context *ctx, struct feedback_spec *out, const char *text);
bl_status feedback_check_text(bl_context *ctx, const char *text);

/* B[l]: outputs x units at the feedback position of block l. Drawn from stream RNG_FEEDBACK, layer l. */
bl_status feedback_from_output(struct rule *rule, const struct net *net, size_t l);
bl_status feedback_from_output_to_all(
    struct rule *rule, const struct net *net); /* of every block that ends a hidden module with parameters */
/* B[f]: shaped like the weights of block f, which it replaces on the way back, for every f whose input is
   another module's output. Drawn from stream RNG_FEEDBACK, layer f - 1, the block it teaches: with one
   hidden layer the same numbers as feedback_from_output's. */
bl_status feedback_like_all_weights(struct rule *rule, const struct net *net);

/* B[0]: outputs x inputs of the net, U(-limit, limit) where the spec is nokland's, else as the spec says. */
bl_status feedback_to_input(struct rule *rule, const struct net *net, double limit);

#endif
