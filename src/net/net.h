/*
 * net.h - a graph of blocks, with all weights in one piece of memory. A block is a head (a weighted layer, an
 * add layer where a residual ends, a layer norm or a subsampling layer) and the layers behind it. Layers
 * before the first weights (dropout on the input) belong to no block.
 *
 * A net does not depend on data or learning rules. A rule propagates signals by net_pull and net_push, with
 * matrices of its choice; the net knows which blocks follow which.
 */
#ifndef BL_NET_NET_H
#define BL_NET_NET_H

#include "../layers/layer.h"

#include <stdbool.h>

struct workspace;
struct place;

#define NET_INPUT ((size_t)-1) /* as a source: the batch */

struct block {
    size_t first, n_layers; /* layers[first] is its head (layer_is_head); the rest stand behind it */
    bool is_weighted;
    size_t sources[2], n_sources; /* the blocks whose outputs the head reads, in text order; NET_INPUT */
    size_t followers,
        n_followers;     /* those whose heads read its output, in text order: net->followers[followers ...] */
    size_t module;       /* the last block of its module (modules.h): itself, or a later one */
    bool has_statistics; /* a layer behind its head looks at all examples (batch norm) */
    bool is_taught;      /* it ends a hidden module that owns parameters: a direct rule sends it a signal */
    size_t channels;     /* of its head's output, and of all behind it */
    size_t units;        /* numbers at its end */
    size_t inputs;
    size_t tensors, n_tensors; /* its first in net->tensors (W, then b where it has one), and how many */
    size_t n_weighted;         /* how many of them belong to the weighted layer: 2, 1 without biases, or 0 */
};

/* One array of numbers of a net. A row, or a number, for each channel of its block. */
struct net_tensor {
    size_t l, layer;   /* the block, and the layer in net->layers */
    const char *what;  /* "weight", "bias", "scale", ... */
    size_t at;         /* in net->params, or net->buffers */
    size_t rows, cols; /* rows: the block's channels, or units */
    bool is_matrix;    /* weights: shown as rows x cols, and decayed; else a row of rows x cols numbers */
};

static inline size_t net_tensor_size(const struct net_tensor *tensor)
{
    return tensor->rows * tensor->cols;
}

struct net {
    bl_context *ctx;
    char *text; /* canonical: "dense 800, tanh, dense 10" */
    bl_shape input;
    size_t inputs; /* floats of an example */
    struct layer *layers;
    size_t n_layers;
    struct block *blocks;
    size_t n_blocks;
    size_t *followers;       /* of all blocks, one's after the other's */
    bool has_adds;           /* some block begins with an add layer: the net is no row */
    bool has_merged_modules; /* some module is larger than the option modules makes it by default */
    const struct layer
        *reader_of_all;         /* the first layer without weights that reads all of its input; NULL: none */
    struct matrix *weights;     /* a view of each block's W: what bp pulls through */
    struct net_tensor *tensors; /* all that is trained, block by block: W, b, and what layers behind own */
    size_t n_tensors;
    float *params;                     /* their numbers; each begins at a multiple of 16 floats */
    size_t n_params;                   /* floats, the gaps of zeros between included */
    struct net_tensor *buffer_tensors; /* what is not trained but saved: running statistics */
    size_t n_buffer_tensors;
    float *buffers;
    size_t n_buffers;
};

enum { NET_MOST_LAYERS = 4096 };

/* What a net would be, counted from its text. */
struct net_size {
    size_t n_layers, n_blocks;
    size_t n_params;             /* numbers that are trained */
    double multiply_accumulates; /* of one example forward */
};

/* Parses the text, in the grammar of net_text.h, and fits it to the input; weights are 0. */
bl_status net_create(struct net **out, bl_context *ctx, bl_shape input, const char *text);
/* The same for data with so many classes or target columns, which is what "dense C" stands for. */
bl_status net_create_for(struct net **out, bl_context *ctx, bl_shape input, const char *text, int outputs);
/* Without making the weights. outputs: as above, or 0. */
bl_status net_measure(struct net_size *out, bl_context *ctx, bl_shape input, const char *text, int outputs);
void net_free(struct net *net);
/* Gives the parameters and statistics of layers behind the weights their first values. */
void net_start_layers(struct net *net);
bl_status net_check_text(bl_context *ctx, const char *text);
/* The text cut down to its last weighted layer: the net without hidden layers. */
bl_status net_text_of_output(bl_context *ctx, const char *text, char **out);

static inline size_t net_last(const struct net *net)
{
    return net->n_blocks - 1;
}
/* The head of block l. */
static inline const struct layer *net_layer(const struct net *net, size_t l)
{
    return &net->layers[net->blocks[l].first];
}

/* Whether block l has weights that a signal of another module passes, and not an exact derivative of their
   own module. */
static inline bool net_enters_module(const struct net *net, size_t l)
{
    const struct block *block = &net->blocks[l];
    return block->is_weighted && block->sources[0] != NET_INPUT &&
           net->blocks[block->sources[0]].module != block->module;
}

/* The last block that reads the output of block l, which is none of the last one's. */
static inline size_t net_last_follower(const struct net *net, size_t l)
{
    return net->followers[net->blocks[l].followers + net->blocks[l].n_followers - 1];
}

/* Numbers of all layers of block l, for an example. */
static inline size_t net_output_floats(const struct net *net, size_t l)
{
    size_t sum = 0;
    for (size_t i = net->blocks[l].first; i < net->blocks[l].first + net->blocks[l].n_layers; i++)
        sum += net->layers[i].units;
    return sum;
}

/* The parameters, then the buffers. */
static inline const struct net_tensor *net_tensor(const struct net *net, size_t i)
{
    return i < net->n_tensors ? &net->tensors[i] : &net->buffer_tensors[i - net->n_tensors];
}

/* The smallest f'(0) of the layers behind the weights of hidden blocks; 1 without any. */
float net_slope_at_zero(const struct net *net);

/* Whether some layer takes statistics of one number an example, which two examples are needed for. */
bool net_needs_two(const struct net *net);

/* Ranges of block l's channels: how many, and which. Fixed by the shape. */
size_t net_ranges(const struct net *net, size_t l);
struct range net_range(const struct net *net, size_t l, size_t i);
size_t net_range_most(const struct net *net, size_t l); /* channels of the largest */

/* The columns that a range of block l's channels is at the block's end. */
static inline struct range net_columns(const struct net *net, size_t l, struct range range)
{
    const size_t map = net->blocks[l].units / net->blocks[l].channels;
    return (struct range){range.begin * map, range.end * map};
}

/* Whether deltas can go onward (net_push, net_push_add): no hidden block changes the size of its maps, and
   no layer without weights reads all of its input. */
bl_status net_check_push(const struct net *net, const char *who);

/* ---- What happens at a place (a range of a block, and a worker) of a workspace; ranges of a block may
        run at once ---- */

/* The layers before the first weights, in place, all of workspace->x. */
void net_enter(const struct net *net, struct workspace *workspace);
/* The output of block l's head, from the outputs of its sources or the input. */
void net_forward_head(const struct net *net, const struct place *at, struct workspace *workspace);
/* h[l] from the output of the head, through the layers behind it. Of all examples where block l has
   statistics. */
void net_local_forward(const struct net *net, const struct place *at, struct workspace *workspace);
/* delta[l] of the range from signal[l] through the layers behind block l's weights: exactly, or with
   another function in place of the derivative of activations: d <- d g, from the activation's input x and
   its output y. x is its input only in a workspace that keeps sums, else y. slope NULL: the derivative. */
void net_local_backward(const struct net *net, const struct place *at, struct workspace *workspace,
                        void (*slope)(const float *x, const float *y, float *d, size_t n));
/* signal[l] of the range = the delta of block f, which follows l, through M, shaped like f's weights.
   accumulates: signal[l] +=. */
void net_pull(const struct net *net, struct matrix M, size_t f, bool accumulates, const struct place *at,
              struct workspace *workspace);
/* The same of a block f whose head reads all without weights: its delta through that layer, exactly. */
void net_pull_exact(const struct net *net, size_t f, bool accumulates, const struct place *at,
                    struct workspace *workspace);
/* The same of a block f that adds: its delta as it is. */
void net_pull_add(const struct net *net, size_t f, bool accumulates, const struct place *at,
                  struct workspace *workspace);
/* signal[l] of the range = the delta of the block before it forward through M[l], shaped like l's weights. */
void net_push(const struct net *net, const struct matrix *M, const struct place *at,
              struct workspace *workspace);
/* Of an add layer: signal[l] of the place = the sum of the deltas of its sources. */
void net_push_add(const struct net *net, const struct place *at, struct workspace *workspace);
/* The gradient of the range's rows of weights, in the columns of the place's input channels, and of their
   biases, from delta[l] and the block's own input. db NULL: not of biases. Of a block whose head reads
   all: of that layer's own parameters, into workspace->param_grads. */
void net_gradient(const struct net *net, const struct place *at, const struct workspace *workspace,
                  struct matrix dW, float *db);
/* The same gradient, spent on the range's weights at once: slots are the optimiser's memory of all of block
   l's. Only where the layer's ops have `update_fused`. */
void net_update_fused(const struct net *net, const struct place *at, const struct workspace *workspace,
                      const struct update *by, float *const slots[2], float *db);

#endif
