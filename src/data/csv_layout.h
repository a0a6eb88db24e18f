/*
 * csv_layout.h - what stands where in a CSV file: separator, header, label and id column, and which column is which
 * input.
 */
#ifndef BL_DATA_CSV_LAYOUT_H
#define BL_DATA_CSV_LAYOUT_H

#include "csv_text.h"
#include "readers.h"

#define CSV_NONE SIZE_MAX

/* What the lines behind the first hold, in one column. */
struct csv_column {
    struct csv_field first;         /* the field in the first line */
    size_t numbers, words, repeats; /* repeats: of the first line's field */
};

struct csv_sample {
    struct csv_column *columns;
    size_t n_columns, lines;
};

struct csv_layout {
    char separator;
    bool has_header;
    size_t columns;
    char **names;          /* columns of them; NULL: no header */
    size_t label, id;      /* the columns; CSV_NONE: the file has none */
    bool is_label_guessed; /* nobody named it */
    size_t inputs;         /* columns that are learned from */
    size_t *place;         /* columns of them: the input that a column is; CSV_NONE: none */
    bool *is_out;          /* columns of them: left out, or the id */
    bool *is_words;        /* columns of them: its values are words, as told */
};

/* Looks at the options, the first lines, and what the set must be like. */
bl_status csv_layout_find(struct csv_layout *out, const struct reading *r, struct slice text);
void csv_layout_free(bl_context *ctx, struct csv_layout *layout);

/* Which column is what: fills all that follows the names. layout: separator, header, columns and names are known. */
bl_status csv_places_find(struct csv_layout *layout, const struct reading *r,
                          const struct csv_sample *sample);

bool csv_is_usual_label(struct slice name); /* "label", "class", "species", ... */
/* More than half of the lines that were looked at hold such a field. */
bool csv_is_numbers(const struct csv_sample *sample, size_t column);
bool csv_is_words(const struct csv_sample *sample, size_t column);

/* 'column "pH"', or 'column 3 (from 0)', for a message. */
struct csv_column_text {
    char text[96];
};
struct csv_column_text csv_column(const struct csv_layout *layout, size_t column);

#endif
