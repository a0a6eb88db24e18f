/*
 * program.h - a training step as a list of instructions, and the stages, tasks and memory that follow from
 * their operands.
 *
 * An instruction is an op on a whole block. An operand is a buffer, the block to which it belongs, how much
 * of it one range of the instruction's channels touches, and whether it is written. The operands alone
 * determine the stages, which instructions share a task, what a batch must keep, the cost, and whether a rule
 * is compatible with --memory low.
 *
 * The list is correct when it is run from top to bottom. Two instructions conflict if one writes what the
 * other reads or writes; the later one then runs in a later stage, except where both touch no more than their
 * own range of the same block, cut the same way: these run in one task, in the list's order. A task is one
 * range of one block (net/cut.h): of its channels; or, where a narrow convolution has too few of these for
 * the threads there are, of the examples or the input channels.
 */
#ifndef BL_PROGRAM_PROGRAM_H
#define BL_PROGRAM_PROGRAM_H

#include "../net/cut.h"

struct rule;

enum buffer {
    BUFFER_NONE,
    BUFFER_INPUT,   /* the batch */
    BUFFER_TARGETS, /* of the batch, one-hot for classes */
    /* Of a block, with its layers' and what these keep for the way back; before block 0: the input */
    BUFFER_OUTPUT,
    BUFFER_SIGNAL,   /* of a block: what the rule teaches. In the memory of the delta */
    BUFFER_DELTA,    /* of a block: the derivative at its weights' output; of the last one the error */
    BUFFER_WEIGHTS,  /* of a block: all its parameters, and the optimiser's memory of them */
    BUFFER_FEEDBACK, /* of a block: B, and the optimiser's memory of it */
    BUFFER_GRADIENT, /* of a block's parameters */
    /* The arrays of a user's rule, one after the other; one for the net belongs to the last block */
    BUFFER_ARRAY,
    BUFFER_LAST_ARRAY = BUFFER_ARRAY + 7,
    BUFFER_MATRIX, /* in the table of ops: the matrix that the instruction names, and its source */
    BUFFER_SOURCE,
    BUFFERS
};

/* What one task of an instruction that is cut by channels touches. One that is cut by examples touches its
   examples of every matrix of the batch, and all of the rest; one that is cut by input channels touches
   its columns of weights, gradients and feedback. */
enum extent {
    /* The channels of the instruction's own range: rows of W, columns of a batch or of a direct B */
    EXTENT_RANGE,
    EXTENT_COLUMNS, /* the columns of another block's matrix that meet the range, from all its rows */
    EXTENT_ALL
};

enum access { READS, WRITES, UPDATES /* both */ };

/* To which block an operand belongs, seen from the instruction's. */
enum whose {
    OF_BLOCK,
    OF_PREVIOUS /* its first source */,
    OF_SECOND,
    OF_NEXT /* the follower `other` */,
    OF_LAST
};

struct operand {
    enum buffer buffer;
    enum whose whose;
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

/* An op of the table; a rule's own function (OP_MAP) with the operands that it declares; or, of a user's
   rule, a product of operands of its choice (OP_MATMUL: a, b, to) and the optimiser's step of an array
   (OP_UPDATE_ARRAY: gradient, array). */
struct op {
    enum op_kind kind;
    const char *name;
    bool is_whole; /* one task on all channels; operands are EXTENT_ALL */
    enum move move;
    struct operand operands[OPERANDS]; /* up to BUFFER_NONE */
    void (*map)(const struct rule *rule, const struct net *net, const struct place *at,
                struct workspace *workspace); /* of OP_MAP */
    double (*cost)(const struct net *net);    /* of OP_MAP: multiply-accumulates for an example; NULL: none */
    bl_map given;                             /* of OP_MAP: a user's, in place of `map`; run NULL: none */
};

enum mode { MODE_OF_RUN, MODE_REPLAY /* the same masks and statistics once more */ };
enum pass_index { PASS_FIRST, PASS_SECOND /* from an input that the rule has changed */ };

struct instruction {
    const struct op *op;
    size_t l;
    size_t other;       /* of pull: the block behind l whose delta it reads */
    bool accumulates;   /* of pull: the signal has the terms of other followers already */
    enum buffer matrix; /* of pull and push: BUFFER_WEIGHTS or BUFFER_FEEDBACK */
    enum buffer
        source; /* of product: BUFFER_TARGETS, an array, or BUFFER_DELTA for the error; of noise: the array */
    float sigma;                     /* of noise */
    uint16_t stream;                 /* of noise */
    bool transposes_a, transposes_b; /* of matmul */
    uint32_t period;                 /* in steps; 0 and 1: each */
    enum pass_index pass;
    enum mode mode;
    bool is_repeated; /* a forward that was computed before, because its output was not kept */
    enum cut cut;
    size_t stage;
    bool is_placed; /* in a group */
};

/* What a program is made for. */
struct program_spec {
    bool is_lean; /* outputs and derivatives are kept until their last reader, and forwards are repeated */
    bool updates; /* false: gradients only */
    bool keeps_gradients; /* for a reader behind the program: gradients stay in a buffer of all parameters */
    bool stops_at_deltas; /* nothing learns: the deltas of all blocks are what is wanted */
    /* No block is updated before the gradients of all blocks are there: something between looks at all of
       them. With keeps_gradients, without is_lean */
    bool waits_for_gradients;
    bool may_fuse; /* the optimiser can step weights while their gradient is made */
};

/* Instructions of one stage that share tasks: order[begin .. end - 1] on the ranges of block l. */
struct group {
    size_t stage, l, begin, end;
    bool is_whole;
    enum cut cut;
    size_t n_tasks;
};

struct task {
    size_t group, number; /* of the range */
};

/* The stages that touch a buffer of a block: 1 more than the first and the last; 0: none does. */
struct span {
    size_t first, last;
};

struct program {
    bl_context *ctx;
    struct program_spec spec;
    size_t n_blocks;
    size_t threads;        /* that share the tasks: where the work is cut depends on it, the bits do not */
    const struct net *net; /* whose blocks these are; NULL: a row of blocks, each with weights */
    struct instruction *items;
    size_t n, room;
    const bl_rule *user; /* whose arrays and maps these are; NULL: the library's rule */
    struct op *
        /* a user's maps, products and steps, as ops: n_maps of them, room for as many as instructions; NULL:
           none */
        maps;
    size_t n_maps;
    size_t *order;        /* of items, by group */
    struct group *groups; /* by stage, and by their first instructions */
    size_t n_groups;
    struct task *tasks;
    size_t *stage_end; /* tasks before this one belong to the stage, or to one before it */
    size_t n_tasks, n_stages;
    size_t *place_numbers;          /* of a lean program: of each block's outputs, then of its derivatives */
    struct workspace_places places; /* these; n is 0 of another program, and before it is lowered */
    struct span *
        /* Of buffer b of block l: at b n_blocks + l. Signals count as deltas, in whose memory they lie */
        spans;
    size_t loss_stage;
    size_t n_gradients;  /* items before this one are the signals and gradients; with waits_for_gradients */
    size_t update_stage; /* the first stage of the others, which come later than all of these; likewise */
    /* Some task reads signals or deltas of a hidden block that another one has written */
    bool shares_derivatives;
};

/* The blocks that read block l's output, in text order. */
size_t program_followers(const struct program *p, size_t l);
size_t program_follower(const struct program *p, size_t l, size_t i);

/* The blocks whose outputs block l reads, in text order; NET_INPUT. */
size_t program_sources(const struct program *p, size_t l);
size_t program_source(const struct program *p, size_t l, size_t i);

/* Operand i with its block resolved; its buffer is BUFFER_NONE past the last. `block`: whose buffer it is. */
struct operand program_operand(const struct program *p, const struct instruction *item, size_t i,
                               size_t *block);
/* How much of the operand one task touches, by the way the instruction is cut. */
enum extent program_extent(const struct instruction *item, struct operand o);
const char *program_buffer_name(const struct program *p, enum buffer buffer);

/* Stages, groups and tasks from the operands; fuses gradient and update first where that is possible. */
bl_status program_lower(struct program *p, const struct net *net);
/* Gives instructions of narrow blocks another cut where groups by channels leave threads without work.
   false: nothing has changed. */
bool program_choose_cuts(struct program *p);
void program_free(struct program *p);

/* Which memory two accesses share: equal numbers may be the same memory. Below program_memories. */
size_t program_memory(const struct program *p, enum buffer buffer, size_t block);
size_t program_memories(const struct program *p);

/* Of a lean program, the places of outputs and derivatives by their lifetimes in the list (lifetimes.c). */
bl_status program_find_places(struct program *p, const struct net *net);

/* What a batch must keep for the program. */
enum workspace_memory program_keeps(const struct program *p);

#endif
