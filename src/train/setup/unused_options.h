/*
 * unused_options.h - reports options that were set by the user but that the rule, the net or the data do not
 * use.
 */
#ifndef BL_TRAIN_UNUSED_OPTIONS_H
#define BL_TRAIN_UNUSED_OPTIONS_H

#include "../trainer/trainer.h"

/* Checks the option groups rule, net and training, and adds notes to the trainer before its first step. */
bl_status unused_options_of_trainer(bl_trainer *trainer);
/* Checks the option group data, and adds notes to the training set. */
bl_status unused_options_of_data(const bl_config *config, bl_data *train);

#endif
