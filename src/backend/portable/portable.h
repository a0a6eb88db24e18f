/*
 * portable.h - the portable backend: one set of sources compiled for several instruction sets. All give the
 * same bits.
 */
#ifndef BL_PORTABLE_H
#define BL_PORTABLE_H

#include "../backend.h"

/* Variant i of those that this processor can run, the fastest first; false past the last, plain C. */
bool portable_variant(int i, struct backend *out);

#endif
