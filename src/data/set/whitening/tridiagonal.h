/*
 * tridiagonal.h - the two halves of symmetric_eigen.c: A = Q T Q^T with a tridiagonal T, and the rotations
 * that make T diagonal.
 */
#ifndef BL_DATA_TRIDIAGONAL_H
#define BL_DATA_TRIDIAGONAL_H

#include "../../../base/status.h"

#include <stddef.h>

/* T: diagonal[0 .. n-1], and beside[i] = T[i, i+1], i in 0 .. n-2.
   Q = H_0 H_1 ... H_{n-3} with H_k = I - factor[k] v_k v_k^T; the numbers k+1 .. n-1 of v_k are in row k
   of a. */
struct tridiagonal {
    size_t n;
    double *a;                          /* n x n, the matrix; after the reduction the v_k */
    double *diagonal, *beside, *factor; /* n each */
};

/* t: a, with all its numbers 1 or below, and memory for the rest. */
bl_status tridiagonal_reduce(bl_context *ctx, struct tridiagonal *t);

/* Rotates the rows i and i+1 of a matrix: z_i <- c z_i - s z_{i+1}, z_{i+1} <- s z_i + c z_{i+1}. */
struct rotation {
    size_t i;
    double c, s;
};

/* Called with rotations in their order. */
typedef void (*rotations_fn)(void *user, const struct rotation *rotations, size_t n);

/* Makes t->diagonal the eigenvalues of T. The rotations, applied to the rows of Q^T, make them the
   eigenvectors of A. room: for at least t->n rotations; `take` gets at most so many at a time. */
bl_status tridiagonal_solve(bl_context *ctx, struct tridiagonal *t, struct rotation *rotations, size_t room,
                            rotations_fn take, void *user);

#endif
