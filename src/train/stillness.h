/*
 * stillness.h - detects hidden blocks that do not learn: their deltas are exactly 0 in all steps of an
 * interval.
 */
#ifndef BL_TRAIN_STILLNESS_H
#define BL_TRAIN_STILLNESS_H

#include "trainer.h"

bl_status stillness_create(bl_trainer *trainer);
/* Must be called after each step. Adds a note for each block that does not learn, once. */
bl_status stillness_after_step(bl_trainer *trainer);
/* As stillness_after_step; must be called after each epoch. */
bl_status stillness_after_epoch(bl_trainer *trainer);

#endif
