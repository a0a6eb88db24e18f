/*
 * max_norm.c - scales rows of weights whose norm is above a bound down to the bound.
 */
#include "max_norm.h"

#include "../../base/maths.h"
#include "../../base/parallel.h"

#include <math.h>

enum { ROWS = 64 }; /* rows per task */

struct bounded {
    struct matrix W;
    double most;
};

static void bound_row(float *w, size_t n, double most)
{
    const double squared = maths_squared_norm(w, n);
    if (!(squared > most * most))
        return;
    const float factor = (float)(most / sqrt(squared));
    for (size_t j = 0; j < n; j++)
        w[j] *= factor;
}

static void rows_task(void *work, size_t task, int worker)
{
    const struct bounded *b = work;
    const size_t begin = task * ROWS, end = b->W.rows - begin < ROWS ? b->W.rows : begin + ROWS;
    (void)worker;
    for (size_t i = begin; i < end; i++)
        bound_row(matrix_row(&b->W, i), b->W.cols, b->most);
}

void max_norm_apply(const struct net *net, size_t learns_from, const bool *frozen, double most, int threads)
{
    for (size_t l = 0; l < net->n_blocks; l++) {
        struct bounded b = {net->weights[l], most};
        if (!(frozen && frozen[l]) && net->blocks[l].is_weighted &&
            net->tensors[net->blocks[l].tensors].at >= learns_from)
            parallel_for(net->ctx, threads, (b.W.rows + ROWS - 1) / ROWS, NULL, rows_task, &b);
    }
}
