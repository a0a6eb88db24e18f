/*
 * tensor_table.h - the definition of struct tensors, for the readers that fill it.
 */
#ifndef BL_FILE_TENSOR_TABLE_H
#define BL_FILE_TENSOR_TABLE_H

#include "tensors.h"

#include <stdbool.h>

enum { /* limits of the safetensors format */
       SAFETENSORS_LENGTH_BYTES = 8,
       SAFETENSORS_MOST_HEADER = 100000000
};

struct tensor_item {
    char *name;
    float *values;
    double *doubles;   /* one of `values` and `doubles` is NULL */
    size_t rows, cols; /* cols 0: one dimension */
};
struct tensor_text {
    char *key, *text;
};
struct tensors { /* owns the arrays and their parts */
    struct tensor_item *items;
    size_t n, room;
    struct tensor_text *texts;
    size_t n_texts, texts_room;
};

bl_status tensors_create(struct tensors **out, bl_context *ctx);

/* Adds a tensor of zeros named by a copy of `name`; the caller fills *values. The caller has checked the
   sizes, and that the name is new. */
bl_status tensors_add(struct tensors *t, bl_context *ctx, const char *name, size_t rows, size_t cols,
                      float **values);
/* As tensors_add, for a tensor of doubles. */
bl_status tensors_add_doubles(struct tensors *t, bl_context *ctx, const char *name, size_t rows, size_t cols,
                              double **values);
bl_status tensors_add_metadata(struct tensors *t, bl_context *ctx, const char *key, const char *text);

/* Sets *n to the number of values of a tensor: rows, or rows * cols. false if the size in bytes would
   overflow or a size is zero. */
bool tensor_count(size_t rows, size_t cols, size_t *n);

/* A valid name is not empty and has no control characters, because names are printed. */
bool tensor_name_is_plain(const char *name);

#endif
