/*
 * symmetric_eigen.h - eigenvalues and eigenvectors of a symmetric matrix, in double.
 *
 * Householder's reduction to tridiagonal form and the implicit QL method (G. H. Golub, C. F. Van Loan,
 * "Matrix Computations", sections 8.3.1 and 8.3.3). Sums and rotations have a fixed order, and only correctly
 * rounded operations are used, so that the result has the same bits with any number of threads and on every
 * machine.
 *
 * Errors are a small multiple of 2^-53 times the largest eigenvalue: small eigenvalues are not more exact.
 */
#ifndef BL_DATA_SYMMETRIC_EIGEN_H
#define BL_DATA_SYMMETRIC_EIGEN_H

#include "../../../base/status.h"

#include <stddef.h>

/* a: n x n, symmetric, finite; overwritten. values: n. vectors: n x n; row k is the eigenvector of values[k],
   of length 1. The order is that in which they are found. BL_BAD_DATA: an eigenvalue is not found after 60
   iterations, which no finite matrix is known to need. */
bl_status symmetric_eigen(bl_context *ctx, double *a, size_t n, double *values, double *vectors);

#endif
