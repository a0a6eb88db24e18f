/*
 * rule_table.h - declares the structs of all rules, for rule_table.c only.
 */
#ifndef BL_RULES_RULE_TABLE_H
#define BL_RULES_RULE_TABLE_H

#include "rule.h"

extern const struct rule_ops rule_bp, rule_fa, rule_dfa, rule_ifa, rule_frozen, rule_linear, rule_drtp,
    rule_usf, rule_kp, rule_dkp, rule_adfa, rule_pepita;

#endif
