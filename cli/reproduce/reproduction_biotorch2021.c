/*
 * reproduction_biotorch2021.c - the LeNet rows of BioTorch: A. Sanfiz, M. Akrout, "Benchmarking the Accuracy
 * and Robustness of Feedback Alignment Algorithms", 2021, arXiv:2108.13446.
 *
 * The figures and the recipe are those of BioTorch's page of benchmarks, "MNIST & Fashion-MNIST" in
 * Benchmarks.md of github.com/jsalbert/biotorch (commit 74fad0d; unchanged since the first commit with that
 * page, 536ea21): test error in percent of the epoch that is best on the test images, with which the model is
 * chosen. The net is LeNetMNIST of biotorch/models/le_net.py: relu behind each convolution and behind the
 * dense layer of 84, max pooling behind the first two convolutions. Weights are drawn by xavier_uniform, the
 * default of its layers; its images have mean 0 and deviation 1. The configurations of these runs, with the
 * learning rates, are not published. The tables of the paper itself were not compared with that page.
 */
#include "reproduction.h"

static const char gaps[] =
    "the published images are scaled to 32 x 32, here they have a border of 2 zeros; the published initial "
    "learning rates are not known to us, here each rule has the best one on a validation set of MNIST; the "
    "published feedback is drawn as the weights are, here as that of nokland2016; convolutions begin wider "
    "than with xavier_uniform (docs/results.md)";

#define LENET                                                                                                \
    "conv 6 5x5 pad 2, relu, maxpool 2, conv 16 5x5, relu, maxpool 2, conv 120 5x5, relu, flatten, "         \
    "dense 84, relu, dense C"
#define BEST(error) .kind = PUBLISHED_BEST_ON_TEST, .mean = error

/* brsf and frsf are rules that this version does not have. docs/results.md says how the rates were chosen. */
static const struct target_row rows[] = {
    {.table = "lenet",
     .name = "mnist",
     .net = LENET,
     .data = &data_mnist,
     .incomplete = gaps,
     .cells = {{.rule = "bp", BEST(0.91), .options = {{"lr", "0.03"}}},
               {.rule = "fa", BEST(1.7), .options = {{"lr", "0.01"}}},
               {.rule = "usf", BEST(0.94), .options = {{"lr", "0.01"}}},
               {.rule = "brsf", BEST(0.91)},
               {.rule = "frsf", BEST(0.97)},
               {.rule = "dfa", BEST(1.61), .options = {{"lr", "3e-3"}}}}},
    {.table = "lenet",
     .name = "fashion-mnist",
     .net = LENET,
     .data = &data_fashion_mnist,
     .incomplete = gaps,
     .cells = {{.rule = "bp", BEST(9.2), .options = {{"lr", "0.03"}}},
               {.rule = "fa", BEST(13.06), .options = {{"lr", "0.01"}}},
               {.rule = "usf", BEST(9.69), .options = {{"lr", "0.01"}}},
               {.rule = "brsf", BEST(10.02)},
               {.rule = "frsf", BEST(9.61)},
               {.rule = "dfa", BEST(12.81), .options = {{"lr", "3e-3"}}}}},
};

const struct target target_biotorch2021 = {
    .name = "biotorch2021",
    .paper =
        "A. Sanfiz, M. Akrout, Benchmarking the Accuracy and Robustness of Feedback Alignment Algorithms, "
        "2021, arXiv:2108.13446",
    .judged_note =
        "The published figures are those of BioTorch's page of benchmarks, which states that they are of the "
        "epoch with the least test error. They are therefore compared with the minimum of our runs, which is "
        "chosen in the same way: *difference* is that of *minimum*, and no verdict is given.",
    .options = {{"loss", "ce"},
                {"optimizer", "sgd momentum 0.9 l2 1e-3"},
                {"schedule", "multistep 50,75 0.1"},
                {"batch", "64"},
                {"epochs", "100"},
                {"init", "glorot"},
                {"normalize", "global"},
                {"feedback", "nokland"}},
    .rows = rows,
    .n_rows = sizeof rows / sizeof *rows,
};
