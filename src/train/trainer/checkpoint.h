/*
 * checkpoint.h - the file from which a run continues: model, optimiser state and run state.
 */
#ifndef BL_TRAIN_CHECKPOINT_H
#define BL_TRAIN_CHECKPOINT_H

#include "trainer.h"

/* Writes the model with optimiser and run state to a file (checkpoint.c). */
bl_status checkpoint_write(bl_trainer *trainer, const char *path);
/* BL_DIVERGED: a number of the weights, the optimiser's state or the feedback is NaN or infinite. The file
   would be refused when it is read. */
bl_status checkpoint_check(bl_trainer *trainer);
/* Reads a checkpoint of a run on the same training data with the same batches. A file that is refused changes
   nothing; this also holds for the functions below. */
bl_status checkpoint_read(bl_trainer *trainer, const char *path);
/* As checkpoint_read, for a trainer that takes steps on batches of the caller. The examples with which it was
   created may differ, unless the file was saved within an epoch. Rate, schedule and epochs are taken from the
   file if the configuration does not set them. */
bl_status checkpoint_read_stream(bl_trainer *trainer, const char *path);
/* As checkpoint_read_stream, from a file that has been read from `path`. */
bl_status checkpoint_take_stream(bl_trainer *trainer, const struct tensors *file, const char *path);
/* The metadata of a file; for a file of version 0.1.0 that lacks the metadata or has an old name for the
   value, the corresponding value. NULL: the file has none. */
const char *checkpoint_metadata(const struct tensors *file, const char *key);

#endif
