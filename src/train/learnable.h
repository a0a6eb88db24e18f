/*
 * learnable.h - refuses configurations that cannot learn, and notes those that can hardly learn, before the
 * first step.
 */
#ifndef BL_TRAIN_LEARNABLE_H
#define BL_TRAIN_LEARNABLE_H

#include "trainer.h"

/* Of the configuration. BL_BAD_VALUE: not one step could teach the net anything. Else its notes go to the
   trainer. */
bl_status learnable_check(bl_trainer *trainer);
/* Of a training set. */
bl_status learnable_check_data(bl_trainer *trainer, const bl_data *train);

#endif
