/*
 * npz_names.h - finds the arrays of examples and labels in a .npz by their names.
 *
 * Examples are called x, data, images, features or inputs; labels y, label(s), target(s) or class(es); train
 * or test may stand before or behind, with or without a break: x_train, trainX, test_images, whatever the
 * case. Or arr_0 and arr_1.
 */
#ifndef BL_DATA_NPZ_NAMES_H
#define BL_DATA_NPZ_NAMES_H

#include "../../base/status.h"

#include <stdbool.h>
#include <stddef.h>

struct npz_names {
    char **names; /* of all arrays, in the order of the file */
    size_t n, room;
};

bl_status npz_names_add(struct npz_names *names, bl_context *ctx, const char *name);
void npz_names_free(struct npz_names *names, bl_context *ctx);

struct npz_question {
    bl_context *ctx;
    const char *path, *part; /* part: "train" or "test" */
    const char *given;       /* the array of labels, as the option label says; NULL: by its name */
    bool needs_labels;
};

/* Names are borrowed. */
struct npz_answer {
    const char *examples, *labels; /* labels: NULL: there are none, and the caller does not need them */
    bool has_test;                 /* the file holds a test set beside its training set */
    const char *untested; /* examples of a test set without labels, which cannot be used; NULL: none */
    const char *left_out; /* the first array that is not used for any part; NULL: none */
    size_t n_left_out;
};

/* Refused: no array with a name of examples, more than one, or no labels where they are needed. The message
   lists the arrays. */
bl_status npz_names_choose(struct npz_answer *out, const struct npz_names *names,
                           const struct npz_question *q);

#endif
