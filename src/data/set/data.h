/*
 * data.h - examples in memory, and reading them.
 *
 * Images are stored as bytes, tables and wide arrays as doubles, arrays of floats as floats. data_gather
 * scales rows in double and then rounds them to float, so that different values do not become equal before
 * they are centred. The scaling is fitted on the training set only, and then belongs to the model.
 */
#ifndef BL_DATA_DATA_H
#define BL_DATA_DATA_H

#include "../../backend/backend.h"
#include "encoding.h"

#include <jansson.h>
#include <stdbool.h>

struct bl_array; /* the public header declares it */

/* The option normalize: which offset and scale the inputs are standardised with. */
enum normalize {
    NORMALIZE_AUTO,    /* range for images (bytes, or shaped), feature for everything else */
    NORMALIZE_NONE,    /* numbers are used as they are read */
    NORMALIZE_RANGE,   /* scaled to [0, 1] by the smallest and the largest number of the training set */
    NORMALIZE_GLOBAL,  /* mean and deviation of all numbers of the training set */
    NORMALIZE_CHANNEL, /* mean and deviation of each channel over the training set */
    NORMALIZE_FEATURE, /* mean and deviation of each feature over the training set */
    NORMALIZE_IMAGE,   /* mean and deviation of each example's numbers; independent of the training set */
    NORMALIZE_ZCA      /* ZCA whitening (whitening.h) */
};

/* x <- (x - offset) * scale; a missing value becomes 0, the mean. n = 0: no scaling; n = 1: one pair for all
   features; else one pair for each. */
struct scaling {
    size_t n;
    double *offset, *scale;
    /* For a model of version 0.1.0: inputs are rounded to float and then scaled in float, as that version
       did. */
    bool is_narrow;
    /* n is 0, and each example is standardised by its mean and deviation (example_scaling.c). */
    bool is_of_example;
    /* n x n, symmetric: scaled values are multiplied by it (whitening.h); NULL: none. */
    float *matrix;
};

/* How labels are compared with the names of the classes. */
enum class_match {
    /* class_names (NULL: 0, 1, ...) and labels are whole numbers: 1, 01 and 1.0 are one class. */
    CLASS_BY_VALUE,
    CLASS_BY_TEXT, /* class_names are texts that are compared byte by byte: "1" and "01" are two classes */
    /* class_names are the names of the numbers 0, 1, ... in the files of a published set: a label may be a
       name or a number. */
    CLASS_BY_NUMBER
};

/* Where the test set of a training came from. */
enum test_origin {
    TEST_IS_UNKNOWN, /* the whole origin is unknown: arrays of the caller, or a model of version 0.1.0 */
    TEST_IS_NONE,
    TEST_IS_DRAWN, /* a share of the training data, held out by the seed */
    TEST_IS_OWN,   /* the data include a test set */
    TEST_IS_OTHER  /* the test set is another file */
};

/* The training set before examples were held out, and how they were chosen. With it data_read_part repeats
   the splits from the same data. */
struct data_origin {
    enum test_origin test;
    size_t n;                         /* number of all examples */
    uint64_t hash;                    /* bl_data.hash of all examples */
    char source[64], test_source[64]; /* for messages */
    uint64_t seed;                    /* of the random draws */
    size_t val;                       /* the options that hold examples out, as in struct data_options */
    double val_fraction, test_fraction;
    bool val_is_last;
    size_t fold, folds;
    size_t n_test; /* size of a test set that was not drawn */
    uint64_t test_hash;
    char label[64]; /* the array of a .npz that the option label named; "": none */
};

struct bl_data {
    bl_context *ctx;
    size_t n; /* number of examples, below 2^32 */
    bl_shape shape;
    size_t features;      /* channels * rows * cols */
    int outputs;          /* classes, or columns of targets */
    const uint8_t *bytes; /* n x features, or NULL; exactly one of bytes, floats, doubles is set */
    const float *floats;  /* n x features, or NULL: arrays of floats, wrapped or read */
    /* n x features, or NULL: tables, and arrays of values that floats cannot represent; NaN: missing. */
    const double *doubles;
    /* Of wrapped examples that had gaps between them; owned; `bytes`, `floats` or `doubles` points to it. */
    void *copy;
    const float *weights;     /* n, with a mean of 1; owned; NULL: all are 1 */
    const int32_t *labels;    /* n, or NULL: regression targets, or unknown */
    const double *targets;    /* n x outputs as read, or NULL; owned */
    bool has_targets;         /* regression targets instead of classes; also set if n is 0 */
    bool owns;                /* data_free frees examples and labels; false for wrapped arrays */
    enum normalize normalize; /* how scaling_fit fits `scaling`; for training sets */
    double epsilon;           /* of NORMALIZE_ZCA */
    struct scaling scaling;
    float
        *whitened; /* n x features: what data_gather gives; NULL: computed when it is needed (whitening.h) */
    struct scaling target_scaling; /* n = 0: none; else one pair for each output */
    char **class_names;            /* one for each output; NULL: "0", "1", ... */
    enum class_match class_match;  /* how the labels of other files are compared with class_names */
    bool is_shaped;      /* rows of numbers that are interpreted as images, so one pair scales them all */
    bool is_resized;     /* pictures were resized to one size, as those of other files must be */
    char *lacks_labels;  /* why there are no labels, for a message; NULL: unknown */
    char **column_names; /* one for each feature; NULL: the file has none */
    struct encoding *encoding; /* how the columns of a table became features; NULL: no table */
    /* For each column of `encoding`, the number of rows of the file without a value; NULL: not counted. */
    size_t *missing;
    bool has_test_beside;      /* the file from which it was read also has a test set */
    struct data_origin origin; /* set for training sets and for a model's description of its training set */
    char **ids;                /* one for each example, or NULL */
    char **notes;              /* n_notes sentences about decisions of the reader that no option determined */
    size_t n_notes;
    char *source;
    uint64_t hash;        /* FNV-1a of examples and labels (or targets) as read, before scaling */
    uint64_t narrow_hash; /* the hash with doubles rounded to floats, as in checkpoints of version 0.1.0 */
};

enum target_kind {
    TARGET_CLASS,         /* the label column's values are classes */
    TARGET_NUMBER,        /* the label column's values are regression targets */
    TARGET_NUMBER_IF_ALL, /* regression targets if all values are numbers, else classes */
    /* Regression targets if all values are numbers and at least half are not whole, else classes. */
    TARGET_NUMBER_IF_FRACTIONS
};

/* The data options of the configuration, parsed. */
struct data_options {
    const char *data_dir; /* the folder that is first searched for named sets; NULL: none */
    /* "first", "last", a column's name or its number from 0; NULL: determined by the reader. */
    const char *label;
    const char *header;               /* "auto" (or NULL), "yes", "no" */
    char separator;                   /* 0: determined by the reader */
    char decimal;                     /* '.' or ','; 0: as in the model, else '.' */
    const char *categorical, *ignore; /* columns, separated by commas; NULL: none */
    const char *id_column;            /* NULL: none */
    bool imputes;         /* missing values, and words unknown to the model, are imputed instead of refused */
    bool refuses_missing; /* missing values are refused even if the model's training imputed them */
    enum target_kind target;
    int resize_rows, resize_cols; /* size of pictures; 0: not resized */
    bl_shape shape;               /* of examples that are rows of numbers; 0 channels: not reshaped */
    enum normalize normalize;     /* of the inputs */
    double epsilon;               /* of NORMALIZE_ZCA */
    bool uses_cache;              /* what takes long to compute, the whitening, is kept in the user's cache */
    bool is_augmented;            /* training images are moved before they are scaled, anew in each epoch */
    const char *run; /* a run folder whose model may have the whitening of these data already; NULL: none */
    /* The data are read for statistics, not for training: missing values are counted, and data that only
       training refuses are accepted. */
    bool looks;
    bool has_labels;      /* false: a set without labels is also valid (predict) */
    double test_fraction; /* the fraction held out for testing if there is no test set; 0: none */
    size_t fold, folds;  /* instead: part `fold`, from 1, of `folds` parts is held out for testing; 0: none */
    size_t val;          /* training examples held out for validation */
    double val_fraction; /* the fraction held out for validation; 0: `val` is used */
    bool val_is_last;    /* the last examples are held out; else they are drawn by class and seed */
    uint64_t seed;       /* of the random draws: the option split-seed */
};

/* Wraps arrays of the caller: x and labels are borrowed, targets are copied. labels: n values, which must be
   in [0, outputs); NULL: unknown. targets: n x outputs. data_check_wrapped checks that x and targets are
   finite when they are used, because x may change until then. */
bl_status data_wrap(bl_data **out, bl_context *ctx, const float *x, const int32_t *labels, size_t n,
                    bl_shape shape, int outputs);
bl_status data_wrap_targets(bl_data **out, bl_context *ctx, const float *x, const float *targets, size_t n,
                            bl_shape shape, int outputs);
/* As data_wrap, for x of any type; x is copied if there are gaps between its examples. Bytes are scaled by 1
   / 255. */
bl_status data_wrap_array(bl_data **out, bl_context *ctx, const struct bl_array *x, const int32_t *labels,
                          size_t n, bl_shape shape, int outputs);
/* Copies the weights, divided by their mean. They are part of the hash of the data. */
bl_status data_set_weights(bl_data *data, const float *weights, size_t n);

/* Sets data->lacks_labels, the reason that follows "no labels to measure against: " in a message. */
bl_status data_set_lacks(bl_data *data, const char *format, ...) BL_PRINTF(2, 3);

/* Adds a sentence to data->notes. */
bl_status data_add_note(bl_data *data, const char *format, ...) BL_PRINTF(2, 3);

/* Converts an origin to JSON, for the metadata of a model and a run's config.json: an object, or null if the
   origin is unknown. */
json_t *origin_to_json(const struct data_origin *origin);
json_t *hash_to_json(uint64_t hash); /* a text of 16 hexadecimal digits */
bl_status origin_to_text(char **out, bl_context *ctx, const struct data_origin *origin);
bl_status origin_from_text(struct data_origin *out, bl_context *ctx, const char *path, const char *text);

/* Parses "1x28x28", which is channels, rows and columns, or "28x28", which has one channel. */
bool shape_parse(const char *text, bl_shape *out);

/* Parses "2/5", the option fold: part *fold, from 1, of *folds parts. */
enum { MOST_FOLDS = 1000 };
bool fold_parse(const char *text, size_t *fold, size_t *folds);
size_t shape_numbers(bl_shape shape); /* number of values of an example */
bool shape_is_vector(bl_shape shape); /* the shape is that of a vector, not of an image */

/* Fits data->scaling to `data` as data->normalize says. range: one pair, minimum and 1 / (maximum - minimum)
   of the whole set. global: one pair; channel and feature: one pair for each feature; mean and 1 / standard
   deviation (with n, not n - 1) of the values that are not missing. Marks (words, indicators) of a table stay
   0 and 1. none: the pair 0 and 1. Constant values get scale 0. BL_BAD_DATA: values vary, but so little that
   the scale is not a double (a deviation below 1e-308). BL_BAD_VALUE: data->normalize does not suit the data
   (normalize_check). */
bl_status scaling_fit(bl_data *data);
/* BL_BAD_VALUE if the text of the option is not a word of enum normalize. */
bl_status normalize_check_text(bl_context *ctx, const char *text);
enum normalize normalize_of(const char *text); /* text: must have been checked */
/* EPSILON of "zca [EPSILON]", else 0. text: must have been checked */
double normalize_epsilon(const char *text);
/* Replaces NORMALIZE_AUTO by its meaning for these data; any other value is returned unchanged. */
enum normalize normalize_resolve(enum normalize how, const bl_data *data);
/* BL_BAD_VALUE: one mean for table columns of different units, channels for examples that have none, or
   missing values that no mean replaces. */
bl_status normalize_check(const bl_data *data);
/* Fits the scaling of targets: mean and 1 / standard deviation of each output. */
bl_status scaling_fit_targets(bl_data *data);
/* Refuses examples and targets that are not finite floats after scaling; the message names row and column. */
bl_status scaling_check(const bl_data *data);
/* Checks wrapped arrays (data_wrap) before they are used, because the caller may have changed them: examples
   and targets must be finite, labels below the outputs. BL_BAD_VALUE: the message of ctx names the row. Sets
   that were read from files were checked then, and are not checked again. */
bl_status data_check_wrapped(bl_context *ctx, const bl_data *data);
/* Unscaled rows of the caller, n x features; one of floats and doubles is NULL. */
struct raw_rows {
    const float *floats;
    const double *doubles;
    size_t first, n; /* first: the number of the arrays' first row among all rows, for messages */
};
/* Scales rows into x as data_gather does, for a model with the scaling and encoding (which may be NULL) of
   `schema`. NaN is a missing value if the encoding's column had missing values. BL_BAD_VALUE: the message
   names a value that the model cannot use. */
bl_status scaling_apply(bl_context *ctx, const bl_data *schema, const struct raw_rows *rows, float *x);
/* Scales targets, n x outputs, into y; none may be missing. */
bl_status scaling_apply_targets(bl_context *ctx, const bl_data *schema, const float *targets, size_t n,
                                float *y);
bl_status scaling_copy(bl_context *ctx, struct scaling *to, const struct scaling *from); /* replaces `to` */
void scaling_free(bl_context *ctx, struct scaling *s);

/* Writes rows order[0 .. n-1], scaled, into x (n x features). order NULL: rows first .. first + n - 1
   (otherwise `first` is not used). Allocates nothing. */
void data_gather(const bl_data *data, const struct backend *backend, const uint32_t *order, size_t first,
                 size_t n, float *x);
/* The same on all threads of ctx, for data that are whitened when they are gathered. Not from a task of
   parallel_for. */
void data_gather_parallel(const bl_data *data, bl_context *ctx, const uint32_t *order, size_t first, size_t n,
                          float *x);
bool data_gathers_slowly(const bl_data *data); /* whether they are such data */

/* Writes the scaled targets of the rows that data_gather gives into y (n x outputs). */
void data_gather_targets(const bl_data *data, const uint32_t *order, size_t first, size_t n, float *y);

/* Writes rows first .. first + n - 1 as read, without scaling, into x (n x features). */
void data_gather_raw(const bl_data *data, size_t first, size_t n, double *x);

/* Creates a set of copies of the n rows in `order`; everything else is copied from `data`. All its memory is
   allocated by ctx, which may be another context than that of `data`. what: a name such as "the test set",
   for messages. */
bl_status data_subset(bl_data **out, bl_context *ctx, const bl_data *data, const uint32_t *order, size_t n,
                      const char *what);
void data_free(bl_data *data);

#endif
