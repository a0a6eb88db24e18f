/*
 * data_info.h - the results of backless data info, and their output formats.
 */
#ifndef CLI_DATA_INFO_H
#define CLI_DATA_INFO_H

#include "../command.h"
#include "data_figures.h"

enum { PART_TRAIN, PART_VAL, PART_TEST, N_PARTS };

struct data_info {
    const struct session *session;
    const char *name; /* as the user wrote it */
    const char *part_names[N_PARTS];
    bl_data *parts[N_PARTS];       /* NULL: there is none */
    struct data_figures figures;   /* of the training set */
    size_t *class_counts[N_PARTS]; /* examples of each class; NULL: no classes */
    int classes;                   /* 0: the targets are numbers */
    bool shows_all;
};

void data_info_print(const struct data_info *info);
void data_info_print_json(const struct data_info *info);
/* Prints some examples: rows of a table as values, pictures as pictures. n 0: as many as there is room
   for. */
bl_status data_info_print_samples(const struct data_info *info, size_t n);

#endif
