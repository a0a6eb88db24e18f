/*
 * score.h - evaluates a model on data: loss, errors, or the distance from the targets.
 */
#ifndef BL_TRAIN_SCORE_H
#define BL_TRAIN_SCORE_H

#include "model.h"

bl_score score_none(void); /* of no examples: nothing is a number */

/* Sums over `data`, in order, dropout off; workspace: any, for its memory. */
bl_status score_model(const bl_model *model, const bl_data *data, struct workspace *workspace, bl_score *out);

/* Answers from the scores of a batch, n x outputs each: numbers are brought from the scale that targets
   were trained on to the targets' own unit, in double; probabilities are only widened. */
void score_unscale(const bl_model *model, struct matrix scores, double *out);

#endif
