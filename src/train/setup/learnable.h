/*
 * learnable.h - refuses configurations that cannot learn, and notes those that can hardly learn, before the
 * first step.
 */
#ifndef BL_TRAIN_LEARNABLE_H
#define BL_TRAIN_LEARNABLE_H

#include "../trainer/trainer.h"

/* Checks the configuration. BL_BAD_VALUE: no step can change the net usefully. Else adds notes to the
   trainer. */
bl_status learnable_check(bl_trainer *trainer);
/* Checks the training set in the same way. */
bl_status learnable_check_data(bl_trainer *trainer, const bl_data *train);

#endif
