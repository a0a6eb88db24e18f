/*
 * csv_table.h - the state of reading a table. The table is scanned once for numbers, labels and ids; then the
 * type of each column is inferred; columns of words are read a second time.
 */
#ifndef BL_DATA_CSV_TABLE_H
#define BL_DATA_CSV_TABLE_H

#include "classes.h"
#include "csv_dialect.h"
#include "distinct_words.h"

enum { MOST_WORDS = 256 }; /* the largest number of categories of a column */

/* The number of fields of one kind, and the line and text of the first one. */
struct csv_count {
    size_t n, line;
    struct slice text;
};

/* A column that becomes features. */
struct csv_input {
    size_t column; /* number of the column in the file */
    enum column_kind kind;
    bool is_given;   /* `kind` is known before the scan: from the option categorical, or from the model */
    bool is_dropped; /* omitted after the scan */
    struct csv_count numbers, words, odd, missing; /* odd: "inf", "none", ... */
    struct csv_count inexact;                      /* whole numbers that are not doubles, such as 2^53 + 1 */
    struct csv_count alike;                        /* words that are numbers in another notation */
    struct words different;                        /* the distinct words of a column of words */
    /* The word that exceeds a limit: there are too many words, or it is too long (n bytes). */
    struct csv_count wordy;
    const struct encoding_column *as; /* the encoding of the column */
    size_t feature;                   /* number of the column's first feature */
};

struct csv_digits;

struct csv_table {
    const struct reading *r;
    struct csv_dialect layout;
    bl_data *data;
    size_t room, n;            /* rows */
    struct csv_input *inputs;  /* layout.inputs elements */
    double *values;            /* room x inputs; NaN where the field is not a number */
    struct label_text *labels; /* room, or NULL */
    struct csv_field *ids;     /* room, or NULL */
    size_t *missing;           /* for each column, the rows without a value; NULL: not counted */
    size_t unlabelled;         /* rows that are skipped because they have no label */
    bool is_scanned;           /* the first pass, which counts, is finished */
    struct csv_digits *digits; /* set while whole numbers are compared digit by digit; else NULL */
};

/* Called for every field of the table in turn. */
typedef bl_status (*csv_take)(struct csv_table *t, const struct csv_line *line, size_t column,
                              const struct csv_field *field);
/* Calls `take` for every field of the table in turn; t->n is the current row, from 0. */
bl_status csv_for_each_field(struct csv_table *t, csv_take take);

/* Counts the field in t->missing if missing values are counted; called once per row. */
bl_status csv_count_missing(struct csv_table *t, const struct csv_line *line, size_t column,
                            const struct csv_field *field);

/* Compares the whole numbers of input i digit by digit: whether all are different, and whether all are
   equal. */
bl_status csv_compare_digits(struct csv_table *t, size_t i, bool *are_different, bool *are_same);
/* Whether a whole number in decimal digits is rounded when it is stored as a double. */
bool csv_is_inexact(struct slice text, double value);

bl_status csv_scan(struct csv_table *t);
/* After the scan: decides what each column becomes, and stores the result in data->encoding. */
bl_status csv_infer(struct csv_table *t);
/* Refuses a label column whose words are numbers in another notation. */
bl_status csv_infer_label(const struct csv_table *t);
/* Fills data->doubles, features, shape and column_names. If t->values are already the features, they are
   moved without a copy. */
bl_status csv_encode(struct csv_table *t);

#endif
