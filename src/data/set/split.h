/*
 * split.h - for src/data only: a training set, and the sets that are held out of it.
 */
#ifndef BL_DATA_SPLIT_H
#define BL_DATA_SPLIT_H

#include "data.h"

/* The three sets of one load, which the caller frees with split_free. */
struct split {
    bl_context *ctx;
    const struct data_options *options;
    bl_data *train, *val, *test;
    uint32_t *rows; /* the row of the file of each example of `train`; NULL: they are in the file's order */
};

/* split_test and split_val move rows out of split->train, which is replaced by the remaining rows and keeps
   its notes. split_test uses the option folds or test_fraction, one of which must be above 0; split_val uses
   val, val_fraction and val_is_last (the last rows of the file of those that are left), and moves no rows if
   these are 0. */
bl_status split_test(struct split *split);
bl_status split_val(struct split *split);
void split_free(struct split *split); /* frees the sets that are not NULL, too */

/* Moves the notes from `from` to `to`: notes about all examples also apply to a part of them. */
void data_move_notes(bl_data *to, bl_data *from);

#endif
