/*
 * fuzz_data.h - checks that hold for every set of examples that a reader returns.
 */
#ifndef TESTS_FUZZ_DATA_H
#define TESTS_FUZZ_DATA_H

#include "../../src/data/source/location.h"

/* Counts multiply, labels are classes, numbers are finite (missing ones where has_missing allows them),
   texts are text, notes can be printed, and a pass over all rows gives finite numbers, raw and scaled. The
   set is scaled afterwards. false: there was no memory for that. */
bool fuzz_check_data(bl_data *data, bool has_missing);

/* The same shape, examples and labels, to the bit. */
void fuzz_check_same_data(const bl_data *a, const bl_data *b);

#endif
