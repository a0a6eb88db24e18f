/*
 * program.h - a training step as a list of instructions, and the stages, tasks and memory that follow from
 * their operands.
 *
 * An instruction is an op on a whole block. An operand is a buffer, the block that owns it, how much of it a
 * task on one range of the instruction's channels accesses, and whether it is written. The operands alone
 * determine the stages, which instructions share a task, what a batch must keep, the cost, and whether a rule
 * is compatible with --memory low.
 *
 * The list is correct when it is run from top to bottom. Two instructions conflict if one writes what the
 * other reads or writes; the later one then runs in a later stage. The exception are instructions of which
 * each task accesses only its range of the same block, cut in the same way: they run in one task, in the
 * list's order. A task is one range of one block (net/cut.h): a range of its channels or, if a narrow
 * convolution has too few channels for the number of threads, of the examples or the input channels.
 */
#ifndef BL_PROGRAM_PROGRAM_H
#define BL_PROGRAM_PROGRAM_H

#include "../net/cut.h"

#include "backless_rule.h"

struct rule;

enum buffer {
    BUFFER_NONE,
    BUFFER_INPUT,   /* the batch */
    BUFFER_TARGETS, /* the targets of the batch, one-hot for classes */
    /* Of a block: the outputs of all its layers and their caches. The output of the source NET_INPUT is
       BUFFER_INPUT. */
    BUFFER_OUTPUT,
    BUFFER_SIGNAL,   /* of a block: the rule's signal, in the memory of the delta */
    BUFFER_DELTA,    /* of a block: the derivative at its head's output; for the last block the error */
    BUFFER_WEIGHTS,  /* of a block: all its parameters, and the optimiser's state of them */
    BUFFER_FEEDBACK, /* of a block: B, and the optimiser's state of it */
    BUFFER_GRADIENT, /* of a block's parameters */
    /* The arrays of a user's rule, in order. An array for the whole net belongs to the last block. */
    BUFFER_ARRAY,
    BUFFER_LAST_ARRAY = BUFFER_ARRAY + 7,
    BUFFER_MATRIX, /* in the table of ops: the instruction's `matrix` */
    BUFFER_SOURCE, /* in the table of ops: the instruction's `source` */
    BUFFERS
};

/* How much of an operand a task accesses if the instruction is cut by channels. A task that is cut by
   examples accesses its examples of every matrix of the batch, and the whole of other operands; a task that
   is cut by input channels accesses its columns of weights, gradients and feedback, and the whole of other
   operands. */
enum extent {
    /* The channels of the task's range: rows of W, columns of a batch or of a direct B. */
    EXTENT_RANGE,
    EXTENT_COLUMNS, /* all rows of another block's matrix, in the columns that belong to the range */
    EXTENT_ALL
};

enum access { READS, WRITES, UPDATES /* both */ };

/* The block that owns an operand, relative to the instruction's block. */
enum owner {
    OF_BLOCK,    /* the instruction's block */
    OF_PREVIOUS, /* its first source */
    OF_SECOND,   /* its second source, or the first if there is only one */
    OF_NEXT,     /* the follower `other` of the instruction */
    OF_LAST      /* the net's last block */
};

struct operand {
    enum buffer buffer;
    enum owner owner;
    enum extent extent;
    enum access access;
};

enum op_kind {
    OP_ENTER,
    OP_FORWARD,
    OP_LOCAL_FORWARD,
    OP_ADD,
    OP_LOSS,
    OP_PRODUCT,
    OP_PULL,
    OP_PULL_ADD,
    OP_PULL_EXACT,
    OP_PUSH,
    OP_PUSH_ADD,
    OP_LOCAL_BACKWARD,
    OP_MAP,
    OP_MATMUL,
    OP_NOISE,
    OP_GRADIENT,
    OP_UPDATE,
    OP_UPDATE_FUSED,
    OP_UPDATE_FEEDBACK,
    OP_LEARN_FEEDBACK,
    OP_UPDATE_ARRAY,
    OP_KINDS
};

enum { OPERANDS = 4 };

/* An op of the table (ops.c), or a function of a rule (OP_MAP) with the operands that it declares. A user's
   rule may also emit products of operands of its choice (OP_MATMUL: a, b, to) and optimiser steps of its
   arrays (OP_UPDATE_ARRAY: gradient, array). */
struct op {
    enum op_kind kind;
    const char *name;
    bool is_whole; /* one task on all channels; operands are EXTENT_ALL */
    enum move move;
    struct operand operands[OPERANDS]; /* up to one with BUFFER_NONE */
    void (*map)(const struct rule *rule, const struct net *net, const struct place *at,
                struct workspace *workspace); /* of OP_MAP */
    double (*cost)(const struct net *net);    /* of OP_MAP: multiply-accumulates for an example; NULL: none */
    bl_map given; /* of OP_MAP: the user's map that replaces `map`; given.run NULL: none */
};

enum mode { MODE_OF_RUN, MODE_REPLAY /* repeats a forward with the same masks and statistics */ };
enum pass_index { PASS_FIRST, PASS_SECOND /* from an input that the rule has changed */ };

struct instruction {
    const struct op *op;
    size_t l;
    size_t other;       /* for pull: the follower of l whose delta it reads */
    bool accumulates;   /* for pull: the signal already has the terms of other followers */
    enum buffer matrix; /* for pull and push: BUFFER_WEIGHTS or BUFFER_FEEDBACK */
    /* For product: BUFFER_TARGETS, an array, or BUFFER_DELTA for the error; for noise: the array. */
    enum buffer source;
    float sigma;                     /* of noise */
    uint16_t stream;                 /* of noise */
    bool transposes_a, transposes_b; /* of matmul */
    uint32_t period;                 /* it runs once in so many steps; 0 and 1: in each step */
    enum pass_index pass;
    enum mode mode;
    bool is_repeated; /* a forward that is computed again because its output was not kept */
    enum cut cut;
    size_t stage;
    bool is_placed; /* it has been put into a group */
};

/* The properties with which a program is created. */
struct program_spec {
    bool is_lean; /* --memory low: outputs are kept until their last reader, and forwards are repeated */
    bool updates; /* false: gradients only */
    /* Gradients are written to a buffer of all parameters, which can be read after the program. */
    bool keeps_gradients;
    bool stops_at_deltas; /* only the deltas of all blocks are computed: no gradients, no updates */
    /* No block is updated before the gradients of all blocks are computed, because clipping needs their norm.
       Only with keeps_gradients and without is_lean. */
    bool waits_for_gradients;
    bool may_fuse; /* the optimiser can update weights while their gradient is computed */
};

/* Instructions of one stage that share tasks: order[begin .. end - 1] on the ranges of block l. */
struct group {
    size_t stage, l, begin, end;
    bool is_whole;
    enum cut cut;
    size_t n_tasks;
};

struct task {
    size_t group, number; /* of the range in the block */
};

/* The first and the last stage that access a buffer of a block, plus 1; 0: no stage accesses it. */
struct span {
    size_t first, last;
};

struct program {
    bl_context *ctx;
    struct program_spec spec;
    size_t n_blocks;
    size_t threads;        /* number of threads for which tasks are cut; the bits do not depend on it */
    const struct net *net; /* NULL: a chain of n_blocks weighted blocks */
    struct instruction *items;
    size_t n, room;
    const bl_rule *user; /* the user's rule; NULL: the rule is one of the library's */
    /* The maps, products and array updates of a user's rule, as ops: n_maps of them, with room for one for
       each instruction; NULL: none. */
    struct op *maps;
    size_t n_maps;
    size_t *order;        /* indices of items, group by group */
    struct group *groups; /* sorted by stage, then by first instruction */
    size_t n_groups;
    struct task *tasks;
    size_t *stage_end; /* for each stage: one past its last task */
    size_t n_tasks, n_stages;
    /* For a lean program: the places of the blocks' outputs, then of their derivatives. */
    size_t *place_numbers;
    /* Views of place_numbers; n is 0 for other programs, and before lowering. */
    struct workspace_places places;
    /* Buffer b of block l has the span b n_blocks + l. Signals count as deltas, whose memory they share. */
    struct span *spans;
    size_t loss_stage;
    /* With waits_for_gradients: items before n_gradients compute signals and gradients; the others run from
       update_stage on, after all of these. */
    size_t n_gradients, update_stage;
    /* Some task reads signals or deltas of a hidden block that another task has written. */
    bool shares_derivatives;
};

/* The blocks that read block l's output, in text order. */
size_t program_followers(const struct program *p, size_t l);
size_t program_follower(const struct program *p, size_t l, size_t i);

/* The blocks whose outputs block l reads, in text order; NET_INPUT for the batch. */
size_t program_sources(const struct program *p, size_t l);
size_t program_source(const struct program *p, size_t l, size_t i);

/* Operand i with its buffer and block resolved. Past the last operand the buffer is BUFFER_NONE. */
struct operand program_operand(const struct program *p, const struct instruction *item, size_t i,
                               size_t *block);
/* How much of the operand one task accesses, which depends on how the instruction is cut. */
enum extent program_extent(const struct instruction *item, struct operand o);
const char *program_buffer_name(const struct program *p, enum buffer buffer);

/* Fuses gradients with updates where possible, then finds stages, groups and tasks from the operands. */
bl_status program_lower(struct program *p, const struct net *net);
/* Cuts instructions on narrow blocks otherwise than by channels if threads would have no work with that cut.
   false: nothing has changed. */
bool program_choose_cuts(struct program *p);
void program_free(struct program *p);

/* A number for the memory of a buffer. Buffers with equal numbers may share memory. */
size_t program_memory(const struct program *p, enum buffer buffer, size_t block);

/* Finds the places of outputs and derivatives of a lean program from their lifetimes in the list. */
bl_status program_find_places(struct program *p, const struct net *net);

/* Which outputs and derivatives a workspace must keep for the program. */
enum workspace_memory program_keeps(const struct program *p);

#endif
