/*
 * linear.c - a baseline: no hidden layers at all, the output learns from the input. Logistic regression with
 * ce or bce.
 */
#include "rule_table.h"

const struct rule_ops rule_linear = {
    .name = "linear",
    .equation = "no hidden blocks",
    .about = "baseline: no hidden layers, the output layer on the input",
    .learns_from_zero = true,
    .only_output = true,
};
