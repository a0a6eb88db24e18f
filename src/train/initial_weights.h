/*
 * initial_weights.h - the option init FILE: a run that starts from the weights of a model file.
 */
#ifndef BL_TRAIN_INITIAL_WEIGHTS_H
#define BL_TRAIN_INITIAL_WEIGHTS_H

#include "model.h"

/* The weights and the running statistics of the file's net, which must be that of the model; feedback,
   optimiser and position are not read. *scales_alike: whether the file scales inputs and targets as the
   model does. */
bl_status initial_weights_take(bl_model *model, const char *path, bool *scales_alike);

#endif
