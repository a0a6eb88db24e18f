/*
 * add.c - the elementwise sum of two outputs of the same shape: y = a + b. With one input, a copy.
 *
 * The derivative at each input equals the derivative at y. No parameters; one addition per number.
 */
#include "add.h"

#include <string.h>

static void copy_columns(struct matrix from, struct matrix to, struct range range)
{
    for (size_t n = 0; n < from.rows; n++)
        memcpy(matrix_row(&to, n) + range.begin, matrix_row(&from, n) + range.begin,
               range_size(range) * sizeof *to.x);
}

static void add_columns(struct matrix from, struct matrix to, struct range range, const struct worker *worker)
{
    for (size_t n = 0; n < from.rows; n++)
        worker->backend->add(matrix_row(&to, n) + range.begin, matrix_row(&from, n) + range.begin,
                             range_size(range));
}

void add_forward(const struct matrix *x, size_t n, struct matrix y, struct range range, struct worker *worker)
{
    if (n == 1) {
        copy_columns(x[0], y, range);
        return;
    }
    for (size_t i = 0; i < y.rows; i++)
        worker->backend->add_to(matrix_row(&y, i) + range.begin, matrix_row(&x[0], i) + range.begin,
                                matrix_row(&x[1], i) + range.begin, range_size(range));
}

void add_pull(struct matrix delta, struct matrix to, struct range range, bool accumulates,
              struct worker *worker)
{
    if (accumulates)
        add_columns(delta, to, range, worker);
    else
        copy_columns(delta, to, range);
}

const struct layer_ops layer_add = {.name = "add", .usage = "residual (...)", .is_add = true};
