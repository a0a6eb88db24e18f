/*
 * travel.c - what moves through a net: activations forward, signals back through any matrices, deltas down to the weights.
 *
 * Work is cut into parts of a block's units. About PART_UNITS of them keep a tile of gradient, its weights and its
 * optimiser's memory inside a core's second-level cache at common widths, and give two to eight threads enough to share.
 */
#include "lesson.h"

#include <string.h>

enum { PART_UNITS = 80 };

size_t net_parts(const struct net *net, size_t l)
{
    return (net->blocks[l].units + PART_UNITS - 1) / PART_UNITS;
}

/* As equal as whole vectors of 16 allow. */
struct part net_part(const struct net *net, size_t l, size_t i)
{
    const size_t units = net->blocks[l].units, parts = net_parts(net, l);
    const size_t size = ((units + parts - 1) / parts + 15) / 16 * 16;
    const size_t begin = i * size < units ? i * size : units;
    return (struct part){begin, begin + size < units ? begin + size : units};
}

static void copy_part(struct matrix from, struct matrix to, struct part part)
{
    for (size_t n = 0; n < from.rows; n++)
        memcpy(matrix_row(&to, n) + part.begin, matrix_row(&from, n) + part.begin,
               part_size(part) * sizeof *to.x);
}

void net_forward(const struct net *net, const struct place *at, struct lesson *lesson)
{
    const struct block *block = &net->blocks[at->l];
    const struct layer *layer = &net->layers[block->first];
    const struct matrix *out = &lesson->out[block->first];
    layer->ops->forward(layer, *lesson_input(lesson, at->l), out[0], at->part, at->worker);
    for (size_t i = 1; i < block->n_layers; i++) {
        if (i > 1)
            copy_part(out[i - 1], out[i], at->part);
        layer[i].ops->apply(&layer[i], out[i], at->part, at->worker->backend);
    }
}

void net_settle(const struct net *net, const struct place *at, struct lesson *lesson)
{
    const struct block *block = &net->blocks[at->l];
    const struct layer *layer = &net->layers[block->first];
    for (size_t i = block->n_layers; i-- > 1;)
        layer[i].ops->down(&layer[i], lesson->out[block->first + i], lesson->delta[at->l], at->part,
                           at->worker->backend);
}

void net_pull(const struct net *net, const struct matrix *M, const struct place *at, struct lesson *lesson)
{
    const size_t follower = at->l + 1;
    const struct layer *layer = net_layer(net, follower);
    layer->ops->pull(layer, M[follower], lesson->delta[follower], lesson->signal[at->l], at->part,
                     at->worker);
}

void net_push(const struct net *net, const struct matrix *M, const struct place *at, struct lesson *lesson)
{
    const struct layer *layer = net_layer(net, at->l);
    layer->ops->push(layer, M[at->l], lesson->delta[at->l - 1], lesson->signal[at->l], at->part, at->worker);
}

void net_gradient(const struct net *net, const struct place *at, const struct lesson *lesson,
                  struct matrix dW, float *db)
{
    const struct layer *layer = net_layer(net, at->l);
    layer->ops->gradient(layer, *lesson_input(lesson, at->l), lesson->delta[at->l], at->part, dW, db,
                         at->worker);
}
