/*
 * layer.h - the interface of a layer, a struct of functions, independent of learning rules.
 *
 * Three kinds share the struct. A weighted layer (dense, conv) maps all channels of its input to any range of
 * its output. Its transposes `pull` and `push` take the matrix M, shaped like its weights, so that a rule
 * decides which signals pass through W and which through a matrix of its own. A layer after the weights (an
 * activation, a pool, dropout) maps some channels of its input to the same channels of its output and reads
 * no others, so that a range can get its signal, its gradient and its update without waiting for the rest. A
 * layer without weights that reads all channels (`reads_all`: layernorm, subsample) begins a block, as a
 * weighted layer does.
 *
 * A range consists of whole channels. Each unit of a dense layer, and of the layers after it, is a channel of
 * one number.
 */
#ifndef BL_LAYERS_LAYER_H
#define BL_LAYERS_LAYER_H

#include "../backend/matrix.h"
#include "../backend/worker.h"
#include "../base/text.h"

#include <stdbool.h>

struct layer_ops;

/* The window of a convolution or a pool: rows x cols numbers, moved by `stride`, on an input with `pad` zeros
   around it. */
struct window {
    int rows, cols, stride, pad;
};

enum { LAYER_ARRAYS = 2 }; /* the most arrays of parameters, and of buffers, that a layer has */

/* The purpose of a pass through a net. */
enum purpose {
    /* Evaluation: dropout off, batch norm with the running statistics. */
    PASS_EVAL,
    /* A repetition of a pass: the same masks, and the batch's statistics, which do not update the running
       ones again. */
    PASS_REPLAY,
    /* A measurement of what would be learned: dropout off, batch norm with the batch's statistics. */
    PASS_PROBE,
    /* Training: dropout on, batch norm with the batch's statistics, which update the running ones. */
    PASS_TRAIN
};

/* One pass: its purpose, and what its random numbers depend on. */
struct pass {
    enum purpose purpose;
    uint64_t seed;
    uint32_t step;
    uint32_t number; /* distinguishes, from 0, the passes of one step that draw different masks */
};

/* The inputs and outputs of a call of a layer without weights: the channels and examples that are computed;
   all examples for a layer that takes statistics. A layer that reads all channels may read all columns of x
   and dy, and writes columns `out` of y, or `in` of dx; its x and dx are the output and the signal of its
   source block. */
struct layer_io {
    struct matrix x, y;   /* input and output; the same memory if the layer works in place */
    struct matrix dx, dy; /* the derivatives at x and y; the same memory if the layer works in place */
    struct range in, out; /* columns of x and of y, which belong to the same channels */
    size_t number;        /* of the layer in its net; the random numbers depend on it */
    size_t first_example; /* number in the batch of the example in row 0 of x and y */
    size_t first, last;   /* the channels: first .. last - 1 */
    float *cache;         /* ops->cache numbers for each channel, from local_forward to local_backward */
    /* local_backward writes the derivatives of the layer's parameters here, at their channels. */
    float *param_grads[LAYER_ARRAYS];
    bool accumulates; /* for a layer that reads all channels: local_backward adds to dx */
    struct pass pass;
    struct worker *worker;
};

struct layer {
    const struct layer_ops *ops;
    char text[64]; /* canonical: "dense 800" */
    bl_shape in, out;
    size_t in_units, units; /* numbers of `in` and of `out` */
    /* Position in the net's text, from 1; an add layer has that of the residual's last layer. */
    size_t number;
    size_t inputs[2], n_inputs;      /* the layers of the net whose outputs it reads; 2 for an add layer */
    int channels;                    /* for conv: output channels */
    size_t weight_rows, weight_cols; /* for weighted layers; weight_cols is the fan-in */
    bool has_bias;                   /* for weighted layers: there is one bias for each row */
    size_t fan_out;                  /* number of weights that multiply one input number */
    float slope;                     /* for relus: the slope below 0 */
    double rate;                     /* for dropout: the probability of dropping a number */
    struct window window;            /* for conv and pools */
    struct matrix W;                 /* weight_rows x weight_cols, in the net's memory */
    float *b;                        /* weight_rows; NULL without biases */
    /* The arrays that ops->params names, in the net's memory: a number for each channel. */
    float *params[LAYER_ARRAYS];
    /* The arrays that ops->buffers names, in the net's memory: a number for each channel. */
    float *buffers[LAYER_ARRAYS];
};

struct layer_ops {
    const char *name;  /* the first word of its text */
    const char *usage; /* for messages: "dense UNITS" */
    bool is_weighted;
    bool is_add;    /* it sums its inputs, and begins a block */
    bool reads_all; /* it has no weights, but reads all channels for each output, and begins a block */

    /* Parses the arguments after the name, and writes layer->text. NULL: the layer has no arguments. */
    bl_status (*parse)(bl_context *ctx, struct layer *layer, struct slice arguments);
    /* Sets layer->out and the weights' shape from layer->in. BL_BAD_VALUE: the layer does not fit. NULL: out
       = in. */
    bl_status (*fit)(bl_context *ctx, struct layer *layer);

    /* For weighted layers: y from x. `range`: rows of W, which are channels of the output. x: n x in_units;
       y: n x units; the columns of the range are written. */
    void (*forward)(const struct layer *layer, struct matrix x, struct matrix y, struct range range,
                    struct worker *worker);
    /* signal = delta M. M: shaped like W; delta: n x units; signal: n x in_units, of which the columns
       `range` (whole channels) are written. */
    void (*pull)(const struct layer *layer, struct matrix M, struct matrix delta, struct matrix signal,
                 struct range range, struct worker *worker);
    /* signal = delta M^T. delta: n x in_units; signal: n x units, of which the columns of the rows `range`
       are written. */
    void (*push)(const struct layer *layer, struct matrix M, struct matrix delta, struct matrix signal,
                 struct range range, struct worker *worker);
    /* The gradient of the rows `range` of W, in the columns of the input channels `inputs` (for a dense layer
       all of them). input: n x in_units; delta: n x units; dW: these rows x these columns; db: these rows, or
       NULL if it is not needed or there are no biases. */
    void (*gradient)(const struct layer *layer, struct matrix input, struct matrix delta, struct range range,
                     struct range inputs, struct matrix dW, float *db, struct worker *worker);
    /* The optimiser's step on the rows `range` of W with that gradient, which is not stored; db as in
       `gradient`. slots: the optimiser's state of all of W, or NULL. NULL: the layer has no such function. */
    void (*update_fused)(const struct layer *layer, struct matrix input, struct matrix delta,
                         struct range range, const struct update *by, float *const slots[2], float *db,
                         struct worker *worker);
    /* Floats of worker->floats that one worker needs for a batch of so many examples. NULL: none. */
    size_t (*scratch)(const struct layer *layer, size_t examples, enum precision precision);

    /* For layers without weights. local_forward: y from x. local_backward: dx from dy, exactly. Both are NULL
       for a layer that only changes the shape (flatten). */
    void (*local_forward)(const struct layer *layer, const struct layer_io *c);
    void (*local_backward)(const struct layer *layer, const struct layer_io *c);
    /* For a layer that reads all channels and has parameters: writes their derivatives at the columns `out`,
       from x and dy, to param_grads. */
    void (*params_gradient)(const struct layer *layer, const struct layer_io *c);
    size_t cache; /* numbers for each channel that local_forward stores for local_backward */
    /* Names of the trained arrays, such as "scale", which have a number for each channel; up to NULL. */
    const char *params[LAYER_ARRAYS];
    float params_start[LAYER_ARRAYS];
    /* `params` have a number for each unit of the output instead of each channel. */
    bool has_params_for_each_unit;
    /* Names of arrays that are saved but not trained, such as "mean"; up to NULL. */
    const char *buffers[LAYER_ARRAYS];
    float buffers_start[LAYER_ARRAYS];
    /* A function of each number, whose derivative a rule may replace (net_local_backward). */
    bool is_activation;
    /* X is first copied to y if they are not the same memory; dx and dy are the same memory. */
    bool works_in_place;
    /* local_forward computes statistics over all examples of a batch; with one number per channel, one
       example is not enough. */
    bool takes_statistics;
    bool needs_input;  /* local_backward reads x */
    bool needs_output; /* local_backward, or a slope in its place (adfa), reads y */
    /* f'(0). If it is 0, all-zero weights before the layer can never learn. NULL: 1. */
    float (*slope_at_zero)(const struct layer *layer);
};

/* Whether the layer begins a block. */
static inline bool layer_is_head(const struct layer *layer)
{
    return layer->ops->is_weighted || layer->ops->is_add || layer->ops->reads_all;
}

const struct layer_ops *layer_ops_at(size_t i); /* NULL past the last */

/* Parses the arguments of a layer with a window: "5x5 pad 2 stride 1". usage: for the message. */
bl_status window_parse(bl_context *ctx, struct window *out, struct slice text, const char *usage);
/* Removes the word "nobias" from the end of a weighted layer's arguments, and sets layer->has_bias. */
void layer_parse_bias(struct layer *layer, struct slice *arguments);
/* The rows and columns of the output of a window: floor((side + 2 pad - size) / stride) + 1 for each side.
   BL_BAD_VALUE: the window does not fit the input. */
bl_status window_fit(bl_context *ctx, const struct window *window, bl_shape in, bl_shape *out);

/* Parses one layer, such as "dense 800". Shapes are set later, by layer_fit. number: position of the layer in
   the net's text, from 1, for the message. */
bl_status layer_parse(bl_context *ctx, struct layer *layer, struct slice text, size_t number);
/* Sets the layer's shapes from that of its input. number: as in layer_parse. */
bl_status layer_fit(bl_context *ctx, struct layer *layer, bl_shape in, size_t number);

#endif
