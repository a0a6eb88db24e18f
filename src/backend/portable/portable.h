/*
 * portable.h - the portable backend: one set of sources compiled for several instruction sets. All give the
 * same bits.
 */
#ifndef BL_PORTABLE_H
#define BL_PORTABLE_H

#include "../backend.h"

/* Variant i of those that this processor supports, the fastest first and plain C last; false past the
   last. */
bool portable_variant(int i, struct backend *out);

#endif
