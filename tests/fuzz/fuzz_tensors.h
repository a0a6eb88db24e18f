/*
 * fuzz_tensors.h - checks that hold for every table of tensors that a reader of src/file returns.
 */
#ifndef TESTS_FUZZ_TENSORS_H
#define TESTS_FUZZ_TENSORS_H

#include "../../src/file/tensors.h"

/* Names are plain and differ, sizes are positive, values finite; and what was read is written as
   safetensors and read back equal, twice, with equal bytes. */
bl_status fuzz_check_tensors(bl_context *ctx, const struct tensors *t);

/* Values of an entry. */
size_t fuzz_tensor_size(const struct tensor_entry *entry);

#endif
