/*
 * net.h - a row of blocks: a weighted layer and the layers behind it, with all weights in one piece of memory.
 *
 * A net knows nothing of data and nothing of learning rules. Where a rule says how the error travels it calls net_pull
 * and net_push, with matrices of its choice; which blocks follow which is the net's business alone.
 */
#ifndef BL_NET_NET_H
#define BL_NET_NET_H

#include "../layers/layer.h"

#include <stdbool.h>

struct lesson;
struct place;

struct block {
    size_t first, n_layers; /* layers[first] has the weights, the rest stand behind it */
    size_t units;           /* of its weighted output, and of its end: the layers behind keep shapes */
    size_t inputs;
    size_t weight_at, bias_at; /* in net->params */
};

struct net {
    bl_context *ctx;
    char *text; /* canonical: "dense 800, tanh, dense 10" */
    bl_shape input;
    size_t inputs; /* floats of an example */
    struct layer *layers;
    size_t n_layers;
    struct block *blocks;
    size_t n_blocks;
    struct matrix *weights; /* a view of each block's W: what bp pulls through */
    float *params;          /* W and b of block 0, of block 1, ...; each begins at a multiple of 16 floats */
    size_t n_params;        /* floats, the gaps of zeros between included */
};

enum { NET_MOST_LAYERS = 4096 };

/* Parses and fits the text; weights are 0. */
bl_status net_create(struct net **out, bl_context *ctx, bl_shape input, const char *text);
/* How many weights and biases it would have, without making them. */
bl_status net_measure(size_t *n_weights, bl_context *ctx, bl_shape input, const char *text);
void net_free(struct net *net);
bl_status net_check_text(bl_context *ctx, const char *text);
/* The text cut down to its last weighted layer: the net without hidden layers. */
bl_status net_text_of_output(bl_context *ctx, const char *text, char **out);

static inline size_t net_last(const struct net *net)
{
    return net->n_blocks - 1;
}
static inline const struct layer *net_layer(const struct net *net, size_t l)
{
    return &net->layers[net->blocks[l].first];
}

/* The smallest f'(0) of the layers behind the weights of hidden blocks; 1 without any. */
float net_slope_at_zero(const struct net *net);

/* Parts of block l's units: how many, and which. Fixed by the shape. */
size_t net_parts(const struct net *net, size_t l);
struct part net_part(const struct net *net, size_t l, size_t i);

/* ---- What happens at a place (block, part, worker) of a lesson; parts of a block may run at once ---- */

/* h[l] of the part, from h[l - 1] or the input. */
void net_forward(const struct net *net, const struct place *at, struct lesson *lesson);
/* delta[l] of the part from signal[l], exactly, through the layers behind block l's weights. In place. */
void net_settle(const struct net *net, const struct place *at, struct lesson *lesson);
/* signal[l] of the part = the sum over the blocks f that follow l of f's delta through M[f], shaped like f's weights. */
void net_pull(const struct net *net, const struct matrix *M, const struct place *at, struct lesson *lesson);
/* signal[l] of the part = the sum over the blocks p that l follows of p's delta forward through M[l], shaped like l's
   weights. */
void net_push(const struct net *net, const struct matrix *M, const struct place *at, struct lesson *lesson);
/* The gradient of the part's rows of weights, and of their biases, from delta[l] and the block's own input. */
void net_gradient(const struct net *net, const struct place *at, const struct lesson *lesson,
                  struct matrix dW, float *db);

#endif
