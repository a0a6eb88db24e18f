/*
 * csv_layout.h - what stands where in a CSV file: separator, header, label column, and which column is which
 * feature.
 */
#ifndef BL_DATA_CSV_LAYOUT_H
#define BL_DATA_CSV_LAYOUT_H

#include "../base/text.h"
#include "readers.h"

#define CSV_NONE SIZE_MAX

struct csv_layout {
    char separator;
    bool has_header;
    size_t columns;
    size_t label; /* the column; CSV_NONE: the file has none */
    size_t features;
    size_t *place; /* columns of them: the feature that a column is; CSV_NONE: label, or not wanted */
    char **names;  /* columns of them; NULL: no header */
};

/* Looks at the options, the first lines, and what the set must be like. */
bl_status csv_layout_find(struct csv_layout *out, const struct reading *r, struct slice text);
void csv_layout_free(bl_context *ctx, struct csv_layout *layout);

/* 'column "pH"', or 'column 3 (from 0)', for a message. */
struct csv_column_text {
    char text[96];
};
struct csv_column_text csv_column(const struct csv_layout *layout, size_t column);

#endif
