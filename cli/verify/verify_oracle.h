/*
 * verify_oracle.h - a reference implementation of nets in double precision, from the papers' equations alone,
 * with which `backless verify` compares the library.
 *
 * A net here is a row of dense blocks with the same activation behind each but the last. One output, with the
 * loss bce, is that of two classes.
 */
#ifndef CLI_VERIFY_ORACLE_H
#define CLI_VERIFY_ORACLE_H

#include "backless.h"

#include <stdbool.h>

enum { ORACLE_BLOCKS = 4 };

struct oracle_shape {
    size_t n; /* examples */
    size_t blocks;
    size_t units[ORACLE_BLOCKS + 1]; /* of the input and of each block */
    const char *activation;          /* "tanh", "leaky-relu 0.1", ... */
    const char *loss;                /* "ce", "bce", "mse" */
    bool sums;                       /* the gradient of a batch is the sum over its examples, not the mean */
};

/* Arrays by block; those of examples have a row for each. */
struct oracle {
    struct oracle_shape shape;
    double *memory;           /* all arrays below */
    double *W[ORACLE_BLOCKS]; /* units x inputs of the block */
    double *b[ORACLE_BLOCKS]; /* units */
    double *B[ORACLE_BLOCKS]; /* the tensor "l.feedback", where there is one */
    double *h[ORACLE_BLOCKS]; /* f(a) */
    double *a[ORACLE_BLOCKS]; /* W h + b */
    double *delta[ORACLE_BLOCKS];
    double *dW[ORACLE_BLOCKS];
    double *db[ORACLE_BLOCKS];
    double *x;
};

bool oracle_make(struct oracle *o, const struct oracle_shape *shape); /* false: no memory */
void oracle_free(struct oracle *o);

/* Weights, biases and feedback as the model has them. */
void oracle_take(struct oracle *o, const bl_model *model);
void oracle_forward(struct oracle *o, const float *x);
/* The smallest |a| of the hidden blocks of one example, after oracle_forward: the distance from a relu's
   kink. */
double oracle_kink_distance(const struct oracle *o, size_t example);
/* After oracle_forward: the loss, mean over the examples; the share of examples whose largest score is not
   their class; the probabilities (outputs, for mse) of one example, two for one output. */
double oracle_loss(const struct oracle *o, const int32_t *labels);
double oracle_error(const struct oracle *o, const int32_t *labels);
void oracle_scores(const struct oracle *o, size_t example, double *scores);
/* After oracle_forward: delta of every block as the rule "bp", "fa", "dfa" or "ifa" has it, and its
   gradients. */
void oracle_signals(struct oracle *o, const char *rule, const int32_t *labels);

#endif
