/*
 * classes.h - from the texts in a label column to numbers of classes.
 */
#ifndef BL_DATA_CLASSES_H
#define BL_DATA_CLASSES_H

#include "../base/text.h"
#include "readers.h"

struct label_text {
    struct slice text;
    size_t line; /* of the file, for messages */
};

/* Fills data->labels, outputs and class_names from data->n texts. column: how messages call the label column.
   A training set (r->like NULL): whole numbers are sorted by value, words by their bytes; 0 .. k-1 need no
   names. Else the classes are those of r->like. */
bl_status classes_number(bl_data *data, const struct reading *r, const struct label_text *texts,
                         const char *column);

#endif
