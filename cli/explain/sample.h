/*
 * sample.h - one training step on one example of real data: for each instruction the first numbers of its
 * operands, and the arithmetic of one element. All numbers are the engine's (bl_trainer_trace).
 *
 * Names of the arrays, with the number of the block behind them: x the input, y the targets, W and b weights
 * and biases, a the pre-activation (of the last block: the scores), h the block's output, B the feedback, e
 * the error, s a signal, d a delta, dW and db gradients.
 */
#ifndef CLI_SAMPLE_H
#define CLI_SAMPLE_H

#include "../command.h"

#include "backless_experimental.h"

#include <jansson.h>
#include <stddef.h>

enum { SAMPLE_ROWS = 4, SAMPLE_COLS = 5, SAMPLE_NAME = 64, SAMPLE_SHOWN_BLOCKS = 8 };

/* The corner of an array that is shown: SAMPLE_ROWS x SAMPLE_COLS numbers or fewer. */
struct sample_array {
    char name[SAMPLE_NAME];
    const char *what; /* "input", "output of tanh", ...: a word for readers; owned by the sample */
    size_t rows, cols, first_row, first_col, n_rows, n_cols;
    float values[SAMPLE_ROWS * SAMPLE_COLS];
    bool is_written; /* its values after the instruction; else before it */
};

struct sample_step {
    bl_instruction instruction;
    struct sample_array *arrays;
    size_t n_arrays;
    char *arithmetic; /* lines of one element's computation; "": there are none */
};

/* The element of a block whose arithmetic is written out. */
struct focus {
    size_t unit;   /* column of the delta */
    size_t end;    /* column of the block's output and signal */
    size_t row;    /* of the weights: the unit's channel */
    size_t column; /* of the weights: one whose gradient is not 0, if there is one */
    size_t input;  /* column of the block's input that this weight multiplies for the unit */
    int source;    /* the block whose output that input is; -1: the example */
};

struct sample {
    const struct session *session;
    bl_trainer *trainer;
    size_t example;       /* from 0 */
    size_t n_examples;    /* of the step: 2 where batch norm needs them, else 1 */
    const char *source;   /* the name of the data */
    int label;            /* -1: there are targets */
    const char *of_class; /* its name; NULL: it has none */
    double *targets;      /* of the examples, in their own unit, n_targets each; NULL: there are labels */
    size_t n_targets;
    double loss, rate;
    char (*heads)[SAMPLE_NAME]; /* of each block: the text of its first layer */
    struct focus *focus;        /* one for each block */
    int n_blocks;
    struct sample_step *steps;
    size_t n_steps, room;
    size_t n_folded; /* instructions of blocks that are not shown */
    float *before;   /* of the current instruction: the element in focus of each array, before it */
    size_t before_room;
    bool is_full;     /* there was no memory */
    bl_trace_fn also; /* is called for every event, too; NULL: nothing */
    void *also_user;
};

/* The blocks of the trainer's net. */
int sample_count_blocks(const bl_trainer *trainer);
/* Takes one step of the trainer on the example, numbered from 0, and records it. also (may be NULL) is called
   for every event, too. Prints an error; gives the exit code. data must outlive the sample. */
int sample_take(struct sample *sample, const struct session *session, bl_trainer *trainer,
                const bl_data *data, size_t example, bl_trace_fn also, void *also_user);
void sample_free(struct sample *sample);

/* Whether the block's instructions are shown: all in nets of SAMPLE_SHOWN_BLOCKS or fewer, else those of the
   first three and the last two. */
bool sample_shows(int block, int n_blocks);
/* ---- sample_names.c */

/* "W0", "a1", "batchnorm1": the name of an array, and in *what a description. n_blocks: of the net. */
void sample_name(char name[SAMPLE_NAME], const char **what, const bl_trace *now, int i, int n_blocks);
/* The element with the channel of a layer's unit, and the nearest place on the map, behind a pool. */
size_t sample_place(size_t unit, bl_shape head, bl_shape to);
/* The element of an array that the arithmetic uses. */
void sample_element(const struct sample *sample, const bl_trace *now, int i, size_t *row, size_t *col);

/* ---- sample_arithmetic.c */

/* Writes the computation of the element in focus, after the instruction: lines of up to SUM_WIDTH characters
   (sample_sum.h). */
void sample_write_arithmetic(FILE *to, const struct sample *sample, const bl_trace *now);

/* ---- sample_text.c */

void sample_print(const struct sample *sample);
json_t *sample_json(const struct sample *sample);
/* ", target 0.5": the targets of the example in their own unit, or the first SAMPLE_COLS of them; nothing for
   an example of a class. */
void sample_put_targets(FILE *to, const struct sample *sample);

#endif
