/*
 * npy_labels.h - converts an array of labels to classes.
 */
#ifndef BL_DATA_NPY_LABELS_H
#define BL_DATA_NPY_LABELS_H

#include "../../file/npy.h"
#include "../readers.h"
#include "../set/data_internal.h"

/* Fills data->labels, outputs, class_names and class_match from y, one label per example: whole numbers, also
   negative, and booleans, which are classes in the order of their values; or texts, which are compared byte
   for byte. where: names the array in messages. */
bl_status npy_take_classes(bl_data *data, const struct reading *r, const struct npy_view *y,
                           const char *where);

#endif
