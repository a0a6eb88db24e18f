/*
 * direct.h - something of the output's width through one random matrix, straight to a block.
 */
#ifndef BL_RULES_DIRECT_H
#define BL_RULES_DIRECT_H

#include "rule.h"

/* At the place, signal[l] = v B[l].  v: batch x outputs, B[l]: outputs x units at block l's inlet, or x its channels (inlet.h). */
void direct_product(const struct rule *rule, const struct net *net, const struct place *at, struct matrix v,
                    struct lesson *lesson);
/* At the place, signal[l] times a number, and each example's row times the example's weight. */
void direct_scale(const struct net *net, const struct place *at, struct lesson *lesson, float factor);

#endif
