/*
 * trainer.h - a run: model, optimiser, position, and folder.
 */
#ifndef BL_TRAIN_TRAINER_H
#define BL_TRAIN_TRAINER_H

#include "adversary.h"
#include "alignment.h"
#include "angle_examples.h"
#include "best_epoch.h"
#include "config.h"
#include "defaults.h"
#include "freeze.h"
#include "model.h"
#include "schedule.h"

#include <jansson.h>

/* The state of a run besides weights and optimiser state. Checkpoints contain all of it. */
struct run_state {
    size_t epoch;    /* finished */
    size_t position; /* examples done of the epoch under way */
    uint64_t step;   /* finished, since the beginning */
    double loss_sum; /* of the epoch under way */
    size_t wrong;
    double seconds;       /* training in the epoch under way */
    double total_seconds; /* in the finished ones */
    double running_error; /* the paper's r */
    double first_loss;    /* training loss of the first epoch, for targets; 0: not yet known */
    double best;          /* validation error; of the best epoch so far */
    size_t best_epoch;    /* 0: none yet */
    size_t halvings;      /* of the rate, schedule auto */
    double step_rate;     /* of single steps; 0: the schedule's */
};

struct bl_trainer {
    bl_context *ctx;
    bl_config *config;
    bl_model *model;
    struct stepper stepper;
    struct workspace *workspace;       /* of a training batch */
    struct workspace *score_workspace; /* of evaluation */
    struct adversary *adversary; /* of the option adversarial; NULL: examples are trained on as they are */
    struct workspace *inspected; /* of bl_trainer_inspect; NULL before */
    struct alignment *alignment; /* NULL until measured */
    size_t alignment_room;       /* examples it was made for */
    float *gradient;             /* of bl_trainer_inspect; NULL before */
    bool has_inspected;          /* `inspected` and `gradient` hold what the last inspection found */
    bl_angles *angles;           /* one a block */
    struct angle_examples angle_examples;
    struct schedule schedule;
    struct run_state state;
    struct best_epoch best;
    struct freeze freeze;
    size_t frozen_epoch; /* for which the stepper's blocks are frozen, from 1; 0: not yet */
    size_t batch;        /* examples of a step of bl_trainer_fit */
    double max_norm;     /* of the weights into one unit, after each step; 0: no bound */
    /* A step on one example would train nothing (net_needs_two): a last single example joins the batch before
       it. */
    bool needs_two;
    char **notes; /* n_notes of them: what cannot learn, or hardly, as far as it is known */
    size_t n_notes, n_logged;
    bool *told;      /* of each block: that it stands still */
    size_t looked;   /* steps since taught was judged last */
    bool has_judged; /* once at least */
    size_t epochs;   /* planned */
    uint32_t *order; /* of the training set in this epoch; n_order of them */
    size_t n_order;
    json_t *early_angles; /* those of the first epoch's steps, for its log line */
    char *log_line;       /* while the progress function is told of a line of the log: this line; else NULL */
    const char *stop_reason;
    char advice[512];                     /* "" or what to change after a run that has hardly trained */
    uint64_t data_hash, narrow_data_hash; /* of the training set; narrow: as 0.1.0 computed it */
    bool is_buffered;
    bool is_resumed; /* the folder is its own */
};

/* A batch of the caller's: labels or targets, the other NULL. */
struct batch {
    const float *x, *targets;
    const int32_t *labels;
    size_t n;
};

/* Whether the option memory is low. */
bool trainer_is_lean(const bl_trainer *trainer);
/* The memory of a batch of up to `capacity` examples on which the rule trains or is inspected. */
bl_status trainer_make_workspace(struct workspace **out, const bl_trainer *trainer, size_t capacity,
                                 enum workspace_memory memory);
/* The largest batch of a step: the option batch, or STREAM_BATCH where nobody chose one, because a
   stream's `like` may be a few examples alone. */
size_t trainer_most_examples(const bl_trainer *trainer);
/* The batch into the workspace, scaled as the training set is. BL_BAD_VALUE: it does not suit the trainer. */
bl_status trainer_take_batch(bl_trainer *trainer, struct workspace *workspace, const struct batch *batch);

/* For tests: gradients go to a buffer before the optimiser sees them. The bits stay the same. */
void trainer_use_buffered_sink(bl_trainer *trainer, bool is_buffered);

/* One batch, already in trainer->workspace. BL_DIVERGED when its loss is not a number. */
bl_status trainer_step(bl_trainer *trainer, double rate, struct outcome *out);
/* Of the next step of an epoch of n_examples; 0 of them: of a step that belongs to none, after the
   finished epochs. */
double trainer_rate(const bl_trainer *trainer, size_t n_examples);
/* Whether data suit the trainer: features, outputs, shape, classes or targets as those it was made for,
   and labelled. */
bl_status trainer_check_data(const bl_trainer *trainer, const bl_data *data);
/* Adds a sentence to trainer->notes. */
bl_status trainer_note(bl_trainer *trainer, const char *format, ...) BL_PRINTF(2, 3);
bl_status trainer_check_finite(bl_trainer *trainer);
/* What the option feedback is where it was not given. */
const char *trainer_default_feedback(const struct rule_ops *ops, const struct net *net,
                                     const struct optimizer *optimizer);
/* The defaults for a training set of n examples and what its user chose. */
struct defaults trainer_defaults(const bl_trainer *trainer, size_t n_examples);

/* The memory for angles on up to n examples; a run takes it before its first step. */
bl_status trainer_need_alignment(bl_trainer *trainer, size_t n);
/* Angles on n examples, those of `rows` or (NULL) the first, into trainer->angles. */
bl_status trainer_measure(bl_trainer *trainer, const bl_data *data, const uint32_t *rows, size_t n);

/* Multiply-accumulates of an instruction for one example. */
double work_of(const struct rule *rule, const struct net *net, const struct instruction *item);

/* checkpoint.c: the model with optimiser and run state, to a file and back. A file that is refused changes
   nothing. */
bl_status checkpoint_write(bl_trainer *trainer, const char *path);
/* Of a run on the same training data, with the same batches. */
bl_status checkpoint_read(bl_trainer *trainer, const char *path);
/* Of a trainer whose steps are on batches of the caller's: what it was made for may be other examples,
   unless the file was saved within an epoch. Rate, schedule and epochs that the configuration leaves open
   are the file's. */
bl_status checkpoint_read_stream(bl_trainer *trainer, const char *path);

#endif
