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
    size_t units[ORACLE_BLOCKS + 1]; /* number of units of the input and of each block */
    const char *activation;          /* "tanh", "leaky-relu 0.1", ... */
    const char *loss;                /* "ce", "bce", "mse" */
    bool sums; /* the gradient of a batch is the sum over its examples instead of the mean */
};

/* One array for each block; arrays of examples have a row for each example. */
struct oracle {
    struct oracle_shape shape;
    double *memory;           /* holds all arrays below */
    double *W[ORACLE_BLOCKS]; /* units x inputs of the block */
    double *b[ORACLE_BLOCKS]; /* units */
    double *B[ORACLE_BLOCKS]; /* the tensor "l.feedback", if there is one */
    double *h[ORACLE_BLOCKS]; /* f(a) */
    double *a[ORACLE_BLOCKS]; /* W h + b */
    double *delta[ORACLE_BLOCKS];
    double *dW[ORACLE_BLOCKS];
    double *db[ORACLE_BLOCKS];
    double *x;
};

bool oracle_make(struct oracle *o, const struct oracle_shape *shape); /* false: no memory */
void oracle_free(struct oracle *o);

/* Copies weights, biases and feedback from the model. */
void oracle_take(struct oracle *o, const bl_model *model);
void oracle_forward(struct oracle *o, const float *x);
/* Returns the smallest |a| of the hidden blocks for one example, after oracle_forward: the distance from a
   kink of relu. */
double oracle_kink_distance(const struct oracle *o, size_t example);
/* These need oracle_forward: the mean loss over the examples; the share of examples whose largest score is
   not their class; the probabilities (for mse, the outputs) of one example, two if there is one output. */
double oracle_loss(const struct oracle *o, const int32_t *labels);
double oracle_error(const struct oracle *o, const int32_t *labels);
void oracle_scores(const struct oracle *o, size_t example, double *scores);
/* Computes, after oracle_forward, delta of every block by the rule "bp", "fa", "dfa" or "ifa", and its
   gradients. */
void oracle_signals(struct oracle *o, const char *rule, const int32_t *labels);

#endif
