/*
 * data_internal.h - for src/data only: declarations that the functions which create a set share.
 */
#ifndef BL_DATA_DATA_INTERNAL_H
#define BL_DATA_DATA_INTERNAL_H

#include "data.h"

/* A piece of a file for a message: truncated, without control characters. */
struct shown {
    char text[64];
};
struct shown text_shown(const char *text, size_t n);

/* The class of a label; -1: none. schema: its outputs, class_names and class_match are used. */
int class_of_text(const bl_data *schema, const char *text, size_t n);
int class_of_number(const bl_data *schema, double value); /* for a label that is a number in its file */

/* The class names for a message, truncated after some hundred bytes: ' ("no", "yes")'. */
struct classes_shown {
    char text[256];
};
struct classes_shown classes_shown(const bl_data *schema);

/* ---- Creating a set */

bl_status data_create(bl_data **out, bl_context *ctx,
                      const char *source); /* all other members are zero, except that `owns` is true */
/* Gives the data the shape of `schema`, which must have as many features. schema NULL: the shape is not
   changed. path: for the message. */
bl_status shape_from_schema(bl_data *data, const bl_data *schema, const char *path);
/* Gives rows of numbers the shape that the options name. */
bl_status shape_take(bl_data *data, const struct data_options *options);
/* Refuses a shape in the options that is not the shape of `schema`. */
bl_status shape_check(const bl_data *data, const struct data_options *options, const bl_data *schema);
bl_status names_copy(bl_context *ctx, char ***out, char **names, size_t n);
void names_free(bl_context *ctx, char **names, size_t n);
void data_take_hash(bl_data *data); /* called after all examples and labels have been read */
/* BL_BAD_VALUE: a label is not in 0 .. outputs - 1. labels: n labels, or NULL. */
bl_status data_check_labels(bl_context *ctx, const int32_t *labels, size_t n, int outputs);

/* The name of a column for a message: 'column "age"' or "feature 3 (from 0)". what: "feature" or "target". */
struct column_text {
    char text[112];
};
struct column_text scaling_column(const bl_data *data, const char *what, size_t j);

/* Scale n numbers by `s`, into x. */
void scaling_of_floats(const struct scaling *s, const float *from, size_t n, float *x);
void scaling_of_doubles(const struct scaling *s, const double *from, size_t n, float *x);

/* An example as it was read: one of the three. */
struct raw_example {
    const uint8_t *bytes;
    const float *floats;
    const double *doubles;
};
/* Numbers first .. first + n - 1 of the example, scaled by `s` without its matrix, into x. */
void raw_scale(const struct scaling *s, const struct backend *backend, struct raw_example from, size_t first,
               size_t n, float *x);

bool scaling_is_identity(const struct scaling *s); /* numbers stay as they are, as with normalize none */
bool floats_are_wild(const float *x, size_t n);    /* whether any number is infinite or NaN */

/* Standardise the n numbers of one example by their mean and deviation; if all are equal, they become 0.
   standardise_floats works in place. */
void standardise_floats(float *x, size_t n);
void standardise_doubles(const double *from, size_t n, float *x);

#endif
