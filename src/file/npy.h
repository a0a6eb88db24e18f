/*
 * npy.h - reads NumPy's array files, which are in memory, into a table of tensors.
 *
 * .npy: the bytes 93 "NUMPY", major and minor version, the header's length (2 bytes in version 1, 4 in 2 and
 * 3), the header, a Python dictionary as text {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), },
 * the values.
 */
#ifndef BL_FILE_NPY_H
#define BL_FILE_NPY_H

#include "tensors.h"

#include <stdbool.h>

bool npy_is(const unsigned char *bytes, size_t n); /* decided by its first bytes */

enum { NPY_MOST_DIMENSIONS = 4 };

/* An array that is read in place: a view of the file's bytes. */
struct npy_view {
    char kind;       /* 'f' floats, 'u' and 'i' integers, 'b' booleans; 'U' texts of UTF-32, 'S' of bytes */
    size_t size;     /* bytes of a value */
    bool is_big;     /* big-endian */
    bool is_fortran; /* the first index runs fastest */
    size_t sizes[NPY_MOST_DIMENSIONS], n_dims, count;
    const unsigned char *values;
};

/* Accepts any array of numbers or texts that has 1 to 4 dimensions, none of size 0, and exactly the bytes
   that its shape needs. */
bl_status npy_open(struct npy_view *out, bl_context *ctx, const char *where, const unsigned char *bytes,
                   size_t n);
/* As npy_open, for a file of n_all bytes of which only the first n are in memory: out->values must not be
   read. */
bl_status npy_open_head(struct npy_view *out, bl_context *ctx, const char *where, const unsigned char *bytes,
                        size_t n, size_t n_all);
bool npy_is_text(const struct npy_view *view);
/* Value i, counted in C order whatever the file's order is. npy_value returns a number as a double; it is
   rounded where npy_is_exact returns false, which happens for whole numbers beyond 2^53. */
const unsigned char *npy_at(const struct npy_view *view, size_t i);
double npy_value(const struct npy_view *view, size_t i);
bool npy_is_exact(const struct npy_view *view, size_t i);

/* Adds the array to t as `name`; `where` names it in messages. Accepts only floats of 2, 4 or 8 bytes that
   are finite as float, in 1 or 2 dimensions, none of size 0, and exactly the bytes that the shape needs. */
bl_status npy_add(struct tensors *t, bl_context *ctx, const char *where, const char *name,
                  const unsigned char *bytes, size_t n);

/* .npz: a zip of .npy files, stored or deflated; an entry's name is the array's name and ".npy". */
bool npz_is(const unsigned char *bytes, size_t n);

/* Calls `visit` with the name and the bytes of each selected array in turn; stops at the first failure.
   `wants` selects: an array for which it returns false is not unpacked; NULL: all are selected. most_bytes:
   the limit for all unpacked arrays together. Refused before memory is allocated are arrays beyond this
   limit, arrays whose size in the directory exceeds that of their own header, and arrays so much larger than
   the file that they can only be repetition (a small file can unpack to terabytes). */
typedef bl_status (*npz_visit)(void *user, const char *name, const unsigned char *bytes, size_t n);
typedef bl_status (*npz_wants)(void *user, const char *name, bool *out);
bl_status npz_each(bl_context *ctx, const char *path, const unsigned char *bytes, size_t n, size_t most_bytes,
                   npz_wants wants, npz_visit visit, void *user);

bl_status npz_add(struct tensors *t, bl_context *ctx, const char *path, const unsigned char *bytes, size_t n,
                  size_t most_bytes);

#endif
