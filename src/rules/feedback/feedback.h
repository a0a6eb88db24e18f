/*
 * feedback.h - the random matrices B, and the distributions from which they are drawn.
 *
 *     nokland      U(-1/sqrt(n), 1/sqrt(n)), n the number of B's columns, the units to which it projects: the
 *                  fan-out of Nøkland 2016
 *     lillicrap    U(-0.5, 0.5)                                             Lillicrap et al. 2016
 *     fanin G      U(-G sqrt(3 / n), G sqrt(3 / n)), n the terms of the sum that is one number of the signal.
 *                  The signal has G times the size of what B multiplies, so with G = 1, the default, it
 *                  neither grows nor vanishes along a chain of such matrices
 *     uniform X    U(-X, X)
 *     normal S     N(0, S^2)
 *     weights      B = W at the start: a copy of the initial weights that B replaces in the pull, for rules
 *                  whose B has their shape. The published code of Nøkland 2016 starts fa so on relu nets
 *     FILE         .npz or .safetensors with the arrays "0.feedback", "1.feedback", ...
 */
#ifndef BL_RULES_FEEDBACK_H
#define BL_RULES_FEEDBACK_H

#include "../../net/feedback_at.h"
#include "../slope.h"

enum feedback_kind {
    FEEDBACK_NOKLAND,
    FEEDBACK_FANIN,
    FEEDBACK_UNIFORM,
    FEEDBACK_NORMAL,
    FEEDBACK_WEIGHTS,
    FEEDBACK_FILE,
    FEEDBACK_STORED /* not drawn, because it will be read from a model's file */
};

struct feedback_spec {
    enum feedback_kind kind;
    double size;                  /* G, X or S */
    const char *path;             /* of the file; borrowed */
    enum feedback_at feedback_at; /* where the signal of a direct rule enters a block */
    enum slope slope;             /* adfa's function in place of f' */
    size_t most;                  /* for FEEDBACK_STORED: the number of values in the model's file */
};

struct rule;

bl_status feedback_parse(bl_context *ctx, struct feedback_spec *out, const char *text);
bl_status feedback_check_text(bl_context *ctx, const char *text);

/* Draws B[l]: outputs x units at the feedback position of block l, from stream RNG_FEEDBACK, layer l. */
bl_status feedback_from_output(struct rule *rule, const struct net *net, size_t l);
/* Draws B[l] for every block that ends a hidden module with parameters. */
bl_status feedback_from_output_to_all(struct rule *rule, const struct net *net);
/* Draws B[f], shaped like the weights of block f, which it replaces in the pull, for every f whose input is
   another module's output, from stream RNG_FEEDBACK, layer f - 1. So with one hidden layer the numbers are
   those of feedback_from_output. */
bl_status feedback_like_all_weights(struct rule *rule, const struct net *net);
/* For FEEDBACK_WEIGHTS: copies the net's weights to the feedback that feedback_like_all_weights made. Refuses
   weights that are all 0, because no signal would pass them. Does nothing for other distributions. */
bl_status feedback_copy_weights(struct rule *rule, const struct net *net);

/* Draws B[0]: outputs x inputs of the net, from U(-limit, limit) if the spec is nokland, else as the spec
   says. */
bl_status feedback_to_input(struct rule *rule, const struct net *net, double limit);

#endif
