/*
 * run_training.h - a training in a child of the pool: its own context, data, trainer and run folder.
 */
#ifndef CLI_RUN_TRAINING_H
#define CLI_RUN_TRAINING_H

#include "run_pool.h"

/* The objects of a training; all zeros before training_begin. */
struct training {
    bl_context *ctx;
    bl_config *config;
    bl_data *train, *val, *test;
    bl_trainer *trainer;
};

/* Creates a context for the training, because the command's context may have threads, which a child process
   does not inherit. */
bl_status training_begin(struct training *t, const char *backend, int threads);
/* Loads the data that t->config names, and creates the trainer. */
bl_status training_load(struct training *t);
/* Prints the cause of the failure. Returns the exit code. */
int training_fail(const struct training *t, bl_status status);
void training_release(struct training *t);

bool folder_has(const char *folder, const char *name);

struct folder_run {
    const char *folder, *backend;
    int threads;
    const char *events, *name; /* the events for TensorBoard go to the folder events/name; NULL: none do */
    pid_t parent;              /* if this process ends, the run saves its state and ends */
    struct run_progress *progress;
    /* Creates the options without the folder; the caller frees *out. */
    bl_status (*configure)(bl_config **out, bl_context *ctx, const void *what);
    /* Loads data and trainer for t->config; NULL: training_load. */
    bl_status (*load)(struct training *t, const void *what);
    const void *what;
    bool keeps_failure; /* a failure is stored in the folder's failure.json, else only printed */
};

/* Executes one run in its folder, and continues an earlier run that was stopped there. Prints what fails.
   Returns the exit code. */
int run_in_folder(const struct folder_run *run);

#endif
