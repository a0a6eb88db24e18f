/*
 * frozen.c - a baseline: hidden blocks keep their initial weights, and only the output layer is trained. A
 * rule that is not better than this baseline does not train its hidden layers usefully.
 */
#include "rule_table.h"

const struct rule_ops rule_frozen = {
    .name = "frozen",
    .equation = "no signals: hidden blocks keep their initial weights",
    .about = "baseline: hidden layers keep their initial weights, only the output layer learns",
};
