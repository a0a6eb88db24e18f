/*
 * emitter.h - the functions by which a rule appends instructions to the program of a step.
 *
 * A rule's `emit` is called for each hidden block and emits the instructions that compute the block's signal,
 * or its delta. It is not called for blocks inside a module (docs/design.md), whose derivatives are exact. It
 * is called for each block after the block's forward, then, after the loss, for the remaining blocks from the
 * first to the last, then from the last to the first. If an instruction reads what no earlier one has
 * written, the emitter discards what the call has emitted, and calls again for that block later. So the order
 * follows from what the rule reads.
 */
#ifndef BL_PROGRAM_EMITTER_H
#define BL_PROGRAM_EMITTER_H

#include "program.h"

struct bl_emitter {
    struct program *program;
    bool has_missing; /* something was read that is not there (yet) */
    size_t taught;    /* pieces that end before this block were emitted before the loss */
    struct missing {  /* the first such thing of the call under way, or of the last call that was dropped */
        enum buffer buffer;
        size_t l;
    } missing;
    bool is_full;
    bool is_learning; /* in a rule's `learn` */
    const struct emission *emission;
    uint32_t period;   /* of what is emitted from here on */
    char refusal[160]; /* what a user's rule has emitted that is not defined; "" */
};

/* signal[l] = v B[l]; source: BUFFER_DELTA for the error, BUFFER_TARGETS, which are sent as -scale y, or
   an array. */
void emit_product(struct bl_emitter *e, enum buffer source, size_t l);
/* signal[l] = the sum over the blocks f that follow l, in text order, of delta[f] M[f], M the weights or
   the feedback, or of delta[f] itself where f adds, and delta[f] exactly through the head of f where that
   has no weights. In a row of blocks with weights: delta[l + 1] M[l + 1]. */
void emit_pull(struct bl_emitter *e, enum buffer matrix, size_t l);
/* signal[l] = delta[k] M[l]^T, k the block before l: l - 1 in a row. Where l adds: the sum of the deltas
   of its inputs. */
void emit_push(struct bl_emitter *e, enum buffer matrix, size_t l);
/* A function of the rule's own on block l, once for each range of channels, or once in all (is_whole). The
   same emits what a user's rule has as an op of the program's own: a step of an array. */
void emit_map(struct bl_emitter *e, const struct op *map, size_t l);
/* The same on each block with weights that follows l, for what a pull of l reads. */
void emit_map_on_followers(struct bl_emitter *e, const struct op *map, size_t l);
/* to = a b, the operands of the op, of which a or b may be transposed. */
void emit_matmul(struct bl_emitter *e, const struct op *matmul, bool transposes_a, bool transposes_b,
                 size_t l);
/* The output of block l once more, from an input that a map has changed; first those of its module that
   lead there. */
void emit_second_forward(struct bl_emitter *e, size_t l);
/* An array of a user's rule = sigma N(0, 1). */
void emit_noise(struct bl_emitter *e, enum buffer array, float sigma, uint16_t stream, size_t l);
/* Whether each block has one; else there is one for the net, which belongs to the last block. */
static inline bool array_is_of_blocks(const bl_rule_array *array)
{
    return (array->flags & BL_EACH_BLOCK) != 0;
}
/* Whether the array keeps its numbers from step to step. */
static inline bool array_is_kept(const bl_rule_array *array)
{
    return array->rows != BL_BATCH && (array->flags & BL_ONE_STEP) == 0;
}

/* Feedback that learns: emitted in a rule's `learn`, behind block l's gradient and update. */
/* B[l], shaped like block l's weights, takes the step of their gradient. Nothing where the block has no
   such B: the first one, and blocks without weights. */
void emit_update_feedback(struct bl_emitter *e, size_t l);
/* B[l], outputs x units of block l, has the gradient e^T h_l. Nothing where the block has no such B: the
   last one, and blocks inside a module. */
void emit_learn_feedback(struct bl_emitter *e, size_t l);

/* What a rule emits in all. */
struct emission {
    void (*begin)(struct bl_emitter *e);          /* before the signals of all blocks; NULL: nothing */
    void (*emit)(struct bl_emitter *e, size_t l); /* NULL: hidden blocks stay as they are */
    void (*learn)(struct bl_emitter *e,
                  size_t l); /* what learns beside block l's parameters; NULL: nothing */
    bool is_direct; /* the rule sends a signal to each module that owns parameters, and to no other */
    bool is_onward; /* signals go from the input on, and each block has its own, also inside a module */
    bool has_entry; /* layers before the first weights */
};

/* A bound of the number of instructions for n blocks: (n + 1) EMISSION_ROOM. */
enum { EMISSION_ROOM = 24 };
static inline size_t emission_room(size_t n_blocks)
{
    return EMISSION_ROOM * (n_blocks + 1);
}
/* Whether the rule is asked how block l is taught (`emit`): no block inside a module is, nor the last one,
   nor of a direct rule one that ends a module without parameters. */
bool emitter_teaches(const struct bl_emitter *e, size_t l);
/* The whole step into p->items, which have room. false: `refusal` (may be NULL) tells what is not defined,
   or is read and never written. */
bool emit_step(struct program *p, const struct emission *what, char refusal[160]);

#endif
