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

/* Which outputs and derivatives of a pass a workspace keeps. */
enum workspace_memory {
    /* Every block's output and derivatives, for blocks that are updated after all deltas are computed. */
    WORKSPACE_KEEPS_ALL,
    /* Every block's output, and the derivatives of one hidden block for each worker, for blocks whose signal
       and update are computed in one task (workspace_of_worker). */
    WORKSPACE_KEEPS_OUTPUTS,
    /* Outputs and derivatives of hidden blocks, each until its last reader, for blocks that are updated one
       by one (--memory low). */
    WORKSPACE_IN_PLACES,
    WORKSPACE_FOR_USE /* outputs, each until its last reader; derivatives only of the last block */
};

/* For WORKSPACE_IN_PLACES: the places (net/buffer_reuse.h) of each hidden block's outputs and of its
   derivatives. Blocks with the same place use it one after the other. */
struct workspace_places {
    const size_t *outputs, *derivatives;
    size_t n; /* number of all places */
};

struct workspace {
    bl_context *ctx;
    size_t capacity, n; /* the largest number of examples, and that of the current batch */
    size_t n_blocks;
    enum workspace_memory memory;
    enum precision precision;
    bool keeps_sums; /* the inputs of activations (pre-activations) are kept in addition to their outputs */
    size_t n_floats;
    struct matrix x;    /* n x inputs */
    struct matrix next; /* memory for the x of the next batch; none with --memory low */
    struct matrix y;    /* n x outputs: the targets */
    int32_t *labels;    /* n */
    float *weights;     /* n weights of the examples' losses */
    bool has_weights;   /* false: all are 1 */
    bool has_labels;
    struct pass pass;
    float scale; /* of the error: 1, or 1 / n for the mean */
    /* The output of each layer, n x units. A layer that can work in place uses the memory of the layer before
       it if nothing reads that output again. */
    struct matrix *out;
    size_t n_views;      /* number of sets of grad, signal and delta: one for each worker, or one */
    bool shares_grad;    /* the derivatives of all hidden blocks use the same memory */
    struct matrix *grad; /* for each layer, n x units: the derivative at its output */
    size_t n_layers;
    struct matrix *h; /* for each block, n x units: its output; that of the last block are the scores a */
    /* For each block, n x units: the rule's signal at the feedback position, which is the block's end unless
       workspace_set_feedback_at sets another. */
    struct matrix *signal;
    size_t *feedback_at; /* for each block: the layer at whose output the signal enters */
    /* For each block, n x units of its head: the derivative at the head's output, in the memory of the signal
       if no layer between them changes the size; that of the last block is the error e. */
    struct matrix *delta;
    /* For each block with several weighted followers, n x units: memory for one term of its signal. */
    struct matrix *term;
    float *param_grads; /* derivatives of the parameters of layers without weights, at net->params' offsets */
    float *caches;      /* of all layers */
    float **cache;      /* for each layer, its memory in `caches` */
    struct worker *workers;
    size_t n_workers;
    struct thread_choice threads; /* how many workers are used */
    float *floats, *worker_floats;
};

/* The piece of a block that a task works on (cut.h). At most one of the ranges is less than all. */
struct place {
    size_t l;
    struct range channels; /* channels of the block */
    struct range examples; /* rows of the batch's matrices */
    struct range inputs;   /* input channels of the weighted layer */
    struct worker *worker;
};

/* The properties with which a workspace is created. */
struct workspace_spec {
    size_t capacity;
    enum workspace_memory memory;
    enum precision precision;
    bool keeps_sums; /* also keeps the inputs of activations: capacity x units more floats for each */
    struct workspace_places places; /* for WORKSPACE_IN_PLACES; borrowed during the call */
};

bl_status workspace_create(struct workspace **out, bl_context *ctx, const struct net *net,
                           struct workspace_spec spec);
size_t workspace_bytes(const struct workspace *workspace); /* bytes of activations and derivatives */
void workspace_free(struct workspace *workspace);
void workspace_set_feedback_at(struct workspace *workspace, const struct net *net,
                               enum feedback_at feedback_at);
void workspace_set_size(struct workspace *workspace, size_t n); /* n <= capacity */
/* workspace_set_labels sets y to the one-hot code of the first n labels, workspace_take_labels to that of
   labels[order[0]], labels[order[1]], ... With a single output, y is 1 for the label 1, else 0. */
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
