/*
 * run_figures.h - reads the results of a run from its folder.
 */
#ifndef CLI_RUN_FIGURES_H
#define CLI_RUN_FIGURES_H

#include <stdbool.h>

enum run_status { RUN_WAITS, RUN_BEGUN, RUN_DONE, RUN_DIVERGED, RUN_FAILED };

/* The quantity that is measured. An error is a fraction of the examples; an rmse and a loss have the unit
   of the targets. */
enum figure_kind { FIGURE_NONE, FIGURE_ERROR, FIGURE_RMSE, FIGURE_LOSS };
struct figure {
    enum figure_kind kind;
    double value;
    double loss; /* on the same set; orders runs of equal error */
};

enum { MOST_RUN_ANGLES = 64 };

struct run_figures {
    enum run_status state;
    int epochs; /* finished ones */
    /* After the last epoch, or with the option patience after the best; FIGURE_NONE: not measured. */
    struct figure test, val, train;
    double seconds; /* of training */
    char hash[17];  /* of the weights */
    /* Between the deltas and those of backpropagation after the last epoch, all examples as one vector, in
       degrees: of each block but the last. NaN: there is none. */
    double angles[MOST_RUN_ANGLES];
    int n_angles;
    char why[512]; /* why it diverged or failed */
    int exit_code; /* of a run that diverged or failed */
    /* Of all examples and of the test set, as config.json has them; "": unknown. The folds and seeds of one
       setting have the same. */
    char data_hash[17], test_hash[17];
};

void run_figures_read(struct run_figures *out, const char *folder);

#endif
