/*
 * training_sets.h - reads a set for a model, or with the columns and classes of a training set.
 */
#ifndef BL_DATA_TRAINING_SETS_H
#define BL_DATA_TRAINING_SETS_H

#include "location.h"

/* Reads a set with the columns and classes of how->schema. */
bl_status load_with_schema(bl_data **out, const struct reading *how, const struct location *from,
                           const char *part);
/* Scales the set as the training set and checks it. Takes ownership of `data`, also on failure. */
bl_status load_finish_with_schema(bl_data **out, bl_data *data, const struct data_options *options,
                                  const bl_data *schema);

#endif
