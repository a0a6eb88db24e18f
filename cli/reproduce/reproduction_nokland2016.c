/*
 * reproduction_nokland2016.c - the published tables of A. Nøkland, "Direct Feedback Alignment Provides
 * Learning in Deep Neural Networks", NIPS 2016, arXiv:1609.01596v5: test error in percent, mean and
 * deviation. The paper does not state the number of runs behind a deviation. The recipe of all rows is the
 * library's preset nokland2016. The paper does not state two settings of the adversarial row: the distance
 * 0.08, and that only the moved examples are trained on. They come from the published code and from its
 * author's log. The epsilon of the whitening of the conv rows, 1e-5, is also that of the published code.
 *
 * Figure 2 is a curve of the training error: the first layer of a net keeps its initial weights while bp
 * trains the layers after it, then all layers are trained, by bp or by dfa. The first part is a row of its
 * own, and the runs of the second part begin with its weights. The paper does not state whether the optimiser
 * keeps its state between the parts (here it does not), nor the epochs of the second part (here 100), nor the
 * learning rate of the figure. The rate is that of the tables, with which the curves are not those of the
 * figure. With 1e-3 they are near (docs/results.md). Neither the paper nor the code states that rate, so the
 * rows do not have it.
 *
 * "1 with copies" is no table of the paper: its rows have another start of fa, which was found by the
 * published figures of 7x240 tanh and 2x800 tanh. The other rows were added afterwards, to test it.
 */
#include "reproduction.h"

static const char decay[] =
    "the decaying learning rate of the dropout rows is not published; 1e-3 with the schedule cosine is used, "
    "the best of those tried by bp on the last 10,000 training images over 100 epochs (docs/results.md)";
static const char rate_and_decay[] =
    "the learning rate and its decay are not published; those of the MNIST dropout row are used, and were "
    "not chosen on a validation split of this data";
static const char figure_rate[] =
    "open: with the learning rate of the tables, 1e-4, the training errors stay above those of the figure, "
    "which shows about 5 % after the frozen part, and about 0 % some 50 epochs later. The figure's own rate "
    "is not published; with 1e-3 the curves are near. docs/results.md shows what was tried";
static const char start[] =
    "found by the published figures: in the rows of table 1 fa begins with weights that are 0, as the paper "
    "says, and three of its cells are outside. Here all weights are drawn and each B is a copy of the "
    "initial weights that it replaces, which gives the published errors (docs/results.md)";
static const char start_elsewhere[] =
    "the start of the rows with copies of 7x240 tanh and 2x800 tanh, which was found before this row was "
    "run; it is not the paper's (docs/results.md)";
static const char rate[] = "the learning rate is not published; that of the MNIST rows is used";

#define TANH_800(n) n " x (dense 800, tanh), dense C"
#define DROPOUT_800 "dropout 0.1, 2 x (dense 800, tanh, dropout 0.5), dense C"
#define TANH_1000(n) n " x (dense 1000, tanh), dense C"
#define MEAN(name, error, spread, of_training)                                                               \
    {                                                                                                        \
        .rule = name, .kind = PUBLISHED_WITH_DEVIATION, .mean = error, .deviation = spread,                  \
        .train = of_training                                                                                 \
    }

static const struct target_row rows[] = {
    {.table = "1",
     .name = "7x240 tanh",
     .net = "7 x (dense 240, tanh), dense C",
     .data = &data_mnist,
     .cells = {MEAN("bp", 2.16, 0.13, 0), MEAN("fa", 2.20, 0.13, 0.02), MEAN("dfa", 2.32, 0.15, 0.03)}},
    {.table = "1",
     .name = "100x240 tanh",
     .net = "100 x (dense 240, tanh), dense C",
     .data = &data_mnist,
     .cells = {{.rule = "bp", .kind = PUBLISHED_NO_CONVERGENCE},
               {.rule = "fa", .kind = PUBLISHED_NO_CONVERGENCE},
               MEAN("dfa", 3.92, 0.09, 0.12)}},
    {.table = "1",
     .name = "1x800 tanh",
     .net = TANH_800("1"),
     .data = &data_mnist,
     .cells = {MEAN("bp", 1.59, 0.04, 0), MEAN("fa", 1.68, 0.05, 0), MEAN("dfa", 1.68, 0.05, 0)}},
    {.table = "1",
     .name = "2x800 tanh",
     .net = TANH_800("2"),
     .data = &data_mnist,
     .cells = {MEAN("bp", 1.60, 0.06, 0), MEAN("fa", 1.64, 0.03, 0), MEAN("dfa", 1.74, 0.08, 0)}},
    {.table = "1",
     .name = "3x800 tanh",
     .net = TANH_800("3"),
     .data = &data_mnist,
     .cells = {MEAN("bp", 1.75, 0.05, 0), MEAN("fa", 1.66, 0.09, 0), MEAN("dfa", 1.70, 0.04, 0)}},
    {.table = "1",
     .name = "4x800 tanh",
     .net = TANH_800("4"),
     .data = &data_mnist,
     .cells = {MEAN("bp", 1.92, 0.11, 0), MEAN("fa", 1.70, 0.04, 0), MEAN("dfa", 1.83, 0.07, 0.02)}},
    {.table = "1",
     .name = "2x800 logistic",
     .net = "2 x (dense 800, logistic), dense C",
     .data = &data_mnist,
     .cells = {MEAN("bp", 1.67, 0.03, 0), MEAN("fa", 1.82, 0.10, 0), MEAN("dfa", 1.75, 0.04, 0)}},
    {.table = "1",
     .name = "2x800 relu",
     .net = "2 x (dense 800, relu), dense C",
     .data = &data_mnist,
     .cells = {MEAN("bp", 1.48, 0.06, 0), MEAN("fa", 1.74, 0.10, 0), MEAN("dfa", 1.70, 0.06, 0)}},
    {.table = "1",
     .name = "2x800 tanh + do",
     .net = DROPOUT_800,
     .data = &data_mnist,
     .incomplete = decay,
     .cells = {MEAN("bp", 1.26, 0.03, 0.18), MEAN("fa", 1.53, 0.03, 0.18), MEAN("dfa", 1.45, 0.07, 0.24)},
     .options = {{"lr", "1e-3"}, {"schedule", "cosine"}}},
    {.table = "1",
     .name = "2x800 tanh + adv",
     .net = TANH_800("2"),
     .data = &data_mnist,
     .cells = {MEAN("bp", 1.01, 0.08, 0), MEAN("fa", 1.14, 0.03, 0), MEAN("dfa", 1.02, 0.05, 0.12)},
     .options = {{"adversarial", "0.08"}}},
    {.table = "1 with copies",
     .name = "7x240 tanh",
     .net = "7 x (dense 240, tanh), dense C",
     .data = &data_mnist,
     .incomplete = start,
     .cells = {MEAN("fa", 2.20, 0.13, 0.02)},
     .options = {{"init", "fanin"}, {"feedback", "weights"}}},
    {.table = "1 with copies",
     .name = "2x800 tanh",
     .net = TANH_800("2"),
     .data = &data_mnist,
     .incomplete = start,
     .cells = {MEAN("fa", 1.64, 0.03, 0)},
     .options = {{"init", "fanin"}, {"feedback", "weights"}}},
    {.table = "1 with copies",
     .name = "4x800 tanh",
     .net = TANH_800("4"),
     .data = &data_mnist,
     .incomplete = start_elsewhere,
     .cells = {MEAN("fa", 1.70, 0.04, 0)},
     .options = {{"init", "fanin"}, {"feedback", "weights"}}},
    {.table = "1 with copies",
     .name = "2x800 tanh + do",
     .net = DROPOUT_800,
     .data = &data_mnist,
     .incomplete = start_elsewhere,
     .cells = {MEAN("fa", 1.53, 0.03, 0.18)},
     .options = {{"lr", "1e-3"}, {"schedule", "cosine"}, {"init", "fanin"}, {"feedback", "weights"}}},
    {.table = "2",
     .name = "1x1000 tanh",
     .net = TANH_1000("1"),
     .data = &data_cifar10,
     .incomplete = rate,
     .cells = {MEAN("bp", 45.1, 0.7, 2.5), MEAN("fa", 46.4, 0.4, 3.2), MEAN("dfa", 46.4, 0.4, 3.2)}},
    {.table = "2",
     .name = "3x1000 tanh",
     .net = TANH_1000("3"),
     .data = &data_cifar10,
     .incomplete = rate,
     .cells = {MEAN("bp", 45.1, 0.3, 0.2), MEAN("fa", 47.0, 2.2, 0.3), MEAN("dfa", 47.4, 0.8, 2.3)}},
    {.table = "2",
     .name = "3x1000 tanh + do",
     .net = "dropout 0.1, 3 x (dense 1000, tanh, dropout 0.5), dense C",
     .data = &data_cifar10,
     .incomplete = rate_and_decay,
     .cells = {MEAN("bp", 42.2, 0.2, 36.7), MEAN("fa", 46.9, 0.3, 48.9), MEAN("dfa", 42.9, 0.2, 37.6)},
     .options = {{"lr", "1e-3"}, {"schedule", "cosine"}}},
    {.table = "2",
     .name = "conv tanh",
     .net = "nokland-conv",
     .data = &data_cifar10,
     .cells = {MEAN("bp", 22.5, 0.4, 0), MEAN("fa", 27.1, 0.8, 0.9), MEAN("dfa", 26.9, 0.5, 0.2)},
     .options = {{"lr", "5e-5"}, {"normalize", "zca 1e-5"}}},
    {.table = "3",
     .name = "1x1000 tanh",
     .net = TANH_1000("1"),
     .data = &data_cifar100,
     .incomplete = rate,
     .cells = {MEAN("bp", 71.7, 0.2, 38.7), MEAN("fa", 73.8, 0.3, 37.5), MEAN("dfa", 73.8, 0.3, 37.5)}},
    {.table = "3",
     .name = "3x1000 tanh",
     .net = TANH_1000("3"),
     .data = &data_cifar100,
     .incomplete = rate,
     .cells = {MEAN("bp", 72.0, 0.3, 0.2), MEAN("fa", 75.3, 0.1, 0.5), MEAN("dfa", 75.9, 0.2, 3.1)}},
    {.table = "3",
     .name = "3x1000 tanh + do",
     .net = "dropout 0.1, 3 x (dense 1000, tanh, dropout 0.5), dense C",
     .data = &data_cifar100,
     .incomplete = rate_and_decay,
     .cells = {MEAN("bp", 69.8, 0.1, 66.8), MEAN("fa", 75.3, 0.2, 77.2), MEAN("dfa", 73.1, 0.1, 69.8)},
     .options = {{"lr", "1e-3"}, {"schedule", "cosine"}}},
    {.table = "3",
     .name = "conv tanh",
     .net = "nokland-conv",
     .data = &data_cifar100,
     .cells = {MEAN("bp", 51.7, 0.2, 0), MEAN("fa", 60.5, 0.3, 0), MEAN("dfa", 59.0, 0.3, 0)},
     .options = {{"lr", "2.5e-5"}, {"normalize", "zca 1e-5"}}},
    {.table = "text",
     .name = "4x100 tanh",
     .net = "4 x (dense 100, tanh), dense C",
     .data = &data_mnist,
     .cells = {{.rule = "ifa", .kind = PUBLISHED_MEAN_ONLY, .mean = 3.9}}},
    {.table = "figure 2",
     .name = "3x50 tanh frozen",
     .net = "3 x (dense 50, tanh), dense C",
     .data = &data_mnist,
     .incomplete = figure_rate,
     .cells = {{.rule = "bp", .kind = PUBLISHED_CURVE}},
     .options = {{"freeze", "0"}, {"init", "fanin"}, {"epochs", "50"}, {"stop", "epochs"}}},
    {.table = "figure 2",
     .name = "3x50 tanh",
     .net = "3 x (dense 50, tanh), dense C",
     .data = &data_mnist,
     .incomplete = figure_rate,
     .begins_with = "3x50 tanh frozen",
     .cells = {{.rule = "bp", .kind = PUBLISHED_CURVE}, {.rule = "dfa", .kind = PUBLISHED_CURVE}},
     .options = {{"epochs", "100"}, {"stop", "epochs"}}},
};

const struct target target_nokland2016 = {
    .name = "nokland2016",
    .paper = "A. Nøkland, Direct Feedback Alignment Provides Learning in Deep Neural Networks, NIPS 2016, "
             "arXiv:1609.01596",
    .preset = "nokland2016",
    .judged_note =
        "The paper states neither the number of runs behind a deviation nor the epochs over which its means "
        "are taken.",
    .rows = rows,
    .n_rows = sizeof rows / sizeof *rows,
};
