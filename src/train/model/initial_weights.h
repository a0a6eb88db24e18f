/*
 * initial_weights.h - the option init FILE: a run that starts from the weights of a model file.
 */
#ifndef BL_TRAIN_INITIAL_WEIGHTS_H
#define BL_TRAIN_INITIAL_WEIGHTS_H

#include "model.h"

/* Loads the weights and running statistics from the file, whose net must be that of the model; feedback,
   optimiser state and position are not read. For a file of another net it returns BL_BAD_DATA, or
   BL_NOT_DEFINED if the rule trains only the output layer (only_output), because a file for the other rules
   does not suit it. *scales_alike: whether the file scales inputs and targets as the model does. */
bl_status initial_weights_take(bl_model *model, const char *path, bool only_output, bool *scales_alike);

#endif
