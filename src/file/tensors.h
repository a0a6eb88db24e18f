/*
 * tensors.h - safetensors files: named arrays of floats or doubles and a text for each metadata key.
 *
 * Format: 8 bytes, the header's length, little-endian; the header, a JSON object {"name": {"dtype": "F32" or
 * "F64", "shape": [r, c], "data_offsets": [begin, end]}, ..., "__metadata__": {"key": "text", ...}}, padded
 * with spaces to a multiple of 8; then the arrays, little-endian, without gaps. A file is written as
 * replace.h describes, so that a crash leaves the complete old file or the complete new one.
 */
#ifndef BL_FILE_TENSORS_H
#define BL_FILE_TENSORS_H

#include "../base/status.h"

#include <stddef.h>

struct tensor_entry {
    const char *name;
    const float *values;
    size_t rows, cols;     /* cols 0: one dimension, of `rows` */
    const double *doubles; /* the values of a tensor of doubles, whose `values` is NULL; else NULL */
};
struct tensor_metadata {
    const char *key, *text;
};

bl_status tensors_write(bl_context *ctx, const char *path, const struct tensor_entry *entries,
                        size_t n_entries, const struct tensor_metadata *metadata, size_t n_metadata);

struct tensors; /* the tensors and metadata of one file */

bl_status tensors_read(struct tensors **out, bl_context *ctx, const char *path);
void tensors_free(bl_context *ctx, struct tensors *t);
/* The i-th tensor in the file's order; returns 0 past the last. */
int tensors_entry(const struct tensors *t, size_t i, struct tensor_entry *out);
/* The tensor of floats with this name; returns 0 if there is none or it holds doubles. */
int tensors_find(const struct tensors *t, const char *name, struct tensor_entry *out);
/* The tensor of floats or doubles with this name; returns 0 if there is none. */
int tensors_find_any(const struct tensors *t, const char *name, struct tensor_entry *out);
const char *tensors_metadata(const struct tensors *t, const char *key); /* NULL: no such key */
int tensors_metadata_at(const struct tensors *t, size_t i, struct tensor_metadata *out); /* 0 past the last */

/* Replaces the file at path by these n bytes, as replace.h describes. */
bl_status file_replace(bl_context *ctx, const char *path, const void *bytes, size_t n);

/* Reads feedback and other arrays from a .npy, .npz or .safetensors file: floats of 1 or 2 dimensions. A .npy
   or .npz file gives no metadata; the array of a .npy file is named "0". */
bl_status arrays_read(struct tensors **out, bl_context *ctx, const char *path);

#endif
