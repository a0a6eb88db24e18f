/*
 * backless_experimental.h - functions for measuring, checking and explaining a training: angles, deltas and
 * gradients of one batch, the program of a training step and the numbers in it, the layers and scalings of a
 * model, costs, times, and the peak rates of the machine.
 *
 * Any version may change or remove what this header declares; what backless.h declares keeps its meaning. A
 * program includes this header, which includes backless.h, or defines BL_EXPERIMENTAL before it includes
 * backless.h. The conventions on errors, ownership, threads and buffers are those of backless.h.
 */
#ifndef BACKLESS_EXPERIMENTAL_H
#define BACKLESS_EXPERIMENTAL_H

#include "backless.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Measures the angles of every block on the first n examples of data (on all if there are fewer), in the
   order in which they are; a set that is sorted should be shuffled first. At most max blocks are written to
   out. (bl_trainer_fit measures on examples that it draws: docs/rules.md.) */
BL_API bl_status bl_trainer_angles(bl_trainer *trainer, const bl_data *data, size_t n, bl_angles *out,
                                   int max);

/* Computes the rule's deltas and gradients for a batch at the current weights, and changes nothing. The
   results stay until the next call on this trainer. The arguments are those of bl_trainer_step. */
BL_API bl_status bl_trainer_inspect(bl_trainer *trainer, const float *x, const int32_t *labels, size_t n);
BL_API bl_status bl_trainer_inspect_targets(bl_trainer *trainer, const float *x, const float *targets,
                                            size_t n);
/* Results of bl_trainer_inspect and bl_trainer_inspect_targets. Each returns 1, or 0 past the last, after a
   step, and if the last inspection failed. delta: n x units of block i, the derivative with respect to its
   pre-activation; below 2^-100 an element is 0. activation: n x units, the block's output h; of the last
   block the scores, before the loss turns them into probabilities. gradient: that of the i-th tensor of
   bl_model_tensor, with the same name ("0.dense.weight"; weights and biases only). */
BL_API int bl_trainer_activation(const bl_trainer *trainer, int i, bl_tensor *out);
BL_API int bl_trainer_delta(const bl_trainer *trainer, int i, bl_tensor *out);
BL_API int bl_trainer_gradient(const bl_trainer *trainer, int i, bl_tensor *out);

/* A layer of a model's net, for programs that build the same net elsewhere. bl_model_layer describes the i-th
   layer, from 0, in the order of the net's text, where a sum of residuals follows its body and its shortcut;
   it returns 1, or 0 past the last. Batch norm and layer norm have an epsilon of 1e-5, and batch norm a
   momentum of 0.1: running <- 0.9 running + 0.1 batch. */
typedef struct bl_layer {
    size_t size;      /* sizeof(bl_layer) */
    const char *kind; /* "dense", "conv", "relu", "batchnorm", ...; "add": the sum of a residual's branches */
    const char *text; /* "conv 16 5x5 stride 2 pad 2" */
    int block;        /* the block that it belongs to; -1: it precedes the first weights */
    /* The layers whose outputs it reads, -1 for the batch. A sum has two, or one if a residual's branch
       begins without weights: then it copies. Other layers have one. */
    int inputs[2], n_inputs;
    bl_shape in, out;
    int rows, cols, stride, pad; /* the window of conv, pools and subsample; else 0 */
    double slope;                /* of leaky-relu, below 0 */
    double rate;                 /* of dropout */
    /* Indices of its tensors (bl_model_tensor): weight and, if it has one, bias; or scale and shift, and for
       batchnorm the running mean and variance */
    int tensors[4], n_tensors;
} bl_layer;
BL_API int bl_model_layer(const bl_model *model, int i, bl_layer *out);

/* How a model scales numbers. Inputs become y = (x - offset) scale, in double and then rounded to float, and
   a missing value 0; an output y of the net is y / scale + offset in the unit of the targets. */
typedef struct bl_scaling {
    size_t size; /* sizeof(bl_scaling) */
    size_t n;    /* pairs: 0: nothing is scaled by pairs; 1: one for all; else one a number */
    const double *offset, *scale; /* n each */
    int is_of_example;   /* 1: x is brought to the mean 0 and the deviation 1 of each example's own numbers */
    const float *matrix; /* n x n, symmetric: the scaled x is then multiplied by it (whitening); NULL: none */
} bl_scaling;
/* Each returns 1, or 0 if an argument is NULL. */
BL_API int bl_model_input_scaling(const bl_model *model, bl_scaling *out);
BL_API int bl_model_target_scaling(const bl_model *model, bl_scaling *out);

/* The highest measured rates of this machine, for all threads of the context together: the best of a few
   repetitions, per second. */
typedef struct bl_peaks {
    double flops; /* fused multiply-adds in registers, two operations each */
    double roots; /* square root and division by it, as in RMSprop's step for each weight; in registers */
    double bytes; /* to and from memory: y += x on arrays that fit no cache, two reads and one write */
} bl_peaks;
/* Measures all three. It takes `seconds`, which must be above 0, and 256 MB of memory meanwhile. */
BL_API bl_status bl_context_measure(bl_context *ctx, double seconds, bl_peaks *out);
/* As bl_context_measure without the memory bandwidth: bytes is set to 0. It needs little memory, so that it
   can run between other work. */
BL_API bl_status bl_context_measure_registers(bl_context *ctx, double seconds, bl_peaks *out);
/* Measures the multiply-adds per second of precision bf16, divided by those of float32: about 2 where the
   processor's instruction for bfloat16 is as fast as that for float32, 0.5 where it takes four times as long,
   and less where there is none. It takes `seconds`, which must be above 0. */
BL_API bl_status bl_context_measure_bf16(bl_context *ctx, double seconds, double *out);
/* Measures the bandwidth, in bytes per second to and from memory, for a working set of `bytes`: an array of
   that size, of which each thread reads and writes its share in place repeatedly, so that what fits a cache
   stays there. It takes `seconds`, or the time of five passes if that is longer, and the array's memory. */
BL_API bl_status bl_context_measure_memory(bl_context *ctx, double seconds, size_t bytes, double *out);

/* The multiply-accumulates that one example needs, from the net's shapes and the rule. A convolution's
   windows are counted in full, also where they extend beyond the edge. Work that an implementation repeats
   (option memory low) is counted once. */
typedef struct bl_work {
    /* Through all weights; a second forward pass counts the weights of the hidden blocks again */
    double forward;
    /* The computation of the signals of the hidden blocks: for bp, fa and similar rules, through the
       weights of all blocks except the first; for dfa and similar rules, outputs x units of each hidden
       block. */
    double signal;
    double gradient; /* of all weights that are trained, and of feedback that has a gradient */
    size_t weights;  /* numbers that the optimiser updates: weights, biases, learned feedback */
} bl_work;
BL_API void bl_trainer_count(const bl_trainer *trainer, bl_work *out);

/* A lower bound of the bytes that a step moves to and from memory, whatever the batch: of each array that
   outlasts the step, its size once if the step reads it, and once more if the step writes it. The arrays
   are float32 in any precision. Not counted are the batch, activations, derivatives, gradients, the arrays
   of a user's rule, and what does not happen in every step. */
typedef struct bl_traffic {
    double weights;  /* of all parameters */
    double state;    /* of the optimiser's memory for parameters and feedback */
    double feedback; /* of the feedback matrices B */
    double in_use;   /* the size of these arrays */
} bl_traffic;
BL_API void bl_trainer_traffic(const bl_trainer *trainer, bl_traffic *out);

/* A training step is a program: instructions on whole blocks, with the buffers that they read and write.
   The stages and tasks follow from these. Stages run one after the other. Instructions of one stage with
   the same `group` run in order in one task for each range of the block's channels, or, if a convolution
   has few channels and the trainer several threads, for each range of the examples or of its input
   channels. */
typedef struct bl_operand {
    /* "input", "targets", "output", "signal", "delta", "weights", "feedback" or "gradient". */
    const char *buffer;
    int block; /* the block that the buffer belongs to */
    /* The part that a task uses: "range": its own channels; "columns": its columns of another block's
       matrix; "all". */
    const char *extent;
    int reads, writes;
} bl_operand;
typedef struct bl_instruction {
    /* "forward", "loss", "product", "pull", "push", "local_backward", "gradient", "update", ... */
    const char *op;
    int block, stage, group;
    int tasks;       /* the tasks of the group */
    int is_repeated; /* a forward pass computed before in this step, whose output was not kept */
    double work;     /* multiply-accumulates for one example */
    bl_operand operands[4];
    int n_operands;
} bl_instruction;
/* Describes the i-th instruction, from 0. Returns 1, or 0 past the last. */
BL_API int bl_trainer_instruction(const bl_trainer *trainer, int i, bl_instruction *out);

/* The numbers of an operand in a traced step. Element (i, j) is values[i * stride + j]. An operand may have
   several arrays: the outputs of all layers of a block, or the tensors of its parameters. */
typedef struct bl_trace_array {
    const char *buffer; /* as in bl_operand; "state": the optimiser's memory of the parameters or feedback */
    int block;
    /* Of an output: the text of the layer, "tanh". Of weights and gradient: "weight", "bias", "scale" or
       "shift". Of state: its name in files, "mean_square", before the name of the tensor if there are
       several: "mean_square of bias". Else "". */
    const char *what;
    const float *values;
    size_t rows, cols, stride;
    bl_shape shape; /* of one row */
    int reads, writes;
} bl_trace_array;
typedef struct bl_trace {
    int number; /* of the instruction in the traced step, from 0 */
    bl_instruction instruction;
    int is_done; /* 0: the instruction is about to run, 1: it has run */
    double loss; /* the mean over the examples; 0 before the instruction "loss" has run */
    const bl_trace_array *arrays;
    int n_arrays;
} bl_trace;
typedef void (*bl_trace_fn)(void *user, const bl_trace *now);
/* Takes a step as bl_trainer_step_batch does, with the same bits, and calls `visit` before and after each of
   its instructions. The instructions run on the calling thread one after the other, each on its whole block,
   and a gradient and the update by it are instructions of their own (bl_trainer_step_batch computes both at
   once where it can: "update_fused"). `visit` must not call functions on the trainer; what it is given is
   valid during the call. It allocates the memory of a second batch meanwhile. BL_BAD_VALUE also with the
   option memory low. */
BL_API bl_status bl_trainer_trace(bl_trainer *trainer, const bl_batch *batch, bl_trace_fn visit, void *user,
                                  double *loss);

/* A buffer that instructions read and write. Buffers with the same `memory` share it in different stages. */
typedef struct bl_buffer {
    const char *name; /* as in bl_operand; "delta" also stands for signals, which share its memory */
    int block, memory;
    size_t bytes;
    int is_per_thread;           /* each thread has its own, for the task that it runs */
    int first_stage, last_stage; /* the stages that use it */
} bl_buffer;
BL_API int bl_trainer_buffer(const bl_trainer *trainer, int i, bl_buffer *out); /* 0 past the last, else 1 */

/* The time that steps take, in seconds, summed over all steps since the clocks were turned on. The five
   phases are also summed over threads: together they are at most threads x step, and the rest of that is
   time spent waiting for other threads or for a core. On one thread they add up to the step except for a
   few microseconds. */
typedef struct bl_times {
    size_t steps;
    double step;     /* from the batch being in place to the last weight's update */
    double forward;  /* all forward passes, with repeated ones */
    double error;    /* loss and error at the output; on one thread */
    double signal;   /* the signals and the deltas */
    double gradient; /* dW, db */
    double update;   /* the optimiser's updates */
} bl_times;
/* on: 1 sets the sums to 0 and turns the clocks on for all later steps; 0 stops them and keeps the sums.
   They are off at first, and cost nothing then. */
BL_API void bl_trainer_clock(bl_trainer *trainer, int on);
BL_API void bl_trainer_times(const bl_trainer *trainer, bl_times *out);

#ifdef __cplusplus
}
#endif
#endif
