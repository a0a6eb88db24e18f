/*
 * propagate.c - propagation through a net: activations forward, signals through any matrices, and deltas back
 * to the weights.
 *
 * Work is cut into ranges of a block's channels. A range has so few weights that a tile of gradient, the
 * weights and the optimiser's state fit a core's second-level cache at common widths; there are enough ranges
 * for two to eight threads; and no range is so narrow that packing its operands takes more than a small share
 * of the time.
 */
#include "../layers/add.h"
#include "workspace.h"

#include <string.h>

enum { VECTOR = 16, LEAST = 80, MOST = 128, RANGE_WEIGHTS = 1 << 16 };

static size_t larger_of(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* If there is more than one range, their number is even, so that two or four threads get equal shares. */
size_t net_ranges(const struct net *net, size_t l)
{
    const size_t units = net->blocks[l].channels,
                 fit = RANGE_WEIGHTS / larger_of(net_layer(net, l)->weight_cols, 1);
    const size_t size = fit < LEAST ? LEAST : fit > MOST ? MOST : fit;
    return units <= LEAST ? 1 : (units + 2 * size - 1) / (2 * size) * 2;
}

/* Ranges differ by at most one vector of 16 channels. */
struct range net_range(const struct net *net, size_t l, size_t i)
{
    const size_t units = net->blocks[l].channels, ranges = net_ranges(net, l);
    const size_t vectors = (units + VECTOR - 1) / VECTOR;
    const size_t begin = vectors * i / ranges * VECTOR, end = vectors * (i + 1) / ranges * VECTOR;
    return (struct range){begin, end < units ? end : units};
}

size_t net_range_most(const struct net *net, size_t l)
{
    const size_t vectors = (net->blocks[l].channels + VECTOR - 1) / VECTOR, ranges = net_ranges(net, l);
    const size_t most = (vectors + ranges - 1) / ranges * VECTOR;
    return most < net->blocks[l].channels ? most : net->blocks[l].channels;
}

/* The columns of layer i's output that belong to the place's channels. */
static struct range columns_at(const struct net *net, const struct place *at, size_t i)
{
    const size_t map = net->layers[i].units / net->blocks[at->l].channels;
    return (struct range){at->channels.begin * map, at->channels.end * map};
}

/* Sets the pointers of c to the memory for the derivatives of layer i's parameters. */
static void point_param_grads(const struct net *net, const struct place *at,
                              const struct workspace *workspace, size_t i, struct layer_io *c)
{
    const struct block *block = &net->blocks[at->l];
    size_t k = 0;
    for (size_t t = block->tensors + block->n_weighted; t < block->tensors + block->n_tensors; t++)
        if (net->tensors[t].layer == i)
            c->param_grads[k++] = workspace->param_grads + net->tensors[t].at;
}

/* The rows of m that are the place's examples. */
static struct matrix rows_of(const struct place *at, struct matrix m)
{
    return matrix_rows(m, at->examples);
}

static struct layer_io layer_io_of(const struct net *net, const struct place *at,
                                   const struct workspace *workspace, size_t i)
{
    struct layer_io c = {.x = rows_of(at, workspace->out[i - 1]),
                         .y = rows_of(at, workspace->out[i]),
                         .dx = rows_of(at, workspace->grad[i - 1]),
                         .dy = rows_of(at, workspace->grad[i]),
                         .in = columns_at(net, at, i - 1),
                         .out = columns_at(net, at, i),
                         .number = i,
                         .first_example = at->examples.begin,
                         .first = at->channels.begin,
                         .last = at->channels.end,
                         .cache = workspace->cache[i],
                         .pass = workspace->pass,
                         .worker = at->worker};
    point_param_grads(net, at, workspace, i, &c);
    return c;
}

static void copy_columns(struct matrix from, struct matrix to, struct range range)
{
    for (size_t n = 0; n < from.rows && from.x != to.x; n++)
        memcpy(matrix_row(&to, n) + range.begin, matrix_row(&from, n) + range.begin,
               range_size(range) * sizeof *to.x);
}

void net_enter(const struct net *net, struct workspace *workspace)
{
    const struct range all = {0, net->inputs};
    for (size_t i = 0; i < net->blocks[0].first; i++) {
        const struct layer_io c = {.x = workspace->x,
                                   .y = workspace->x,
                                   .in = all,
                                   .out = all,
                                   .number = i,
                                   .pass = workspace->pass,
                                   .worker = workspace->workers};
        if (net->layers[i].ops->local_forward)
            net->layers[i].ops->local_forward(&net->layers[i], &c);
    }
}

static void add_sources(const struct net *net, const struct place *at, struct workspace *workspace)
{
    const struct block *block = &net->blocks[at->l];
    const size_t second = block->sources[block->n_sources - 1];
    const struct matrix x[2] = {rows_of(at, workspace->h[block->sources[0]]),
                                rows_of(at, workspace->h[second])};
    add_forward(x, block->n_sources, rows_of(at, workspace->out[block->first]),
                columns_at(net, at, block->first), at->worker);
}

/* The inputs and outputs of a head that has no weights and reads all channels, for a range of its block. */
static struct layer_io head_layer_io(const struct net *net, const struct place *at,
                                     const struct workspace *workspace)
{
    const size_t i = net->blocks[at->l].first;
    struct layer_io c = {.x = rows_of(at, *workspace_input(net, workspace, at->l)),
                         .y = rows_of(at, workspace->out[i]),
                         .dy = rows_of(at, workspace->grad[i]),
                         .in = {0, net->layers[i].in_units},
                         .out = columns_at(net, at, i),
                         .number = i,
                         .first = at->channels.begin,
                         .last = at->channels.end,
                         .pass = workspace->pass,
                         .worker = at->worker};
    point_param_grads(net, at, workspace, i, &c);
    return c;
}

void net_forward_head(const struct net *net, const struct place *at, struct workspace *workspace)
{
    const struct block *block = &net->blocks[at->l];
    const struct layer *first = &net->layers[block->first];
    if (block->is_weighted)
        first->ops->forward(first, rows_of(at, *workspace_input(net, workspace, at->l)),
                            rows_of(at, workspace->out[block->first]), at->channels, at->worker);
    else if (first->ops->reads_all) {
        const struct layer_io c = head_layer_io(net, at, workspace);
        first->ops->local_forward(first, &c);
    } else
        add_sources(net, at, workspace);
}

void net_local_forward(const struct net *net, const struct place *at, struct workspace *workspace)
{
    const struct block *block = &net->blocks[at->l];
    for (size_t i = block->first + 1; i < block->first + block->n_layers; i++) {
        const struct layer *layer = &net->layers[i];
        const struct layer_io c = layer_io_of(net, at, workspace, i);
        if (layer->ops->works_in_place)
            copy_columns(c.x, c.y, c.out);
        if (layer->ops->local_forward)
            layer->ops->local_forward(layer, &c);
    }
}

typedef void (*slope_of_rows)(const float *x, const float *y, float *d, size_t n);

static void slope_rows(const struct layer_io *c, slope_of_rows slope)
{
    for (size_t n = 0; n < c->y.rows; n++)
        slope(matrix_row(&c->x, n) + c->in.begin, matrix_row(&c->y, n) + c->out.begin,
              matrix_row(&c->dx, n) + c->in.begin, range_size(c->in));
}

void net_local_backward(const struct net *net, const struct place *at, struct workspace *workspace,
                        slope_of_rows slope)
{
    const struct block *block = &net->blocks[at->l];
    for (size_t i = workspace->feedback_at[at->l]; i > block->first; i--) {
        const struct layer *layer = &net->layers[i];
        const struct layer_io c = layer_io_of(net, at, workspace, i);
        if (slope && layer->ops->is_activation) {
            copy_columns(c.dy, c.dx, c.out);
            slope_rows(&c, slope);
        } else if (layer->ops->local_backward)
            layer->ops->local_backward(layer, &c);
    }
}

void net_pull(const struct net *net, struct matrix M, size_t f, bool accumulates, const struct place *at,
              struct workspace *workspace)
{
    const struct layer *layer = net_layer(net, f);
    const struct range columns = net_columns(net, at->l, at->channels);
    const struct matrix signal = rows_of(at, workspace->signal[at->l]),
                        term = accumulates ? rows_of(at, workspace->term[at->l]) : signal;
    layer->ops->pull(layer, M, rows_of(at, workspace->delta[f]), term, columns, at->worker);
    if (accumulates)
        add_pull(term, signal, columns, true, at->worker);
}

void net_pull_exact(const struct net *net, size_t f, bool accumulates, const struct place *at,
                    struct workspace *workspace)
{
    const struct layer *layer = net_layer(net, f);
    const struct layer_io c = {.x = rows_of(at, workspace->h[at->l]),
                               .dx = rows_of(at, workspace->signal[at->l]),
                               .dy = rows_of(at, workspace->delta[f]),
                               .in = net_columns(net, at->l, at->channels),
                               .out = {0, layer->units},
                               .number = net->blocks[f].first,
                               .last = net->blocks[f].channels,
                               .accumulates = accumulates,
                               .pass = workspace->pass,
                               .worker = at->worker};
    layer->ops->local_backward(layer, &c);
}

void net_pull_add(const struct net *net, size_t f, bool accumulates, const struct place *at,
                  struct workspace *workspace)
{
    add_pull(rows_of(at, workspace->delta[f]), rows_of(at, workspace->signal[at->l]),
             net_columns(net, at->l, at->channels), accumulates, at->worker);
}

void net_push(const struct net *net, const struct matrix *M, const struct place *at,
              struct workspace *workspace)
{
    const struct layer *layer = net_layer(net, at->l);
    layer->ops->push(layer, M[at->l], rows_of(at, workspace->delta[net->blocks[at->l].sources[0]]),
                     rows_of(at, workspace->signal[at->l]), at->channels, at->worker);
}

void net_push_add(const struct net *net, const struct place *at, struct workspace *workspace)
{
    const struct block *block = &net->blocks[at->l];
    const struct matrix delta[2] = {rows_of(at, workspace->delta[block->sources[0]]),
                                    rows_of(at, workspace->delta[block->sources[block->n_sources - 1]])};
    add_forward(delta, block->n_sources, rows_of(at, workspace->signal[at->l]),
                net_columns(net, at->l, at->channels), at->worker);
}

void net_gradient(const struct net *net, const struct place *at, const struct workspace *workspace,
                  struct matrix dW, float *db)
{
    const struct layer *layer = net_layer(net, at->l);
    if (layer->ops->params_gradient) {
        const struct layer_io c = head_layer_io(net, at, workspace);
        layer->ops->params_gradient(layer, &c);
    } else if (layer->ops->gradient)
        layer->ops->gradient(layer, *workspace_input(net, workspace, at->l), workspace->delta[at->l],
                             at->channels, at->inputs, dW, db, at->worker);
}

void net_update_fused(const struct net *net, const struct place *at, const struct workspace *workspace,
                      const struct update *by, float *const slots[2], float *db)
{
    const struct layer *layer = net_layer(net, at->l);
    layer->ops->update_fused(layer, *workspace_input(net, workspace, at->l), workspace->delta[at->l],
                             at->channels, by, slots, db, at->worker);
}
