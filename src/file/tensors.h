/*
 * tensors.h - safetensors files: named arrays of floats or doubles and a text for each metadata key.
 *
 * Format: 8 bytes, the header's length, little-endian; the header, a JSON object {"name": {"dtype": "F32" or
 * "F64", "shape": [r, c], "data_offsets": [begin, end]}, ..., "__metadata__": {"key": "text", ...}}, padded
 * with spaces to a multiple of 8; then the arrays, little-endian, without gaps. Written to a temporary file
 * in the same folder, fsync, rename, fsync of the folder, so that a crash leaves the complete old file or the
 * complete new one.
 */
#ifndef BL_FILE_TENSORS_H
#define BL_FILE_TENSORS_H

#include "../base/status.h"

#include <stddef.h>

struct tensor_entry {
    const char *name;
    const float *values;
    size_t rows, cols;     /* cols 0: one dimension, of `rows` */
    const double *doubles; /* of a tensor of doubles, whose `values` are NULL; else NULL */
};
struct tensor_metadata {
    const char *key, *text;
};

bl_status tensors_write(bl_context *ctx, const char *path, const struct tensor_entry *entries,
                        size_t n_entries, const struct tensor_metadata *metadata, size_t n_metadata);

struct tensors; /* reads a whole file, and checks it before use */

bl_status tensors_read(struct tensors **out, bl_context *ctx, const char *path);
void tensors_free(bl_context *ctx, struct tensors *t);
/* The i-th in the file's order; 0 past the last. */
int tensors_entry(const struct tensors *t, size_t i, struct tensor_entry *out);
/* One of floats by name; 0 when it is not there, or holds doubles. */
int tensors_find(const struct tensors *t, const char *name, struct tensor_entry *out);
/* Of either kind. */
int tensors_find_any(const struct tensors *t, const char *name, struct tensor_entry *out);
const char *tensors_metadata(const struct tensors *t, const char *key);                  /* NULL: not there */
int tensors_metadata_at(const struct tensors *t, size_t i, struct tensor_metadata *out); /* 0 past the last */

/* Writes any bytes in the same way (temporary file, fsync, rename): config.json, result.json. */
bl_status file_replace(bl_context *ctx, const char *path, const void *bytes, size_t n);

/* Feedback and other arrays from NumPy: .npy, or .npz (arrays by name), float32 or float64, C order, 1 or
   2 dimensions. Returned in the same struct, without metadata; the array of a .npy is named "0". A
   .safetensors file is accepted too. */
bl_status arrays_read(struct tensors **out, bl_context *ctx, const char *path);

#endif
