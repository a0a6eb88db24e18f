/*
 * fuzz_tensors.h - checks that hold for every table of tensors that a reader of src/file returns.
 */
#ifndef TESTS_FUZZ_TENSORS_H
#define TESTS_FUZZ_TENSORS_H

#include "../../src/file/tensors.h"

/* Checks that names are printable and unique, sizes positive, and values finite; then writes the table as
   safetensors and reads it back, twice, with equal contents and equal bytes. */
bl_status fuzz_check_tensors(bl_context *ctx, const struct tensors *t);

/* The number of values of an entry. */
size_t fuzz_tensor_size(const struct tensor_entry *entry);

#endif
