/*
 * linear.c - a baseline: only the output layer, without hidden layers. With the losses ce and bce this is
 * logistic regression.
 */
#include "rule_table.h"

const struct rule_ops rule_linear = {
    .name = "linear",
    .equation = "no hidden blocks",
    .about = "baseline: no hidden layers, the output layer reads the input",
    .learns_from_zero = true,
    .only_output = true,
};
