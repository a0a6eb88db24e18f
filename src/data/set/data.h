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

/* The option normalize: the mean and the deviation that inputs are standardised by. */
enum normalize {
    NORMALIZE_AUTO,    /* range for images (bytes, or shaped), feature for everything else */
    NORMALIZE_NONE,    /* numbers as they are read */
    NORMALIZE_RANGE,   /* to [0, 1] by the smallest and the largest number of the training set */
    NORMALIZE_GLOBAL,  /* of all numbers of the training set */
    NORMALIZE_CHANNEL, /* of each channel of the training set */
    NORMALIZE_FEATURE, /* of each number of an example, over the training set */
    NORMALIZE_IMAGE,   /* of each example's own numbers; nothing is taken from the training set */
    NORMALIZE_ZCA      /* ZCA whitening (src/data/set/) */
};

/* x <- (x - offset) * scale; a missing value becomes 0, the mean. n = 0: no scaling; n = 1: one pair for all
   features; else one pair for each. */
struct scaling {
    size_t n;
    double *offset, *scale;
    /* Of a model of 0.1.0: inputs are rounded to float and then scaled in float, as that version did */
    bool is_narrow;
    bool is_of_example; /* n = 0: by the mean and the deviation of each example (example_scaling.c) */
    float *
        matrix; /* n x n, symmetric: what is scaled is then multiplied by it (whitening.h); NULL: it is not */
};

/* How a label is found among the classes. */
enum class_match {
    /* class_names (NULL: 0, 1, ...) and labels are whole numbers: 1, 01 and 1.0 are one class */
    CLASS_BY_VALUE,
    CLASS_BY_TEXT, /* class_names are texts, compared byte for byte: "1" and "01" are two classes */
    /* class_names explain the numbers 0, 1, ... in the files of a published set: a label may be either */
    CLASS_BY_NUMBER
};

/* Where the test set of a training came from. */
enum test_origin {
    TEST_IS_UNKNOWN, /* so is the whole origin: arrays of the caller, or a model of 0.1.0 */
    TEST_IS_NONE,
    TEST_IS_DRAWN, /* a share of the training data, held out by the seed */
    TEST_IS_OWN,   /* the data have a test set of their own */
    TEST_IS_OTHER  /* another file */
};

/* The training set before examples were held out, and how these were chosen, so that data_read_part can make
   the same splits again from the same data. */
struct data_origin {
    enum test_origin test;
    size_t n;                         /* all examples */
    uint64_t hash;                    /* bl_data.hash of all examples */
    char source[64], test_source[64]; /* for messages */
    uint64_t seed;                    /* of the draws */
    size_t val;                       /* the options that hold examples out, as in struct data_options */
    double val_fraction, test_fraction;
    bool val_is_last;
    size_t n_test; /* of a test set that was not drawn */
    uint64_t test_hash;
};

struct bl_data {
    bl_context *ctx;
    size_t n; /* examples; below 2^32 */
    bl_shape shape;
    size_t features;      /* channels * rows * cols */
    int outputs;          /* classes, or columns of targets */
    const uint8_t *bytes; /* n x features, or NULL; exactly one of bytes, floats, doubles is set */
    const float *floats;  /* n x features, or NULL: arrays of floats, wrapped or read */
    const double
        *doubles; /* n x features, or NULL: tables, and arrays of what a float does not hold; NaN: missing */
    void *copy;   /* of wrapped examples that had gaps between them; owned; one of the three */
    const float *weights;     /* n, with a mean of 1; owned; NULL: all are 1 */
    const int32_t *labels;    /* n, or NULL: targets, or none known */
    const double *targets;    /* n x outputs as read, or NULL; owned */
    bool has_targets;         /* regression targets, not classes; also where there are no examples */
    bool owns;                /* examples and labels are freed with it (wrapped arrays are not) */
    enum normalize normalize; /* how scaling_fit fits `scaling`; of a training set */
    double epsilon;           /* of NORMALIZE_ZCA */
    struct scaling scaling;
    struct scaling target_scaling; /* n = 0: none; else a pair an output */
    char **class_names;            /* outputs of them; NULL: "0", "1", ... */
    enum class_match class_match;  /* how the labels of other files are compared with them */
    bool is_shaped;                /* rows of numbers taken as images: scaled by one pair */
    bool is_resized;               /* pictures were brought to one size, and those of other files are too */
    char *lacks_labels;            /* why there are no labels, for a message; NULL: nothing is known */
    char **column_names;           /* features of them; NULL: the file has none */
    struct encoding *encoding;     /* of a table: what its columns became; NULL: no table */
    size_t *
        missing; /* encoding->n of them: rows of the file without a value in that column; NULL: not counted */
    bool has_test_beside;      /* the file from which it was read also has a test set */
    struct data_origin origin; /* of a training set, and of a model's description of it */
    char **ids;                /* n of them, or NULL */
    char **notes;              /* n_notes sentences: what the reader decided without an option */
    size_t n_notes;
    char *source;
    uint64_t hash;        /* FNV-1a of examples and labels (or targets) as read, before scaling */
    uint64_t narrow_hash; /* the same of doubles rounded to floats, as 0.1.0 kept them: for its checkpoints */
};

enum target_kind {
    TARGET_CLASS,         /* the label column's values are classes */
    TARGET_NUMBER,        /* they are regression targets */
    TARGET_NUMBER_IF_ALL, /* numbers where all of them are, else classes */
    /* Numbers where all of them are and half or more are not whole, else classes */
    TARGET_NUMBER_IF_FRACTIONS
};

/* How to read: the data options of the configuration, parsed. */
struct data_options {
    const char *data_dir;             /* where named sets are looked for first; NULL: none */
    const char *label;                /* "first", "last", a column's name or its number from 0; NULL: found */
    const char *header;               /* "auto" (or NULL), "yes", "no" */
    char separator;                   /* 0: found */
    char decimal;                     /* '.' or ','; 0: that of the model, else '.' */
    const char *categorical, *ignore; /* columns, with commas; NULL: none */
    const char *id_column;            /* NULL: none */
    bool imputes;         /* missing values, and words that a model does not know; else they are refused */
    bool refuses_missing; /* also where the model's training filled them in */
    enum target_kind target;
    int resize_rows, resize_cols; /* of pictures; 0: as they are */
    bl_shape shape;               /* of examples that are rows of numbers; 0 channels: as they are */
    enum normalize normalize;     /* of the inputs, fitted to the training set */
    double epsilon;               /* of NORMALIZE_ZCA */
    const char *run; /* a run folder whose model may have the whitening of these data already; NULL: none */
    /* The data are read for statistics, not for training: missing values are counted, and what only training
       refuses is accepted */
    bool looks;
    bool has_labels;      /* false: a set without labels is also valid (predict) */
    double test_fraction; /* of one file, held out for testing; 0: none */
    size_t val;           /* training examples held out for validation */
    double val_fraction;  /* the same as a share of them; 0: `val` counts */
    bool val_is_last;     /* the last ones; else drawn by class and seed */
    uint64_t seed;        /* of the draws: the option split-seed */
};

/* `where` is a named set ("mnist", "fashion-mnist"), a folder of IDX files, or a file, whose kind is told by
   content (IDX magic, else CSV; gzip around either). A named set goes before a file of that name: say
   "./mnist" for the file.

   Train, val and test as bl_data_load promises; val and test may come out NULL. test_where (may be NULL) is
   another set for testing; else a folder or named set brings its own; else test_fraction of each class is
   drawn by the seed, and both parts stay in drawn order. val is then drawn likewise, each class by its
   share, or is what stands last; what remains keeps its order. Scaling is fitted on what remains of train
   and copied to the others; train's columns and classes decide how test is read. */
bl_status data_load(bl_data **train, bl_data **val, bl_data **test, bl_context *ctx, const char *where,
                    const char *test_where, const struct data_options *options);

/* Reads `where` for a model. schema: shape, features, outputs, scaling, class and column names are looked at
   (examples are not); all but the column names are copied. part: "train" or "test", for folders and named
   sets. Columns are matched by name in any order where both have names (others are left out), else by their
   number; classes by name. A label that the model does not know is an error, also without has_labels. */
bl_status data_read_with_schema(bl_data **out, bl_context *ctx, const char *where, const char *part,
                                const struct data_options *options, const bl_data *schema);

/* The part "train", "val" or "test" that the training of `schema` made of its data, row by row. Refused
   where the data are not those of the training (by the hash of all examples) or the training made no such
   part. A folder or file with a test set of its own has that as "test", and its training set as "train"
   unless examples were held out of it. Where rows were drawn and have no ids, their numbers in the file,
   from 1, are their ids. */
bl_status data_read_part(bl_data **out, bl_context *ctx, const char *where, const char *part,
                         const struct data_options *options, const bl_data *schema);

/* Wraps arrays of the caller: x and labels are borrowed, targets are copied. labels: n in [0, outputs),
   checked; NULL: not known. targets: n x outputs. data_check_wrapped checks that x and targets are finite
   when they are used, because x may change until then. */
bl_status data_wrap(bl_data **out, bl_context *ctx, const float *x, const int32_t *labels, size_t n,
                    bl_shape shape, int outputs);
bl_status data_wrap_targets(bl_data **out, bl_context *ctx, const float *x, const float *targets, size_t n,
                            bl_shape shape, int outputs);
/* x: of any type; copied if there are gaps between its examples. Bytes are scaled by 1 / 255. */
bl_status data_wrap_array(bl_data **out, bl_context *ctx, const bl_array *x, const int32_t *labels, size_t n,
                          bl_shape shape, int outputs);
/* Copies the weights, divided by their mean. They are part of the hash of the data. */
bl_status data_set_weights(bl_data *data, const float *weights, size_t n);

/* Sets data->lacks_labels, the reason, which follows "no labels to measure against: " in a message. */
bl_status data_set_lacks(bl_data *data, const char *format, ...) BL_PRINTF(2, 3);

/* Adds a sentence to data->notes. */
bl_status data_add_note(bl_data *data, const char *format, ...) BL_PRINTF(2, 3);

/* Named sets (LOCATION_ROOM bytes for a path is BL_PATH_ROOM): see bl_data_set_*. */
const char *named_at(size_t i);            /* NULL past the last */
const char *named_about(const char *name); /* NULL: no such set */
bl_status named_path(bl_context *ctx, const char *name, const char *data_dir, char *path);
bl_status named_home(bl_context *ctx, const char *data_dir, char *path);

/* An origin as JSON, for the metadata of a model and a run's config.json: an object; null for one that is
   not known. */
json_t *origin_to_json(const struct data_origin *origin);
bl_status origin_to_text(char **out, bl_context *ctx, const struct data_origin *origin);
bl_status origin_from_text(struct data_origin *out, bl_context *ctx, const char *path, const char *text);

/* "1x28x28", channels, rows and columns, or "28x28" of one channel. */
bool shape_parse(const char *text, bl_shape *out);
size_t shape_numbers(bl_shape shape); /* the numbers of an example */
bool shape_is_vector(bl_shape shape); /* not an image */
bool shape_is_same(bl_shape a, bl_shape b);

/* Fitted to `data` as data->normalize says. range: one pair, minimum and 1 / (maximum - minimum) of the
   whole set. global: one pair, channel and feature: a pair a feature, mean and 1 / standard deviation (of
   the n, not n - 1) of what is not missing; marks (words, indicators) of a table stay 0 and 1. none: the
   pair 0 and 1. What is constant gets scale 0. BL_BAD_DATA: numbers that vary, but by less than there is a
   scale for (a deviation below 1e-308). BL_BAD_VALUE: a way that does not suit the data
   (normalize_check). */
bl_status scaling_fit(bl_data *data);
/* The words of the option are those of enum normalize. */
bl_status normalize_check_text(bl_context *ctx, const char *text);
enum normalize normalize_of(const char *text); /* of a text that was checked */
double normalize_epsilon(const char *text);    /* of "zca [EPSILON]", that was checked; else 0 */
/* The way that NORMALIZE_AUTO means for these data; any other way as it is. */
enum normalize normalize_resolve(enum normalize how, const bl_data *data);
/* Refuses one mean for columns of different units, channels of examples that have none, and missing values
   where no mean replaces them. */
bl_status normalize_check(const bl_data *data);
/* Fits the scaling of targets: mean and 1 / standard deviation of each output. */
bl_status scaling_fit_targets(bl_data *data);
/* Refuses examples and targets that are not finite floats after scaling; the message names row and column. */
bl_status scaling_check(const bl_data *data);
/* Checks wrapped arrays (data_wrap) before they are used, because the caller may have changed them: examples
   and targets must be finite, labels below the outputs. BL_BAD_VALUE: the message of ctx names the row. Sets
   that were read from files were checked then, and are not checked again. */
bl_status data_check_wrapped(bl_context *ctx, const bl_data *data);
/* Numbers as a model with this scaling and encoding (may be NULL) takes them, from n x features as read,
   into x. As data_gather does; NaN is a missing value where the encoding's column had some. BL_BAD_VALUE,
   in the sentence of ctx: a value that cannot be taken. One of floats and doubles is given. */
struct raw_rows {
    const float *floats;
    const double *doubles;
    size_t first, n; /* first: the number of the arrays' first row among all rows, for messages */
};
bl_status scaling_apply(bl_context *ctx, const bl_data *schema, const struct raw_rows *rows, float *x);
/* The same for targets, n x outputs; none may be missing. */
bl_status scaling_apply_targets(bl_context *ctx, const bl_data *schema, const float *targets, size_t n,
                                float *y);
bl_status scaling_copy(bl_context *ctx, struct scaling *to, const struct scaling *from); /* replaces `to` */
void scaling_free(bl_context *ctx, struct scaling *s);

/* Rows order[0 .. n-1], scaled, into x (n x features). order NULL: rows first .. first + n - 1 (else `first`
   is not used). Allocates nothing. */
void data_gather(const bl_data *data, const struct backend *backend, const uint32_t *order, size_t first,
                 size_t n, float *x);

/* The targets of the same rows, scaled, into y (n x outputs). */
void data_gather_targets(const bl_data *data, const uint32_t *order, size_t first, size_t n, float *y);

/* The rows as read, without scaling. */
void data_gather_raw(const bl_data *data, size_t first, size_t n, double *x);

/* A new set of copies of the n rows in `order`; all else is that of `data`, copied. what: for a message, "the
   test set". */
bl_status data_subset(bl_data **out, const bl_data *data, const uint32_t *order, size_t n, const char *what);
void data_free(bl_data *data);

#endif
