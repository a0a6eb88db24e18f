/*
 * held_out.h - for src/data only: words and classes that a training set lacks, because rows were held out.
 */
#ifndef BL_DATA_HELD_OUT_H
#define BL_DATA_HELD_OUT_H

#include "data.h"

/* Adds notes to the training set of a table, of which rows were held out. */
bl_status held_out_note(bl_data *train);

#endif
