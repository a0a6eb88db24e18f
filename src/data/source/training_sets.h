/*
 * training_sets.h - reading a set for a model, or like a training set.
 */
#ifndef BL_DATA_TRAINING_SETS_H
#define BL_DATA_TRAINING_SETS_H

#include "location.h"

/* Reads a set for a model or like the training set; how->schema has the class names. */
bl_status load_with_schema(bl_data **out, const struct reading *how, const struct location *from,
                           const char *part);
/* Scales it as the training set is, and checks it. Takes ownership of `data`, also on failure. */
bl_status load_finish_with_schema(bl_data **out, bl_data *data, const struct data_options *options,
                                  const bl_data *schema);

#endif
