/*
 * input_gradient.c - dJ/dx = delta W of the first block, then the derivative through dropout on the input.
 *
 * It costs as many multiply-accumulates as the forward pass of that block. Columns of the input are
 * independent of each other, and so are examples. For a dense layer the work is cut by columns, so that each
 * task packs only its own columns of W; for a convolution it is cut by examples, because images have too few
 * channels.
 */
#include "input_gradient.h"

#include <assert.h>

enum { COLUMNS = 128, EXAMPLES = 8 };

static bool is_cut_by_examples(const struct net *net)
{
    return net_layer(net, 0)->window.rows > 0;
}

size_t input_gradient_tasks(const struct net *net, size_t n)
{
    return is_cut_by_examples(net) ? (n + EXAMPLES - 1) / EXAMPLES : (net->inputs + COLUMNS - 1) / COLUMNS;
}

/* Range i of 0 .. n - 1, cut into ranges of `size`. */
static struct range range_of(size_t i, size_t size, size_t n)
{
    const size_t begin = i * size;
    return (struct range){begin, n - begin < size ? n : begin + size};
}

/* Propagates the derivative through the layers before the first weights, all of which work in place. */
static void leave(const struct net *net, const struct workspace *workspace, struct matrix dx,
                  struct range columns, size_t first_example, struct worker *worker)
{
    for (size_t i = net->blocks[0].first; i-- > 0;) {
        const struct layer_io c = {.x = dx,
                                   .y = dx,
                                   .dx = dx,
                                   .dy = dx,
                                   .in = columns,
                                   .out = columns,
                                   .number = i,
                                   .first_example = first_example,
                                   .pass = workspace->pass,
                                   .worker = worker};
        if (net->layers[i].ops->local_backward)
            net->layers[i].ops->local_backward(&net->layers[i], &c);
    }
}

void input_gradient(const struct net *net, const struct workspace *workspace, size_t i, struct matrix dx,
                    struct worker *worker)
{
    const struct layer *layer = net_layer(net, 0);
    const bool by_examples = is_cut_by_examples(net);
    const struct range columns =
        by_examples ? (struct range){0, net->inputs} : range_of(i, COLUMNS, net->inputs);
    const struct range rows =
        by_examples ? range_of(i, EXAMPLES, workspace->n) : (struct range){0, workspace->n};
    const struct matrix to = matrix_rows(dx, rows);
    assert(net->blocks[0].is_weighted); /* a net does not begin with a residual */
    layer->ops->pull(layer, layer->W, matrix_rows(workspace->delta[0], rows), to, columns, worker);
    leave(net, workspace, to, columns, rows.begin, worker);
}
