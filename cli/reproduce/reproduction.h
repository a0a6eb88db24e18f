/*
 * reproduction.h - shared by the parts of backless reproduce: the published tables (targets), their cells,
 * and results.
 *
 * A target is a paper's tables as rows; a cell is one rule of a row, with the published figures. A result is
 * one finished run of a cell with one seed, stored as a small JSON file (docs/results.md). Errors in files
 * are fractions, in targets percent.
 */
#ifndef CLI_REPRODUCTION_H
#define CLI_REPRODUCTION_H

#include "../command.h"
#include "../runs/run_pool.h"

#include <jansson.h>

enum {
    MAX_CELLS = 6,
    MAX_ROW_OPTIONS = 6,
    MAX_TARGET_OPTIONS = 10,
    MAX_CELL_OPTIONS = 2,
    JUDGED_EPOCHS = 10,
    SEEDS_TO_JUDGE = 3,
    NAME_ROOM = 128
};

/* ---- Targets: one file of rows for each */

/* The data of a row: a set that --data knows by this name, or regression targets that are computed. The
   hashes are those in a run's config.json, so that results on other data are never compared with the
   published figures. */
struct target_data {
    const char *name;
    bl_shape shape;
    int classes; /* classes, or outputs of regression */
    size_t examples, test_examples;
    const char *hash, *test_hash; /* test_hash NULL: config.json has none, because the data are computed */
    /* make and loss_of_zero are NULL if the data are read from files. The examples live as long as the
       process; on failure the caller frees what was made. */
    bl_status (*make)(bl_data **train, bl_data **test, bl_context *ctx);
    /* The loss if all outputs are 0. The error of a regression is its loss divided by this one. */
    bl_status (*loss_of_zero)(double *out, bl_context *ctx);
};

/* reproduction_data.c */
extern const struct target_data data_mnist, data_fashion_mnist, data_cifar10, data_cifar100;

enum published_kind {
    PUBLISHED_NOTHING, /* ends a row's list of cells */
    PUBLISHED_WITH_DEVIATION,
    PUBLISHED_MEAN_ONLY,
    PUBLISHED_BEST_ON_TEST, /* the least test error of all epochs; compared with our least error */
    PUBLISHED_NO_CONVERGENCE,
    PUBLISHED_CURVE /* published as a plot, without a number */
};

struct published {
    const char *rule;
    enum published_kind kind;
    double mean, deviation;                   /* of the test error, percent */
    double train;                             /* error on the training set, percent; 0: none is published */
    const char *options[MAX_CELL_OPTIONS][2]; /* further options of this rule only; ends with NULL */
};

/* The features of the largest examples: CIFAR's images. */
enum { MOST_FEATURES = 3 * 32 * 32 };

struct target_row {
    const char *table, *name; /* "1", "2x800 tanh": as the paper names them, in lower case */
    const char *net;
    const struct target_data *data;
    const char *incomplete; /* the part of the recipe that the paper does not state; NULL: none */
    /* The row of this table from whose trained weights the runs begin, those of the run with the same seed
       and the rule of that row's only cell; NULL: from weights that are drawn. */
    const char *begins_with;
    struct published cells[MAX_CELLS];
    const char *options[MAX_ROW_OPTIONS][2]; /* further options of all cells; ends with NULL */
};

struct target {
    const char *name, *paper;
    const char *preset;      /* a preset of the library with the options of all rows; NULL: none */
    const char *judged_note; /* about the published figures, for the page */
    const char *options[MAX_TARGET_OPTIONS][2]; /* further options of all rows; ends with NULL */
    const struct target_row *rows;
    size_t n_rows;
};

extern const struct target target_nokland2016, target_lillicrap2016, target_biotorch2021;

struct cell {
    const struct target *target;
    const struct target_row *row;
    const struct published *published;
};

const struct target *target_at(int i); /* NULL past the last */
const struct target *target_find(const char *name);
/* Writes cell i of those that match; table, row and rule may be NULL, which matches all. Upper and lower case
   do not matter. Returns false past the last cell. */
bool cell_at(const struct target *target, const char *table, const char *row, const char *rule, int i,
             struct cell *out);
/* "test error"; where targets of regression are predicted, "normalised test error" (see loss_of_zero). */
const char *cell_error_name(const struct cell *cell);
bool cell_lacks_rule(
    const struct cell *cell); /* this version does not have the rule, and cannot run the cell */
/* The cell whose trained weights its runs begin with; false: they begin with weights that are drawn. */
bool cell_begins_with(const struct cell *cell, struct cell *out);
/* "table 1, 2x800 tanh, dfa" */
void cell_text(const struct cell *cell, char out[NAME_ROOM]);
/* Writes the name of a result's file without ".json", which is also the name of its run folder:
   "nokland2016-1-2x800_tanh-dfa-1"; a short run's name ends with "-epochs5". epochs 0: those of the
   recipe. */
void cell_file_name(const struct cell *cell, unsigned long long seed, int epochs, char out[NAME_ROOM]);

/* ---- reproduction_config.c: a cell as options */

/* Returns the largest number of epochs of the recipe. */
int cell_epochs(const struct cell *cell);

/* Makes the configuration of a run of the cell, without the file of the weights that the run begins with.
   data: NAME or PATH; epochs 0: those of the recipe. */
bl_status cell_configure(bl_config **out, bl_context *ctx, const struct cell *cell, unsigned long long seed,
                         int epochs);
/* Makes a trainer for examples of the row's shape without reading the data, to complete its options and to
   time a step. data: the data it was made for. The caller frees both, the trainer first. */
bl_status cell_make_trainer(bl_trainer **out, bl_data **data, bl_context *ctx, const bl_config *config,
                            const struct target_row *row);
/* Makes a configuration from the options in a run's config.json or in a result, except those that decide only
   where and how fast a run works. */
bl_status options_configure(bl_config **out, bl_context *ctx, const json_t *options);
/* The same, without the file of the weights that runs of the cell begin with, because its path differs
   between machines. */
bl_status options_of_cell(bl_config **out, bl_context *ctx, const json_t *options, const struct cell *cell);
/* Returns an option that differs and on which the bits of a run depend; NULL: none. ignores_length: a
   different number of epochs does not count. */
const char *options_difference(const bl_config *a, const bl_config *b, bool ignores_length);

/* ---- reproduction_result.c: the JSON file of a finished run */

/* The figures of each epoch: the names of their arrays in the member "epochs" of a result. */
enum { N_SERIES = 4 };
extern const char *const result_series[N_SERIES];

struct result {
    json_t *json;
    struct cell cell;
    unsigned long long seed;
    bool is_short;         /* it has fewer epochs than the recipe, and is never judged */
    bool is_on_other_data; /* its data are not the published ones */
    int epochs, revision;
    double last, mean, minimum, train_mean; /* fractions; mean: of the last JUDGED_EPOCHS epochs */
    const char *first_hash, *last_hash;     /* of the weights; borrowed from json */
    const char *begin_hash; /* of the weights it begins with; "": drawn ones. Borrowed from json */
};

/* Reads and checks a file: its form, its figures against those of the epochs, its options against the row's.
   Prints what is wrong. Returns the exit code. */
int result_read(struct result *out, const struct session *s, const char *path);
/* Makes a result from json and takes ownership of it; its members "figures" and "short" are computed here. */
int result_take(struct result *out, const struct session *s, const char *name, json_t *json);
int result_write(const struct session *s, const char *path, const struct result *result);
void result_release(struct result *result);
/* Returns the text of the member, "" if it has none. */
const char *json_text(const json_t *object, const char *key);
/* "1.72" */
struct percent_text {
    char text[16];
};
struct percent_text percent_text(double fraction);

/* ---- reproduction_curve.c: error and angle within the first epoch, "curve" in the JSON file */

/* Makes a curve from the log's lines of steps, in order. */
struct curve_maker {
    json_t *json;       /* NULL: no line was added yet */
    double steps, loss; /* of the lines so far: the number of steps, and the sum of their losses */
};
void curve_take_step(struct curve_maker *maker, const json_t *line, double loss_of_zero);
/* Returns whether a curve has the form that curve_take_step makes. */
bool curve_is_valid(const json_t *curve);
/* Writes a table of means over seeds for each cell of the target that has curves; nothing if none has. */
struct results;
void put_cell_curves(FILE *to, const struct target *target, const struct results *results);
/* A table of the training errors after some epochs of each cell of which a curve is published and that takes
   more than one epoch; nothing where no such cell has a result. */
void put_epoch_curves(FILE *to, const struct target *target, const struct results *results);

/* ---- reproduction_not_run.c */

/* Writes a table of the rows that have cells without a result, with the largest cost of a run; nothing if
   there are none. */
bl_status put_not_run(FILE *to, bl_context *ctx, const struct target *target, const struct results *results);

/* All results in a folder, ordered by target, row, rule, length and seed. */
struct results {
    struct result *list;
    size_t n;
};
int results_read(struct results *out, const struct session *s, const char *folder);
void results_release(struct results *results);
/* Returns whether folder/name.json exists. */
bool result_exists(const char *folder, const char *name);

/* ---- reproduction_judge.c: means over seeds, and the verdict */

struct cell_figures {
    int n;                  /* runs of full length on the published data */
    int n_others;           /* short runs, and runs on other data */
    double mean, deviation; /* over seeds, of the mean of the last epochs, percent; deviation NaN below two */
    double last, minimum, train; /* means over seeds, percent */
    double epochs;
    /* the distance from the published mean, and the largest that is consistent with it; NaN: not known */
    double difference, allowed;
};
/* Judges a cell by those of the results that belong to it. */
struct cell_figures cell_judge(const struct cell *cell, const struct results *results);
/* "consistent", "outside", "not judged: 1 of 3 seeds", ... */
void cell_verdict(const struct cell *cell, const struct cell_figures *figures, char out[NAME_ROOM]);
/* "1.74 ± 0.08", "no convergence" */
void published_text(const struct published *published, char out[NAME_ROOM]);

/* ---- reproduction_run.c: training */

struct run_request {
    const struct session *s;
    struct cell cell;
    unsigned long long seed;
    int epochs; /* 0: those of the recipe */
    int threads;
};
/* Trains one run in its folder, and continues an earlier run that was stopped there. Must be called in a
   process of its own. If the cell begins with trained weights, these are trained first, to
   FOLDER.begin.safetensors, unless that file exists. Prints what fails. Returns the exit code. */
int run_cell(const struct run_request *request, const struct pool_run *run, pid_t parent);

/* ---- reproduction_begin.c: the weights that a row begins with */

/* Trains a cell that others begin with (cell_begins_with) for all its epochs, with the request's seed, and
   saves the weights in the file. BL_STOPPED: a signal came, or the process `parent` ended (0: none is
   watched). */
bl_status begin_weights_train(bl_context *ctx, const struct run_request *first, pid_t parent,
                              const char *path);
/* Writes "FOLDER.begin.safetensors", the file of the weights that the run of a folder begins with. */
void begin_weights_path(const char *folder, char out[BL_PATH_ROOM]);

/* Repeats the first epochs of a run without a folder. */
struct rerun {
    const bl_config *config; /* includes the options of data that are read */
    const struct target_data *data;
    int epochs;                   /* to run; 0: all */
    const char *hash, *test_hash; /* which the data must have; NULL: any */
    /* Called after each epoch, with the hash of the weights; false: stop. */
    bool (*after_epoch)(void *user, const bl_progress *now, const char *weights);
    void *user;
};
int rerun_epochs(const struct session *s, const struct rerun *rerun);

/* ---- The parts of the command */

/* Trains the selected cells with seeds 1 to n in child processes. */
int reproduction_pool(struct session *s, const struct cell *cells, int n_cells);
/* Converts a run folder to DIR/NAME.json. A folder that is not finished, or belongs to no cell, is refused
   with a message. */
int reproduction_collect(const struct session *s, const struct target *target, const char *folder);
/* Adds the target's results that are in a folder to those of --out, and their number to *found. A result that
   --out has with other weights is refused. */
int reproduction_merge(const struct session *s, const struct target *target, const char *folder, int *found);
int reproduction_check(const struct session *s, const char *path);
int reproduction_page(const struct session *s, const char *path);
int reproduction_list(const struct session *s, const struct cell *cells, int n_cells);
/* Prints the heads of the columns of print_cell for cells of one target. */
void print_cell_head(const struct cell *first, bool has_time);
/* Prints one line on standard output: the published figures, those of the results, and the verdict. */
void print_cell(const struct cell *cell, const struct results *results, const char *time);
/* Prints the same as a JSON object. seconds: the time of a run; NaN: not known. */
void print_cell_json(const struct cell *cell, const struct results *results, double seconds);

const char *reproduction_folder(const struct session *s); /* --out */
int reproduction_epochs(const struct session *s);         /* --epochs; 0: not given */
/* Adds the options that name the place of the data to a configuration. */
bl_status reproduction_set_data(const struct session *s, bl_config *config);

#endif
