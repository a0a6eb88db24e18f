/*
 * data_figures.h - statistics of a data set: ranges of its values, examples per class.
 */
#ifndef CLI_DATA_FIGURES_H
#define CLI_DATA_FIGURES_H

#include "backless.h"

struct value_range {
    double least, most, mean;
    size_t n; /* values that are not missing */
};

struct data_figures {
    struct value_range all;
    struct value_range *columns; /* n_columns ranges of a table; NULL: the examples are pictures */
    size_t n_columns;
};

/* Measures the values as read, over all examples. BL_NO_MEMORY sets no message. */
bl_status data_figures_measure(struct data_figures *out, const bl_data *data);
void data_figures_free(struct data_figures *figures);

/* Counts the labelled examples of each class into counts, bl_data_outputs numbers; zeros if data is NULL. */
void data_count_classes(const bl_data *data, int classes, size_t *counts);

/* Chooses up to n rows, one of each class in turn, so that few samples show many classes; without classes,
   the first n rows. Returns their number. */
size_t data_pick_rows(const bl_data *data, size_t n, size_t *rows);

#endif
