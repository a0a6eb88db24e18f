/*
 * npy.h - NumPy's array files, from memory, into a table of tensors.
 *
 * .npy: the bytes 93 "NUMPY", major and minor version, the header's length (2 bytes in version 1, 4 in 2 and
 * 3), the header, a Python dictionary as text {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), },
 * the values.
 */
#ifndef BL_FILE_NPY_H
#define BL_FILE_NPY_H

#include "tensors.h"

#include <stdbool.h>

bool npy_is(const unsigned char *bytes, size_t n); /* by its first bytes */

enum { NPY_MOST_DIMENSIONS = 4 };

/* An array as it lies in the file's bytes. */
struct npy_view {
    char kind;   /* 'f' floats, 'u' and 'i' whole numbers, 'b' truths */
    int size;    /* bytes of a value */
    bool is_big; /* the first byte is the largest */
    size_t sizes[NPY_MOST_DIMENSIONS], n_dims, count;
    const unsigned char *values;
};

/* Any array of numbers in C order with 1 to 4 dimensions, none of them 0, exactly the bytes that its shape needs. */
bl_status npy_open(struct npy_view *out, bl_context *ctx, const char *where, const unsigned char *bytes,
                   size_t n);
double npy_value(const struct npy_view *view, size_t i); /* rounded where npy_is_exact says no */
bool npy_is_exact(const struct npy_view *view,
                  size_t i); /* not a whole number beyond 2^53 that no double holds */

/* where: names the array in messages. Adds it to t as `name`. Refuses everything but '<f4', '>f4', '<f8' and
   '>f8' in C order, 1 or 2 dimensions, none of them 0, finite as float, exactly the bytes the shape needs. */
bl_status npy_add(struct tensors *t, bl_context *ctx, const char *where, const char *name,
                  const unsigned char *bytes, size_t n);

/* .npz: a zip of .npy files, stored or deflated, named like the arrays. */
bool npz_is(const unsigned char *bytes, size_t n);

/* Calls `visit` with the name and the bytes of each array in turn; ends with the first failure. most_bytes as below. */
typedef bl_status (*npz_visit)(void *user, const char *name, const unsigned char *bytes, size_t n);
bl_status npz_each(bl_context *ctx, const char *path, const unsigned char *bytes, size_t n, size_t most_bytes,
                   npz_visit visit, void *user);

/* most_bytes: refused when the arrays unpack to more, for a small file can unpack to terabytes. */
bl_status npz_add(struct tensors *t, bl_context *ctx, const char *path, const unsigned char *bytes, size_t n,
                  size_t most_bytes);

#endif
