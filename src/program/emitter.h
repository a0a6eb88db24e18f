/*
 * emitter.h - the functions by which a rule appends instructions to the program of a step.
 *
 * A rule's `emit` is called for each hidden block and emits the instructions that compute the block's signal,
 * or its delta. It is not called for blocks inside a module (docs/design.md), whose derivatives are exact. It
 * is called for each block after the block's forward; then, after the loss, for the remaining blocks from the
 * first to the last; then from the last to the first. If an instruction reads a buffer that no earlier
 * instruction has written, the emitter discards what the call has emitted and calls again for that block
 * later. So the order of the program follows from what the rule reads.
 */
#ifndef BL_PROGRAM_EMITTER_H
#define BL_PROGRAM_EMITTER_H

#include "program.h"

struct bl_emitter {
    struct program *program;
    bool has_missing;   /* the current call has read a buffer that is not written yet */
    size_t done_before; /* pieces that end before this block were emitted before the loss */
    struct missing {    /* the first such buffer of the current call, or of the last discarded call */
        enum buffer buffer;
        size_t l;
    } missing;
    bool is_full;
    bool is_learning; /* the rule's `learn` is being called */
    const struct emission *emission;
    uint32_t period;   /* period of the instructions that follow */
    char refusal[160]; /* why the rule is refused; "": it is not refused */
};

/* signal[l] = v B[l]. source: the buffer v: BUFFER_DELTA (the error), BUFFER_TARGETS (the targets as -scale
   y), or an array of a user's rule. */
void emit_product(struct bl_emitter *e, enum buffer source, size_t l);
/* signal[l] = a sum over the followers f of l in text order. The term is delta[f] M[f] if f is weighted (M:
   the weights or the feedback), delta[f] if f adds, else delta[f] propagated through the head of f, exactly.
   In a chain of weighted blocks: delta[l + 1] M[l + 1]. */
void emit_pull(struct bl_emitter *e, enum buffer matrix, size_t l);
/* signal[l] = delta[k] M[l]^T, where k is the source of l: l - 1 in a chain. If l adds: the sum of the deltas
   of its sources. */
void emit_push(struct bl_emitter *e, enum buffer matrix, size_t l);
/* A function of the rule on block l, which is called for each range of channels, or once if is_whole. Also
   emits the array updates of a user's rule. */
void emit_map(struct bl_emitter *e, const struct op *map, size_t l);
/* As emit_map, on each weighted follower of l, for a map that writes matrices which a pull of l reads. */
void emit_map_on_followers(struct bl_emitter *e, const struct op *map, size_t l);
/* to = a b, where a, b and to are the operands of the op; a and b may be transposed. */
void emit_matmul(struct bl_emitter *e, const struct op *matmul, bool transposes_a, bool transposes_b,
                 size_t l);
/* The second forward of block l, from an input that a map has changed, after those of the earlier blocks of
   its module. */
void emit_second_forward(struct bl_emitter *e, size_t l);
/* An array of a user's rule = sigma N(0, 1). */
void emit_noise(struct bl_emitter *e, enum buffer array, float sigma, uint16_t stream, size_t l);
/* Whether each block has such an array. Otherwise there is one for the net, which belongs to the last
   block. */
static inline bool array_is_of_blocks(const bl_rule_array *array)
{
    return (array->flags & BL_EACH_BLOCK) != 0;
}
/* Whether the array keeps its numbers from step to step. */
static inline bool array_is_kept(const bl_rule_array *array)
{
    return array->rows != BL_BATCH && (array->flags & BL_ONE_STEP) == 0;
}

/* ---- Updates of feedback, for a rule's `learn`, which is called after block l's gradient and update */

/* Updates B[l], shaped like block l's weights, by the gradient of the weights. Emits nothing where the block
   has no such B: for the first block and for blocks without weights. */
void emit_update_feedback(struct bl_emitter *e, size_t l);
/* Updates B[l], outputs x units of block l, by the gradient e^T h_l. Emits nothing where the block has no
   such B: for the last block and for blocks inside a module. */
void emit_learn_feedback(struct bl_emitter *e, size_t l);

/* The functions and properties of a rule that determine the program. */
struct emission {
    void (*begin)(struct bl_emitter *e); /* emits instructions before the signals of all blocks; NULL: none */
    void (*emit)(struct bl_emitter *e, size_t l); /* NULL: hidden blocks are not trained */
    void (*learn)(struct bl_emitter *e,
                  size_t l); /* emits updates other than those of block l's parameters; NULL: none */
    bool is_direct;          /* the rule sends a signal to each module that has parameters, and to no other */
    bool is_onward;          /* signals go forward, and each block has a signal, also inside a module */
    bool has_entry;          /* the net has layers before the first weights */
};

/* The most instructions for n blocks are (n + 1) EMISSION_ROOM. */
enum { EMISSION_ROOM = 24 };
static inline size_t emission_room(size_t n_blocks)
{
    return EMISSION_ROOM * (n_blocks + 1);
}
/* Whether the rule's `emit` is called for block l. It is not called for blocks inside a module, for the last
   block, and, if the rule is direct, for blocks that end a module without parameters. */
bool emitter_needs_signal(const struct bl_emitter *e, size_t l);
/* Emits the whole step into p->items, which must be large enough. false: the rule is refused; `refusal` (may
   be NULL) says what is not defined, or which buffer is read and never written. */
bool emit_step(struct program *p, const struct emission *what, char refusal[160]);

#endif
