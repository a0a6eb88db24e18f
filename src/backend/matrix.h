/*
 * matrix.h - a view of floats, row-major: element (i, j) is x[i * stride + j]. Examples are rows, units
 * columns.
 */
#ifndef BL_BACKEND_MATRIX_H
#define BL_BACKEND_MATRIX_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

struct matrix {
    float *x;
    size_t rows, cols, stride;
};

/* Units begin .. end-1 of a layer, which one task computes. For images a range consists of whole channels. */
struct range {
    size_t begin, end;
};

static inline struct matrix matrix_of(float *x, size_t rows, size_t cols)
{
    return (struct matrix){x, rows, cols, cols};
}

/* Whether no element is NaN or infinite. m: without gaps between its rows. */
static inline bool matrix_is_finite(struct matrix m)
{
    for (size_t i = 0; i < m.rows * m.cols; i++)
        if (!isfinite(m.x[i]))
            return false;
    return true;
}

static inline float *matrix_row(const struct matrix *m, size_t i)
{
    return m->x + i * m->stride;
}

static inline struct matrix matrix_columns(struct matrix m, struct range range)
{
    return (struct matrix){m.x + range.begin, m.rows, range.end - range.begin, m.stride};
}

static inline struct matrix matrix_rows(struct matrix m, struct range range)
{
    return (struct matrix){m.x + range.begin * m.stride, range.end - range.begin, m.cols, m.stride};
}

static inline size_t range_size(struct range range)
{
    return range.end - range.begin;
}

#endif
