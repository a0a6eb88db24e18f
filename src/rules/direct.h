/*
 * direct.h - the output's error through one random matrix, straight to a block.
 */
#ifndef BL_RULES_DIRECT_H
#define BL_RULES_DIRECT_H

#include "rule.h"

/* Columns at->part of signal[l] = e B[l].  e: batch x outputs, B[l]: outputs x units. */
void direct_signal(const struct rule *rule, const struct place *at, struct lesson *lesson);

#endif
