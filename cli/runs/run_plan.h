/*
 * run_plan.h - a list of runs: the options that all share, and those in which they differ (the axes).
 *
 * DIR/plan.json holds the plan, DIR/NAME the run folder of each run, whose name contains the run's values:
 * "rule-dfa-lr-0.003-seed-1".
 */
#ifndef CLI_RUN_PLAN_H
#define CLI_RUN_PLAN_H

#include "../command.h"

#include <jansson.h>

struct run_plan {
    json_t *options;    /* those that were given, and that all runs share: {"data": "mnist", ...} */
    json_t *axes;       /* keys, in the order of the table: ["rule", "lr", "seed"] */
    json_t *runs;       /* {"name": ..., "options": {"rule": "dfa", ...}}, with a value for each axis */
    bool is_comparison; /* of rules: one setting of each, with differences to bp; else a sweep */
    /* A rate was chosen for each rule in each fold, so that runs of one setting may differ in it. */
    bool has_rates_by_fold;
};

/* Begins a plan without runs. axes: keys, ends with NULL. The shared options are those that are set in
   config, except the axes and the options that decide only where and how fast a run works. */
void plan_begin(struct run_plan *plan, const bl_config *config, const char *const *axes);
/* Another owner of the same lists. */
struct run_plan plan_share(const struct run_plan *plan);
void plan_release(struct run_plan *plan);
/* Adds a run and takes ownership of values, an object with a text for each axis. A run that the plan has
   already is not added again. */
void plan_add(struct run_plan *plan, json_t *values);
const char *plan_name(const json_t *run);
/* Returns the run's value of an axis; "" if it has none. */
const char *plan_value(const json_t *run, const char *axis);
/* Returns whether the option says which examples there are, or how they are read; true for one that this
   version does not know. */
bool plan_key_is_of_data(const char *key);
/* Makes a configuration of ctx with all options of the run. */
bl_status plan_configure(bl_config **out, bl_context *ctx, const struct run_plan *plan, const json_t *run);

/* Reads DIR/plan.json; on error prints a message. Returns the exit code. */
int plan_read(struct run_plan *out, const char *folder);
/* Adds the runs of `more`. Both plans must have the same options and axes; otherwise an error that names
   folder is printed. Returns the exit code. */
int plan_join(struct run_plan *plan, const struct run_plan *more, const char *folder);
/* Refuses runs of 0 epochs, whose table would have no figures. Prints an error; returns the exit code. */
int plan_check_epochs(const char *epochs);
/* Makes DIR, and writes its plan.json, joined with the one that exists there. Refuses runs of 0 epochs.
   Prints an error; returns the exit code. */
int plan_keep(const struct run_plan *plan, const char *folder);

/* Writes DIR/report.html about the plan's runs that have begun, unless the command was given --no-report
   (report.h). */
void plan_report(const struct session *s, const struct run_plan *plan, const char *folder);

/* Part I of N, as --shard names it: run k of the plan is in part k mod N + 1. */
struct shard {
    int part, parts;
};
/* Reads "2/8"; NULL means all runs. On error prints a message. Returns the exit code. */
int shard_read(struct shard *out, const char *text);

/* Trains the runs of a plan that are not finished, several at once, in DIR, which plan_keep has prepared.
   Runs that diverged are not repeated; those that failed otherwise are. jobs: runs at once; 0: as
   pool_split chooses. Returns EXIT_DONE, EXIT_STOPPED, or the code of the first failure. */
int plan_train(const struct session *s, const struct run_plan *plan, const char *folder, struct shard shard,
               int jobs);

#endif
