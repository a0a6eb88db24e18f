/*
 * backless.h - train neural networks without backpropagation. A rule of your own: see backless_rule.h. The
 * types that these headers share are in backless_types.h.
 *
 * Errors     A function that can fail returns bl_status (backless_types.h lists its values). On failure it
 *            creates nothing, leaves its out-parameters unchanged, and bl_why(ctx) gives the cause in one
 *            sentence. The library does not exit, abort or print.
 * NULL       A pointer that is NULL where this header gives NULL no meaning is refused: BL_BAD_VALUE, with
 *            the function and the argument in bl_why. A function that does not return a status then returns
 *            NULL or 0, or does nothing (bl_why always returns a text). If ctx itself is NULL, or the object
 *            that leads to the context (config, data, model, trainer, predictor), no message can be stored.
 * Ownership  The caller releases each object that it creates with the bl_*_free of its type (NULL is
 *            allowed). A pointer to const that a function returns is borrowed: it is valid as long as the
 *            object that it came from, and only until the next call on that object. Objects may be freed in
 *            any order, but the context must be freed last.
 * Threads    There is no global state. One thread at a time may use a context and the objects created from
 *            it; the library distributes the work over threads of its own (bl_context_use). An object that is
 *            passed as a pointer to const is not changed, and several threads may use it at once while none
 *            changes it: a bl_data, or a bl_model with a bl_predictor and a context for each thread. The
 *            library's threads block all signals except those that a fault raises, so that handlers run on
 *            the program's threads. After fork() the child may use what the thread that called fork was
 *            using.
 * Numbers    Arrays are row-major, batch first; images are channel, row, column. Values inside a net are
 *            float; values with a unit (as read, predictions) are double. Losses are in nats (squared units
 *            for mse), errors are fractions, angles are degrees, times are seconds.
 * Structs    A struct whose first member is `size` may get further members at its end: set size to sizeof of
 *            the struct before the call. Structs that the library gives as a pointer to const (bl_option,
 *            bl_progress, bl_map_call) may get further members at their ends too. No other struct changes.
 * Buffers    The caller owns every array that it passes. The function's comment states the array's size in
 *            elements; a buffer for text is passed with its size in bytes, terminating zero included.
 * Experimental  backless_experimental.h declares functions for measuring and inspection, which any version
 *            may change. A program includes that header, or defines BL_EXPERIMENTAL before it includes this
 *            one.
 * Seeds      The same configuration and seed give the same bits, for any number of threads, any processor and
 *            any compiler.
 */
#ifndef BACKLESS_H
#define BACKLESS_H

#include "backless_types.h"

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define BL_VERSION "0.2.0"
/* The version as one number: major x 1,000,000 + minor x 1,000 + patch. #if can compare it. */
#define BL_VERSION_NUMBER 2000
/* The version of the library that the program runs with, as text and as a number. Versions with equal major
   and minor numbers have the same binary interface. */
BL_API const char *bl_version(void);
BL_API int bl_version_number(void);

/* BL_NUMERIC_REVISION (backless_types.h) of the library that the program runs with. */
BL_API int bl_numeric_revision(void);

/* ---- Context: backend, threads, memory, and the message of the latest failure --------------------- */

/* Creates a context that uses all cores. allocator: NULL for the C library's, which is asked for huge pages
   for blocks of 2 MiB and more on Linux. Returns NULL if there is no memory or a function of the allocator is
   NULL. Every function refuses a context that is NULL (BL_BAD_VALUE), so a program may check the status of
   the last call only. */
BL_API bl_context *bl_context_new(const bl_allocator *allocator);
BL_API void bl_context_free(bl_context *ctx);
BL_API const char *bl_why(const bl_context *ctx); /* the message of the latest failure; never NULL */

/* Sets the numerical backend and the number of threads. It must be called before a trainer or a predictor
   is created from ctx; while one exists the call fails with BL_BAD_VALUE. backend: "portable", "auto" or
   NULL, which all mean the same ("onednn" of version 0.1.0 was removed and is refused). threads: 1 to 1024,
   or 0 for the number that this process may use (affinity, CPU quota, OMP_NUM_THREADS); with 0 fewer
   threads work while fewer are faster. The bits do not depend on either argument. */
BL_API bl_status bl_context_use(bl_context *ctx, const char *backend, int threads);
BL_API const char *bl_context_backend(const bl_context *ctx); /* the backend in use: "portable" */
/* The backend's instruction set: "avx512", "neon", ... */
BL_API const char *bl_context_machine(const bl_context *ctx);
/* 1 if the processor has instructions that multiply bfloat16, else 0. On a processor without them, and on
   some that have them, precision bf16 gives the same bits but is slower than float32
   (bl_context_measure_bf16 in backless_experimental.h). */
BL_API int bl_context_has_bf16(const bl_context *ctx);
BL_API int bl_context_threads(const bl_context *ctx);
BL_API const char *bl_backend_name(int i); /* the name of the i-th backend, from 0; NULL past the last */

/* An optional component of the library, as this build has it or lacks it. bl_build_part describes the i-th
   component, from 0; it returns 1, or 0 past the last. */
typedef struct bl_part {
    size_t size;         /* sizeof(bl_part) */
    const char *name;    /* "PNG" */
    const char *version; /* "1.6.39"; NULL: this build lacks it */
    const char *purpose; /* "folders of PNG images" */
    const char *package; /* the package that contains it, "libpng-dev" (Debian); "" if none is needed */
} bl_part;
BL_API int bl_build_part(int i, bl_part *out);

/* ---- Configuration: every option by name, with text as its value ---------------------------------- */

typedef struct bl_option {
    /* "lr": the option is the flag --lr, the variable BACKLESS_LR and the key in config.json */
    const char *key;
    const char *argument;      /* "RATE"; NULL for a switch, whose values are "true" and "false" */
    const char *default_value; /* the default as text; "" if it depends on other options */
    /* The section of the help: "data", "net", "rule", "training", "machine" or "run". "former" marks an
       option name of an earlier version: it is still accepted, and --help omits it. */
    const char *group;
    const char *help; /* one line; it states what the default depends on */
} bl_option;
BL_API const bl_option *bl_option_at(int i); /* the i-th option, from 0; NULL past the last */
/* For messages about an unknown key: returns the option that other programs call by this word ("batch" for
   "batch-size", "lr" for "learning_rate"). Returns "" if no option or more than one corresponds to the
   word, and NULL if the word is unknown. The words are not accepted as options. advice (may be NULL): set
   to a clause with further advice, or to NULL if there is none; left unchanged if the function returns
   NULL. */
BL_API const char *bl_option_alias(const char *word, const char **advice);
/* Returns the name in `names` (a list that ends with NULL) that `word` was probably meant to be: one that
   is equal except for case, '-' and '_'; one that differs in few letters (1 for words of up to 4 letters, 2
   for up to 7, else 3); or one of which `word` is a prefix, or that is a prefix of `word`. Returns NULL if
   there is no such name. */
BL_API const char *bl_nearest(const char *word, const char *const *names);

/* The options: key, values and, in brackets, the default. A default [] depends on other options or on the
   data, as bl_option.help describes. Values are text; RATE, F and X are decimal numbers, N is an integer.
   `backless train --help` shows the same table.

     data              a named set, a folder or a file []
     test              a file to test on []
     data-dir          a folder []
     label             first, last, or a column's name or number from 0 []
     header            auto, yes, no [auto]
     separator         auto, tab, space, or one of , ; | : ^ ~ [auto]
     decimal           auto, point, comma [auto]
     categorical       columns, with commas []
     ignore            none, or columns, with commas []
     id-column         a column []
     missing           refuse, impute [refuse]
     target            auto, class, number [auto]
     resize            ROWSxCOLS, 1x1 to 4096x4096 []
     shape             CHANNELSxROWSxCOLS, as in 1x28x28: the image that the features of a table form []
     normalize         auto, none, range, global, channel, feature, image, "zca [EPSILON]" (1e-12 to 1e12):
                       how inputs are scaled [auto]
     cache             yes, no: whether the matrix of zca is kept in, and taken from, the user's cache [yes]
     augment           none, or a list with commas of "pad-crop N", flip, "translate N": random
                       transformations of the training images of bl_trainer_fit; N: 1 to 4096 pixels [none]
     val               N, a fraction F below 1, or "last N" [0]
     test-fraction     F, 0 to 0.999999 [0]
     fold              I/K, part I of K, 2 to 1000: the test set, instead of test-fraction []
     split-seed        N below 2^64 [1]
     net               layers, with commas: see below []
     init              zero, fanin, fanin-first, glorot, he, "uniform X", or a model's FILE.safetensors []
     rule              a name of bl_rule_name or of bl_rule_register: bp, fa, dfa, ... [dfa]
     feedback          nokland, lillicrap, "fanin [GAIN]", "uniform X", "normal S", FILE.npz []
     feedback-at       end, before-pool, channels [end]
     modules           layer, residual, N weighted layers, 1 to 1e6: see below [layer]
     slope             "cos a", "cos f", 1, f' []
     lambda            X, 0 to 0.9 []
     preset            none, nokland2016, dfa-torch [none]
     loss              ce, bce, mse []
     reduction         mean, sum [mean]
     adversarial       EPS, 0 or 1e-6 to 1e3: train on x + EPS sign(dJ/dx); 0: off [0]
     max-norm          C, 0 or 1e-6 to 1e3: limit of the norm of the weights into each unit; 0: none [0]
     clip-norm         C, 0 or 1e-6 to 1e3: limit of the norm of all gradients of a step; 0: none [0]
     clip-value        C, 0 or 1e-6 to 1e3: limit of each number of a step's gradients; 0: none [0]
     freeze            none, or "BLOCKS [from EPOCH] [until EPOCH], ...": blocks that do not learn in these
                       epochs, as in "0 2-4 until 5, 6 from 10"; epochs from 1, both inclusive [none]
     optimizer         "adam [beta1 B] [beta2 B] [epsilon E]", "rmsprop [rho R] [epsilon E] [initial V]",
                       "sgd [momentum M] [nesterov]"; each also with "weight-decay X" or "l2 X" []
     lr                RATE, 1e-12 to 1e6 []
     schedule          constant, "step EVERY FACTOR", "multistep EPOCH,... FACTOR", "cosine [warmup N]",
                       auto []
     batch             N, 1 to 1e8; also the largest batch of bl_trainer_step (64, if batch is not set and
                       is smaller) []
     epochs            N, up to 1e9 []
     stop              epochs, paper [epochs]
     patience          N; 0: never [0]
     max-time          seconds; 0: never [0]
     memory            normal, low [normal]
     precision         float32, bf16, bf16-dense [float32]
     seed              N below 2^64 [1]
     weight-seed       N below 2^64 []
     feedback-seed     N below 2^64 []
     order-seed        N below 2^64 []
     angles            auto, none, N (every N steps), or step numbers with commas: 1,3,10 [auto]
     threads           N, 0 to 1024; for the program backless; other programs call bl_context_use [0]
     backend           auto, portable; for the program backless, like threads [auto]
     out               a folder []
     force             true, false [false]
     inlet             the name of version 0.1.0 for feedback-at: end, before-pool, channels [end]
     no-angles         the name of version 0.1.0 for "angles none": true, false [false]

   A net is a list of layers with commas between them, from the input to the output: "conv 8 5x5 pad 2, relu,
   maxpool 2, dense 100, tanh, dropout 0.5, dense 10". It begins with a layer that has weights (dropout may
   stand before it) and ends with the output's dense layer, whose units are the classes or the columns of the
   targets; the output's function belongs to the loss.

     with weights      dense UNITS [nobias]
                       conv CHANNELS ROWSxCOLS [stride N] [pad N] [nobias]
     then any of       tanh  logistic  relu  leaky-relu [SLOPE]  gelu  softplus  identity
                       maxpool ROWSxCOLS [stride N]|all  avgpool ROWSxCOLS [stride N]|all
                       batchnorm  dropout P  flatten
                       layernorm  subsample STRIDE [pad-channels CHANNELS]

     in parentheses    residual (LAYERS)              their output plus their input, which must have one shape
                       residual (LAYERS | SHORTCUT)   their output plus that of the shortcut's layers on
                                                      the same input

   A residual must follow a layer with weights and must not end the net: "dense 100, tanh, residual (dense
   100, tanh, dense 100), tanh, dense 10". Blocks are counted in text order, and each sum, layernorm and
   subsample begins one of its own. Rules ifa and pepita are not defined with layernorm and subsample.

   layernorm brings each example to mean 0 and variance 1 (epsilon 1e-5) over all its numbers, then scales and
   shifts each number with parameters of its own, as PyTorch's nn.LayerNorm does over the whole shape of an
   example (for images channels x rows x columns). subsample takes every STRIDE-th row and column, and adds
   channels of zeros, half of them before and half after the others, up to CHANNELS: the shortcut without
   weights, "residual (conv 32 3x3 stride 2 pad 1, ... | subsample 2 pad-channels 32)", option A of He and
   others 2015.

   A module is a part of the net of which other parts read only the last block's output. Inside a module
   derivatives are exact, whatever the rule. A direct rule sends one signal to each module, at its last block;
   a chain rule uses its matrix only where a signal goes from module to module. The option modules sets what
   forms a module. "layer": each weighted layer with the layers that follow it, a sum with the last layers of
   its body and its shortcut, and a layernorm or subsample with the block before it if nothing else reads that
   block. "residual": each residual that is not inside another one, from its first layer to the layers that
   follow its sum. A number N: parts of N weighted layers or more, counted from the input, each of which ends
   where other parts read only its last output; the last part ends with the output. Rule bp does not depend on
   modules.

   "3 x (dense 240, tanh), dense C" repeats the layers in parentheses three times; C stands for the number of
   classes or of columns of the targets. A name of bl_net_at stands for its layers. Models store the full
   text.

   One number stands for both sides (5 for 5x5). The stride of a pool is its size if none is given, and "all"
   pools the whole image into one number for each channel. A dense layer takes any input as a vector; conv and
   the pools take images. */

BL_API bl_status bl_config_create(bl_config **out, bl_context *ctx);
BL_API bl_status bl_config_copy(bl_config **out, const bl_config *config);
BL_API void bl_config_free(bl_config *config);

/* Sets one option. The text is checked at once; that of a whole number is kept without leading zeros.
   text NULL: the option gets its default again. */
BL_API bl_status bl_config_set(bl_config *config, const char *key, const char *text);
/* Returns the value as text: the value that was set, else that of the option preset, else the default.
   Returns NULL for an unknown key. */
BL_API const char *bl_config_get(const bl_config *config, const char *key);
/* Returns 1 if bl_config_set or bl_config_load set the option, else 0. */
BL_API int bl_config_is_set(const bl_config *config, const char *key);
/* Returns the value that a preset ("nokland2016") gives to an option that is not set; NULL if it gives none
   or there is no such preset. The values of init and feedback by the preset "dfa-torch" depend on rule and
   net, so bl_trainer_config has them. */
BL_API const char *bl_preset_value(const char *preset, const char *key);

/* Sets the options that a JSON file holds: one object whose values are texts, numbers, true or false. An
   unknown key is refused, and on failure no option is changed. A run folder's config.json, whose options
   are in its object "options", is accepted too; relative paths of data and feedback in it refer to the
   folder in which the run was started, and become absolute paths if the program runs in another folder. */
BL_API bl_status bl_config_load(bl_config *config, const char *path);

/* ---- Data: examples, and a class or a target for each ---------------------------------------------- */

/* Loads the data that the options of the group "data" name: the training set, and the validation and the
   test set, each of which is set to NULL if there is none. The scaling is fitted on the training set and
   applied to all three. The caller frees each set with bl_data_free. */
BL_API bl_status bl_data_load(bl_data **train, bl_data **val, bl_data **test, bl_context *ctx,
                              const bl_config *config);

/* As bl_data_load, for examining data that may not be ready for training. Missing values of a table are
   accepted, unless the option missing is set to refuse them, and are counted for bl_data_missing. Rows
   without a label, and columns with more different words than training accepts, are left out, and a note
   states so. */
BL_API bl_status bl_data_examine(bl_data **train, bl_data **val, bl_data **test, bl_context *ctx,
                                 const bl_config *config);
/* A column of the file that has missing values (fields that are empty, ?, NA or N/A). bl_data_missing
   describes the i-th one, from 0; it returns 1, or 0 past the last. Only a training set from
   bl_data_examine has such columns. */
typedef struct bl_missing {
    size_t size;        /* sizeof(bl_missing) */
    const char *column; /* its name; NULL: the file has no header */
    size_t place;       /* the column's number in the file, from 0 */
    size_t count;       /* rows of the file without a value there */
} bl_missing;
BL_API int bl_data_missing(const bl_data *data, int i, bl_missing *out);

/* Creates data from arrays of the program, which are not scaled: n examples of `shape`, and n labels in [0,
   classes). labels may be NULL if they are unknown; such data serve for prediction only. The arrays are
   borrowed until bl_data_free, and their values may be changed between calls. Functions that use them (fit,
   angles, predict, evaluate) read them once before they start, and refuse NaN, infinities and labels out of
   range: BL_BAD_VALUE names the row. */
BL_API bl_status bl_data_wrap(bl_data **out, bl_context *ctx, const float *x, const int32_t *labels, size_t n,
                              bl_shape shape, int classes);
/* As bl_data_wrap, with real-valued targets for the loss mse: n rows of `outputs` floats. The targets are
   copied, and NaN and infinities are refused. */
BL_API bl_status bl_data_wrap_targets(bl_data **out, bl_context *ctx, const float *x, const float *targets,
                                      size_t n, bl_shape shape, int outputs);

/* The type of an array's elements. Existing values never change their meaning. */
typedef enum bl_type {
    BL_FLOAT32 = 0,
    BL_FLOAT64 = 1,
    BL_UINT8 = 2 /* used as x / 255, as pixels are */
} bl_type;
typedef struct bl_array {
    size_t size; /* sizeof(bl_array) */
    const void *values;
    bl_type type;
    /* Elements from one example to the next; 0: the number of elements of an example, which is also the
       least */
    size_t stride;
} bl_array;
/* As bl_data_wrap, from an array of another element type or with gaps between its examples. An array
   without gaps is borrowed, not copied; from an array with gaps the examples are copied. Elements of type
   double that exceed the range of float are refused when they are used. */
BL_API bl_status bl_data_wrap_array(bl_data **out, bl_context *ctx, const bl_array *x, const int32_t *labels,
                                    size_t n, bl_shape shape, int classes);
/* Sets a weight for each example. Each example's loss, and with it its part of the gradient, is multiplied
   by its weight divided by the mean weight of all examples of `data`. bl_trainer_fit trains with the
   weights, and its training loss is the weighted one. Errors, angles and evaluation ignore them, and so do
   sets that were split off before the call. n: the number of examples of data. The weights are copied.
   BL_BAD_VALUE: a weight is negative or not finite, or all are 0. */
BL_API bl_status bl_data_set_weights(bl_data *data, const float *weights, size_t n);
BL_API void bl_data_free(bl_data *data);

BL_API size_t bl_data_count(const bl_data *data);
BL_API bl_shape bl_data_shape(const bl_data *data);
/* The number of classes, or of columns of the targets */
BL_API int bl_data_outputs(const bl_data *data);
BL_API const int32_t *bl_data_labels(const bl_data *data); /* one per example; NULL: unknown */
/* The name of class i, "virginica"; NULL if the class has only its number. */
BL_API const char *bl_data_class_name(const bl_data *data, int i);
/* The name of feature i; NULL: it has none */
BL_API const char *bl_data_column_name(const bl_data *data, size_t i);
/* Returns what identifies an example: its field in the column that the option id-column names, or the name
   of its file. Returns NULL if there is neither. */
BL_API const char *bl_data_id(const bl_data *data, size_t row);
BL_API const char *bl_data_source(const bl_data *data); /* where the data came from, for messages */
/* Returns the i-th note, from 0: a sentence about a decision of the reader that no option prescribed
   ("column \"Id\" left out: ..."). NULL past the last. */
BL_API const char *bl_data_note(const bl_data *data, int i);
/* Copies the features of examples first to first + n - 1 to x, scaled as for training: n rows of channels x
   rows x cols floats. */
BL_API bl_status bl_data_rows(const bl_data *data, size_t first, size_t n, float *x);
/* As bl_data_rows, but as the values were read: pixels from 0 to 255, numbers in the unit of their column,
   0 and 1 for words, and NaN where a value is missing. */
BL_API bl_status bl_data_raw_rows(const bl_data *data, size_t first, size_t n, double *x);
/* Copies the real-valued targets of examples first to first + n - 1, in their own unit: n rows of
   bl_data_outputs numbers. BL_BAD_VALUE also if the data have classes, or are without answers. */
BL_API bl_status bl_data_raw_targets(const bl_data *data, size_t first, size_t n, double *targets);

/* The name of the i-th data set that the library knows by name, from 0 ("mnist", "cifar10", ...); NULL past
   the last. */
BL_API const char *bl_data_set_name(int i);
BL_API const char *bl_data_set_about(const char *name); /* one line; NULL: no such set */
/* Finds the folder of a named set on this machine, in the places that the option data-dir describes.
   BL_BAD_DATA: no place has it, and bl_why states how to get it. room: the size of path in bytes.
   BL_PATH_ROOM is enough for every path; BL_BAD_VALUE: room is too small. */
BL_API bl_status bl_data_set_find(bl_context *ctx, const bl_config *config, const char *name, char *path,
                                  size_t room);
/* Gives the folder that downloaded sets are stored in: that of the option data-dir, else $BACKLESS_DATA,
   else a folder in the user's cache. room: as for bl_data_set_find. */
BL_API bl_status bl_data_set_home(bl_context *ctx, const bl_config *config, char *path, size_t room);

/* ---- Model: a net, its weights and feedback, and the encoding of its data ---------------------------- */

/* Loads a model from a safetensors file, or saves it as one. load refuses a malformed file, and one in
   which a weight is not finite (BL_BAD_DATA). save refuses to write such a weight (BL_DIVERGED), and leaves
   an existing file as it was. */
BL_API bl_status bl_model_load(bl_model **out, bl_context *ctx, const char *path);
BL_API bl_status bl_model_save(const bl_model *model, const char *path);
BL_API void bl_model_free(bl_model *model);

/* Opens data for this model: they are read, scaled and named as its training set was. path: a file or
   folder, as for the option data. part: "train" or "test", for folders and named sets; a file that holds
   one set is read as a whole. config: sets options of the reader (NULL: none). Labels are read if the file
   has them. */
BL_API bl_status bl_model_open_data(bl_data **out, const bl_model *model, const char *path, const char *part,
                                    const bl_config *config);

/* Opens the part "train", "val" or "test" of the data that this model was trained on, as the training divided
   them, with the same rows in the same order. The model stores the options val, test-fraction and fold, the
   split's seed, and a hash of all examples. BL_BAD_DATA: the examples at path differ from those, the training
   had no such part, or the model does not store the split (it is of version 0.1.0, or was trained on arrays).
   If path has a test set of its own, or is the test set of the training, that set is the part "test".
   bl_data_id gives the number in the file, from 1, of a row that the split drew and that has no id. */
BL_API bl_status bl_model_open_part(bl_data **out, const bl_model *model, const char *path, const char *part,
                                    const bl_config *config);

/* Computes scores for n examples. scores: n rows of bl_model_outputs. They are probabilities for the losses
   ce and bce (if the net ends with one unit for two classes, those of both: 1 - p and p, where p is that of
   the second), and outputs in the unit of the targets for mse. x: features as bl_data_raw_rows gives them,
   which the model scales as it scaled its training set; a model that was trained on arrays (bl_data_wrap)
   uses them unscaled. NaN stands for a missing value in a column that had missing values in training; the
   column's indicator, a feature of its own, should then be 1. Any other NaN, an infinity, and a number that
   is not finite once it is scaled are refused: BL_BAD_VALUE names row and feature, and the scores are
   undefined. data: must have been opened with bl_model_open_data or loaded with the same scaling. Each call
   allocates and frees the memory for one batch; bl_predictor keeps it. Several threads may call these
   functions for one model if its context's allocator may be called by several threads (the C library's
   may); bl_why then gives the failure of any of them. */
BL_API bl_status bl_model_predict(const bl_model *model, const float *x, size_t n, double *scores);
BL_API bl_status bl_model_predict_data(const bl_model *model, const bl_data *data, double *scores);

typedef struct bl_score {
    double loss;  /* mean over the examples; NaN: unknown */
    double error; /* fraction of examples whose largest score is not their class; NaN: no classes */
    size_t count;
    double rmse, mae, r2; /* for real-valued targets, in their unit, over all outputs; NaN for classes */
} bl_score;
BL_API bl_status bl_model_evaluate(const bl_model *model, const bl_data *data, bl_score *out);

/* A predictor computes a model's outputs repeatedly: it keeps the memory for a batch, and borrows the
   model. Several predictors may share a model and run at once, each on its own thread, as long as the model
   is not trained, changed or freed. ctx: the thread's own context, which may differ from the model's; it
   provides backend, threads and memory, and its bl_why explains failures. For many small calls one thread
   is fastest (bl_context_use). */
BL_API bl_status bl_predictor_create(bl_predictor **out, bl_context *ctx, const bl_model *model);
BL_API void bl_predictor_free(bl_predictor *predictor);
/* As bl_model_predict, bl_model_predict_data and bl_model_evaluate. run_doubles is for values that a float
   does not represent exactly. */
BL_API bl_status bl_predictor_run(bl_predictor *predictor, const float *x, size_t n, double *scores);
BL_API bl_status bl_predictor_run_doubles(bl_predictor *predictor, const double *x, size_t n, double *scores);
BL_API bl_status bl_predictor_run_data(bl_predictor *predictor, const bl_data *data, double *scores);
BL_API bl_status bl_predictor_evaluate(bl_predictor *predictor, const bl_data *data, bl_score *out);

/* Returns the value of a metadata key of the model's file: "net", "rule", "loss", "input", "epoch", "step",
   "seed", ...; NULL if there is no such key. For a trainer's model, "epoch" (epochs finished) and "step"
   (steps since the beginning, with those of bl_trainer_step) are current between steps too, and
   bl_model_save writes these values. */
BL_API const char *bl_model_metadata(const bl_model *model, const char *key);
BL_API const char *bl_model_metadata_name(const bl_model *model, int i); /* NULL past the last */
BL_API int bl_model_outputs(const bl_model *model);                   /* the number of scores of an example */
BL_API const char *bl_model_class_name(const bl_model *model, int i); /* as bl_data_class_name */

/* A tensor of a model: weights, bias or feedback, row-major, with a name such as "0.dense.weight" (units x
   inputs), "0.dense.bias" or "0.feedback". bl_model_tensor describes the i-th one, from 0.
   bl_model_set_tensor copies n = rows x cols values into the named one. */
typedef struct bl_tensor {
    const char *name;
    const float *values;
    size_t rows, cols;
} bl_tensor;
BL_API int bl_model_tensor(const bl_model *model, int i, bl_tensor *out); /* 0 past the last, else 1 */
BL_API bl_status bl_model_set_tensor(bl_model *model, const char *name, const float *values, size_t n);

/* Writes the hash FNV-1a (64 bits) of the bytes of all weights and biases, in their order, as 16 hexadecimal
   digits and a zero. Equal bits have equal hashes; the hash does not protect against tampering. */
BL_API void bl_model_hash(const bl_model *model, char out[17]);

/* ---- Nets ---------------------------------------------------------------------------------------------- */

/* A net from the literature that the option net knows by name. */
typedef struct bl_named_net {
    size_t size;       /* sizeof(bl_named_net) */
    const char *name;  /* "lenet" */
    const char *text;  /* its layers, where C stands for the number of classes */
    const char *about; /* one line and the paper */
    bl_shape shape;    /* the shape of the examples in its paper */
} bl_named_net;
BL_API int bl_net_at(int i, bl_named_net *out); /* 0 past the last, else 1 */

/* The size of a net, computed without creating it. */
typedef struct bl_net_size {
    size_t size;                 /* sizeof(bl_net_size) */
    size_t layers, blocks;       /* a block begins with weights, a sum, a layernorm or a subsample */
    size_t parameters;           /* numbers that are trained */
    double multiply_accumulates; /* in the forward pass of one example */
} bl_net_size;
/* text: as for the option net. outputs: the number that C stands for, at least 1. BL_BAD_VALUE: the text is
   not that of a net, or the net does not fit the shape. */
BL_API bl_status bl_net_measure(bl_context *ctx, const char *text, bl_shape shape, int outputs,
                                bl_net_size *out);

/* ---- Learning rules (backless_rule.h adds further ones) --------------------------------------- */

BL_API const char *bl_rule_name(int i);                /* "bp", "fa", "dfa", ...; NULL past the last */
BL_API const char *bl_rule_about(const char *name);    /* one line and the paper; NULL: no such rule */
BL_API const char *bl_rule_equation(const char *name); /* "signal_l = e B_l" */
BL_API const char *bl_rule_order(const char *name);    /* "backward", "forward", "any", "on forward" */

/* A rule that a context knows: the library's rules come first, then those that were registered with the
   context. bl_rule_at describes the i-th one, from 0; it returns 1, or 0 past the last. */
typedef struct bl_rule_info {
    size_t size;                                 /* sizeof(bl_rule_info) */
    const char *name, *about, *equation, *order; /* as the functions above give them */
    int is_registered;                           /* 1: by bl_rule_register, 0: the library's */
} bl_rule_info;
BL_API int bl_rule_at(const bl_context *ctx, int i, bl_rule_info *out);

/* ---- Training ------------------------------------------------------------------------------------------ */

/* Angles of one block in degrees, between what the rule computes and what backpropagation computes at the
   same weights on the same examples; NaN if backpropagation's vector is 0. Deltas are the derivatives of
   each example's own loss, whatever the option reduction. No figure depends systematically on the number of
   examples measured. */
typedef struct bl_angles {
    double sample; /* between the deltas at the pre-activation: an angle per example, then the mean */
    double flat;   /* as sample, with all examples as one vector */
    /* Between the changes of the weights in a training step on a batch, whose gradient is estimated by that
       of the measured examples; both start from the same state of the optimiser */
    double update;
    double signal_norm; /* mean over examples of the norm of the rule's delta */
    double bp_norm;     /* as signal_norm, of backpropagation's delta */
    /* Between the block's weights and the matrix that the feedback aligns them with (docs/rules.md); NaN in
       the first block, and if the rule defines no such matrix */
    double weight;
    double weight_norm; /* the Euclidean norm of the block's weights, without biases */
} bl_angles;

typedef struct bl_progress {
    int epoch;          /* 1 for the first; 0 before it */
    size_t step, steps; /* of this epoch: steps done, and all steps */
    size_t total_step;  /* steps since the beginning of the training */
    /* train: a running mean until the epoch ends; count 0: no such set, or no score yet */
    bl_score train, val, test;
    double rate;    /* learning rate */
    double seconds; /* training time in this epoch, without measurements */
    double samples_per_second;
    const bl_angles *angles; /* one per block; NULL: not measured at this step */
    int blocks;
    int epoch_ended; /* 1: the figures of the epoch are final */
    bl_score batch; /* of the last step's batch, before that step changed the weights; count 0: no step yet */
} bl_progress;

/* A progress callback. bl_trainer_fit calls it after each epoch, at the steps at which angles are measured
   (option angles), and about ten times a second in between. A result other than 0 stops the training after
   the current step: bl_trainer_fit then saves the state and returns BL_STOPPED. user: the argument of
   bl_trainer_fit. The callback may read the trainer and its model, predict, and save the trainer; functions
   that change the trainer (fit, steps, load, resume) return BL_BAD_VALUE. */
typedef int (*bl_progress_fn)(void *user, const bl_progress *now);

/* Creates a trainer. Net, rule, optimiser and initial weights come from the configuration; shape, outputs,
   scaling and class names from `schema`, usually the training set. The trainer copies the configuration and
   replaces every default in its copy by the value used, which bl_trainer_config returns. */
BL_API bl_status bl_trainer_create(bl_trainer **out, bl_context *ctx, const bl_config *config,
                                   const bl_data *schema);
BL_API void bl_trainer_free(bl_trainer *trainer);
BL_API const bl_config *bl_trainer_config(const bl_trainer *trainer);
BL_API bl_model *bl_trainer_model(bl_trainer *trainer); /* borrowed: it lives as long as the trainer */

/* Returns the i-th note, from 0: a sentence about a part of the run that cannot learn or can hardly learn.
   NULL past the last. Notes about the configuration exist from the start, those about the data from the
   beginning of bl_trainer_fit, and those about the course of training (a block whose deltas are all 0) once
   it shows them. log.jsonl contains them too. */
BL_API const char *bl_trainer_note(const bl_trainer *trainer, int i);

/* Trains until a stop criterion is met. Data that do not suit the trainer (in features, outputs, classes or
   targets) are refused. val, test and progress may be NULL. With the option out set, it writes a run
   folder: config.json, log.jsonl, model.safetensors, best.safetensors, result.json. After a stop by
   progress, the next call continues the run, also in that folder. */
BL_API bl_status bl_trainer_fit(bl_trainer *trainer, const bl_data *train, const bl_data *val,
                                const bl_data *test, bl_progress_fn progress, void *user);
/* The epoch with the least validation error (for real-valued targets: loss), whose weights are in
   best.safetensors. An epoch whose figure is NaN is never the best. bl_trainer_best describes it; it returns
   1, or 0 if there is no best epoch. */
typedef struct bl_best_epoch {
    size_t size; /* sizeof(bl_best_epoch) */
    int epoch;
    bl_score train, val, test; /* count 0: no such set, or not known, as in runs of version 0.1.0 */
} bl_best_epoch;
BL_API int bl_trainer_best(const bl_trainer *trainer, bl_best_epoch *out);
/* In the progress callback: returns the line of log.jsonl that the call is about, as one JSON object
   without a line end, also if there is no run folder. NULL if the call is about no line. */
BL_API const char *bl_trainer_log_line(const bl_trainer *trainer);
/* Returns why the training ended: "epochs", "paper", "patience", "rate" (the schedule auto has halved the
   rate as often as it may) or "time"; "" before its end. */
BL_API const char *bl_trainer_stop_reason(const bl_trainer *trainer);
/* After bl_trainer_fit, until its next call: a sentence about a run that hardly trained (few steps, or a
   loss near that of a constant prediction), which states what to change, or about a run that had already
   ended when it was resumed. "" if there is nothing to report, and before the end. */
BL_API const char *bl_trainer_advice(const bl_trainer *trainer);

/* Restores the state of a run from its folder's model.safetensors. The next bl_trainer_fit continues the
   run and reaches the bits that an uninterrupted run would have reached. */
BL_API bl_status bl_trainer_resume(bl_trainer *trainer, const char *folder);

/* Trains one step on one batch of the program's own, for streams of examples; the arrays are not kept. n:
   at most the option batch, or 64 if that option was not set and is smaller (bl_trainer_config gives its
   value). x: n rows of features, raw as the training set has them (bl_data_raw_rows); they are scaled as
   the training set is. labels: n classes. targets: n rows of outputs, in their own unit. NaN and infinities
   in x or targets, and labels out of range, are refused with their row, and change nothing; NaN in x is a
   missing value where bl_model_predict accepts it as one. A trainer created for classes requires labels,
   one created for targets requires targets. loss (may be NULL): set to the mean loss over the examples, as
   trained on. A single step counts as a step (for masks of dropout and Adam's corrections) but belongs to
   no epoch. Its learning rate is that of bl_trainer_set_rate, else the schedule's after the epochs that
   bl_trainer_fit has finished; if that is 0 (before a warm-up, or at the end of a cosine) the step is
   refused. */
BL_API bl_status bl_trainer_step(bl_trainer *trainer, const float *x, const int32_t *labels, size_t n,
                                 double *loss);
BL_API bl_status bl_trainer_step_targets(bl_trainer *trainer, const float *x, const float *targets, size_t n,
                                         double *loss);
/* One step on a batch that may have weights. Each example's loss, and with it its part of the gradient and
   of `loss`, is multiplied by its weight. Unlike those of bl_data_set_weights, the weights are not divided
   by their mean, because the mean over a stream is unknown; weights of mean 1 keep the length of the steps.
   Otherwise as bl_trainer_step and bl_trainer_step_targets, which are the same without weights.
   BL_BAD_VALUE also if labels and targets are both given or both NULL, a weight is negative or not finite,
   or all weights are 0. */
typedef struct bl_batch {
    size_t size;           /* sizeof(bl_batch) */
    size_t n;              /* examples */
    const float *x;        /* n rows of features */
    const int32_t *labels; /* n classes; NULL: the batch has targets */
    const float *targets;  /* n rows of outputs; NULL: the batch has labels */
    const float *weights;  /* n; NULL: all are 1 */
} bl_batch;
BL_API bl_status bl_trainer_step_batch(bl_trainer *trainer, const bl_batch *batch, double *loss);
/* Sets the learning rate of later single steps, 1e-12 to 1e6; with 0 they use the schedule's again.
   bl_trainer_fit always uses the schedule's. */
BL_API bl_status bl_trainer_set_rate(bl_trainer *trainer, double rate);

/* Saves a trainer's state to one file, or loads it, between steps: weights, feedback, the optimiser's
   memory, statistics of batch norm, counts of steps and epochs, and the rate of bl_trainer_set_rate. The
   file is also a model (bl_model_load). save replaces the file as a whole; BL_DIVERGED: a weight is not
   finite, and an older file stays as it was. load accepts a file of a trainer with the same net, rule,
   feedback, loss, optimiser, seeds and kind of data; the next bl_trainer_step then gives the same bits as
   it would have given in the trainer that was saved. The examples of `schema` may differ from those of that
   trainer, except for a file that was saved within an epoch of bl_trainer_fit, because that epoch is
   continued. Of the options lr, schedule and epochs, those that were not set get the file's values.
   BL_BAD_DATA: the file is not one of bl_trainer_save or of a run folder, or belongs to a different
   trainer; nothing has changed then. */
BL_API bl_status bl_trainer_save(bl_trainer *trainer, const char *path);
BL_API bl_status bl_trainer_load(bl_trainer *trainer, const char *path);
/* Creates a trainer from such a file alone, with the options and the kind of data that the file stores, and
   loads its state. Options that the file does not store (memory, angles, stop, patience, max-time, out)
   have their defaults. Feedback that was read from a file is read from that file again, and a registered
   rule must be registered with ctx. BL_BAD_DATA: as for bl_trainer_load. */
BL_API bl_status bl_trainer_open(bl_trainer **out, bl_context *ctx, const char *path);

/* Returns the bytes that the activations and derivatives of one batch occupy. */
BL_API size_t bl_trainer_activation_bytes(const bl_trainer *trainer);

/* ---- Files that a program writes beside its models ----------------------------------------------------- */

/* Writes a file as the library writes its own. A regular file is replaced as a whole, so that a crash
   leaves either the old or the new content, and keeps its permission bits. A symbolic link stays, and the
   file that it points to is replaced. A pipe, a device or /dev/fd/N is opened and written. BL_BAD_VALUE:
   path is "". BL_IO: path is a folder, or writing failed; the old file is then as it was. A write beyond
   the limit for the size of files raises SIGXFSZ, which ends a program that does not ignore it; a pipe
   without a reader raises SIGPIPE. */
BL_API bl_status bl_file_write(bl_context *ctx, const char *path, const void *bytes, size_t n);
/* Checks, before the work whose results go to path, whether bl_file_write would refuse that path, and
   changes nothing. BL_BAD_VALUE also if it is a file that was read through ctx (data, model, configuration
   or feedback), compared by device and inode. target: set to the path of the file that will be replaced or
   created, with links resolved; "" for a pipe or a device. room: the size of target in bytes, as in
   bl_data_set_find. */
BL_API bl_status bl_file_target(bl_context *ctx, const char *path, char *target, size_t room);

#ifdef __cplusplus
}
#endif

#ifdef BL_EXPERIMENTAL
#include "backless_experimental.h"
#endif
#endif
