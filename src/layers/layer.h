/*
 * layer.h - the interface of a layer, a struct of functions, independent of learning rules.
 *
 * Three kinds share the struct. A weighted layer (dense, conv) maps all channels of its input to any range of
 * its output. Its transposes `pull` and `push` take the matrix M, shaped like its weights, so that a rule
 * decides which signals pass through W and which through a matrix of its own. A layer after the weights (an
 * activation, a pool, dropout) maps some channels of its input to the same channels of its output and reads
 * no others, so that a range can get its signal, its gradient and its update without waiting for the rest. A
 * layer without weights that reads all channels (`reads_all`: layernorm, subsample) begins a block of its
 * own, as a weighted layer does.
 *
 * A range consists of whole channels. Each unit of a dense layer, and of the layers after it, is a channel of
 * one number.
 */
#ifndef BL_LAYERS_LAYER_H
#define BL_LAYERS_LAYER_H

#include "../backend/worker.h"
#include "../base/text.h"
#include "../tensor/matrix.h"

#include <stdbool.h>

struct layer_ops;

/* What slides over an image: rows x cols, every `stride`, over an input with `pad` zeros around it. */
struct window {
    int rows, cols, stride, pad;
};

enum { LAYER_ARRAYS = 2 }; /* arrays of parameters, and of buffers, at most */

/* What a pass through a net is for. */
enum purpose {
    PASS_EVAL, /* to use the net: dropout off, batch norm by its running statistics */
    /* The same once more: the same masks, the batch's statistics, which were counted the first time */
    PASS_REPLAY,
    PASS_PROBE, /* to look at what would be learned: dropout off, batch norm by the batch */
    PASS_TRAIN  /* to learn: dropout on, batch norm by the batch, which goes into the running statistics */
};

/* One pass: its purpose, and the address of its random numbers. */
struct pass {
    enum purpose purpose;
    uint64_t seed;
    uint32_t step;
    uint32_t number; /* of the passages of one step that draw masks of their own, from 0 */
};

/* Of a layer behind the weights: the channels and examples that are worked on; all examples for a layer
   that takes statistics. A layer that reads all may read all columns of x and dy, and works on columns
   `out` of y, or `in` of dx; its x and dx are the output and the signal of a block before it. */
struct layer_io {
    struct matrix x, y;   /* its input and output; one memory where it works in place */
    struct matrix dx, dy; /* the derivatives there; likewise */
    struct range in, out; /* columns of x, of y: the same channels */
    size_t number;        /* of the layer in its net, for the address of random numbers */
    size_t first_example; /* of the batch: what row 0 of x and y is */
    size_t first, last;   /* the channels: first .. last - 1 */
    float *cache;         /* ops->cache numbers for each channel, from local_forward to local_backward */
    /* local_backward writes the derivatives of the layer's parameters there, at its channels */
    float *param_grads[LAYER_ARRAYS];
    bool accumulates; /* of a layer that reads all: local_backward adds to dx */
    struct pass pass;
    struct worker *worker;
};

struct layer {
    const struct layer_ops *ops;
    char text[64]; /* canonical: "dense 800" */
    bl_shape in, out;
    size_t in_units, units;     /* of the two shapes */
    size_t number;              /* in the net's text, from 1; an add layer has that of the residual's last */
    size_t inputs[2], n_inputs; /* the layers of the net whose outputs it reads; 2 for an add layer */
    int channels;               /* of conv, as its text says */
    size_t weight_rows, weight_cols; /* weighted layers. weight_cols is the fan-in */
    bool has_bias;                   /* of a weighted layer: one for each row */
    size_t fan_out;                  /* weights that one input number meets */
    float slope;                     /* of the relus, below 0 */
    double rate;                     /* of dropout: the share that is dropped */
    struct window window;            /* of conv and pools */
    struct matrix W;                 /* weight_rows x weight_cols, in the net's memory */
    float *b;                        /* weight_rows; NULL without biases */
    float *params[LAYER_ARRAYS];  /* what ops->params names, in the net's memory: a number for each channel */
    float *buffers[LAYER_ARRAYS]; /* what ops->buffers names, likewise */
};

struct layer_ops {
    const char *name;  /* the first word of its text */
    const char *usage; /* "dense UNITS": for messages */
    bool is_weighted;
    bool is_add;    /* it sums its inputs, and begins a block as a weighted layer does */
    bool reads_all; /* without weights, but not channel by channel: it begins a block, too */

    /* Reads what follows the name, and writes layer->text. NULL: nothing may follow. */
    bl_status (*parse)(bl_context *ctx, struct layer *layer, struct slice arguments);
    /* Given layer->in, sets out and the weights' shape, or refuses. NULL: out = in. */
    bl_status (*fit)(bl_context *ctx, struct layer *layer);

    /* Weighted. `range`: rows of W, which are channels of the output.
       x: n x in_units; y: n x units, of which the range's columns are written. */
    void (*forward)(const struct layer *layer, struct matrix x, struct matrix y, struct range range,
                    struct worker *worker);
    /* M: shaped like W. delta: n x units; signal: n x in_units, columns `range` written, whole channels:
       delta M. */
    void (*pull)(const struct layer *layer, struct matrix M, struct matrix delta, struct matrix signal,
                 struct range range, struct worker *worker);
    /* delta: n x in_units; signal: n x units, the columns of rows `range` written: delta M^T. */
    void (*push)(const struct layer *layer, struct matrix M, struct matrix delta, struct matrix signal,
                 struct range range, struct worker *worker);
    /* The gradient of the rows `range`, in the columns of the input channels `inputs`, which are all of
       them for a dense layer. input: n x in_units, delta: n x units; dW: those rows x those columns; db:
       those rows, of a layer with biases, or NULL. */
    void (*gradient)(const struct layer *layer, struct matrix input, struct matrix delta, struct range range,
                     struct range inputs, struct matrix dW, float *db, struct worker *worker);
    /* The step on the rows `range` of W by that gradient, which is kept nowhere; db as there. slots: those
       of all of W, or NULL. NULL: the layer has no such way. */
    void (*update_fused)(const struct layer *layer, struct matrix input, struct matrix delta,
                         struct range range, const struct update *by, float *const slots[2], float *db,
                         struct worker *worker);
    /* Floats that one worker needs beside the products' own scratch, for a batch of so many. NULL: none. */
    size_t (*scratch)(const struct layer *layer, size_t examples, enum precision precision);

    /* Of layers without weights. local_forward: y from x. local_backward: dx from dy, exactly. NULL for both:
       a layer that only changes the shape (flatten). */
    void (*local_forward)(const struct layer *layer, const struct layer_io *c);
    void (*local_backward)(const struct layer *layer, const struct layer_io *c);
    /* Of a layer that reads all and has parameters: their derivatives at the columns `out`, from x and dy,
       into param_grads. */
    void (*params_gradient)(const struct layer *layer, const struct layer_io *c);
    size_t cache; /* numbers for each channel that local_forward leaves for local_backward */
    /* Arrays that are trained, "scale", with a number for each channel; NULL: no more */
    const char *params[LAYER_ARRAYS];
    float params_start[LAYER_ARRAYS];
    bool has_params_for_each_unit;     /* a number for each unit of the output, and not for each channel */
    const char *buffers[LAYER_ARRAYS]; /* arrays that are saved but not trained: "mean"; NULL: no more */
    float buffers_start[LAYER_ARRAYS];
    /* a function of each number, whose derivative a rule may replace (net_local_backward) */
    bool is_activation;
    bool works_in_place; /* x is copied to y first where they are not the same memory; dx and dy are */
    /* local_forward looks at all examples of a batch: of one number a channel, one example is not enough */
    bool takes_statistics;
    bool needs_input;  /* local_backward reads x */
    bool needs_output; /* local_backward reads y */
    /* f'(0): 0 means that all-zero weights can never learn through it. NULL: 1. */
    float (*slope_at_zero)(const struct layer *layer);
};

/* Whether it begins a block. */
static inline bool layer_is_head(const struct layer *layer)
{
    return layer->ops->is_weighted || layer->ops->is_add || layer->ops->reads_all;
}

const struct layer_ops *layer_ops_at(size_t i); /* NULL past the last */

/* "5x5 pad 2 stride 1" behind a name: the window and what follows. usage: for the message. */
bl_status window_parse(bl_context *ctx, struct window *out, struct slice text, const char *usage);
/* Takes the word "nobias" off the end of a weighted layer's arguments, and sets layer->has_bias. */
void layer_parse_bias(struct layer *layer, struct slice *arguments);
/* What a window gives on an input: floor((side + 2 pad - size) / stride) + 1 each way; refuses where it
   does not fit. */
bl_status window_fit(bl_context *ctx, const struct window *window, bl_shape in, bl_shape *out);

/* One layer from its text: "dense 800". Shapes are set later, by layer_fit. number: from 1, for the
   message. */
bl_status layer_parse(bl_context *ctx, struct layer *layer, struct slice text, size_t number);
/* Shapes from its input's; number (from 1) and text are for the message. */
bl_status layer_fit(bl_context *ctx, struct layer *layer, bl_shape in, size_t number);

#endif
