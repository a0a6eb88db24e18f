/*
 * encoding.h - the encoding of a table: how its columns become features. The encoding is learned from the
 * training set, stored with the model, and used for every other table.
 *
 * A column of numbers is one feature. A column of words becomes one feature for each word, which is 1 in rows
 * with that word (one-hot). With imputation, a column that had missing values has an additional feature,
 * which is 1 in rows without a value.
 */
#ifndef BL_DATA_ENCODING_H
#define BL_DATA_ENCODING_H

#include "../../base/text.h"

enum column_kind { COLUMN_LEFT_OUT, COLUMN_LABEL, COLUMN_NUMBER, COLUMN_WORDS, COLUMN_KINDS };

struct encoding_column {
    char *name; /* NULL: the table had no header */
    enum column_kind kind;
    char **words; /* n_words texts, sorted by their bytes */
    size_t n_words;
    bool has_indicator;
};

struct encoding {
    struct encoding_column *columns; /* in the training table's order */
    size_t n;
    bool has_decimal_comma; /* numbers of the table have a decimal comma, as in 1,5 */
    bool takes_missing;     /* missing values are imputed (--missing impute) */
};

/* Creates n columns, all left out and without names. */
bl_status encoding_create(struct encoding **out, bl_context *ctx, size_t n);
bl_status encoding_copy(struct encoding **out, bl_context *ctx,
                        const struct encoding *from); /* from NULL: *out is NULL */
void encoding_free(bl_context *ctx, struct encoding *encoding);

size_t column_features(const struct encoding_column *column); /* number of features of a column */
size_t encoding_features(const struct encoding *encoding);
size_t encoding_inputs(const struct encoding *encoding); /* number of columns that become features */
bool encoding_has_names(const struct encoding *encoding);
/* The index of the word in column->words; -1: there is no such word. */
int column_word(const struct encoding_column *column, struct slice word);

/* Sets for each feature whether it is a mark, which is 0 or 1 and is not standardised. */
void encoding_marks(const struct encoding *encoding, bool *is_mark);
/* Creates the names of the features: "age", "colour=red", "age is missing". *out is NULL if the columns have
   no names. */
bl_status encoding_feature_names(char ***out, bl_context *ctx, const struct encoding *encoding);

/* Converts an encoding to JSON, for the metadata of a model: a list of objects {"name", "kind": "number",
   "words", "left out" or "label", "words": [...], "indicator": true}; columns of numbers and the label have
   "decimal": "comma" if the table has decimal commas. */
bl_status encoding_to_text(char **out, bl_context *ctx, const struct encoding *encoding);
bl_status encoding_from_text(struct encoding **out, bl_context *ctx, const char *path, const char *text);

#endif
