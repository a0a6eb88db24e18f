/*
 * encoding.h - how the columns of a table become features. The encoding is learned from the training set,
 * stored with the model, and used for every other table.
 *
 * A column of numbers is one feature. A column of words is one feature for each word, which is 1 where the
 * column has that word (one-hot). With imputation, a column that had missing values has another feature,
 * which is 1 where the value is missing.
 */
#ifndef BL_DATA_ENCODING_H
#define BL_DATA_ENCODING_H

#include "../../base/text.h"

enum column_kind { COLUMN_LEFT_OUT, COLUMN_LABEL, COLUMN_NUMBER, COLUMN_WORDS, COLUMN_KINDS };

struct encoding_column {
    char *name; /* NULL: the table had no header */
    enum column_kind kind;
    char **words; /* n_words of them, sorted by their bytes */
    size_t n_words;
    bool has_indicator;
};

struct encoding {
    struct encoding_column *columns; /* in the training table's order */
    size_t n;
    bool has_decimal_comma; /* numbers of the table are written as 1,5 */
    bool takes_missing;     /* missing values are imputed (--missing impute) */
};

/* Creates n columns, all left out and without names. */
bl_status encoding_create(struct encoding **out, bl_context *ctx, size_t n);
bl_status encoding_copy(struct encoding **out, bl_context *ctx,
                        const struct encoding *from); /* NULL gives NULL */
void encoding_free(bl_context *ctx, struct encoding *encoding);

size_t column_features(const struct encoding_column *column); /* the features of a column */
size_t encoding_features(const struct encoding *encoding);
size_t encoding_inputs(const struct encoding *encoding); /* columns that are learned from */
bool encoding_has_names(const struct encoding *encoding);
/* The index of the word in column->words; -1: it is not there. */
int column_word(const struct encoding_column *column, struct slice word);

/* For each feature, whether it is a mark, 0 or 1, which is not standardised. */
void encoding_marks(const struct encoding *encoding, bool *is_mark);
/* What the features are called, each a new text: "age", "colour=red", "age is missing"; no names, no
   texts. */
bl_status encoding_feature_names(char ***out, bl_context *ctx, const struct encoding *encoding);

/* As JSON, for the metadata of a model: a list of objects {"name", "kind": "number", "words", "left out"
   or "label", "words": [...], "indicator": true}; "decimal": "comma" in columns of numbers and the label
   where it is one. */
bl_status encoding_to_text(char **out, bl_context *ctx, const struct encoding *encoding);
bl_status encoding_from_text(struct encoding **out, bl_context *ctx, const char *path, const char *text);

#endif
