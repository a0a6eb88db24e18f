/*
 * run_summary.h - means over the seeds of each setting of a plan, and differences between settings seed by
 * seed.
 */
#ifndef CLI_RUN_SUMMARY_H
#define CLI_RUN_SUMMARY_H

#include "run_figures.h"
#include "run_plan.h"
#include "run_statistics.h"

/* A run with its figures. */
struct summary_run {
    const json_t *run;
    char folder[BL_PATH_ROOM];
    struct run_figures figures;
};

/* Runs that differ in the seed only; of a comparison also in the fold, and in rates chosen for each fold. */
struct run_group {
    const json_t *first; /* one of its runs, for the option values */
    struct summary_run *runs;
    int n_runs, done, diverged, failed;
    double mean, deviation; /* of the judged figure over the finished runs; deviation (n - 1) NaN below two */
    double loss;            /* mean, which orders settings of equal errors */
    struct paired to_bp;
    double seconds;                 /* training time of all its finished runs */
    double angles[MOST_RUN_ANGLES]; /* means over the finished runs that have one; NaN: none has */
    int n_angles;
};

enum judged_set { JUDGED_TEST, JUDGED_VAL, JUDGED_TRAIN };

struct run_summary {
    struct run_plan plan; /* owned */
    struct summary_run *runs;
    struct run_group *groups; /* best first; groups with diverged or failed runs come last */
    int n_runs, n_groups, done;
    bool has_bp; /* the plan has bp, so differences from it are known */
    enum judged_set set;
    enum figure_kind kind;
};

/* Computes a summary, and takes ownership of the plan. folders: a list of folders that contain run folders,
   which ends with NULL. Of a run that is in several folders, the one with the most epochs is used; it is
   refused if two of them ended with different weights, and so are runs with other data under the same name.
   Runs of a sweep are compared by the validation set if there is one, those of a comparison by the test set.
   On error it prints a message. Returns the exit code. */
int summary_make(struct run_summary *out, struct run_plan *plan, const char *const *folders);
/* Returns the exit code of the first run that diverged or failed; EXIT_DONE if there is none. */
int summary_code(const struct run_summary *summary);
void summary_release(struct run_summary *summary);

#endif
