/*
 * direct.h - the product of the error, the targets or another array of the output's width with a block's
 * random matrix.
 */
#ifndef BL_RULES_DIRECT_H
#define BL_RULES_DIRECT_H

#include "rule.h"

/* At the place, signal[l] = v B[l]. v: batch x outputs; B[l]: outputs x units at block l's feedback position,
   or outputs x channels (feedback_at.h). */
void direct_product(const struct rule *rule, const struct net *net, const struct place *at, struct matrix v,
                    struct workspace *workspace);
/* Multiplies the place's range of signal[l] by `factor`, and the row of each example by the example's
   weight. */
void direct_scale(const struct net *net, const struct place *at, struct workspace *workspace, float factor);

#endif
