/*
 * buffer_reuse.h - shares memory by lifetime: buffers whose lifetimes do not overlap may have the same place,
 * a piece of memory.
 */
#ifndef BL_NET_BUFFER_REUSE_H
#define BL_NET_BUFFER_REUSE_H

#include <stddef.h>

enum { LIFETIME_SPANS = 2 };

/* When the numbers of a buffer are in use: spans of stages or instructions, with the first and the last. */
struct lifetime {
    size_t n_spans;
    size_t first[LIFETIME_SPANS], last[LIFETIME_SPANS];
    size_t floats; /* size for an example */
};

/* Sets place[i] for each of n buffers and returns the number of places. Each buffer gets the free place whose
   size is nearest to its size, so the number of places is minimal for buffers of equal size, and nearly
   minimal otherwise. Takes n^2 comparisons. */
size_t buffer_reuse_assign(const struct lifetime *items, size_t n, size_t *place);

#endif
