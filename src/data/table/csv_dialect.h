/*
 * csv_dialect.h - the layout of a CSV file: separator, header, label and id column, and the input that each
 * column is.
 */
#ifndef BL_DATA_CSV_DIALECT_H
#define BL_DATA_CSV_DIALECT_H

#include "../readers.h"
#include "../set/making.h"
#include "csv_text.h"

#define CSV_NONE SIZE_MAX

/* Statistics of one column over the lines after the first. */
struct csv_column {
    struct csv_field first;         /* the field in the first line */
    size_t numbers, words, repeats; /* repeats: of the first line's field */
    size_t fractions;               /* of the numbers: written with a decimal sign */
    size_t dates;                   /* of the words */
};

/* The order of the numbers in a line. */
struct csv_order {
    size_t fields, numbers, quoted; /* quoted: of the numbers */
    bool is_counted;                /* 0, 1, 2, ... or 1, 2, 3, ... */
    bool is_even;                   /* with the same step between all */
    bool is_sorted;                 /* each larger than the one before, or each smaller */
};

struct csv_sample {
    struct csv_column *columns;
    size_t n_columns, lines;
    char decimal;
    struct csv_order first_order;
    size_t counted, even, sorted, quoted; /* lines behind the first whose numbers are; quoted: some */
};

struct csv_dialect {
    struct slice rows;   /* the table, from its first line */
    size_t lines_before; /* that */
    size_t first_line;   /* number of the first line that is not blank */
    size_t comments;     /* lines that were skipped as comments */
    char separator, decimal;
    bool has_header;
    bool has_number_names; /* some of the names are numbers, and no option says that they are names */
    bool has_row_names;    /* the first column, which the header does not name */
    size_t columns;
    char **names;             /* columns of them; NULL: no header */
    size_t label, id;         /* the columns; CSV_NONE: the file has none */
    bool is_label_guessed;    /* nobody named it */
    const char *label_reason; /* then: why it is this one */
    size_t inputs;            /* columns that are learned from */
    size_t *place;            /* columns of them: the input that a column is; CSV_NONE: none */
    bool *is_out;             /* columns of them: omitted, or the id */
    bool *is_words;           /* columns of them: declared categorical by option */
};

/* Determines the layout from the options, the first lines, and the set that it must be like. */
bl_status csv_dialect_find(struct csv_dialect *out, const struct reading *r, struct slice text);
void csv_dialect_free(bl_context *ctx, struct csv_dialect *layout);

/* Removes what precedes the table from *text: "sep=;", which sets the separator if it is 0, and comments. */
bl_status csv_preamble_take(struct csv_dialect *out, const struct reading *r, struct slice *text);

/* The separator of a table, from its first lines: , ; tab | or, for any number of blanks and tabs, ' '. */
char csv_separator_find(struct slice text, char decimal);
bl_status csv_separator_check(const struct reading *r, struct slice text, char separator, char decimal);
/* The first line has one field less than the others, as R writes tables with row names. */
bool csv_has_row_names(struct slice text, char separator);

/* BL_BAD_DATA if the first line is ambiguous and no option decides. */
bl_status csv_header_find(struct csv_dialect *layout, const struct reading *r,
                          const struct csv_sample *sample);
struct csv_order csv_order_of(struct slice line, char separator, char decimal);

/* The nearest name of a column; NULL: none is near, or the file has no names. */
const char *csv_nearest_name(const struct csv_dialect *layout, struct slice text);

/* Assigns the roles of the columns: fills all members after the names. layout: separator, header, columns and
   names are set. */
bl_status csv_roles_find(struct csv_dialect *layout, const struct reading *r,
                         const struct csv_sample *sample);

bool csv_is_usual_label(struct slice name); /* "label", "class", "species", ... */
/* Collects statistics of the lines in `text`, which follow `line`, the first. If has_row_names, `line` has no
   field for the column of row names. layout: separator, decimal and has_row_names are set. */
bl_status csv_sample_take(struct csv_sample *out, const struct csv_dialect *layout, bl_context *ctx,
                          struct slice text, struct csv_line line);
/* If no lines follow the first: uses the fields of the first line itself. */
void csv_sample_first_itself(struct csv_sample *s, struct slice line, char separator);
/* Whether more than half of the sampled lines have such a field. */
bool csv_is_numbers(const struct csv_sample *sample, size_t column);
bool csv_is_words(const struct csv_sample *sample, size_t column);
bool csv_is_dates(const struct csv_sample *sample, size_t column);

/* 'column "pH"', or 'column 3 (from 0)', for a message. */
struct csv_column_text {
    char text[96];
};
struct csv_column_text csv_column(const struct csv_dialect *layout, size_t column);

#endif
