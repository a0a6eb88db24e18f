/*
 * backless_rule.h - a learning rule of your own, from C or C++.
 *
 * Terms. A net is cut into blocks. A block is a layer with weights (dense, conv) together with the layers
 * without weights that follow it (activation, batch norm, pool, dropout). The sum at which a residual ends is
 * a block too, without weights, with the layers that follow it. Blocks are numbered from 0 in the order of
 * the net's text; the last one gives the scores. For block l:
 *
 *     a_l = h_k W_l^T + b_l      at the output of its weights ("pre-activation"); h_k is the output of the
 *                                block before it
 *     h_l = f(a_l)               its output ("BL_OUTPUT"); f stands for all its layers behind the weights
 *     e                          the error: dJ / d scores, which the loss gives (softmax - targets for the
 *                                loss ce)
 *     s_l                        the signal of a hidden block: what the rule uses in the place of dJ / d h_l
 *     d_l = s_l f'(a_l)          its delta, which stands for dJ / d a_l; of the last block d = e
 *     dW_l = d_l^T h_k           the gradient of its weights, with which the optimiser steps them
 *
 * Every matrix has an example in each row, as PyTorch has it. Backpropagation is s_l = d_(l+1) W_(l+1);
 * direct feedback alignment is s_l = e B_l, with a fixed random matrix B_l (outputs x units). A rule only
 * says how s_l comes about, or d_l itself, for each hidden block. The library computes the rest: forward
 * passes, the loss, d_l from s_l, gradients and updates.
 *
 * A rule says it in instructions. Its function `emit` is called for each hidden block, before the training,
 * and computes nothing: it appends instructions to the program of a step, and this program is then run in
 * every step. An instruction works on a whole block. From what instructions read and write the library finds
 * the order in which they run, what runs at once on several threads, what is kept of a batch, and whether the
 * option memory low is possible.
 *
 *     static void emit(bl_emitter *e, int block, void *user)      direct feedback alignment
 *     {
 *         (void)user;
 *         bl_emit_product(e, BL_ERROR, block);
 *     }
 *     static const bl_rule rule = {sizeof rule, "my-dfa", "DFA once more", "signal_l = e B_l",
 *                                  BL_RULE_LEARNS_FROM_ZERO, BL_FEEDBACK_DIRECT, NULL, 0,
 *                                  NULL, emit, NULL, NULL};
 *     bl_rule_register(ctx, &rule);
 *     bl_config_set(config, "rule", "my-dfa");
 *
 * examples/03_own_rule.c is a whole program; docs/rules.md has a section about it. A registered rule belongs
 * to its context and works there wherever a rule is named: in the option rule, models, checkpoints and run
 * folders, angles, inspection, and the lists of instructions and buffers (bl_trainer_instruction). A file of
 * a rule that is not registered is refused with the rule's name.
 *
 * Nets with residuals. `emit` is called for the blocks that need a signal and for no others:
 * bl_emitter_is_taught tells which. Blocks whose output goes into a sum and nowhere else get exact
 * derivatives from that sum's block. A rule that reads no other block's delta is not called for blocks
 * without parameters either. What a rule does by bl_emit_product, bl_emit_pull and maps therefore works on
 * residual nets as it does on a row of layers. A block's number says nothing about its neighbours there:
 * ask bl_emitter_follower. bl_emit_push and bl_emit_forward are not defined for residual nets.
 */
#ifndef BACKLESS_RULE_H
#define BACKLESS_RULE_H

#include "backless.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What instructions are appended to. It is valid during the callback that it was given to. */
typedef struct bl_emitter bl_emitter;

/* What an instruction reads or writes, of the block that it works on. n: the examples of the batch; units:
   the numbers of an example at the block's output; channels: units of a dense layer, maps of a
   convolution. The values never change meaning. */
typedef enum bl_buffer_id {
    BL_NOTHING = 0,
    BL_INPUT = 1,   /* n x inputs: the batch. bl_emit_forward goes on from what a map makes of it */
    BL_TARGETS = 2, /* n x outputs, one-hot for classes; read only */
    BL_ERROR = 3,   /* e, n x outputs, times bl_map_call.scale; read only */
    BL_OUTPUT = 4,  /* h, n x units; read only */
    BL_SIGNAL = 5,  /* s, n x units (with the option feedback-at before-pool n x the numbers before it) */
    /* d, n x the numbers at the output of the block's weights. A rule that writes it itself replaces the
       derivatives of the layers behind the weights; nets with batch norm are refused then */
    BL_DELTA = 6,
    BL_WEIGHTS = 7,  /* W, channels x fan-in, without the biases; read only */
    BL_FEEDBACK = 8, /* B of the block, as bl_rule.feedback says */
    BL_ARRAY_0 = 16, /* the rule's own arrays, by their places in bl_rule.arrays */
    BL_ARRAY_1 = 17,
    BL_ARRAY_2 = 18,
    BL_ARRAY_3 = 19,
    BL_ARRAY_4 = 20,
    BL_ARRAY_5 = 21,
    BL_ARRAY_6 = 22,
    BL_ARRAY_7 = 23
} bl_buffer_id;

typedef enum bl_access {
    BL_READS = 1,  /* what an earlier instruction has written */
    BL_WRITES = 2, /* all of it, whatever was there */
    BL_UPDATES = 3 /* reads and writes */
} bl_access;

/* Sizes of arrays, besides numbers of 1 and more. */
enum {
    BL_BATCH = -1,   /* rows alone: the examples of the batch */
    BL_OUTPUTS = -2, /* of the net */
    BL_INPUTS = -3,  /* of the net */
    BL_UNITS = -4,   /* of the block; only with BL_EACH_BLOCK */
    BL_CHANNELS = -5 /* of the block; only with BL_EACH_BLOCK */
};

/* bl_rule_array.flags, added up. */
enum {
    BL_EACH_BLOCK = 1, /* every block has such an array; else there is one for the net */
    /* It holds what instructions of one step leave for one another, as every array of BL_BATCH rows does. */
    BL_ONE_STEP = 2
};

/* An array of the rule's own, of float. Without BL_BATCH and BL_ONE_STEP it keeps its numbers from step to
   step: it begins with numbers from U(-limit, limit), drawn from the option feedback-seed, or with 0 where
   limit is 0, and is saved in models and checkpoints as "rule.NAME", or "BLOCK.rule.NAME". A measurement
   (angles, bl_trainer_inspect) leaves it as it was. */
typedef struct bl_rule_array {
    const char *name; /* a to z, 0 to 9 and _, up to 16 */
    int rows, cols;
    int flags;
    double limit; /* 0 to 1e6 */
} bl_rule_array;

/* An operand as a map sees it: number (i, j) is values[i * stride + j]. */
typedef struct bl_view {
    /* NULL, and 0 x 0: this block has no such matrix. A sum has no W; the first block has no B shaped like
       W. */
    float *values;
    size_t rows, cols, stride;
} bl_view;

/* What a map's function is called with; later versions may add members at the end. */
typedef struct bl_map_call {
    void *user; /* bl_rule.user */
    int block;
    size_t n;        /* examples */
    uint64_t step;   /* from 1; 0: a measurement */
    float scale;     /* that of BL_ERROR: 1 / n, or 1 with the option reduction sum */
    size_t unit;     /* among the block's units, the number of the first column of a view that is cut */
    size_t fan_out;  /* weights of the block that one input number meets; fan-in: W's columns. 0: no W */
    bl_view view[4]; /* of the operands, in their order */
} bl_map_call;

/* A function of your own as an instruction.
   Where all that it writes belongs to channels of its block (signal, delta, feedback, arrays with a side
   of BL_UNITS or BL_CHANNELS), `run` is called for some channels at a time, by several threads at once.
   Its views of such operands are those channels' columns (rows of the weights and of what is shaped like
   them); its views of all other operands are whole. The result must not depend on how the channels are
   cut: a number that is written may depend on its own column of operands that are cut, and on all of the
   others. A function that needs all channels together says `whole`. One that writes something else is
   called once, with whole views. `run` may not call the library, and writes what it declares and nothing
   else. In the first step of a run the library compares what is only read before and after, and the step
   fails with BL_BAD_VALUE where a map has changed it. */
typedef struct bl_map {
    size_t size;      /* sizeof(bl_map) */
    const char *name; /* as bl_instruction.op shows it; stays where it is as long as the context */
    void (*run)(const bl_map_call *call);
    int whole;
    struct {
        bl_buffer_id buffer;
        bl_access access;
    } operands[4]; /* up to BL_NOTHING */
    /* Its multiply-accumulates for an example, for bl_trainer_count and `backless bench`, on the whole
       block: from the sizes of the views, whose values are NULL here and whose n is 1. NULL: the map is
       counted as 0. */
    double (*macs)(const bl_map_call *call);
} bl_map;

/* to = a b, where a or b is transposed first if transpose_a or transpose_b is 1. Any operands of the block
   whose sizes fit: m x k times k x n into m x n. */
typedef struct bl_matmul {
    bl_buffer_id a, b, to; /* `to` is none of the two, and may be written */
    int transpose_a, transpose_b;
} bl_matmul;

/* bl_rule.flags, added up. */
enum {
    BL_RULE_LEARNS_FROM_ZERO = 1, /* all-zero weights are a good start: the option init may choose them */
    BL_RULE_NEEDS_CLASSES = 2,    /* data with numbers as targets are refused */
    BL_RULE_DERIVES_FEEDBACK = 4, /* maps make B from the weights: the option feedback has no effect */
    BL_RULE_ALIGNS_WEIGHTS = 8    /* bl_angles.weight is measured against the feedback */
};

/* The library draws B, or reads it, as the option feedback says, and saves it as "BLOCK.feedback". */
typedef enum bl_feedback_kind {
    BL_FEEDBACK_NONE = 0,
    BL_FEEDBACK_DIRECT = 1,      /* of each block that `emit` is called for, outputs x units; for products */
    BL_FEEDBACK_LIKE_WEIGHTS = 2 /* of each weighted block except the first, shaped like W; pull and push */
} bl_feedback_kind;

/* The callbacks may be called at any time, also for nets of other sizes and shapes. What they emit follows
   from the block's number and from what the emitter tells of the net (bl_emitter_...), and from nothing
   else. bl_rule_register copies the struct, its texts and its arrays; functions and `user` stay as long as
   the context. */
typedef struct bl_rule {
    size_t size;      /* sizeof(bl_rule) */
    const char *name; /* a letter from a to z, then a to z, 0 to 9 and -, up to 31; no other rule's */
    const char *about, *equation;
    unsigned flags;
    bl_feedback_kind feedback;
    const bl_rule_array *arrays;
    int n_arrays; /* up to 8 */
    /* Once for a step, before the signals of all blocks: maps on the error, noise, matrices made from
       weights. NULL: nothing. */
    void (*begin)(bl_emitter *e, void *user);
    /* For each hidden block that needs one: its signal, or its delta. */
    void (*emit)(bl_emitter *e, int block, void *user);
    /* For each block, the last one too, behind the update of its parameters: what else learns. Not in a
       measurement. NULL: nothing. */
    void (*learn)(bl_emitter *e, int block, void *user);
    void *user;
} bl_rule;

/* Tries the callbacks on rows of two to four blocks and on a small residual net. BL_BAD_VALUE: the name is
   taken or is no such name, or the callbacks emit what is not defined; BL_UNSUPPORTED: the rule is of a
   later version of this header. May be called at any time except in a rule's callback. */
BL_API bl_status bl_rule_register(bl_context *ctx, const bl_rule *rule);

/* What an emitter tells of the net. */
BL_API int bl_emitter_blocks(const bl_emitter *e); /* hidden ones and the last; at least 2 */
/* The number of the i-th block, from 0 and in text order, that reads the output of `block`; 0 past the
   last (block 0 follows none). In a row of layers the only one is block + 1. */
BL_API int bl_emitter_follower(const bl_emitter *e, int block, int i);
BL_API int bl_emitter_is_weighted(const bl_emitter *e, int block); /* 0: a sum, layernorm or subsample */
BL_API int bl_emitter_is_taught(const bl_emitter *e, int block);   /* 1: `emit` is called for it */

/* Instructions. A callback may read what is not there yet, as the error before the loss: nothing of what
   it emitted is kept then, and it is called again later. What is never written, or is not defined, is
   refused by bl_rule_register with a sentence; sizes that do not fit a net are refused by
   bl_trainer_create. block: that of the callback, or another one. */

/* s = v B of the block. source: what v is: BL_ERROR, an array of BL_BATCH x BL_OUTPUTS that the net has
   one of, or BL_TARGETS, which are sent as -scale y. For BL_FEEDBACK_DIRECT. The option feedback-at
   is obeyed. */
BL_API void bl_emit_product(bl_emitter *e, bl_buffer_id source, int block);
/* s = the sum over the blocks f that follow of d_f M_f, where M is BL_WEIGHTS, or BL_FEEDBACK shaped like
   them; of d_f as it is where f is a sum, and of d_f exactly through f where it begins with a layernorm or
   a subsample. */
BL_API void bl_emit_pull(bl_emitter *e, bl_buffer_id matrix, int block);
/* s = d M^T, d the delta of the block before, M the block's weights, or its feedback shaped like them;
   where the block is a sum, the sum of the deltas of its inputs. Not of the first block. A rule that
   pushes is asked about every hidden block, another one about the last of each module. BL_NOT_DEFINED, by
   bl_trainer_create, where a hidden block changes the size of its maps, with layernorm or subsample, and
   with merged modules. */
BL_API void bl_emit_push(bl_emitter *e, bl_buffer_id matrix, int block);
/* Calls map->run. The map is copied, its name is not. */
BL_API void bl_emit_map(bl_emitter *e, const bl_map *map, int block);
/* to = a b, in float32. Not of a block that lacks one of the operands. With BL_SIGNAL as `to` it is
   bl_emit_product through a matrix of the rule's own, which may be fixed, made in each step by a map, or
   learned (bl_emit_update); with BL_OUTPUT as `a` it gives a local classifier's scores. Counted as m k n
   multiply-accumulates, or as 0 where no operand has rows of the batch. */
BL_API void bl_emit_matmul(bl_emitter *e, const bl_matmul *matmul, int block);
/* The output h of the block once more, from the output before it of such a second pass, or of the first
   block from an input that a map has updated. Dropout draws the same masks. BL_NOT_DEFINED where
   bl_emit_push is, and with hidden layers in the module of the output. */
BL_API void bl_emit_forward(bl_emitter *e, int block);
/* An array of the rule's own = sigma N(0, 1), which depends on the option order-seed, the step, the block and
   `stream` (0 to 65535) alone. sigma: above 0, up to 1e6. */
BL_API void bl_emit_noise(bl_emitter *e, bl_buffer_id array, double sigma, int stream, int block);
/* What the callback emits from here on runs in the steps 1, 1 + steps, 1 + 2 steps, ... alone, and never
   in a measurement. For maps, products and noise that write arrays which keep their numbers, or feedback.
   steps: at least 1. */
BL_API void bl_emit_every(bl_emitter *e, int steps);
/* In `learn`. B takes a step of the optimiser, with the decay of the option lambda. The gradient is that
   of the block's weights where B is shaped like them (Kolen-Pollack), and e^T h of a direct B. Nothing
   where the block has no B. */
BL_API void bl_emit_learn_feedback(bl_emitter *e, int block);
/* In `learn`. An array that keeps its numbers takes a step of the optimiser, as the weights do, with the
   gradient that another array of the same rows, cols and BL_EACH_BLOCK holds. Once in a step for each
   array. The optimiser's memory of it is saved in checkpoints. */
BL_API void bl_emit_update(bl_emitter *e, bl_buffer_id array, bl_buffer_id gradient, int block);

#ifdef __cplusplus
}
#endif
#endif
