/*
 * backless.h - train neural networks without backpropagation. A learning rule of your own: backless_rule.h.
 *
 * Errors     A function that can fail returns bl_status. On failure it creates nothing, leaves its out-
 *            parameters alone, and bl_why(ctx) tells the cause in one sentence. Nothing here exits, aborts or
 *            prints.
 * NULL       A pointer that is NULL where this header gives NULL no meaning is refused: BL_BAD_VALUE, with
 *            the function and the argument in bl_why. Functions that give no status give NULL or 0 then, or
 *            do nothing (bl_why alone always gives a text). Where ctx itself, or the object that the context
 *            would be found through (config, data, model, trainer, predictor), is NULL, there is nowhere to
 *            keep a sentence: the status says it all.
 * Ownership  Release what you create with the bl_*_free of its type (NULL is fine). A pointer to const that
 *            you are given is borrowed: it lives as long as the object it came from, and no longer than until
 *            the next call on that object. Free in any order except the context: it goes last.
 * Threads    No global state. One context, and all that is made from it, on one thread at a time; the library
 *            spreads the work over threads of its own (bl_context_use). What a pointer to const is taken of
 *            is not changed, and may be used by several threads at once while none changes it: a bl_model by
 *            threads that each have a bl_predictor in a context of their own, a bl_data too. The library's
 *            threads block all signals except the ones that a fault raises, so that handlers run on your
 *            threads. After fork() the child may go on with what the thread that called fork was using.
 * Numbers    Row-major, batch first; images are channel, row, column. float inside a net, double for what has
 *            a unit of its own: values as read, predictions. Losses are in nats (squared units for mse),
 *            errors are fractions, angles are degrees, times are seconds.
 * Structs    A struct whose first member is `size` may get further members at its end: set size to sizeof of
 *            the struct before the call. One that the library hands out by a pointer (bl_option, bl_progress,
 *            bl_map_call) may get further members at its end too. No other struct changes.
 * Buffers    The caller owns every array that it passes. Its size is what the function's comment says, in
 *            elements; a buffer for text comes with its room in bytes, the closing zero included.
 * Experimental  Functions for measuring and inspection are declared only where BL_EXPERIMENTAL is defined
 *            before the header is included: they may change with any version.
 * Seeds      Same configuration and seed: the same bits, for any number of threads, any processor and any
 *            compiler.
 */
#ifndef BACKLESS_H
#define BACKLESS_H

#include <stddef.h>
#include <stdint.h>

#ifndef BL_API
#if defined(__GNUC__)
#define BL_API __attribute__((visibility("default")))
#else
#define BL_API
#endif
#endif
#ifdef __cplusplus
extern "C" {
#endif

#define BL_VERSION "0.2.0"
/* major x 1,000,000 + minor x 1,000 + patch, for #if and for comparisons. */
#define BL_VERSION_NUMBER 2000
/* Of the library in use. Versions with equal major and minor numbers can stand in for one another. */
BL_API const char *bl_version(void);
BL_API int bl_version_number(void);

/* What a seed means: raised by every version in which an existing configuration with the same seed gives
   other bits. Weights and their hashes (bl_model_hash) are comparable between versions with equal
   revisions only. */
#define BL_NUMERIC_REVISION 1
BL_API int bl_numeric_revision(void); /* of the library in use */

/* Values never change their meaning; new ones come at the end. */
typedef enum bl_status {
    BL_OK = 0,
    /* An argument or option out of range, or shapes that do not fit together. */
    BL_BAD_VALUE = 1,
    BL_NO_MEMORY = 2,   /* the allocator gave nothing */
    BL_IO = 3,          /* a file could not be read or written, though its name is right */
    BL_BAD_DATA = 4,    /* a data set or model is missing, or is not what it should be */
    BL_UNSUPPORTED = 5, /* not in this build, or not on this machine */
    BL_BACKEND = 6,     /* no longer given: version 0.1.0 had a numerical library that could fail */
    /* The progress callback asked to stop; the state was saved if there is a run folder. */
    BL_STOPPED = 7,
    BL_DIVERGED = 8, /* a weight or the loss is no longer a number */
    /* The learning rule is not defined for this net, these data or these options; another rule may be. */
    BL_NOT_DEFINED = 9
} bl_status;
BL_API const char *bl_status_name(bl_status status);

/* ---- Context: where the work runs, and where a failure is explained ------------------------------ */

typedef struct bl_context bl_context;

/* Memory of your own. allocate: `size` bytes at a multiple of `alignment` (a power of two up to 64), or
   NULL. release: never called with NULL. Both may be called from the thread that calls the library only. */
typedef struct bl_allocator {
    void *user;
    void *(*allocate)(void *user, size_t size, size_t alignment);
    void (*release)(void *user, void *block);
} bl_allocator;

/* allocator: NULL for the C library's. Gives NULL when there is no memory, or a function of the allocator
   is NULL; every function that is given the NULL for a context refuses it (BL_BAD_VALUE), so that one
   check at the end will do. Starts with all cores. */
BL_API bl_context *bl_context_new(const bl_allocator *allocator);
BL_API void bl_context_free(bl_context *ctx);
BL_API const char *bl_why(const bl_context *ctx); /* the latest failure; never NULL */

/* Before a trainer or a predictor is made from ctx: BL_BAD_VALUE while one exists. backend: "portable", or
   NULL or "auto", which mean the same ("onednn" of version 0.1.0 was removed, and is refused). threads: 1
   to 1024; 0 for those that this process may use (affinity, CPU quota, OMP_NUM_THREADS), of which fewer
   work while fewer are faster. Bits do not depend on it. */
BL_API bl_status bl_context_use(bl_context *ctx, const char *backend, int threads);
BL_API const char *bl_context_backend(const bl_context *ctx); /* the one in use, "portable" */
BL_API const char *bl_context_machine(const bl_context *ctx); /* its instruction set, "avx512", "neon" */
/* Whether the processor multiplies bfloat16 by itself. Without, precision bf16 gives the same bits, slower
   than float32. */
BL_API int bl_context_has_bf16(const bl_context *ctx);
BL_API int bl_context_threads(const bl_context *ctx);
BL_API const char *bl_backend_name(int i); /* "portable"; NULL past the last */

/* The parts that a build can have, by number; 0 past the last, else 1. */
typedef struct bl_part {
    size_t size;         /* sizeof(bl_part) */
    const char *name;    /* "PNG" */
    const char *version; /* "1.6.39"; NULL: this build has it not */
    const char *purpose; /* "folders of PNG pictures" */
    const char *package; /* what brings it, "libpng-dev" (Debian); "" where nothing need be installed */
} bl_part;
BL_API int bl_build_part(int i, bl_part *out);

/* ---- Configuration: every option by name, with text as its value ---------------------------------- */

typedef struct bl_config bl_config;

typedef struct bl_option {
    const char *key;           /* "lr": the flag --lr, the variable BACKLESS_LR, the key in config.json */
    const char *argument;      /* "RATE"; NULL for a switch, whose values are "true" and "false" */
    const char *default_value; /* the default as text; "" when it follows from other options */
    /* "data", "net", "rule", "training", "machine", "run"; "former": the name that an option had in an
       earlier version, still taken, and for --help to leave out */
    const char *group;
    const char *help; /* one line; says what the default follows from */
} bl_option;
BL_API const bl_option *bl_option_at(int i); /* the whole table; NULL past the last */
/* For messages about a key that is no option's: the option that other programs call so ("batch" for
   "batch-size", "learning_rate" likewise), "" where it is none or more than one, NULL where the word is
   unknown. No such word is accepted as an option. advice (may be NULL): set to what else is to be said, a
   clause, or NULL; left alone where NULL is returned. */
BL_API const char *bl_option_alias(const char *word, const char **advice);
/* Of the names (a list that ends with NULL) the one that `word` was probably meant to be: the same but for
   case, '-' and '_', or with few other letters (1 of up to 4, 2 of up to 7, else 3), or the whole of a
   beginning. NULL: none is near. */
BL_API const char *bl_nearest(const char *word, const char *const *names);

/* The options: key, values and, in brackets, the default. [] follows from other options or the data:
   bl_option.help says how. Values are text; RATE, F, X are numbers with a point, N whole ones. `backless
   train --help` shows the same table.

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
     shape             CHANNELSxROWSxCOLS, as in 1x28x28: what the features of a table are as an image []
     normalize         auto, none, range, global, channel, feature, image: what inputs are scaled by [auto]
     val               N, a share F below 1, or "last N" [0]
     test-fraction     F, 0 to 0.999999 [0]
     split-seed        N below 2^64 [1]
     net               layers, with commas: see below []
     init              zero, fanin, glorot, he, "uniform X", or a model's FILE.safetensors []
     rule              a name of bl_rule_name or of bl_rule_register: bp, fa, dfa, ... [dfa]
     feedback          nokland, lillicrap, "fanin [GAIN]", "uniform X", "normal S", FILE.npz []
     feedback-at       end, before-pool, channels [end]
     modules           layer, residual, N weighted layers, 1 to 1e6: see below [layer]
     slope             "cos a", "cos f", 1, f' []
     lambda            X, 0 to 0.9 []
     preset            none, nokland2016 [none]
     loss              ce, bce, mse []
     reduction         mean, sum [mean]
     adversarial       EPS, 0 to 1e6: train on x + EPS sign(dJ/dx); 0: off [0]
     max-norm          C, 0 to 1e6: bound of the norm of the weights into each unit; 0: none [0]
     clip-norm         C, 0 to 1e3: bound of the norm of all gradients of a step; 0: none [0]
     clip-value        C, 0 to 1e3: bound of each number of a step's gradients; 0: none [0]
     freeze            none, or "BLOCKS [from EPOCH] [until EPOCH], ...": blocks that do not learn in these
                       epochs, as in "0 2-4 until 5, 6 from 10"; epochs from 1, both inclusive [none]
     optimizer         "adam [beta1 B] [beta2 B] [epsilon E]", "rmsprop [rho R] [epsilon E] [initial V]",
                       "sgd [momentum M] [nesterov]"; each also with "weight-decay X" or "l2 X" []
     lr                RATE, 1e-12 to 1e6 []
     schedule          constant, "step EVERY FACTOR", "cosine [warmup N]", auto []
     batch             N, 1 to 1e8; also the largest batch of bl_trainer_step (64, where it is open and
                       smaller) []
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
     threads           N, 0 to 1024; used by the program, in a program of yours bl_context_use decides [0]
     backend           auto, portable; likewise [auto]
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

   A residual stands behind a layer with weights, and not at the end: "dense 100, tanh, residual (dense 100,
   tanh, dense 100), tanh, dense 10". Blocks are counted in text order, and each sum, layernorm and subsample
   begins one of its own. Rules ifa and pepita are not defined with layernorm and subsample.

   layernorm brings each example to mean 0 and variance 1 (epsilon 1e-5) over all its numbers, then scales and
   shifts each number by one of its own, as PyTorch's nn.LayerNorm does over the whole shape of an example:
   for images channels x rows x columns. subsample takes every STRIDE-th row and column of an image, and adds
   channels of zeros, half of them before and half behind, up to so many: the shortcut without weights,
   "residual (conv 32 3x3 stride 2 pad 1, ... | subsample 2 pad-channels 32)", option A of He and others 2015.

   A module is a piece of the net that only its last block's output leaves. Inside a module derivatives are
   exact, whatever the rule; a direct rule sends one signal to each module, at its last block, and a rule of
   the chain uses its matrix only where a signal goes from module to module. The option modules: "layer", each
   weighted layer with what stands behind it, a sum with the last layers of its body and its shortcut, and a
   layernorm or subsample with the block before it if nothing else reads that one; "residual", each residual
   that is not inside another one, from its first layer to what stands behind its sum; a number N, pieces of N
   weighted layers or more, counted from the input, each of which ends where nothing but its last output
   leaves it; the last one ends with the output. bp does not depend on modules.

   "3 x (dense 240, tanh), dense C" is short for three times these layers and as many units as there are
   classes or columns of the targets; a name of bl_net_at is short for its layers. What is stored is the long
   form.

   One number stands for both sides (5 for 5x5); a pool without stride moves by its own size, and
   "all" is the whole image, one number for each channel. dense takes any input as a row;
   conv and the pools take images. */

BL_API bl_status bl_config_create(bl_config **out, bl_context *ctx);
BL_API bl_status bl_config_copy(bl_config **out, const bl_config *config);
BL_API void bl_config_free(bl_config *config);

/* Sets one option; text is checked at once. text NULL: back to the default. */
BL_API bl_status bl_config_set(bl_config *config, const char *key, const char *text);
/* The value as text: what was set, else that of the option preset, else the default; NULL for an unknown
   key. */
BL_API const char *bl_config_get(const bl_config *config, const char *key);
/* 1: by you, not by default or preset */
BL_API int bl_config_is_set(const bl_config *config, const char *key);
/* What a preset ("nokland2016") makes of an option that is not set; NULL: nothing, or there is no such
   preset. */
BL_API const char *bl_preset_value(const char *preset, const char *key);

/* JSON, one object, key: text, number or true/false; an unknown key is refused. load sets what it finds,
   or nothing where it fails. The "options" object inside a run folder's config.json is read likewise;
   relative paths of data and feedback in it belong to the folder that the run was begun in, and become
   absolute anywhere else. */
BL_API bl_status bl_config_load(bl_config *config, const char *path);

/* ---- Data: examples, and a class or a target for each ---------------------------------------------- */

typedef struct bl_data bl_data;
typedef struct bl_shape {
    int channels, rows, cols; /* a vector of n is {1, 1, n} */
} bl_shape;

/* What the options of the group "data" name: the training set, and the validation and test set or NULL where
   there is none. Scaling is fitted on the training set and applied to all. */
BL_API bl_status bl_data_load(bl_data **train, bl_data **val, bl_data **test, bl_context *ctx,
                              const bl_config *config);

/* As bl_data_load, for a look at data which may not be fit to be trained on yet: missing values of a table
   are let through, unless the option missing is set to refuse them, and counted for bl_data_missing; rows
   without a label, and columns of more different words than training takes, are left out, with a note. */
BL_API bl_status bl_data_examine(bl_data **train, bl_data **val, bl_data **test, bl_context *ctx,
                                 const bl_config *config);
/* The columns of the file that have missing values (fields that are empty, ?, NA or N/A), by number; 0
   past the last, else 1. Of a training set from bl_data_examine; no other has any. */
typedef struct bl_missing {
    size_t size;        /* sizeof(bl_missing) */
    const char *column; /* its name; NULL: the file has no header */
    size_t place;       /* of the column in the file, from 0 */
    size_t count;       /* rows of the file without a value there */
} bl_missing;
BL_API int bl_data_missing(const bl_data *data, int i, bl_missing *out);

/* Your own arrays, taken as they are, without scaling: n examples of `shape`, n labels in [0, classes), or
   NULL: none known, for answers alone. Borrowed until bl_data_free, and may be filled anew between calls.
   Functions that use them (fit, angles, predict, evaluate) first read them once and refuse NaN, infinities
   and labels out of range: BL_BAD_VALUE names the row. */
BL_API bl_status bl_data_wrap(bl_data **out, bl_context *ctx, const float *x, const int32_t *labels, size_t n,
                              bl_shape shape, int classes);
/* The same with real targets: n rows of `outputs` floats, for the loss mse; the targets are copied, and
   looked at likewise. */
BL_API bl_status bl_data_wrap_targets(bl_data **out, bl_context *ctx, const float *x, const float *targets,
                                      size_t n, bl_shape shape, int outputs);

/* Of an array's elements. Values never change their meaning. */
typedef enum bl_type {
    BL_FLOAT32 = 0,
    BL_FLOAT64 = 1,
    BL_UINT8 = 2 /* taken as x / 255, as pixels are */
} bl_type;
typedef struct bl_array {
    size_t size; /* sizeof(bl_array) */
    const void *values;
    bl_type type;
    size_t stride; /* elements from one example to the next, at least an example's; 0: an example's */
} bl_array;
/* As bl_data_wrap, from an array of another element type or with gaps between its examples. Without gaps
   the array is borrowed, not copied; with gaps its examples are copied. Elements of type double that no
   float holds are refused when they are used. */
BL_API bl_status bl_data_wrap_array(bl_data **out, bl_context *ctx, const bl_array *x, const int32_t *labels,
                                    size_t n, bl_shape shape, int classes);
/* A weight for each example: its loss, and with it its part of the gradient, is multiplied by the weight,
   divided by the mean weight of all examples of `data`. bl_trainer_fit trains with it, and the training
   loss is the weighted one; errors, angles, evaluation and data that are split off before are without. n:
   examples of data. Weights are copied. BL_BAD_VALUE: one is negative or not finite, or all are 0. */
BL_API bl_status bl_data_set_weights(bl_data *data, const float *weights, size_t n);
BL_API void bl_data_free(bl_data *data);

BL_API size_t bl_data_count(const bl_data *data);
BL_API bl_shape bl_data_shape(const bl_data *data);
BL_API int bl_data_outputs(const bl_data *data);           /* classes, or columns of the targets */
BL_API const int32_t *bl_data_labels(const bl_data *data); /* one per example; NULL: none known */
/* "virginica"; NULL: the class has its number alone. */
BL_API const char *bl_data_class_name(const bl_data *data, int i);
BL_API const char *bl_data_column_name(const bl_data *data, size_t i); /* of feature i; NULL: it has none */
/* What tells an example from others: its field in the column that the option id-column names, or its file's
   name; NULL: nothing. */
BL_API const char *bl_data_id(const bl_data *data, size_t row);
BL_API const char *bl_data_source(const bl_data *data); /* where it came from, for messages */
/* What the reader decided by itself, a sentence each ("column \"Id\" left out: ..."); NULL past the last. */
BL_API const char *bl_data_note(const bl_data *data, int i);
/* Scaled, as trained on. */
BL_API bl_status bl_data_rows(const bl_data *data, size_t first, size_t n, float *x);
/* As read: pixels 0 to 255, numbers in the unit of their column, 0 and 1 for words; NaN where a value is
   missing. */
BL_API bl_status bl_data_raw_rows(const bl_data *data, size_t first, size_t n, double *x);

/* Sets that are known by name: "mnist", "cifar10", ...; NULL past the last. */
BL_API const char *bl_data_set_name(int i);
BL_API const char *bl_data_set_about(const char *name); /* one line; NULL: no such set */
/* Its folder on this machine, searched as the option data-dir says. BL_BAD_DATA: it is nowhere, and bl_why
   tells how to get it. room: bytes at path; BL_PATH_ROOM is enough for every path, and BL_BAD_VALUE tells
   of too few. */
#define BL_PATH_ROOM 4096
BL_API bl_status bl_data_set_find(bl_context *ctx, const bl_config *config, const char *name, char *path,
                                  size_t room);
/* The folder that sets are put in when they are fetched: data-dir, else $BACKLESS_DATA, else the user's
   cache. */
BL_API bl_status bl_data_set_home(bl_context *ctx, const bl_config *config, char *path, size_t room);

/* ---- Model: a net, its weights, its feedback, and what it must know of its data --------------------- */

typedef struct bl_model bl_model;

/* safetensors, as a run writes it. load refuses a broken file, and one with a weight that is not a number
   (BL_BAD_DATA); save refuses to write such a weight (BL_DIVERGED), and an older file stays as it was. */
BL_API bl_status bl_model_load(bl_model **out, bl_context *ctx, const char *path);
BL_API bl_status bl_model_save(const bl_model *model, const char *path);
BL_API void bl_model_free(bl_model *model);

/* Data for this model: read, scaled and named as its training set was. path: a file or folder as in the
   option data. part: "train" or "test", for folders and named sets; of a file that holds one set all of it
   is read. config may set the reader's options (NULL: none set). Labels are read where the file has them. */
BL_API bl_status bl_model_open_data(bl_data **out, const bl_model *model, const char *path, const char *part,
                                    const bl_config *config);

/* The part "train", "val" or "test" that this model's training made of its data, the same rows in the same
   order: the model keeps the options val and test-fraction, the split's seed, and a hash of all examples.
   BL_BAD_DATA where the examples at path are others, or the training made no such part, or the model does
   not tell (it is of version 0.1.0, or learned from arrays). Where path has a test set of its own, or is
   the test set that the run was given, that is "test". bl_data_id of a row that was drawn and has no id is
   its number in the file, from 1. */
BL_API bl_status bl_model_open_part(bl_data **out, const bl_model *model, const char *path, const char *part,
                                    const bl_config *config);

/* Scores for n examples, n rows of bl_model_outputs: probabilities for ce and bce (of both classes also
   where the net ends with one unit for two: 1 - p and p, p of the second); for mse outputs, in the unit of
   the targets. x: features as bl_data_raw_rows gives them, which the model scales as it scaled those it
   learned from; a model that learned from arrays of your own (bl_data_wrap) takes them as they are. NaN is
   a missing value of a column that had some in training, when its indicator, a feature of its own, should
   be 1; any other NaN, an infinity, and a number that is none once it is scaled are refused: BL_BAD_VALUE
   names row and feature, scores are undefined. data: scaled when it was opened (bl_model_open_data) or
   loaded. Memory for one batch is taken and given back in each call: bl_predictor keeps it. Several
   threads may call these for one model, if its context's allocator may be called by several (the C
   library's may); but bl_why tells the failure of any of them. */
BL_API bl_status bl_model_predict(const bl_model *model, const float *x, size_t n, double *scores);
BL_API bl_status bl_model_predict_data(const bl_model *model, const bl_data *data, double *scores);

typedef struct bl_score {
    double loss;  /* mean per example; NaN: unknown */
    double error; /* fraction of examples whose largest score is not their class; NaN: no classes */
    size_t count;
    double rmse, mae, r2; /* of targets that are numbers, in their own unit, over all outputs; NaN: classes */
} bl_score;
BL_API bl_status bl_model_evaluate(const bl_model *model, const bl_data *data, bl_score *out);

/* A model at work, again and again: holds the memory for a batch, and the model by a pointer to const.
   Several predictors may share a model and work at once, each on a thread of its own, while the model is
   neither trained nor changed nor freed. ctx: the thread's own context, which brings backend and threads,
   gives the memory, and explains the failures; it need not be the model's. For many small calls give it
   one thread (bl_context_use). */
typedef struct bl_predictor bl_predictor;
BL_API bl_status bl_predictor_create(bl_predictor **out, bl_context *ctx, const bl_model *model);
BL_API void bl_predictor_free(bl_predictor *predictor);
/* As bl_model_predict, bl_model_predict_data and bl_model_evaluate; run_doubles takes x that floats do not
   hold. */
BL_API bl_status bl_predictor_run(bl_predictor *predictor, const float *x, size_t n, double *scores);
BL_API bl_status bl_predictor_run_doubles(bl_predictor *predictor, const double *x, size_t n, double *scores);
BL_API bl_status bl_predictor_run_data(bl_predictor *predictor, const bl_data *data, double *scores);
BL_API bl_status bl_predictor_evaluate(bl_predictor *predictor, const bl_data *data, bl_score *out);

/* What the file says of itself: "net", "rule", "loss", "input", "epoch", "step", "seed", ...; NULL:
   nothing. Of a trainer's model "epoch" (finished) and "step" (taken since the beginning, single ones too)
   are true between steps as well, and so they are in the file of bl_model_save. */
BL_API const char *bl_model_metadata(const bl_model *model, const char *key);
BL_API const char *bl_model_fact_name(const bl_model *model, int i); /* NULL past the last */
BL_API int bl_model_outputs(const bl_model *model);
BL_API const char *bl_model_class_name(const bl_model *model, int i);

/* Weights, biases and feedback, by number: "0.dense.weight" (units x inputs), "0.dense.bias",
   "0.feedback". Row-major. */
typedef struct bl_tensor {
    const char *name;
    const float *values;
    size_t rows, cols;
} bl_tensor;
BL_API int bl_model_tensor(const bl_model *model, int i, bl_tensor *out); /* 0 past the last, else 1 */
BL_API bl_status bl_model_set_tensor(bl_model *model, const char *name, const float *values, size_t n);

/* FNV-1a (64 bits) over the bytes of all weights and biases in order, as 16 hexadecimal digits and a zero.
   Equal bits, equal text: for comparing runs, not against tampering. */
BL_API void bl_model_hash(const bl_model *model, char out[17]);

/* ---- Nets ---------------------------------------------------------------------------------------------- */

/* A net of the literature that the option "net" knows by its name. */
typedef struct bl_named_net {
    size_t size;       /* sizeof(bl_named_net) */
    const char *name;  /* "lenet" */
    const char *text;  /* its layers; C stands for the number of classes */
    const char *about; /* one line and the paper */
    bl_shape shape;    /* of the examples that its paper gives it */
} bl_named_net;
BL_API int bl_net_at(int i, bl_named_net *out); /* 0 past the last, else 1 */

/* What a net would be, without making it. */
typedef struct bl_net_size {
    size_t size;                 /* sizeof(bl_net_size) */
    size_t layers, blocks;       /* a block begins with weights, a sum, a layernorm or a subsample */
    size_t parameters;           /* numbers that are trained */
    double multiply_accumulates; /* of one example forward */
} bl_net_size;
/* text: as the option "net" takes it. outputs: what C stands for; at least 1. BL_BAD_VALUE: not such a
   text, or it does not fit the shape. */
BL_API bl_status bl_net_measure(bl_context *ctx, const char *text, bl_shape shape, int outputs,
                                bl_net_size *out);

/* ---- Learning rules; backless_rule.h is the header for one of your own --------------------------------- */

BL_API const char *bl_rule_name(int i);                /* "bp", "fa", "dfa", ...; NULL past the last */
BL_API const char *bl_rule_about(const char *name);    /* one line and the paper; NULL: no such rule */
BL_API const char *bl_rule_equation(const char *name); /* "signal_l = e B_l" */
BL_API const char *bl_rule_order(const char *name);    /* "backward", "forward", "any", "on forward" */

/* Every rule that a context knows: the library's, then those that were registered with it; 0 past the
   last, else 1. */
typedef struct bl_rule_info {
    size_t size;                                 /* sizeof(bl_rule_info) */
    const char *name, *about, *equation, *order; /* as above */
    int is_registered;                           /* 1: by bl_rule_register, 0: the library's */
} bl_rule_info;
BL_API int bl_rule_at(const bl_context *ctx, int i, bl_rule_info *out);

/* ---- Training ------------------------------------------------------------------------------------------ */

typedef struct bl_trainer bl_trainer;

/* Angles in degrees, per block, between what the rule does and what backpropagation would do at the same
   weights on the same examples; NaN: backpropagation has no direction there. Deltas are the derivatives of
   each example's own loss, whatever the option reduction; no figure depends on the number of examples
   measured, except as an estimate does. */
typedef struct bl_angles {
    double sample; /* delta at the weighted output: angle per example, then averaged */
    double flat;   /* the same, all examples as one vector */
    /* The weights' change in a step on a batch as trained, with the gradient that the measured examples
       estimate, after the optimiser, from the same optimiser state. */
    double update;
    double signal_norm; /* mean over examples of the norm of the rule's delta */
    double bp_norm;     /* the same of backpropagation's */
    /* Between the block's weights and what the feedback pulls them to (docs/rules.md); NaN: in the first
       block, and where the rule defines nothing. */
    double weight;
    double weight_norm; /* the root of the sum of the squares of the block's weights, biases left out */
} bl_angles;

typedef struct bl_progress {
    int epoch;                 /* 1 for the first; 0 before it */
    size_t step, steps;        /* of this epoch: done, and in all */
    size_t total_step;         /* since the beginning */
    bl_score train, val, test; /* train: running, until the epoch ends; count 0: no such set, or not yet */
    double rate;               /* learning rate */
    double seconds;            /* spent training in this epoch, measurements left out */
    double samples_per_second;
    const bl_angles *angles; /* one per block; NULL: not measured here */
    int blocks;
    int epoch_ended; /* 1: the figures of the epoch are final */
    bl_score batch; /* of the last step's batch, before that step changed the weights; count 0: no step yet */
} bl_progress;

/* Called after each epoch, at the steps where angles are measured (option angles), and about ten times a
   second in between. Anything but 0 stops after the current step: bl_trainer_fit saves and gives
   BL_STOPPED. */
typedef int (*bl_progress_fn)(void *user, const bl_progress *now);

/* Net, rule, optimiser and their first values, from the configuration; shape, outputs, scaling and class
   names from `schema` (the training set). The configuration is copied, and every default is settled in the
   copy: bl_trainer_config tells which. */
BL_API bl_status bl_trainer_create(bl_trainer **out, bl_context *ctx, const bl_config *config,
                                   const bl_data *schema);
BL_API void bl_trainer_free(bl_trainer *trainer);
BL_API const bl_config *bl_trainer_config(const bl_trainer *trainer);
BL_API bl_model *bl_trainer_model(bl_trainer *trainer); /* the trainer's own; alive as long as it */

/* What of this run cannot learn, or hardly, in sentences: from the configuration at once, from the data
   when bl_trainer_fit begins, from the steps as they show it (a block whose deltas are all 0). NULL past
   the last. log.jsonl has them too. */
BL_API const char *bl_trainer_note(const bl_trainer *trainer, int i);

/* Trains until a stop rule says so. Data that do not suit the trainer (features, outputs, classes or
   targets) are refused. val and test may be NULL. With the option out set it keeps a run folder:
   config.json, log.jsonl, model.safetensors, best.safetensors, result.json. */
BL_API bl_status bl_trainer_fit(bl_trainer *trainer, const bl_data *train, const bl_data *val,
                                const bl_data *test, bl_progress_fn progress, void *user);
/* The epoch whose validation error (of targets: loss) was least, that of best.safetensors: its number and
   its scores; angles, times and rate are not told. A figure that is no number is never the best. 0 where
   there is none, else 1. */
BL_API int bl_trainer_best(const bl_trainer *trainer, bl_progress *out);
/* In the progress function: the line of log.jsonl that the call is about, one JSON object without a line end,
   also where there is no run folder. NULL: the call is about no line. */
BL_API const char *bl_trainer_log_line(const bl_trainer *trainer);
/* Why the training ended: "epochs", "paper", "patience", "rate", "time"; "" before. */
BL_API const char *bl_trainer_stop_reason(const bl_trainer *trainer);
/* A sentence about a run that has hardly trained (few steps, or a loss near that of answering without the
   inputs), with what to change, or about one that had ended before it was resumed; "" where there is
   nothing to say, and before the end. Until the next call of bl_trainer_fit. */
BL_API const char *bl_trainer_advice(const bl_trainer *trainer);

/* Takes up a run where its folder's model.safetensors left it; the next bl_trainer_fit goes on to the bits
   that an uninterrupted run would have reached. */
BL_API bl_status bl_trainer_resume(bl_trainer *trainer, const char *folder);

/* One step on one batch of your own, nothing kept: for streams. n: at most the option batch,
   or 64 where that is smaller and was not set (bl_trainer_config tells it). x: n rows as the training
   set has them raw (bl_data_raw_rows); they are scaled as it is. labels: n classes; targets: n rows of
   outputs, in their own unit. NaN and infinities in x or targets and labels out of range are refused with
   their row, and change nothing; NaN in x is a missing value where bl_model_predict takes it for one. A
   trainer that was made for classes takes labels, one made for targets takes targets; the other is
   refused. loss: mean over the examples, as trained on; may be NULL. A single step counts as a step (masks
   of dropout, Adam's corrections) but belongs to no epoch. Its rate is that of bl_trainer_set_rate, else
   the schedule's after the epochs that bl_trainer_fit has finished; where that is 0 (a warm-up that has
   not begun, a cosine at its end) the step is refused. */
BL_API bl_status bl_trainer_step(bl_trainer *trainer, const float *x, const int32_t *labels, size_t n,
                                 double *loss);
BL_API bl_status bl_trainer_step_targets(bl_trainer *trainer, const float *x, const float *targets, size_t n,
                                         double *loss);
/* One step on a batch that may have weights. Each example's loss, and with it its part of the gradient and of
   `loss`, is multiplied by its weight as it is: unlike those of bl_data_set_weights the weights are not
   divided by their mean, because a stream does not know the mean of all examples; with weights of mean 1 the
   steps keep their length. In everything else as bl_trainer_step and bl_trainer_step_targets, which are the
   same without weights. BL_BAD_VALUE also: labels and targets are both given or both NULL; a weight is
   negative or not finite, or all are 0. */
typedef struct bl_batch {
    size_t size;           /* sizeof(bl_batch) */
    size_t n;              /* examples */
    const float *x;        /* n rows of features */
    const int32_t *labels; /* n classes; NULL: the batch has targets */
    const float *targets;  /* n rows of outputs; NULL: the batch has labels */
    const float *weights;  /* n; NULL: all are 1 */
} bl_batch;
BL_API bl_status bl_trainer_step_batch(bl_trainer *trainer, const bl_batch *batch, double *loss);
/* The learning rate of single steps from now on, 1e-12 to 1e6; 0: the schedule's again. bl_trainer_fit
   keeps to the schedule. */
BL_API bl_status bl_trainer_set_rate(bl_trainer *trainer, double rate);

/* A trainer in one file, between steps: weights, feedback, the optimiser's memory, statistics of batch
   norm, counts of steps and epochs, the rate of bl_trainer_set_rate. The file is a model too
   (bl_model_load). It is replaced as a whole. BL_DIVERGED: a weight is no number; an older file stays as
   it was. load takes such a file up, in a trainer with the same net, rule, feedback, loss, optimiser,
   seeds and kind of data: the next bl_trainer_step is to the bit the step that would have followed. `schema`
   may have been other examples than before, except for a file that was saved within an epoch of
   bl_trainer_fit, which goes on with that epoch. Options lr, schedule and epochs that were not set are the
   file's. BL_BAD_DATA: the file is none of bl_trainer_save's or of a run folder, or is of another trainer;
   then nothing has changed. */
BL_API bl_status bl_trainer_save(bl_trainer *trainer, const char *path);
BL_API bl_status bl_trainer_load(bl_trainer *trainer, const char *path);
/* A new trainer from such a file alone, with the options and the kind of data that the file tells, and then
   loaded from it. Options that the file does not tell (memory, angles, stop, patience, max-time, out) have
   their defaults. Feedback that the option feedback read from a file is read from there once more, and a rule
   that was registered must be registered with ctx. BL_BAD_DATA: as for bl_trainer_load. */
BL_API bl_status bl_trainer_open(bl_trainer **out, bl_context *ctx, const char *path);

/* Memory that one batch's activations and derivatives take. */
BL_API size_t bl_trainer_activation_bytes(const bl_trainer *trainer);

/* ---- Files that a program writes beside its models ----------------------------------------------------- */

/* All of a file at once, as the library writes its own. A regular file is replaced as a whole, so that a
   crash leaves the old one or the new one, and keeps its permission bits; a symbolic link stays, and what
   it points to is replaced; a pipe, a device or /dev/fd/N is opened and written. BL_BAD_VALUE: path is "".
   BL_IO: it is a folder, or writing failed; then the old file is as it was. A write beyond the limit for
   the size of files raises SIGXFSZ, which ends a program that does not ignore it; a pipe that nobody reads
   raises SIGPIPE. */
BL_API bl_status bl_file_write(bl_context *ctx, const char *path, const void *bytes, size_t n);
/* Before the work whose results go to path: what bl_file_write would refuse now, and BL_BAD_VALUE for a
   file that was read through ctx (data, model, configuration or feedback), by device and inode. target:
   the file that will be replaced or made, links followed; "" for a pipe or a device. room: bytes at
   target, as in bl_data_set_find. Nothing is changed. */
BL_API bl_status bl_file_target(bl_context *ctx, const char *path, char *target, size_t room);

#ifdef BL_EXPERIMENTAL

/* ---- Inspection: for measuring, checking and explaining ------------------------------------------------ */

/* The angles of every block on the first n examples of data (all, where there are fewer), as they stand: a
   set in an order that means something should be shuffled first. At most max are written. (bl_trainer_fit
   measures on examples that it draws: docs/rules.md.) */
BL_API bl_status bl_trainer_angles(bl_trainer *trainer, const bl_data *data, size_t n, bl_angles *out,
                                   int max);

/* What the rule would teach for this batch at these weights; nothing is changed. The results stay until
   the next call on this trainer. The batch is that of bl_trainer_step. */
BL_API bl_status bl_trainer_inspect(bl_trainer *trainer, const float *x, const int32_t *labels, size_t n);
BL_API bl_status bl_trainer_inspect_targets(bl_trainer *trainer, const float *x, const float *targets,
                                            size_t n);
/* After one of the two; 0 past the last, after a step, and where the last of these calls failed, else 1.
   delta: n x units of block i, the derivative at its weighted output; activation: n x units, the block's
   output h; of the last block the scores, before the loss turns them into probabilities; gradient: of the
   i-th tensor of bl_model_tensor, by the same name ("0.dense.weight"; weights and biases only). */
BL_API int bl_trainer_activation(const bl_trainer *trainer, int i, bl_tensor *out);
BL_API int bl_trainer_delta(const bl_trainer *trainer, int i, bl_tensor *out);
BL_API int bl_trainer_gradient(const bl_trainer *trainer, int i, bl_tensor *out);

/* What this machine does at most in a second, on the threads of the context together; the best of a few
   turns. */
typedef struct bl_peaks {
    double flops; /* fused multiply-adds in registers, two operations each */
    double roots; /* square root and division by it, as in RMSprop's step for each weight; in registers */
    double bytes; /* to and from memory: y += x on arrays that fit no cache, two reads and one write */
} bl_peaks;
/* Takes that many seconds, more than 0, and 256 MB for as long. */
BL_API bl_status bl_context_measure(bl_context *ctx, double seconds, bl_peaks *out);
/* The same without memory: bytes is 0. For a look between other work. */
BL_API bl_status bl_context_measure_registers(bl_context *ctx, double seconds, bl_peaks *out);
/* Bytes a second to and from memory where so many are in use: an array of that size, each thread's share
   of it read and written in place again and again, so that what fits a cache stays there. Takes that many
   seconds, or five passes, and the array. */
BL_API bl_status bl_context_measure_memory(bl_context *ctx, double seconds, size_t bytes, double *out);

/* Multiply-accumulates that one example needs, from the net's shapes and the rule; a convolution's windows
   count whole, also where they hang over the edge. What an implementation repeats (memory low) is not
   counted twice. */
typedef struct bl_work {
    double forward; /* through all weights; a second pass: through those of hidden blocks once more */
    /* What brings the signals to the hidden blocks: bp, fa and the like through the weights of all blocks
       except the first, dfa and the like outputs x units of each hidden block. */
    double teach;
    double gradient; /* of the weights that learn, and of feedback that has a gradient of its own */
    size_t weights;  /* numbers that the optimiser steps: weights, biases, feedback that learns */
} bl_work;
BL_API void bl_trainer_count(const bl_trainer *trainer, bl_work *out);

/* Bytes that a step moves at least, whatever the batch: of each array that outlasts the step, its size
   once if the step reads it, and once more if it writes it. In any precision they are float32. Not
   counted: the batch, activations, derivatives, gradients, the arrays of a user's rule, and what does not
   happen in every step. */
typedef struct bl_traffic {
    double weights;  /* of all parameters */
    double state;    /* of what the optimiser keeps for parameters and feedback */
    double feedback; /* of matrices B */
    double in_use;   /* the size of these arrays */
} bl_traffic;
BL_API void bl_trainer_traffic(const bl_trainer *trainer, bl_traffic *out);

/* A training step is a program: instructions on whole blocks, with the buffers that they read and write.
   From these follows what may run at once. Stages run one after the other; instructions of one stage with
   the same `group` run together, in order, in one task for each range of the block's channels, or, where a
   convolution has few channels and the trainer several threads, of the examples or of its input channels. */
typedef struct bl_operand {
    /* "input", "targets", "output", "signal", "delta", "weights", "feedback" or "gradient". */
    const char *buffer;
    int block; /* whose */
    /* What a task touches: "range": its own; "columns": of another block's matrix; "all". */
    const char *extent;
    int reads, writes;
} bl_operand;
typedef struct bl_instruction {
    /* "forward", "loss", "product", "pull", "push", "local_backward", "gradient", "update", ... */
    const char *op;
    int block, stage, group;
    int tasks;       /* of the group */
    int is_repeated; /* a forward that was computed before in this step: its output was not kept */
    double work;     /* multiply-accumulates for an example */
    bl_operand operands[4];
    int n_operands;
} bl_instruction;
/* 0 past the last, else 1. */
BL_API int bl_trainer_instruction(const bl_trainer *trainer, int i, bl_instruction *out);

/* What these read and write. Buffers with the same `memory` lie in the same place, by turns. */
typedef struct bl_buffer {
    const char *name; /* as in bl_operand; "delta": signals lie in the same place */
    int block, memory;
    size_t bytes;
    int is_per_thread;           /* each has its own, for the task that it is at */
    int first_stage, last_stage; /* that touch it */
} bl_buffer;
BL_API int bl_trainer_buffer(const bl_trainer *trainer, int i, bl_buffer *out); /* 0 past the last, else 1 */

/* What steps spend their time on, in seconds, summed over all steps since the clocks were turned on. The
   five phases are summed over threads as well: together they are at most threads x step, and what they lack
   of it went into waiting, for one another and for a core. On one thread they are the step except for a few
   microseconds. */
typedef struct bl_times {
    size_t steps;
    double step;     /* from the batch in its place to the last weight stepped */
    double forward;  /* every pass that is made, those that are repeated too */
    double error;    /* loss and error at the output; on one thread */
    double teach;    /* signals, down to the deltas */
    double gradient; /* dW, db */
    double update;   /* the optimiser's steps */
} bl_times;
/* on: 1 turns the clocks of all later steps on, with sums of 0; 0 stops them and leaves the sums. They are
   off at first, and cost nothing then. */
BL_API void bl_trainer_clock(bl_trainer *trainer, int on);
BL_API void bl_trainer_times(const bl_trainer *trainer, bl_times *out);

#endif /* BL_EXPERIMENTAL */

#ifdef __cplusplus
}
#endif
#endif
