/*
 * split.h - inside src/data: a training set, and what is held out of it.
 */
#ifndef BL_DATA_SPLIT_H
#define BL_DATA_SPLIT_H

#include "data.h"

/* All that one load makes; whoever made it frees the three. */
struct split {
    bl_context *ctx;
    const struct data_options *options;
    bl_data *train, *val, *test;
};

/* Both take rows out of split->train, which is replaced by what remains, with its notes. options:
   test_fraction, which is more than 0; val, val_fraction and val_is_last, which may say that there is
   nothing to take. */
bl_status split_test(struct split *split);
bl_status split_val(struct split *split);

/* What was noted of all the examples holds for a part of them. */
void data_move_notes(bl_data *to, bl_data *from);

#endif
