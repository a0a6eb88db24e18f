/*
 * classes.h - converts the texts of a label column to class numbers or regression targets.
 */
#ifndef BL_DATA_CLASSES_H
#define BL_DATA_CLASSES_H

#include "../readers.h"
#include "../set/data_internal.h"
#include "csv_text.h"

/* More distinct labels than this are refused, because the column is probably not the label. */
enum { MOST_CLASSES = 32768 };

struct label_text {
    struct csv_field field;
    size_t line; /* line of the file, for messages */
};

/* The label column, for messages. */
struct label_column {
    const char *name; /* such as 'column "label"' */
    const char *unit; /* what label_text.line counts: "line", "row" */
    bool is_text;     /* labels are compared as texts even if they look like numbers */
};

/* Fills data->labels, outputs, class_names and class_match from data->n texts. For a training set (r->schema
   NULL), whole numbers are sorted by value and words by their bytes; class_names is NULL if the labels are 0
   .. k-1. Otherwise the classes are those of r->schema. */
bl_status classes_number(bl_data *data, const struct reading *r, const struct label_text *texts,
                         const struct label_column *column);

bool label_is_missing(struct slice word);
/* Refuses missing labels. label: the first missing one; the message also counts them. */
bl_status labels_refuse_missing(const struct reading *r, const struct label_text *texts, size_t n,
                                const struct label_text *label, const struct label_column *column);

/* Fills data->targets with one number per example. */
bl_status targets_number(bl_data *data, const struct reading *r, const struct label_text *texts,
                         const char *column);
/* Whether every text is a number. */
bool targets_are_numbers(const struct label_text *texts, size_t n);
/* Whether every text is a number and at least half of them are not whole, so that a few misspelt classes do
   not make a column of regression targets. */
bool targets_are_fractions(const struct label_text *texts, size_t n);

#endif
