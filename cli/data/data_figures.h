/*
 * data_figures.h - statistics of a data set: ranges of its values, examples per class.
 */
#ifndef CLI_DATA_FIGURES_H
#define CLI_DATA_FIGURES_H

#include "backless.h"

struct value_range {
    double least, most, mean;
    size_t n; /* that are not missing */
};

struct data_figures {
    struct value_range all;
    struct value_range *columns; /* n_columns of them, of a table; NULL: pictures */
    size_t n_columns;
};

/* Of the values as read, over all examples. BL_NO_MEMORY has no sentence. */
bl_status data_figures_measure(struct data_figures *out, const bl_data *data);
void data_figures_free(struct data_figures *figures);

/* counts: bl_data_outputs of them, of the examples that have a label; data NULL: zeros. */
void data_count_classes(const bl_data *data, int classes, size_t *counts);

/* Chooses up to n rows, one of each class in turn, so that few samples show many classes; the first n if
   there are no classes. Returns their number. */
size_t data_pick_rows(const bl_data *data, size_t n, size_t *rows);

#endif
