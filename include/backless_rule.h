/*
 * backless_rule.h - a learning rule of your own, from C or C++.
 *
 * Terms. A net is divided into blocks. A block is a layer with weights (dense, conv) together with the layers
 * without weights that follow it (activation, batch norm, pool, dropout). The sum that ends a residual also
 * begins a block, which has no weights. Blocks are numbered from 0 in the order of the net's text; the last
 * one computes the scores. For block l:
 *
 *     a_l = h_k W_l^T + b_l      the pre-activation: the output of its weights; h_k is the output of the
 *                                block before it
 *     h_l = f(a_l)               its output (BL_OUTPUT); f stands for all its layers after the weights
 *     e                          the error: dJ / d scores, as the loss defines it (softmax - targets for the
 *                                loss ce)
 *     s_l                        the signal of a hidden block, which the rule uses instead of dJ / d h_l
 *     d_l = s_l f'(a_l)          its delta, used instead of dJ / d a_l; for the last block d = e
 *     dW_l = d_l^T h_k           the gradient of its weights, which the optimiser updates them with
 *
 * Matrices of examples hold one example in each row, as in PyTorch. Backpropagation is
 * s_l = d_(l+1) W_(l+1); direct feedback alignment is s_l = e B_l, with a fixed random matrix B_l (outputs x
 * units). A rule defines only how s_l, or d_l itself, is computed for each hidden block. The library computes
 * the rest: forward passes, the loss, d_l from s_l, gradients and updates.
 *
 * A rule consists of instructions. The library calls its function `emit` for each hidden block before the
 * training. `emit` computes nothing: it appends instructions to the program of a step, and every step runs
 * this program. An instruction works on a whole block. The library derives from what instructions read and
 * write the order in which they run, which of them run at once on several threads, which arrays of a batch
 * are kept, and whether the option memory low is possible.
 *
 * Example: direct feedback alignment.
 *
 *     static void emit(bl_emitter *e, int block, void *user)
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
 * examples/07_own_rule.c is a complete program, and docs/rules.md has a section about it. A registered rule
 * belongs to its context and works there wherever a rule is named: in the option rule, models, checkpoints
 * and run folders, angles, inspection, and the lists of instructions and buffers (bl_trainer_instruction). If
 * a file needs a rule that is not registered, loading it fails with a message that names the rule.
 *
 * Nets with residuals. `emit` is called only for the blocks that need a signal (bl_emitter_needs_signal).
 * Blocks whose output is read by a sum only get exact derivatives from that sum's block. A rule that reads no
 * other block's delta is not called for blocks without parameters either. A rule that consists of
 * bl_emit_product, bl_emit_pull and maps therefore works on residual nets as on a chain of layers. A block's
 * number does not determine its neighbours in a residual net: see bl_emitter_follower. bl_emit_push and
 * bl_emit_forward are not defined for residual nets.
 */
#ifndef BACKLESS_RULE_H
#define BACKLESS_RULE_H

#include "backless.h"

#ifdef __cplusplus
extern "C" {
#endif

/* An emitter appends instructions to a program. It is valid only during the callback that receives it. */
typedef struct bl_emitter bl_emitter;

/* A buffer of a block, which an instruction reads or writes. n: the examples of the batch. units: the
   numbers of an example at the block's output. channels: the units of a dense layer, the maps of a
   convolution. Existing values never change their meaning. */
typedef enum bl_buffer_id {
    BL_NOTHING = 0,
    BL_INPUT = 1,   /* n x inputs: the batch. If a map changes it, bl_emit_forward uses the changed one */
    BL_TARGETS = 2, /* n x outputs, one-hot for classes; read only */
    BL_ERROR = 3,   /* e, n x outputs, times bl_map_call.scale; read only */
    BL_OUTPUT = 4,  /* h, n x units; read only */
    BL_SIGNAL = 5,  /* s, n x units (with the option feedback-at before-pool n x the numbers before it) */
    /* d, n x the numbers at the output of the block's weights. A rule that writes it itself replaces the
       derivatives of the layers after the weights; nets with batch norm are then refused */
    BL_DELTA = 6,
    BL_WEIGHTS = 7,  /* W, channels x fan-in, without the biases; read only */
    BL_FEEDBACK = 8, /* B of the block, of the kind bl_rule.feedback */
    BL_ARRAY_0 = 16, /* the rule's own arrays, in the order of bl_rule.arrays */
    BL_ARRAY_1 = 17,
    BL_ARRAY_2 = 18,
    BL_ARRAY_3 = 19,
    BL_ARRAY_4 = 20,
    BL_ARRAY_5 = 21,
    BL_ARRAY_6 = 22,
    BL_ARRAY_7 = 23
} bl_buffer_id;

typedef enum bl_access {
    BL_READS = 1,  /* reads the values that an earlier instruction wrote */
    BL_WRITES = 2, /* writes all elements, without reading them */
    BL_UPDATES = 3 /* reads and writes */
} bl_access;

/* The rows and cols of an array: a number from 1, or one of these. */
enum {
    BL_BATCH = -1,   /* only as rows: the examples of the batch */
    BL_OUTPUTS = -2, /* of the net */
    BL_INPUTS = -3,  /* of the net */
    BL_UNITS = -4,   /* of the block; only with BL_EACH_BLOCK */
    BL_CHANNELS = -5 /* of the block; only with BL_EACH_BLOCK */
};

/* The bits of bl_rule_array.flags. */
enum {
    BL_EACH_BLOCK = 1, /* every block has such an array; otherwise the net has one */
    /* Its values are used within one step only, as those of every array of BL_BATCH rows are. */
    BL_ONE_STEP = 2
};

/* An array of floats that belongs to the rule. Without BL_BATCH and BL_ONE_STEP it keeps its values from
   step to step: they are initialised from U(-limit, limit) with the option feedback-seed, or with 0 if
   limit is 0, and are saved in models and checkpoints as "rule.NAME", or "BLOCK.rule.NAME" with
   BL_EACH_BLOCK. Measurements (angles, bl_trainer_inspect) do not change it. */
typedef struct bl_rule_array {
    const char *name; /* letters a to z, digits and _, up to 16 */
    int rows, cols;
    int flags;
    double limit; /* 0 to 1e6 */
} bl_rule_array;

/* An operand of a map: element (i, j) is values[i * stride + j]. */
typedef struct bl_view {
    /* NULL, with 0 rows and columns, if the block has no such matrix: a sum has no W, and the first block
       has no B shaped like W. */
    float *values;
    size_t rows, cols, stride;
} bl_view;

/* The argument of a map's function. Later versions may add members at the end. */
typedef struct bl_map_call {
    void *user; /* bl_rule.user */
    int block;
    size_t n;      /* examples */
    uint64_t step; /* from 1; 0: a measurement */
    float scale;   /* the factor in BL_ERROR: 1 / n, or 1 with the option reduction sum */
    size_t unit;   /* the number of the block's unit that the first column of a divided view holds */
    /* The block's weights that read one number of its input; the fan-in is W's columns. 0: no W */
    size_t fan_out;
    bl_view view[4]; /* the operands, in the order of bl_map.operands */
    /* Never NULL. A function that cannot compute what it writes sets *failed to 1. The step or measurement
       then fails with BL_BAD_VALUE after its other instructions, so that the weights are not valid;
       bl_trainer_fit saves nothing of such a step. */
    int *failed;
} bl_map_call;

/* A map is an instruction that calls a function of the rule's own. If all operands that it writes belong to
   channels of its block (signal, delta, feedback, arrays with a side of BL_UNITS or BL_CHANNELS), the
   library divides the work: `run` is called for a range of channels at a time, by several threads at once.
   Its views of such operands contain the columns of those channels (rows, for the weights and for arrays of
   their shape); its views of all other operands are complete. The result must not depend on how the
   channels are divided: an element that is written may depend on its own column of divided operands, and on
   all elements of the others. A function that needs all channels together sets `whole`. A map that writes
   another operand is called once, with complete views. `run` must not call the library, and must write only
   what the map declares. In the first step of a run the library compares the operands that are only read
   before and after the call; if a map changed one, the step fails with BL_BAD_VALUE. */
typedef struct bl_map {
    size_t size;      /* sizeof(bl_map) */
    const char *name; /* shown as bl_instruction.op; must stay valid as long as the context */
    void (*run)(const bl_map_call *call);
    int whole;
    struct {
        bl_buffer_id buffer;
        bl_access access;
    } operands[4]; /* the first BL_NOTHING ends the list */
    /* Returns the multiply-accumulates of one example on the whole block, for bl_trainer_count and
       `backless bench`. It reads the sizes of the views; their values are NULL here, and n is 1. NULL: the
       map is counted as 0. */
    double (*macs)(const bl_map_call *call);
} bl_map;

/* to = a b, where a is transposed first if transpose_a is 1, and b if transpose_b is 1. The operands are
   any of the block whose sizes fit: m x k times k x n gives m x n. */
typedef struct bl_matmul {
    bl_buffer_id a, b, to; /* `to` differs from a and b, and must be a buffer that may be written */
    int transpose_a, transpose_b;
} bl_matmul;

/* The bits of bl_rule.flags. */
enum {
    /* The rule can train from all-zero weights, which are then a default of the option init */
    BL_RULE_LEARNS_FROM_ZERO = 1,
    BL_RULE_NEEDS_CLASSES = 2,    /* data with real-valued targets are refused */
    BL_RULE_DERIVES_FEEDBACK = 4, /* maps compute B from the weights; the option feedback has no effect */
    BL_RULE_ALIGNS_WEIGHTS = 8    /* bl_angles.weight is measured against the feedback */
};

/* The kind of matrix B that a rule has. The library draws B, or reads it from a file, as the option
   feedback states, and saves it as "BLOCK.feedback". */
typedef enum bl_feedback_kind {
    BL_FEEDBACK_NONE = 0,
    BL_FEEDBACK_DIRECT = 1, /* for each block that `emit` is called for, outputs x units; for products */
    /* For each weighted block except the first, shaped like W; for pull and push */
    BL_FEEDBACK_LIKE_WEIGHTS = 2
} bl_feedback_kind;

/* A learning rule. The library may call the callbacks at any time, also for nets of other sizes and shapes.
   The instructions that they emit may depend only on the block's number and on what the emitter's functions
   return (bl_emitter_...). bl_rule_register copies the struct, its texts and its arrays; the functions and
   `user` must stay valid as long as the context. */
typedef struct bl_rule {
    size_t size;      /* sizeof(bl_rule) */
    const char *name; /* a letter a to z, then letters, digits and -, up to 31; must be unique */
    const char *about, *equation;
    unsigned flags;
    bl_feedback_kind feedback;
    const bl_rule_array *arrays;
    int n_arrays; /* up to 8 */
    /* Called once for a step, before the signals of all blocks: for maps on the error, noise, and matrices
       computed from weights. NULL: no such instructions. */
    void (*begin)(bl_emitter *e, void *user);
    /* Called for each hidden block that needs a signal: emits its signal or its delta. */
    void (*emit)(bl_emitter *e, int block, void *user);
    /* Called for each block, the last one too: emits the further learning that follows the update of its
       parameters. It does not run in measurements. NULL: no such instructions. */
    void (*learn)(bl_emitter *e, int block, void *user);
    void *user;
} bl_rule;

/* Registers a rule with ctx, after it tries the callbacks on chains of two to four blocks and on a small
   residual net. BL_BAD_VALUE: the name is taken or malformed, or the callbacks emit instructions that are
   not defined. BL_UNSUPPORTED: the rule was built with a later version of this header. It may be called at
   any time except in a rule's callback. */
BL_API bl_status bl_rule_register(bl_context *ctx, const bl_rule *rule);

/* ---- The net that the instructions are emitted for ---------------------------------------------------- */

/* Returns the number of blocks, the last one included; at least 2. */
BL_API int bl_emitter_blocks(const bl_emitter *e);
/* Returns the number of the i-th block, from 0 and in text order, that reads the output of `block`; 0 past
   the last (no block reads into block 0). In a chain of layers it is block + 1. */
BL_API int bl_emitter_follower(const bl_emitter *e, int block, int i);
BL_API int bl_emitter_is_weighted(const bl_emitter *e, int block);  /* 0: a sum, layernorm or subsample */
BL_API int bl_emitter_needs_signal(const bl_emitter *e, int block); /* 1 if `emit` is called for it */

/* Instructions. A callback may read a buffer that is not available yet, such as the error before the loss:
   the library then keeps nothing of what the callback emitted, and calls it again later. bl_rule_register
   refuses, with a message, a buffer that is never written and what is not defined; bl_trainer_create
   refuses sizes that do not fit the net. block: that of the callback, or another one. */

/* Emits s = v B for the block, whose B is BL_FEEDBACK_DIRECT. source: v, which is BL_ERROR, an array of
   BL_BATCH x BL_OUTPUTS without BL_EACH_BLOCK, or BL_TARGETS, for which v = -scale y. The option
   feedback-at applies. */
BL_API void bl_emit_product(bl_emitter *e, bl_buffer_id source, int block);
/* Emits s = the sum of d_f M_f over the blocks f that follow, where M is BL_WEIGHTS, or BL_FEEDBACK of the
   kind BL_FEEDBACK_LIKE_WEIGHTS. If f is a sum, d_f itself is added; if f begins with a layernorm or a
   subsample, d_f is propagated exactly through that layer. */
BL_API void bl_emit_pull(bl_emitter *e, bl_buffer_id matrix, int block);
/* Emits s = d M^T, where d is the delta of the preceding block and M the block's weights, or its feedback
   of their shape. If the block is a sum, s is the sum of the deltas of its inputs. It is not defined for
   the first block. The library calls `emit` of a rule that uses push for every hidden block, and of other
   rules for the last block of each module. BL_NOT_DEFINED, by bl_trainer_create, if a hidden block changes
   the size of its maps, with layernorm or subsample, and with merged modules. */
BL_API void bl_emit_push(bl_emitter *e, bl_buffer_id matrix, int block);
/* Emits a call of map->run. The map is copied, its name is not. */
BL_API void bl_emit_map(bl_emitter *e, const bl_map *map, int block);
/* Emits to = a b, in float32. It is refused for a block that lacks one of the operands. With BL_SIGNAL as
   `to` it is bl_emit_product with a matrix of the rule's own, which may be fixed, computed in each step by
   a map, or learned (bl_emit_update). With BL_OUTPUT as `a` it computes a local classifier's scores. It is
   counted as m k n multiply-accumulates, or as 0 if no operand has rows of the batch. */
BL_API void bl_emit_matmul(bl_emitter *e, const bl_matmul *matmul, int block);
/* Emits a second computation of the block's output h, from the output of the preceding block in this second
   pass, or for the first block from an input that a map changed. Dropout uses the same masks.
   BL_NOT_DEFINED in the cases of bl_emit_push, and if the module of the output contains hidden layers. */
BL_API void bl_emit_forward(bl_emitter *e, int block);
/* Emits array = sigma N(0, 1). The values depend only on the option order-seed, the step, the block and
   `stream` (0 to 65535). sigma: above 0, up to 1e6. */
BL_API void bl_emit_noise(bl_emitter *e, bl_buffer_id array, double sigma, int stream, int block);
/* Restricts what the callback emits after this call to the steps 1, 1 + steps, 1 + 2 steps, ...; it never
   runs in a measurement. It is for maps, products and noise that write feedback, or arrays that keep their
   values. steps: at least 1. */
BL_API void bl_emit_every(bl_emitter *e, int steps);
/* In `learn`: emits an update of B by the optimiser, with the decay of the option lambda. The gradient is
   that of the block's weights if B has their shape (Kolen-Pollack), and e^T h for a direct B. It emits
   nothing if the block has no B. */
BL_API void bl_emit_learn_feedback(bl_emitter *e, int block);
/* In `learn`: emits an update by the optimiser, as for the weights, of an array that keeps its values.
   `gradient` is an array with the same rows, cols and BL_EACH_BLOCK. An array may be updated once in a
   step. Checkpoints contain the optimiser's memory of it. */
BL_API void bl_emit_update(bl_emitter *e, bl_buffer_id array, bl_buffer_id gradient, int block);

#ifdef __cplusplus
}
#endif
#endif
