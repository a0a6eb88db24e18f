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
    struct color *pixels; /* rows x cols, row-major; NULL if nothing is drawn */
    size_t rows, cols;
    double most;           /* the magnitude of a weight that has an end colour */
    size_t units, n_units; /* units: the number drawn; n_units: the number in the layer */
    size_t channels;       /* pictures of a tile, side by side */
    bool is_image;         /* a tile has the shape of the input or of a filter's window */
    bool is_wide;  /* if not is_image: a column for each unit and a row for each input; else the transpose */
    char why[120]; /* why nothing is drawn; "": something is drawn, or the model has no weights */
};

/* Draws the first 64 units, each signed weight in the colour of color_of_signed. The largest weights, one in
   200, are clamped to the end colours, because otherwise a few large weights would make all others pale.
   false: no memory. */
bool weight_sheet_make(struct weight_sheet *sheet, const bl_model *model);
void weight_sheet_free(struct weight_sheet *sheet);

#endif
