/*
 * mat5.h - reads the variables of a MATLAB 5 file ("MAT-File Level 5", which MATLAB writes as version 6 and,
 * compressed, as version 7).
 */
#ifndef BL_DATA_MAT5_H
#define BL_DATA_MAT5_H

#include "../readers.h"

enum { MAT5_MOST_DIMENSIONS = 8 };

/* A variable. Its elements are in column-major order: the first dimension is the fastest. */
struct mat5_variable {
    char name[64]; /* MATLAB's names have at most 63 characters; a longer one is truncated */
    size_t size[MAT5_MOST_DIMENSIONS];
    size_t dimensions;
    const uint8_t
        *bytes; /* n elements, borrowed from the file or from `unpacked`; NULL: not unsigned bytes */
    size_t n;
    uint8_t *unpacked; /* freed by mat5_drop */
};

/* A file and the position in it. Set at to 0 before the first call. */
struct mat5 {
    const struct reading *r;
    const struct bytes *file;
    size_t at;
};

/* Whether the file begins as MATLAB 5 files do. Files of version 7.3 are HDF5 and begin differently. */
bool mat5_begins(const struct bytes *file);
/* BL_BAD_DATA: the header is cut off, or the numbers in the file are big-endian. */
bl_status mat5_open(struct mat5 *m);
/* Whether variables follow. */
bool mat5_has_more(const struct mat5 *m);
/* Reads the next variable. BL_BAD_DATA: the file is cut off or damaged, or what follows is no variable.
   *out is to be freed by mat5_drop, also on failure. */
bl_status mat5_next(struct mat5_variable *out, struct mat5 *m);
void mat5_drop(struct mat5_variable *variable, bl_context *ctx);

/* Unpacks a variable that is packed by zlib (RFC 1950) at byte `at` of the file. out->at: freed by the
   caller, also on failure. BL_BAD_DATA: it is cut off, damaged, or unpacks to another size than it states.
   */
bl_status mat5_inflate(struct bytes *out, const struct mat5 *m, size_t at, size_t n);

#endif
