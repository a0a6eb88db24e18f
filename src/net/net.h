/*
 * net.h - a net: a graph of blocks, with all parameters in one allocation. A block is a head (a weighted
 * layer, an add layer at the end of a residual, a layer norm or a subsampling layer) and the layers after it,
 * up to the next head. Layers before the first weights (dropout on the input) belong to no block.
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

#define NET_INPUT ((size_t)-1) /* the batch, as the source of a block */

struct block {
    size_t first, n_layers; /* layers[first] is its head (layer_is_head); the others follow */
    bool is_weighted;
    size_t sources[2], n_sources; /* the blocks whose outputs the head reads, in text order; NET_INPUT */
    /* The blocks whose heads read its output, in text order: net->followers[followers ...] */
    size_t followers, n_followers;
    size_t module;       /* the last block of its module (modules.h): itself, or a later one */
    bool has_statistics; /* a layer after its head reads all examples (batch norm) */
    bool needs_signal;   /* it ends a hidden module that has parameters; direct rules send it a signal */
    size_t channels;     /* channels of the outputs of all its layers */
    size_t units;        /* numbers of its output for an example */
    size_t inputs;
    size_t tensors,
        n_tensors;     /* its tensors are net->tensors[tensors ...]: W, b if it has biases, then others */
    size_t n_weighted; /* tensors of the weighted layer: 2, 1 without biases, or 0 */
};

/* One array of a net, which has a row, or a number, for each channel of its block. */
struct net_tensor {
    size_t l, layer;   /* the block, and the layer in net->layers */
    const char *what;  /* "weight", "bias", "scale", ... */
    size_t at;         /* offset in net->params or net->buffers */
    size_t rows, cols; /* rows: the block's channels, or units */
    bool is_matrix; /* weights, which are a matrix in files and decay; else a vector of rows x cols numbers */
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
    size_t *followers;       /* the followers of block 0, then those of block 1, ... */
    bool has_adds;           /* some block begins with an add layer, so the net is not a chain */
    bool has_merged_modules; /* some module is larger than by the default of the option modules */
    /* The first layer without weights that reads all channels of its input; NULL: none */
    const struct layer *reader_of_all;
    struct matrix *weights;     /* a view of each block's W */
    struct net_tensor *tensors; /* the parameters, block by block: W, b, and those of the layers after them */
    size_t n_tensors;
    float *params;   /* the values of the parameters; each tensor begins at a multiple of 16 floats */
    size_t n_params; /* number of floats, including gaps of zeros between tensors */
    struct net_tensor *buffer_tensors; /* arrays that are saved but not trained: running statistics */
    size_t n_buffer_tensors;
    float *buffers;
    size_t n_buffers;
};

enum { NET_MOST_LAYERS = 4096 };

/* The size of a net, counted from its text. */
struct net_size {
    size_t n_layers, n_blocks;
    size_t n_params;             /* without gaps */
    double multiply_accumulates; /* of the forward pass of one example */
};

/* Parses the text, in the grammar of net_text.h, and fits it to the input; weights are 0. */
bl_status net_create(struct net **out, bl_context *ctx, bl_shape input, const char *text);
/* As net_create, where "dense C" has `outputs` units, the number of classes or target columns of the data. */
bl_status net_create_for(struct net **out, bl_context *ctx, bl_shape input, const char *text, int outputs);
/* Measures the net without allocating its parameters. outputs: as in net_create_for, or 0. */
bl_status net_measure(struct net_size *out, bl_context *ctx, bl_shape input, const char *text, int outputs);
void net_free(struct net *net);
/* Sets the parameters and buffers of layers without weights to their initial values. */
void net_start_layers(struct net *net);
bl_status net_check_text(bl_context *ctx, const char *text);
/* The text of only the last weighted layer: the net without hidden layers. */
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

/* Whether block l has weights through which a signal passes into another module. Inside a module, the
   derivative passes weights exactly. */
static inline bool net_enters_module(const struct net *net, size_t l)
{
    const struct block *block = &net->blocks[l];
    return block->is_weighted && block->sources[0] != NET_INPUT &&
           net->blocks[block->sources[0]].module != block->module;
}

/* The last block that reads the output of block l. l: not the last block. */
static inline size_t net_last_follower(const struct net *net, size_t l)
{
    return net->followers[net->blocks[l].followers + net->blocks[l].n_followers - 1];
}

/* The number of values of the outputs of all layers of block l for an example. */
static inline size_t net_output_floats(const struct net *net, size_t l)
{
    size_t sum = 0;
    for (size_t i = net->blocks[l].first; i < net->blocks[l].first + net->blocks[l].n_layers; i++)
        sum += net->layers[i].units;
    return sum;
}

/* Tensor i of the parameters followed by the buffers. */
static inline const struct net_tensor *net_tensor(const struct net *net, size_t i)
{
    return i < net->n_tensors ? &net->tensors[i] : &net->buffer_tensors[i - net->n_tensors];
}

/* The smallest f'(0) of the activations of hidden blocks; 1 without any. */
float net_slope_at_zero(const struct net *net);

/* Whether a batch needs two examples, because some layer takes statistics of one number per example. */
bool net_needs_two(const struct net *net);

/* The ranges of block l's channels: their number, and range i. They depend on the shapes only. */
size_t net_ranges(const struct net *net, size_t l);
struct range net_range(const struct net *net, size_t l, size_t i);
size_t net_range_most(const struct net *net, size_t l); /* channels of the largest range */

/* The columns of block l's output that belong to a range of its channels. */
static inline struct range net_columns(const struct net *net, size_t l, struct range range)
{
    const size_t map = net->blocks[l].units / net->blocks[l].channels;
    return (struct range){range.begin * map, range.end * map};
}

/* BL_NOT_DEFINED if deltas cannot go forward (net_push, net_push_add): a hidden block changes the size of its
   maps, or a layer without weights reads all channels of its input. */
bl_status net_check_push(const struct net *net, const char *who);

/* ---- Operations on a place of a workspace: a range of a block, and a worker. Different ranges of a block
   may run at the same time. ---- */

/* Computes the layers before the first weights, in place, on all of workspace->x. */
void net_enter(const struct net *net, struct workspace *workspace);
/* Computes the output of block l's head from the outputs of its sources or from the batch. */
void net_forward_head(const struct net *net, const struct place *at, struct workspace *workspace);
/* Computes h[l] from the output of the head, through the layers after it. If block l has statistics, the
   place must have all examples. */
void net_local_forward(const struct net *net, const struct place *at, struct workspace *workspace);
/* Computes delta[l] of the range from signal[l], through the layers after the head of block l. slope NULL:
   exactly. Else slope replaces the activations' derivatives: it multiplies n numbers of d by a function of
   the activation's input x and output y; x is y in a workspace that does not keep sums. */
void net_local_backward(const struct net *net, const struct place *at, struct workspace *workspace,
                        void (*slope)(const float *x, const float *y, float *d, size_t n));
/* signal[l] of the range = delta[f] M, where block f follows block l and M is shaped like f's weights.
   accumulates: signal[l] +=. */
void net_pull(const struct net *net, struct matrix M, size_t f, bool accumulates, const struct place *at,
              struct workspace *workspace);
/* As net_pull, if the head of f has no weights and reads all channels: delta[f] passes through that layer,
   exactly. */
void net_pull_exact(const struct net *net, size_t f, bool accumulates, const struct place *at,
                    struct workspace *workspace);
/* As net_pull, if the head of f is an add layer: delta[f] is unchanged. */
void net_pull_add(const struct net *net, size_t f, bool accumulates, const struct place *at,
                  struct workspace *workspace);
/* signal[l] of the range = delta of block l's source times M[l]^T, where M[l] is shaped like l's weights. */
void net_push(const struct net *net, const struct matrix *M, const struct place *at,
              struct workspace *workspace);
/* As net_push, if the head of l is an add layer: signal[l] of the range = the sum of the deltas of its
   sources. */
void net_push_add(const struct net *net, const struct place *at, struct workspace *workspace);
/* Computes the gradient of the range's rows of weights, in the columns of the place's input channels, and of
   their biases, from delta[l] and the block's input. db NULL: biases are left out. If the head has no weights
   and reads all channels, the gradient of that layer's parameters is written to workspace->param_grads. */
void net_gradient(const struct net *net, const struct place *at, const struct workspace *workspace,
                  struct matrix dW, float *db);
/* Computes the same gradient and updates the range's weights with it in one operation. slots: the optimiser's
   state of all weights of block l. Only for layers whose ops have `update_fused`. */
void net_update_fused(const struct net *net, const struct place *at, const struct workspace *workspace,
                      const struct update *by, float *const slots[2], float *db);

#endif
