/*
 * run_figures.h - what a run folder says of its run.
 */
#ifndef CLI_RUN_FIGURES_H
#define CLI_RUN_FIGURES_H

#include <stdbool.h>

enum run_status { RUN_WAITS, RUN_BEGUN, RUN_DONE, RUN_DIVERGED, RUN_FAILED };

/* What is measured: an error is a share of the examples, an rmse and a loss have the unit of the targets. */
enum figure_kind { FIGURE_NONE, FIGURE_ERROR, FIGURE_RMSE, FIGURE_LOSS };
struct figure {
    enum figure_kind kind;
    double value;
    double loss; /* on the same set: it decides among equal errors */
};

struct run_figures {
    enum run_status state;
    int epochs;                     /* finished ones */
    struct figure test, val, train; /* after the last epoch; FIGURE_NONE: not measured */
    double seconds;                 /* of training */
    char hash[17];                  /* of the weights */
    char why[512];                  /* it diverged or failed */
};

void run_figures_read(struct run_figures *out, const char *folder);

#endif
