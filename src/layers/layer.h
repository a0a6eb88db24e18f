/*
 * layer.h - one layer of a net: a row of functions, and nothing about learning rules.
 *
 * Two kinds share the struct. A weighted layer (dense) maps all units of its input to any part of its output, and offers
 * its transposes through whatever matrix it is given: `pull` and `push` take M, shaped like its weights, so that a rule
 * decides what travels through W and what through a matrix of its own. A layer behind the weights (an activation) maps a
 * part of its input to the same part of its output and never looks at other channels, so that a part can be taught,
 * differentiated and updated without waiting for the rest.
 */
#ifndef BL_LAYERS_LAYER_H
#define BL_LAYERS_LAYER_H

#include "../backend/worker.h"
#include "../base/text.h"
#include "../tensor/matrix.h"

struct layer_ops;

struct layer {
    const struct layer_ops *ops;
    char text[64]; /* canonical: "dense 800" */
    bl_shape in, out;
    size_t in_units, units;          /* of the two shapes */
    size_t weight_rows, weight_cols; /* weighted layers; a bias for each row */
    float slope;                     /* of the relus, below 0 */
    struct matrix W;                 /* weight_rows x weight_cols, in the net's memory */
    float *b;                        /* weight_rows */
};

struct layer_ops {
    const char *name;  /* the first word of its text */
    const char *usage; /* "dense UNITS": for messages */
    bool is_weighted;

    /* Reads what follows the name, and writes layer->text. NULL: nothing may follow. */
    bl_status (*parse)(bl_context *ctx, struct layer *layer, struct slice arguments);
    /* Given layer->in, sets out and the weights' shape, or refuses. NULL: out = in. */
    bl_status (*fit)(bl_context *ctx, struct layer *layer);

    /* Weighted. x: n x in_units; y: n x units, of which the columns `part` are written. */
    void (*forward)(const struct layer *layer, struct matrix x, struct matrix y, struct part part,
                    struct worker *worker);
    /* M: shaped like W. delta: n x units; signal: n x in_units, columns `part` written: delta M. */
    void (*pull)(const struct layer *layer, struct matrix M, struct matrix delta, struct matrix signal,
                 struct part part, struct worker *worker);
    /* delta: n x in_units; signal: n x units, columns `part` written: delta M^T. */
    void (*push)(const struct layer *layer, struct matrix M, struct matrix delta, struct matrix signal,
                 struct part part, struct worker *worker);
    /* The gradient of the rows that make `part` of the output. input: n x in_units, delta: n x units;
       dW: those rows x weight_cols, db: those rows. */
    void (*gradient)(const struct layer *layer, struct matrix input, struct matrix delta, struct part part,
                     struct matrix dW, float *db, struct worker *worker);

    /* Behind the weights, in place. y: n x units, columns `part`: y <- f(y); d <- d f'(a), f' taken from y = f(a). */
    void (*apply)(const struct layer *layer, struct matrix y, struct part part,
                  const struct backend *backend);
    void (*down)(const struct layer *layer, struct matrix y, struct matrix d, struct part part,
                 const struct backend *backend);
    /* f'(0): 0 means that all-zero weights can never learn through it. NULL: 1. */
    float (*slope_at_zero)(const struct layer *layer);
};

const struct layer_ops *layer_ops_at(size_t i); /* NULL past the last */

/* One layer from its text: "dense 800". Shapes are set later, by layer_fit. */
bl_status layer_parse(bl_context *ctx, struct layer *layer, struct slice text);
/* Shapes from its input's; number (from 1) and text are for the message. */
bl_status layer_fit(bl_context *ctx, struct layer *layer, bl_shape in, size_t number);

#endif
