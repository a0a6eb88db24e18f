/*
 * trainer.h - a run: model, optimiser, where it is, and its folder.
 */
#ifndef BL_TRAIN_TRAINER_H
#define BL_TRAIN_TRAINER_H

#include "alignment.h"
#include "config.h"
#include "defaults.h"
#include "model.h"
#include "schedule.h"

#include <jansson.h>

/* All that a run carries from one step to the next besides weights and the optimiser's memory. Saved whole. */
struct run_state {
    size_t epoch;    /* finished */
    size_t position; /* examples done of the epoch under way */
    uint64_t step;   /* finished, since the beginning */
    double loss_sum; /* of the epoch under way */
    size_t wrong;
    double seconds;       /* training in the epoch under way */
    double total_seconds; /* in the finished ones */
    double running_error; /* the paper's r */
    double best;          /* validation error; of the best epoch so far */
    size_t best_epoch;    /* 0: none yet */
    size_t halvings;      /* of the rate, schedule auto */
};

struct bl_trainer {
    bl_context *ctx;
    bl_config *config;
    bl_model *model;
    struct stepper stepper;
    struct lesson *lesson;       /* of a training batch */
    struct lesson *score_lesson; /* of evaluation */
    struct lesson *inspected;    /* of bl_trainer_inspect; NULL before */
    struct alignment *alignment; /* NULL until measured */
    size_t alignment_room;       /* examples it was made for */
    float *gradient;             /* of bl_trainer_inspect; NULL before */
    bl_angles *angles;           /* one a block */
    struct schedule schedule;
    struct run_state state;
    size_t epochs;   /* planned */
    size_t batch;    /* examples of a step of bl_trainer_fit */
    uint32_t *order; /* of the training set in this epoch; n_order of them */
    size_t n_order;
    json_t *early_angles; /* those of the first epoch's steps, for its log line */
    const char *stop_reason;
    char advice[512]; /* "" or what to change after a run that has hardly trained */
    uint64_t data_hash;
    bool is_buffered;
    bool is_resumed; /* the folder is its own */
};

/* For tests: gradients go to a buffer before the optimiser sees them. The bits stay the same. */
void trainer_use_buffered_sink(bl_trainer *trainer, bool is_buffered);

/* One batch, already in trainer->lesson. BL_DIVERGED when its loss is no number. */
bl_status trainer_step(bl_trainer *trainer, double rate, struct outcome *out);
double trainer_rate(const bl_trainer *trainer, size_t n_examples); /* of the next step */
bl_status trainer_check_finite(bl_trainer *trainer);
/* The defaults for a training set of n examples and what its user chose. */
struct defaults trainer_defaults(const bl_trainer *trainer, size_t n_examples);

/* The memory for angles on up to n examples; a run takes it before its first step. */
bl_status trainer_need_alignment(bl_trainer *trainer, size_t n);
/* Angles on the first n examples, into trainer->angles. */
bl_status trainer_measure(bl_trainer *trainer, const bl_data *data, size_t n);

/* checkpoint.c: the model with optimiser and run state, to a file and back. */
bl_status checkpoint_write(bl_trainer *trainer, const char *path);
bl_status checkpoint_read(bl_trainer *trainer, const char *path);

#endif
