/*
 * workspace.h - the state of one batch in a net: activations, error, signals and deltas. The net itself is
 * not changed.
 *
 * All memory is allocated once, for the largest batch; the matrices' rows are the number of examples in the
 * current batch.
 */
#ifndef BL_NET_WORKSPACE_H
#define BL_NET_WORKSPACE_H

#include "../base/thread_choice.h"
#include "feedback_at.h"

/* What a workspace keeps of a pass. */
enum workspace_memory {
    /* Every block's output and derivatives, for blocks whose update comes after all deltas are computed */
    WORKSPACE_KEEPS_ALL,
    /* Every block's output, and the derivatives of one hidden block for each worker, for blocks whose signal
       and update are computed in one task (workspace_of_worker) */
    WORKSPACE_KEEPS_OUTPUTS,
    /* Outputs and derivatives of hidden blocks, each until its last reader, for blocks that are updated one
       by one (--memory low) */
    WORKSPACE_IN_PLACES,
    WORKSPACE_FOR_USE /* outputs, each until its last reader; derivatives of the last block alone */
};

/* Of WORKSPACE_IN_PLACES: the place (net/places.h) of each hidden block's outputs and of its derivatives.
   Blocks with the same place use it one after the other. */
struct workspace_places {
    const size_t *outputs, *derivatives;
    size_t n; /* places of both together */
};

struct workspace {
    bl_context *ctx;
    size_t capacity, n; /* examples: at most, and in the current batch */
    size_t n_blocks;
    enum workspace_memory memory;
    enum precision precision;
    bool keeps_sums; /* the inputs of activations (pre-activations) are kept beside their outputs */
    size_t n_floats;
    struct matrix x;    /* n x inputs */
    struct matrix next; /* memory for the x of the next batch; none with --memory low */
    struct matrix y;    /* n x outputs: the targets */
    int32_t *labels;    /* n */
    float *weights;     /* n, of the examples' losses */
    bool has_weights;   /* false: all are 1 */
    bool has_labels;
    struct pass pass;
    float scale; /* of the error: 1, or 1 / n for the mean */
    /* Of each layer, n x units: its output. A layer that can work in place has the memory of the layer before
       it, where nothing reads that output again */
    struct matrix *out;
    size_t n_views;      /* how many sets of grad, signal and delta there are: one for each worker, or one */
    bool shares_grad;    /* all hidden blocks' derivatives are the same memory */
    struct matrix *grad; /* of each layer, n x units: the derivative at its output */
    size_t n_layers;
    struct matrix *h; /* of each block, n x units: its output; the last one's are the scores a */
    /* Of each block, n x units: the rule's signal at the feedback position, which is the block's end unless
       workspace_set_feedback_at sets another */
    struct matrix *signal;
    size_t *feedback_at; /* of each block: the layer at whose output that is */
    /* Of each block, n x units of its head: the derivative at the head's output, in the memory of the signal
       where no layer between changes sizes; that of the last block is the error e */
    struct matrix *delta;
    /* Of each block with several weighted followers, n x units: memory for one term of its signal */
    struct matrix *term;
    float *param_grads; /* derivatives of the parameters of layers without weights, at net->params' offsets */
    float *caches;      /* of all layers */
    float **cache;      /* of each layer, in caches */
    struct worker *workers;
    size_t n_workers;
    struct thread_choice threads; /* how many of them are at work */
    float *floats, *worker_floats;
};

/* The piece of a block that a task works on (cut.h). At most one of the ranges is less than all. */
struct place {
    size_t l;
    struct range channels; /* of the block */
    struct range examples; /* rows of the batch's matrices */
    struct range inputs;   /* input channels of the weighted layer */
    struct worker *worker;
};

/* How to make a workspace. */
struct workspace_spec {
    size_t capacity;
    enum workspace_memory memory;
    enum precision precision;
    bool keeps_sums;                /* the inputs of activations too: capacity x units floats more for each */
    struct workspace_places places; /* of WORKSPACE_IN_PLACES; borrowed during the call */
};

bl_status workspace_create(struct workspace **out, bl_context *ctx, const struct net *net,
                           struct workspace_spec spec);
size_t workspace_bytes(const struct workspace *workspace); /* of activations and derivatives */
void workspace_free(struct workspace *workspace);
void workspace_set_feedback_at(struct workspace *workspace, const struct net *net,
                               enum feedback_at feedback_at);
void workspace_set_size(struct workspace *workspace, size_t n); /* n <= capacity */
/* Sets y to the one-hot code of the first n labels, or of the labels[order[0]], labels[order[1]], ... With a
   single output y is 1 for the label 1, else 0. */
void workspace_set_labels(struct workspace *workspace, const int32_t *labels);
void workspace_take_labels(struct workspace *workspace, const int32_t *labels, const uint32_t *order);

/* Sets the examples' weights to weights[order[0]], weights[order[1]], ...; order NULL: weights[0],
   weights[1], ...; weights NULL: all weights are 1. */
void workspace_take_weights(struct workspace *workspace, const float *weights, const uint32_t *order);

/* The workspace with the derivatives of this worker, for a task that computes a block's signal and its
   update. */
struct workspace workspace_of_worker(const struct workspace *workspace, int worker);

static inline const struct matrix *workspace_error(const struct workspace *workspace)
{
    return &workspace->delta[workspace->n_blocks - 1];
}
static inline const struct matrix *workspace_scores(const struct workspace *workspace)
{
    return &workspace->h[workspace->n_blocks - 1];
}
/* The input of block l's head; of an add layer, its first input. */
static inline const struct matrix *workspace_input(const struct net *net, const struct workspace *workspace,
                                                   size_t l)
{
    const size_t source = net->blocks[l].sources[0];
    return source == NET_INPUT ? &workspace->x : &workspace->h[source];
}

#endif
