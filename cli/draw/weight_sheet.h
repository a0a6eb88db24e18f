/*
 * weight_sheet.h - the weights of a model's first layer as one picture: a tile for each unit.
 */
#ifndef CLI_WEIGHT_SHEET_H
#define CLI_WEIGHT_SHEET_H

#include "backless.h"
#include "color_map.h"

#include <stdbool.h>
#include <stddef.h>

struct weight_sheet {
    struct color *pixels; /* rows x cols, row-major; NULL where nothing is drawn */
    size_t rows, cols;
    double most;           /* the size of a weight that has an end colour */
    size_t units, n_units; /* drawn; of the layer */
    size_t channels;       /* of a tile, side by side */
    bool is_image;         /* a tile has the shape of the input or of a filter's window */
    bool is_wide;          /* otherwise: a column for each unit, a row for each input; else the transpose */
    char why[120];         /* why nothing is drawn; "": something is, or the model has no weights */
};

/* Draws the first 64 units, each signed weight in the colour that color_of_signed gives it. The scale leaves
   out the largest weights, one in 200, which have the end colours: a few large weights would make all others
   pale. false: no memory. */
bool weight_sheet_make(struct weight_sheet *sheet, const bl_model *model);
void weight_sheet_free(struct weight_sheet *sheet);

#endif
