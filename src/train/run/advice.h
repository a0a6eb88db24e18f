/*
 * advice.h - decides whether a run has hardly trained, and advises what to change.
 */
#ifndef BL_TRAIN_ADVICE_H
#define BL_TRAIN_ADVICE_H

#include "../trainer/trainer.h"

/* The blind loss: the mean loss on data of the best constant prediction. */
bl_status advice_blind_loss(double *out, bl_trainer *trainer, const bl_data *data);

/* Called after the last epoch, whose mean training loss was `loss`. A run has hardly trained if it ends above
   0.9 of the blind loss, or above half of it after fewer than 300 steps. Then trainer->advice is a sentence
   that says so and what to change, else "". */
void advice_give(bl_trainer *trainer, const bl_data *data, double blind_loss, double loss);
/* As advice_give, for a resumed run that had already ended. reason: why it ended, as from
   bl_trainer_stop_reason. */
void advice_give_ended(bl_trainer *t, const char *reason);

#endif
