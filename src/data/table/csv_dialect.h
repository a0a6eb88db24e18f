/*
 * csv_dialect.h - the layout of a CSV file: separator, header, and the role of each column.
 */
#ifndef BL_DATA_CSV_DIALECT_H
#define BL_DATA_CSV_DIALECT_H

#include "../readers.h"
#include "../set/data_internal.h"
#include "csv_text.h"

#define CSV_NONE SIZE_MAX

/* Statistics of one column over the lines after the first. */
struct csv_column {
    struct csv_field first;         /* the field in the first line */
    size_t numbers, words, repeats; /* repeats: fields equal to the first line's */
    size_t fractions;               /* numbers that are written with a decimal sign */
    size_t dates;                   /* words that are dates */
};

/* The order of the numbers in a line. */
struct csv_order {
    size_t fields, numbers, quoted; /* quoted: numbers in quotes */
    bool is_counted;                /* the numbers are 0, 1, 2, ... or 1, 2, 3, ... */
    bool is_even;                   /* all steps between adjacent numbers are equal */
    bool is_sorted;                 /* the numbers ascend or descend strictly */
};

struct csv_sample {
    struct csv_column *columns;
    size_t n_columns, lines;
    char decimal;
    struct csv_order first_order;
    /* Numbers of lines after the first whose numbers are counted, even or sorted, or some of them quoted. */
    size_t counted, even, sorted, quoted;
};

struct csv_dialect {
    struct slice rows;   /* the table, beginning with its first line */
    size_t lines_before; /* lines of the file before `rows` */
    size_t first_line;   /* number of the first line that is not blank */
    size_t comments;     /* lines that were skipped as comments */
    char separator, decimal;
    bool has_header;
    /* No option says that the first line has names, and it does not have words above numbers only. */
    bool is_header_guessed;
    bool has_row_names; /* the first column holds row names and has no field in the header */
    size_t columns;
    char **names;             /* one for each column; NULL: no header */
    size_t label, id;         /* numbers of the columns; CSV_NONE: the file has none */
    bool is_label_guessed;    /* neither an option nor the model's name of the label determines it */
    const char *label_reason; /* why it was chosen, if is_label_guessed */
    size_t inputs;            /* number of columns that are inputs */
    size_t *place;            /* for each column, the number of the input; CSV_NONE: not an input */
    bool *is_out;             /* for each column: it is omitted, or the id */
    bool *is_words;           /* for each column: an option declares it categorical */
};

/* Determines the layout from the options, the first lines and r->schema. */
bl_status csv_dialect_find(struct csv_dialect *out, const struct reading *r, struct slice text);
void csv_dialect_free(bl_context *ctx, struct csv_dialect *layout);

/* Removes what precedes the table from *text: "sep=;", which sets the separator if it is 0, and comments. */
bl_status csv_preamble_take(struct csv_dialect *out, const struct reading *r, struct slice *text);

/* The separator of a table, from its first lines: one of , ; tab | and ' ', which stands for any number of
   blanks and tabs. */
char csv_separator_find(struct slice text, char decimal);
bl_status csv_separator_check(const struct reading *r, struct slice text, char separator, char decimal);
/* Whether the first line has one field less than the others, as in tables with row names that R writes. */
bool csv_has_row_names(struct slice text, char separator);

/* Decides whether the first line is a header. BL_BAD_DATA if it is ambiguous and no option decides. */
bl_status csv_header_find(struct csv_dialect *layout, const struct reading *r,
                          const struct csv_sample *sample);

/* The nearest name of a column; NULL: none is near, or the file has no names. */
const char *csv_nearest_name(const struct csv_dialect *layout, struct slice text);

/* Assigns roles to the columns: sets all members after `names`. layout: separator, header, columns and names
   are set. */
bl_status csv_roles_find(struct csv_dialect *layout, const struct reading *r,
                         const struct csv_sample *sample);

bool csv_is_usual_label(struct slice name); /* "label", "class", "species", ... */
/* Collects statistics of the lines in `text`, which follow `line`, the first. If has_row_names, `line` has no
   field for the column of row names. layout: separator, decimal and has_row_names are set. */
bl_status csv_sample_take(struct csv_sample *out, const struct csv_dialect *layout, bl_context *ctx,
                          struct slice text, struct csv_line line);
/* Takes the statistics from the first line itself, for a table without further lines. */
void csv_sample_first_itself(struct csv_sample *s, struct slice line, char separator);
/* Whether more than half of the sampled lines have a number in the column. */
bool csv_is_numbers(const struct csv_sample *sample, size_t column);
bool csv_is_words(const struct csv_sample *sample, size_t column);
bool csv_is_dates(const struct csv_sample *sample, size_t column);

/* 'column "pH"', or 'column 3 (from 0)', for a message. */
struct csv_column_text {
    char text[96];
};
struct csv_column_text csv_column(const struct csv_dialect *layout, size_t column);

#endif
