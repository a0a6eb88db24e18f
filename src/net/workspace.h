/*
 * workspace.h - one batch on its way through a net: activations, error, teaching signals. The net itself is
 * only read.
 *
 * All of it is allocated once, for the largest batch; the matrices' rows say how many examples there are now.
 */
#ifndef BL_NET_LESSON_H
#define BL_NET_LESSON_H

#include "../base/thread_choice.h"
#include "feedback_at.h"

/* What a workspace keeps of a pass. */
enum workspace_memory {
    WORKSPACE_KEEPS_ALL, /* every block's output and derivatives, for blocks that learn when all is done */
    /* every block's output; derivatives of one hidden block for each worker, for blocks that are taught
       and learn in one task (workspace_of_worker) */
    WORKSPACE_KEEPS_OUTPUTS,
    /* Outputs and derivatives of hidden blocks, each until its last reader, for blocks that learn as they go
       */
    WORKSPACE_IN_PLACES,
    WORKSPACE_FOR_USE /* outputs, each until its last reader; derivatives of the last block alone */
};

/* Of WORKSPACE_IN_PLACES: where the outputs and the derivatives of each hidden block lie. Blocks with one
   place take turns in it. */
struct workspace_places {
    const size_t *outputs, *derivatives;
    size_t n; /* places of both together */
};

struct workspace {
    bl_context *ctx;
    size_t capacity, n; /* examples: room for, and here now */
    size_t n_blocks;
    enum workspace_memory memory;
    enum precision precision;
    bool keeps_sums; /* the inputs of activations beside their outputs */
    size_t n_floats;
    struct matrix x;    /* n x inputs */
    struct matrix next; /* room for the x of the batch after this one; none where little memory is wanted */
    struct matrix y;    /* n x outputs: the targets */
    int32_t *labels;    /* n */
    float *weights;     /* n, of the examples' losses */
    bool has_weights;   /* false: all are 1 */
    bool has_labels;
    struct pass pass;
    float scale; /* of the error: 1, or 1 / n for the mean */
    struct matrix
        *out; /* of each layer, n x units: its output. A layer that can work in place has the memory of the
                            one before it, where nobody needs that again */
    size_t n_views;      /* sets of the next three, one after the other: of each worker, or one */
    bool shares_grad;    /* all hidden blocks' derivatives are the same memory */
    struct matrix *grad; /* of each layer, likewise: the derivative at its output */
    size_t n_layers;
    struct matrix *h; /* of each block, n x units: its output; the last one's are the scores a */
    struct matrix *
        /* Of each block, n x units: what the rule teaches at its feedback position, which is its end unless
           workspace_set_feedback_at says otherwise */
        signal;
    size_t *feedback_at; /* of each block: the layer at whose output that is */
    struct matrix
        *delta; /* of each block, n x units of its weights' output: the signal carried down, in the same
                              memory where no layer between changes sizes; the last one is e */
    struct matrix
        *term; /* of each block with several weighted followers, n x units: room for one term of its signal */
    float *own;    /* derivatives of what layers behind the weights own, laid out like net->params */
    float *caches; /* of those layers */
    float **cache; /* of each layer, in caches */
    struct worker *workers;
    size_t n_workers;
    struct thread_choice threads; /* how many of them are at work */
    float *floats, *worker_floats;
};

/* Where a piece of work is: see cut.h. Of these ranges at most one is less than all there is. */
struct place {
    size_t l;
    struct part part;     /* channels */
    struct part examples; /* rows of the batch's matrices */
    struct part inputs;   /* input channels of the weighted layer */
    struct worker *worker;
};

/* What a workspace is made for. */
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
/* y from the first n labels, or from those that `order` picks: one-hot; of a single output 1 for the label
   1, else 0. */
void workspace_set_labels(struct workspace *workspace, const int32_t *labels);
void workspace_take_labels(struct workspace *workspace, const int32_t *labels, const uint32_t *order);

/* The weights that `order` picks of an array of them, or (order NULL) the first ones; weights NULL: all are
   1. */
void workspace_take_weights(struct workspace *workspace, const float *weights, const uint32_t *order);

/* The workspace as it is for a task in which a block is both taught and learns: with this worker's
   derivatives. */
struct workspace workspace_of_worker(const struct workspace *workspace, int worker);

static inline const struct matrix *workspace_error(const struct workspace *workspace)
{
    return &workspace->delta[workspace->n_blocks - 1];
}
static inline const struct matrix *workspace_scores(const struct workspace *workspace)
{
    return &workspace->h[workspace->n_blocks - 1];
}
/* What block l's weights see. */
static inline const struct matrix *workspace_input(const struct net *net, const struct workspace *workspace,
                                                   size_t l)
{
    const size_t source = net->blocks[l].sources[0];
    return source == NET_INPUT ? &workspace->x : &workspace->h[source];
}

#endif
