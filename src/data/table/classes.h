/*
 * classes.h - converts the texts of a label column to class numbers or regression targets.
 */
#ifndef BL_DATA_CLASSES_H
#define BL_DATA_CLASSES_H

#include "../readers.h"
#include "../set/making.h"
#include "csv_text.h"

struct label_text {
    struct csv_field field;
    size_t line; /* of the file, for messages */
};

/* Where the texts stand. */
struct label_column {
    const char *name; /* for messages: 'column "label"' */
    const char *unit; /* what label_text.line counts: "line", "row" */
    bool is_text;     /* labels are compared as texts even if they look like numbers */
};

/* Fills data->labels, outputs, class_names and class_match from data->n texts. A training set (r->schema
   NULL): whole numbers are sorted by value, words by their bytes; 0 .. k-1 need no names. Else the classes
   are those of r->schema. */
bl_status classes_number(bl_data *data, const struct reading *r, const struct label_text *texts,
                         const struct label_column *column);

bool label_is_missing(struct slice word);
/* label: the first of the texts that is missing; the others are counted. */
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
