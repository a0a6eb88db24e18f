/*
 * reproduction_data.c - the named data sets of the rows, with the hashes of their published files.
 */
#include "reproduction.h"

const struct target_data data_mnist = {.name = "mnist",
                                       .shape = {1, 28, 28},
                                       .classes = 10,
                                       .examples = 60000,
                                       .test_examples = 10000,
                                       .hash = "91091ee6c8719722",
                                       .test_hash = "0253440ddefd98c7"};
const struct target_data data_fashion_mnist = {.name = "fashion-mnist",
                                               .shape = {1, 28, 28},
                                               .classes = 10,
                                               .examples = 60000,
                                               .test_examples = 10000,
                                               .hash = "be604ade7ae4adf4",
                                               .test_hash = "85f023a29b0345a1"};
const struct target_data data_cifar10 = {.name = "cifar10",
                                         .shape = {3, 32, 32},
                                         .classes = 10,
                                         .examples = 50000,
                                         .test_examples = 10000,
                                         .hash = "261422a5ada6a798",
                                         .test_hash = "c93c58b035524a8f"};
const struct target_data data_cifar100 = {.name = "cifar100",
                                          .shape = {3, 32, 32},
                                          .classes = 100,
                                          .examples = 50000,
                                          .test_examples = 10000,
                                          .hash = "fd2151799ce56aa1",
                                          .test_hash = "e6871b30f3d4f27a"};
