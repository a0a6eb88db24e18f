/*
 * dropout.c - in training, sets each number to zero with probability p and multiplies it by 1 / (1 - p)
 * otherwise (Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov 2014, in the inverted form). In
 * all other passes the layer is the identity.
 *
 * The mask is not stored. It is a function of seed, layer, step and the number's position in the batch, and
 * the backward pass draws it again.
 */
#include "layer_table.h"

#include <stdio.h>

static bl_status dropout_parse(bl_context *ctx, struct layer *layer, struct slice arguments)
{
    char number[32];
    if (!text_to_double(arguments, &layer->rate) || layer->rate < 0.0 || layer->rate >= 1.0)
        BL_FAIL(ctx, BL_BAD_VALUE, "expected \"dropout P\" with 0 <= P < 1");
    text_from_double(layer->rate, number);
    snprintf(layer->text, sizeof layer->text, "dropout %s", number);
    return BL_OK;
}

/* m <- m mask / (1 - p) on the columns `range`. */
static void mask(const struct layer *layer, const struct layer_io *c, struct matrix m, struct range range)
{
    const struct drop drop = {.rng = {.seed = c->pass.seed,
                                      .stream = RNG_DROPOUT,
                                      .pass = c->pass.number,
                                      .layer = (uint32_t)c->number,
                                      .step = c->pass.step},
                              .least = (uint32_t)(layer->rate * 0x1p32),
                              .scale = (float)(1.0 / (1.0 - layer->rate))};
    for (size_t n = 0; n < m.rows; n++) {
        const uint64_t first = (uint64_t)(c->first_example + n) * layer->units + range.begin;
        c->worker->backend->drop(&drop, first, matrix_row(&m, n) + range.begin, range.end - range.begin);
    }
}

static bool drops(const struct layer_io *c)
{
    return c->pass.purpose == PASS_TRAIN || c->pass.purpose == PASS_REPLAY;
}

static void dropout_forward(const struct layer *layer, const struct layer_io *c)
{
    if (drops(c))
        mask(layer, c, c->y, c->out);
}

static void dropout_backward(const struct layer *layer, const struct layer_io *c)
{
    if (drops(c))
        mask(layer, c, c->dy, c->out);
}

const struct layer_ops layer_dropout = {.name = "dropout",
                                        .usage = "dropout P",
                                        .parse = dropout_parse,
                                        .local_forward = dropout_forward,
                                        .local_backward = dropout_backward,
                                        .works_in_place = true};
