/*
 * score.h - evaluates a model on data: loss, classification error, or distances from regression targets.
 */
#ifndef BL_TRAIN_SCORE_H
#define BL_TRAIN_SCORE_H

#include "model.h"

bl_score score_none(void); /* the score of no examples: all figures are NaN */

/* Scores `data`, in order, with dropout off. workspace: only its memory is used. */
bl_status score_model(const bl_model *model, const bl_data *data, struct workspace *workspace, bl_score *out);

/* Predictions from the scores of a batch, both n x outputs. Regression outputs are converted in double from
   the scale of training to the unit of the targets; probabilities are only converted to double. */
void score_unscale(const bl_model *model, struct matrix scores, double *out);

#endif
