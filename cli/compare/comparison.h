/*
 * comparison.h - shared by the parts of backless compare: the rules, their results, and the table.
 */
#ifndef CLI_COMPARISON_H
#define CLI_COMPARISON_H

#include "../progress.h"

#include <jansson.h>

enum { MAX_RULES = 32, MAX_ANGLES = 256, MAX_RATES = 16, WORD_ROOM = 64, ROW_TEXT = 512 };

struct name_list {
    char text[MAX_RULES][WORD_ROOM];
    int n;
};

/* What became of a rule. */
enum row_state {
    ROW_WAITS,
    ROW_LEFT_OUT, /* not defined for the net, the data or the options */
    ROW_DONE,
    ROW_DIVERGED,
    ROW_STOPPED, /* asked to, in between: the figures are of its last finished epoch, if there is one */
    ROW_FAILED
};

struct row {
    char rule[WORD_ROOM];
    enum row_state state;
    bl_status status;
    char why[1024]; /* it was left out, diverged or failed */
    char net[ROW_TEXT], init[WORD_ROOM], feedback[WORD_ROOM], lr[WORD_ROOM]; /* as settled; lr: of the run */
    char angles[ROW_TEXT];
    char hash[17];      /* of the weights; "": not done */
    bl_score last, val; /* of the last epoch: test set, else training set; validation set */
    bl_score best_val, best_test;
    int best_epoch;          /* 0: no validation set */
    int epoch;               /* the last one that was finished */
    double speed;            /* progress_speed */
    double waited;           /* core_wait_share of the run; NaN: not known */
    double flat[MAX_ANGLES]; /* the same angles as numbers */
    int n_angles;
    bool is_beside;        /* --rules did not name it: frozen and linear, with --tune */
    char advice[ROW_TEXT]; /* of a run that has hardly trained */
    json_t *notes;         /* texts of the trainer, and why it diverged or failed */
};

struct comparison {
    struct session *s;
    bl_data *train, *val, *test; /* of the runs; val, test: NULL without */
    bl_data *rate_train,
        *rate_val; /* the split on which rates are chosen; NULL without --rates or with --val */
    struct name_list rates;
    struct row *rows; /* in the order of the table */
    int n_rows;
    bool is_chosen;     /* --rules named them */
    bool is_pooled;     /* --seeds or --tune: by the pool of runs */
    bool is_tuned;      /* --tune, or --rates beside --seeds */
    bl_config *settled; /* of a rule that trains the whole net; NULL before the rules were checked */
    int n_hidden;       /* hidden blocks of that net */
    double began;       /* seconds_now() */
    double work, done;  /* in passages through the training set: in all, and so far */
};

void row_forget_figures(struct row *row); /* NaN, until a training brings some */
/* Whether the row has the figures of an epoch. */
bool row_has_figures(const struct row *row);
/* Whether its runs waited for a core so much that its speed says little. */
bool row_was_slowed(const struct row *row);

/* ---- comparison_check.c: before anything is trained */

/* Makes each rule's trainer once. What is not defined is left out where nobody named it, and refused where
   --rules does. Prints what is wrong; the exit code. */
int comparison_check(struct comparison *c);

/* ---- comparison_head.c */

/* Data, net, training, seeds, what is left out, and which rules will be the same. */
void comparison_head(const struct comparison *c);

/* ---- comparison_runs.c */

/* The rate whose validation error is least for row->rule; written to row->lr. BL_STOPPED: asked to. */
bl_status comparison_choose_rate(struct comparison *c, struct row *row);
/* Trains the rule from scratch, and fills in the row. What failed is said in the row; only BL_STOPPED is
   given back. */
bl_status comparison_run(struct comparison *c, struct row *row);

/* ---- comparison_pool.c: several seeds, and rates that are chosen for each rule */

/* Reads --seeds, --tune and their like into *c. Prints what is wrong; the exit code. */
int comparison_pool_options(struct comparison *c);
/* After comparison_check: tunes, trains, prints the table; the exit code. */
int comparison_pool(struct comparison *c);

/* ---- comparison_table.c, comparison_json.c: on standard output */

void table_head(const struct comparison *c);
void table_row(const struct comparison *c, const struct row *row);
/* One object, with the facts that all rows share. */
void json_row(const struct comparison *c, const struct row *row);

#endif
