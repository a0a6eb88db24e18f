/*
 * frozen.c - a baseline: hidden blocks stay at their random start, only the output learns. A rule that does not beat it
 * teaches its hidden layers nothing.
 */
#include "rule_table.h"

const struct rule_ops rule_frozen = {
    .name = "frozen",
    .equation = "no signals: hidden blocks stay as they are",
    .about = "baseline: hidden layers stay random, only the output learns",
};
