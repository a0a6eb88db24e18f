/*
 * whitening_apply.c - whitens examples: y = (x - m) P.
 *
 * Several examples at once, because P is larger than a cache. P is symmetric, so y^T = P (x - m)^T, in which the
 * examples are the columns of a panel (backend.h, `gather`). Some terms at a time, so that all fits the stack.
 */
#include "whitening.h"

#include <math.h>

enum { TERMS = 128, OUTPUTS = 256 };

void raw_scale(const struct scaling *s, const struct backend *backend, struct raw_example from, size_t first,
               size_t n, float *x)
{
    const size_t at = s->n > 1 ? first : 0;
    struct scaling some = *s;
    some.n = s->n > 1 ? n : s->n;
    some.offset = s->offset ? s->offset + at : NULL;
    some.scale = s->scale ? s->scale + at : NULL;
    if (from.bytes)
        scaling_of_bytes(&some, backend, from.bytes + first, n, x);
    else if (from.floats)
        scaling_of_floats(&some, from.floats + first, n, x);
    else
        scaling_of_doubles(&some, from.doubles + first, n, x);
}

void whitening_apply(const struct scaling *s, const struct backend *backend, const struct raw_example *from,
                     size_t n, float *x)
{
    const size_t features = s->n;
    _Alignas(64) float rows[WHITENING_ROWS * TERMS];
    _Alignas(64) float panel[WHITENING_ROWS * TERMS];
    int32_t row_at[OUTPUTS], term_at[TERMS];
    for (size_t i = 0; i < OUTPUTS; i++)
        row_at[i] = (int32_t)(i * features);
    for (size_t k = 0; k < TERMS; k++)
        term_at[k] = (int32_t)k;
    for (size_t first = 0; first < features; first += TERMS) {
        const size_t terms = features - first < TERMS ? features - first : TERMS;
        for (size_t i = 0; i < n; i++)
            raw_scale(s, backend, from[i], first, terms, rows + i * terms);
        backend->panel(rows, terms, terms, n, panel);
        for (size_t j = 0; j < features; j += OUTPUTS)
            backend->gather(&(struct gather){.accumulate = first > 0,
                                             .m = features - j < OUTPUTS ? features - j : OUTPUTS,
                                             .n = n,
                                             .k = terms,
                                             .a = s->matrix + j * features + first,
                                             .rows = row_at,
                                             .terms = term_at,
                                             .b = panel,
                                             .c = x + j,
                                             .ldc = features});
    }
}

double whitening_bound(const struct scaling *s, double most)
{
    double largest = 0.0;
    for (size_t i = 0; i < s->n; i++) {
        double sum = 0.0;
        for (size_t j = 0; j < s->n; j++)
            sum += fabs((double)s->matrix[i * s->n + j]);
        largest = fmax(largest, sum);
    }
    return largest * most;
}
