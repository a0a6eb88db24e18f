/*
 * zero_deltas.h - detects hidden blocks that do not learn: their deltas are exactly 0 in all steps of an
 * interval.
 */
#ifndef BL_TRAIN_ZERO_DELTAS_H
#define BL_TRAIN_ZERO_DELTAS_H

#include "trainer.h"

bl_status zero_deltas_create(bl_trainer *trainer);
/* Must be called after each step. Adds a note for each block that does not learn, once. */
bl_status zero_deltas_after_step(bl_trainer *trainer);
/* As zero_deltas_after_step; must be called after each epoch. */
bl_status zero_deltas_after_epoch(bl_trainer *trainer);

#endif
