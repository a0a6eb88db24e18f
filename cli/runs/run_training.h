/*
 * run_training.h - a training of a pool's child: a context of its own, data, trainer, and the run folder that
 * it goes on in.
 */
#ifndef CLI_RUN_TRAINING_H
#define CLI_RUN_TRAINING_H

#include "run_pool.h"

/* What a training is made of; all zeros: nothing yet. */
struct training {
    bl_context *ctx;
    bl_config *config;
    bl_data *train, *val, *test;
    bl_trainer *trainer;
};

/* A context of its own: that of the command may have threads, which a child process does not have. */
bl_status training_begin(struct training *t, const char *backend, int threads);
/* The data that t->config names, and the trainer. */
bl_status training_load(struct training *t);
/* Prints why; the exit code. */
int training_fail(const struct training *t, bl_status status);
void training_release(struct training *t);

bool folder_has(const char *folder, const char *name);

struct folder_run {
    const char *folder, *backend;
    int threads;
    const char *events, *name; /* the events for TensorBoard go to the folder events/name; NULL: none do */
    pid_t parent;              /* the process that the run ends with: it saves its state then */
    struct run_progress *progress;
    /* The options but for the folder; *out belongs to the caller. */
    bl_status (*configure)(bl_config **out, bl_context *ctx, const void *what);
    /* Data and trainer of t->config; NULL: training_load. */
    bl_status (*load)(struct training *t, const void *what);
    const void *what;
    bool keeps_failure; /* in the folder's failure.json; else it is printed only */
};

/* One run in its folder, from where an earlier one was stopped. Prints what fails; the exit code. */
int run_in_folder(const struct folder_run *run);

#endif
