/*
 * comparison_pool.h - shared by the parts of a comparison by the pool of runs: seeds, folds, and rates that
 * are chosen for each rule.
 */
#ifndef CLI_COMPARISON_POOL_H
#define CLI_COMPARISON_POOL_H

#include "../runs/run_options.h"
#include "comparison.h"

/* The parts of a pooled comparison. */
struct pooled {
    struct comparison *c;
    const char *folder;
    struct run_options options;
    /* The learning rate of each rule in each fold: that of row i in fold k at [i * pool_folds + k]. */
    struct chosen_rate {
        char text[WORD_ROOM];
    } * rates;
};

/* The values of one run. */
struct pooled_run {
    const char *rule, *lr;
    int fold;           /* from 0; without folds it has no effect */
    const char *epochs; /* of a plan with that axis; else it has no effect */
    unsigned long long seed;
};

/* ---- comparison_plan.c: plans of runs */

/* 1 without --folds. */
int pool_folds(const struct pooled *p);
/* Of the fold, from 0: "2/5"; "" without --folds. */
struct fold_text {
    char text[24];
};
struct fold_text pool_fold_text(const struct pooled *p, int fold);
struct chosen_rate *pool_rate(const struct pooled *p, int row, int fold);
/* The seed of the first judged run. */
unsigned long long pool_first_seed(const struct pooled *p);
/* Begins a plan without runs. has_epochs: the number of epochs is an axis. */
void pool_plan_begin(const struct pooled *p, struct run_plan *plan, const bl_config *config, bool has_epochs);
void pool_plan_add(const struct pooled *p, struct run_plan *plan, const struct pooled_run *run);
/* Computes a summary of the plan; the caller keeps the plan. Returns the exit code. */
int pool_summarize(struct run_summary *out, const struct run_plan *plan, const char *folder);

/* ---- comparison_tune.c: rates */

/* Prints how many trainings there will be. */
void pool_say_cost(const struct pooled *p);
/* Chooses p->rates. Returns the exit code. */
int pool_tune(const struct pooled *p);

#endif
