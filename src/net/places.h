/*
 * places.h - memory by lifetime: buffers whose lifetimes do not overlap share memory, called a place.
 */
#ifndef BL_NET_PLACES_H
#define BL_NET_PLACES_H

#include <stddef.h>

enum { LIFETIME_SPANS = 2 };

/* When the numbers of a buffer are in use: spans of moments, their first and last included. */
struct lifetime {
    size_t n_spans;
    size_t first[LIFETIME_SPANS], last[LIFETIME_SPANS];
    size_t floats; /* for an example */
};

/* Gives each of n buffers a place, place[i], and how many places there are. A buffer takes the free place
   whose size is next to its own; so the places of equal buffers are as few as may be, and others nearly.
   n^2 comparisons. */
size_t places_assign(const struct lifetime *items, size_t n, size_t *place);

#endif
