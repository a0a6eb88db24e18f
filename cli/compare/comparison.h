/*
 * comparison.h - shared by the parts of backless compare: the rules, their results, and the table.
 */
#ifndef CLI_COMPARISON_H
#define CLI_COMPARISON_H

#include "../progress/progress.h"
#include "../runs/run_options.h"

#include <jansson.h>

enum { MAX_RULES = 32, MAX_ANGLES = 256, MAX_RATES = 16, WORD_ROOM = 64, ROW_TEXT = 512 };

struct name_list {
    char text[MAX_RULES][WORD_ROOM];
    int n;
};

/* The state of a rule's row. */
enum row_state {
    ROW_WAITS,
    ROW_LEFT_OUT, /* not defined for the net, the data or the options */
    ROW_DONE,
    ROW_DIVERGED,
    ROW_STOPPED, /* stopped by a signal; the figures are those of the last finished epoch, if there is one */
    ROW_FAILED
};

struct row {
    char rule[WORD_ROOM];
    enum row_state state;
    bl_status status;
    char why[1024]; /* the reason why it was left out, diverged or failed */
    /* the values that the run used */
    char net[ROW_TEXT], init[WORD_ROOM], feedback[WORD_ROOM], lr[WORD_ROOM];
    char angles[ROW_TEXT];
    char hash[17];      /* of the weights; "": not done */
    bl_score last, val; /* of the last epoch: test set, else training set; validation set */
    bl_score best_val, best_test;
    int best_epoch;          /* 0: no validation set */
    int epoch;               /* the last finished epoch */
    double speed;            /* progress_speed */
    double waited;           /* core_wait_share of the run; NaN: not known */
    int events_code;         /* EXIT_IO: events for TensorBoard were lost */
    double flat[MAX_ANGLES]; /* the same angles as numbers */
    int n_angles;
    bool is_baseline;      /* added without --rules: frozen and linear, with --tune */
    char advice[ROW_TEXT]; /* of a run that hardly trained */
    json_t *notes;         /* notes of the trainer, and the reason if it diverged or failed */
};

struct comparison {
    struct session *s;
    bl_data *train, *val, *test; /* of the runs; val, test: NULL without */
    bl_data *rate_train,
        *rate_val; /* the split on which rates are chosen; NULL without --rates or with --val */
    struct name_list rates;
    struct row *rows; /* in the order of the table */
    int n_rows;
    bool is_chosen;             /* --rules named them */
    bool is_pooled;             /* --seeds, --folds or --tune: by the pool of runs */
    struct run_options options; /* --seeds, --jobs, --shard and the form of the table, if is_pooled */
    int folds;                  /* --folds; 0: none */
    bool is_tuned;              /* --tune, or --rates beside --seeds */
    bl_config *settled;         /* of a rule that trains the whole net; NULL before the rules were checked */
    int n_hidden;               /* hidden blocks of that net */
    double began;               /* seconds_now() */
    double work, done;          /* in passes over the training set: total, and done so far */
};

void row_forget_figures(struct row *row); /* sets all figures to NaN */
/* Returns whether the row has the figures of at least one epoch. */
bool row_has_figures(const struct row *row);
/* Returns whether the row's runs waited for a core for so long that the measured speed is too low. */
bool row_was_slowed(const struct row *row);

/* ---- comparison_check.c: before anything is trained */

/* Creates each rule's trainer once. A rule that is not defined here is left out, or refused if --rules
   names it. On error it prints a message. Returns the exit code. */
int comparison_check(struct comparison *c);

/* ---- comparison_head.c */

/* Prints data, net, training, seeds, what is left out, and which rules will be equal. */
void comparison_head(const struct comparison *c);

/* ---- comparison_runs.c */

/* Chooses the learning rate with the least validation error for row->rule, and writes it to row->lr.
   BL_STOPPED: a signal stopped it. */
bl_status comparison_choose_rate(struct comparison *c, struct row *row);
/* Trains the rule from its initial weights, and fills in the row. A failure is stored in the row; only
   BL_STOPPED is returned. */
bl_status comparison_run(struct comparison *c, struct row *row);

/* ---- comparison_pool.c: several seeds or folds, and rates that are chosen for each rule */

/* Reads --seeds, --folds, --tune and the related options into *c. On error it prints a message. Returns the
   exit code. */
int comparison_pool_options(struct comparison *c);
/* Must be called after comparison_check: tunes, trains and prints the table. Returns the exit code. */
int comparison_pool(struct comparison *c);

/* ---- comparison_table.c, comparison_json.c: on standard output */

void table_head(const struct comparison *c);
void table_row(const struct comparison *c, const struct row *row);
/* Prints one JSON object, with the values that all rows share. */
void json_row(const struct comparison *c, const struct row *row);

#endif
