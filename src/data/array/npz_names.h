/*
 * npz_names.h - finds the arrays of examples and labels in a .npz by their names.
 *
 * Examples are called x, data, images, features or inputs; labels y, label(s), target(s) or class(es), in any
 * case. "train" or "test" may precede or follow, with or without a separator: x_train, trainX, test_images.
 * Arrays without names are arr_0 (examples) and arr_1 (labels). The option label names other labels, of all
 * parts: with "z_train", or "z", those of the test set are "z_test".
 */
#ifndef BL_DATA_NPZ_NAMES_H
#define BL_DATA_NPZ_NAMES_H

#include "../../base/status.h"

#include <stdbool.h>
#include <stddef.h>

struct npz_names {
    char **names; /* names of all arrays, in the order of the file */
    size_t n, room;
};

bl_status npz_names_add(struct npz_names *names, bl_context *ctx, const char *name);
void npz_names_free(struct npz_names *names, bl_context *ctx);

struct npz_question {
    bl_context *ctx;
    const char *path, *part; /* part: "train" or "test" */
    const char *given;       /* the array of labels that the option label names; NULL: found by its name */
    bool needs_labels;
};

/* The chosen arrays. The names are borrowed. */
struct npz_answer {
    const char *examples, *labels; /* labels: NULL: there are none, and none are needed */
    bool has_given;                /* the array that the option label names is in the file */
    bool has_test;                 /* the file also has a test set */
    const char *untested; /* examples of a test set without labels, which cannot be used; NULL: none */
    const char *left_out; /* the first array that is not used for any part; NULL: none */
    size_t n_left_out;
};

/* Chooses the arrays of a part. BL_BAD_DATA, with a list of the arrays: there is no array of examples, more
   than one, or no labels although they are needed. */
bl_status npz_names_choose(struct npz_answer *out, const struct npz_names *names,
                           const struct npz_question *q);

#endif
