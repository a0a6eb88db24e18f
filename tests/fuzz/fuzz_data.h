/*
 * fuzz_data.h - checks that hold for every set of examples that a reader returns.
 */
#ifndef TESTS_FUZZ_DATA_H
#define TESTS_FUZZ_DATA_H

#include "../../src/data/source/location.h"

/* Checks that the counts agree, labels are classes, numbers are finite (or missing, if has_missing), names
   are valid text, notes can be printed, and all rows are finite, raw and scaled. The set is scaled
   afterwards. Returns false if there was no memory for that. */
bool fuzz_check_data(bl_data *data, bool has_missing);

/* Checks that both sets have the same shape, and the same bits in examples and labels. */
void fuzz_check_same_data(const bl_data *a, const bl_data *b);

#endif
