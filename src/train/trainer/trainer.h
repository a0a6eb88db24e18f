/*
 * trainer.h - a run: model, optimiser, and the position of the run.
 */
#ifndef BL_TRAIN_TRAINER_H
#define BL_TRAIN_TRAINER_H

#include "../../data/set/augment.h"
#include "../angles/alignment.h"
#include "../angles/angle_examples.h"
#include "../model/model.h"
#include "../options/config.h"
#include "../step/adversary.h"
#include "../step/freeze.h"
#include "../step/schedule.h"
#include "best_epoch.h"

#include <jansson.h>
#include <string.h>

/* The state of a run besides weights and optimiser state. Checkpoints contain all of it. */
struct run_state {
    size_t epoch;    /* number of finished epochs */
    size_t position; /* number of finished examples of the current epoch */
    uint64_t step;   /* number of finished steps since the beginning */
    double loss_sum; /* sum of the losses of the current epoch */
    size_t wrong;
    double seconds;       /* training time in the current epoch */
    double total_seconds; /* training time in the finished epochs */
    double running_error; /* r of Nøkland 2016 */
    double first_loss;    /* training loss of the first epoch, for regression targets; 0: not yet known */
    double best;          /* validation error of the best epoch so far */
    size_t best_epoch;    /* 0: none yet */
    size_t halvings;      /* halvings of the learning rate by the schedule auto */
    double step_rate;     /* learning rate of single steps; 0: that of the schedule */
};

struct bl_trainer {
    bl_context *ctx;
    bl_config *config;
    bl_model *model;
    struct stepper stepper;
    struct workspace *workspace;       /* for training batches */
    struct workspace *score_workspace; /* for evaluation */
    struct adversary *adversary;       /* for the option adversarial; NULL: off */
    struct augment *augment;           /* for the option augment; NULL: off */
    struct workspace *inspected;       /* for bl_trainer_inspect; NULL before its first call */
    struct alignment *alignment;       /* NULL until angles are measured */
    size_t alignment_room;             /* number of examples for which `alignment` was created */
    float *gradient;                   /* for bl_trainer_inspect; NULL before its first call */
    bool has_inspected;                /* `inspected` and `gradient` have the results of an inspection */
    bl_angles *angles;                 /* one for each block */
    struct angle_examples angle_examples;
    struct schedule schedule;
    struct run_state state;
    struct best_epoch best;
    struct freeze freeze;
    size_t frozen_epoch; /* from 1: the epoch for which stepper.frozen is set; 0: not set yet */
    size_t batch;        /* number of examples of a step of bl_trainer_fit */
    double max_norm;     /* the bound of the norm of the weights into one unit; 0: none */
    /* A step on one example would train nothing (net_needs_two), so a single last example is added to the
       batch before it. */
    bool needs_two;
    char **notes; /* n_notes sentences about parts that cannot learn, or hardly */
    size_t n_notes, n_logged;
    bool *still_is_noted; /* for each block, whether there is a note that it does not learn */
    size_t looked;        /* steps since stepper.found_delta was last evaluated */
    bool has_judged;      /* found_delta was evaluated at least once */
    size_t epochs;        /* planned number of epochs */
    uint32_t *order;      /* order of the n_order training examples in this epoch */
    size_t n_order;
    json_t *early_angles; /* angles of the first epoch's steps, for its log line */
    char *log_line;       /* the log line for the progress callback; set only during that call */
    const char *stop_reason;
    char advice[512]; /* what to change after a run that has hardly trained; "": no advice */
    uint64_t data_hash,
        narrow_data_hash; /* hashes of the training set; narrow: as version 0.1.0 computed it */
    bool is_buffered;
    bool is_fitting; /* bl_trainer_fit has not returned: a callback must not change the trainer */
    bool is_resumed; /* the trainer continues the run in its folder */
};

/* Whether the option memory is "low". */
static inline bool trainer_is_lean(const bl_trainer *trainer)
{
    return strcmp(config_text(trainer->config, "memory"), "low") == 0;
}

/* The largest batch of a step: the option batch, or STREAM_BATCH if the user has not set it, because the
   `schema` of a stream may have only a few examples. */
size_t trainer_most_examples(const bl_trainer *trainer);
/* Copies the batch to the workspace, scaled as the training set. BL_BAD_VALUE: the batch does not fit the
   trainer. */
bl_status trainer_take_batch(bl_trainer *trainer, struct workspace *workspace, const bl_batch *batch);

/* For tests: gradients are stored in a buffer before the optimiser reads them. The bits do not change. */
void trainer_use_buffered_sink(bl_trainer *trainer, bool is_buffered);

/* Takes a step on the batch in trainer->workspace. BL_DIVERGED: its loss is not a number. */
bl_status trainer_step(bl_trainer *trainer, double rate, struct outcome *out);
/* Takes the same step, instruction by instruction, on the batch in the workspace, which keeps all outputs and
   derivatives. */
bl_status trainer_trace(bl_trainer *trainer, struct workspace *workspace, double rate,
                        const struct step_tracer *tracer, struct outcome *out);
/* BL_BAD_VALUE: the batch has no features, or not exactly one of labels and targets. function: the public
   function, for the message. */
bl_status trainer_check_batch(const bl_trainer *trainer, const bl_batch *batch, const char *function);
/* Copies the batch of a single step to the workspace, and gives the step's learning rate. */
bl_status trainer_prepare_step(bl_trainer *trainer, struct workspace *workspace, const bl_batch *batch,
                               double *rate);
/* The learning rate of the next step in an epoch of n_examples examples; n_examples 0: of a single step after
   the finished epochs, which belongs to no epoch. */
double trainer_rate(const bl_trainer *trainer, size_t n_examples);
/* Whether the data fit the trainer: labelled, and with the features, outputs, shape, and classes or targets
   for which it was made. */
bl_status trainer_check_data(const bl_trainer *trainer, const bl_data *data);
/* Adds a sentence to trainer->notes. */
bl_status trainer_note(bl_trainer *trainer, const char *format, ...) BL_PRINTF(2, 3);
bl_status trainer_check_finite(bl_trainer *trainer);
/* BL_BAD_VALUE: a callback of bl_trainer_fit called `function`, which changes the trainer. */
bl_status trainer_check_idle(bl_trainer *trainer, const char *function);

#endif
