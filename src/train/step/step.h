/*
 * step.h - one training step: runs the program of the rule. Only this file combines net, rule, loss and
 * optimiser.
 *
 * The optimiser uses a finished tile of gradient while it is in the cache. Alternatively gradients are stored
 * in a buffer, from which weights are updated afterwards (buffered) or which is only read (inspection). Both
 * ways give the same bits.
 */
#ifndef BL_TRAIN_STEP_H
#define BL_TRAIN_STEP_H

#include "../../losses/loss.h"
#include "../../optim/optimizer.h"
#include "../../rules/rule.h"
#include "../../rules/user/user_rule.h"
#include "clip.h"
#include "step_clock.h"

#include <stdatomic.h>

/* Other work, which one of the threads does during the step. run NULL: none. */
struct prefetch {
    void (*run)(void *work);
    void *work;
};

struct stepper {
    bl_context *ctx;
    struct net *net;
    const struct rule *rule;
    const struct loss_ops *loss;
    bool sums; /* the reduction over the batch is the sum; else the mean */
    struct optimizer optimizer;
    float *slots[OPTIMIZER_MAX_SLOTS]; /* laid out like net->params from learns_from on (stepper_slot) */
    /* The offset in net->params from which on parameters are trained: that of the last block for a rule
       without signals. */
    size_t learns_from;
    /* The optimiser's state of learned feedback, block by block; NULL: no feedback is learned. */
    float *B_slots[OPTIMIZER_MAX_SLOTS];
    size_t *B_at;    /* for each block, the offset of its state in B_slots */
    size_t B_floats; /* of each of B_slots */
    struct array_slots {
        float *floats[OPTIMIZER_MAX_SLOTS];
        size_t n_floats; /* of each */
        /* For each array of a user's rule, by rule_array_number: the offset of its floats plus 1; 0: it is
           not updated. NULL: no array is updated. */
        size_t *at;
    } array_slots;
    bool *frozen; /* for each block, whether it is not trained in this epoch; NULL: no block is frozen */
    uint64_t *frozen_steps; /* for each block, the number of finished steps that did not train it */
    /* For each block, the optimiser of the current step: Adam's corrections are those of the number of times
       that the block was updated. */
    struct optimizer *optimizers;
    struct clip clip;          /* clipping of the gradients before the update */
    float *buffer;             /* gradients, laid out in the same way as slots; NULL until a buffered step */
    atomic_bool *found_delta;  /* for each block, whether a delta other than 0 was found; NULL: not checked */
    struct program *program;   /* the program of a step */
    struct program *buffered;  /* the program of a step that keeps its gradients; NULL until one is needed */
    struct program *inspected; /* the program that computes gradients without updates */
    struct step_clock clock;
    struct prefetch prefetch; /* runs during the next step */
};

struct outcome {
    double loss; /* sum over the examples */
    size_t wrong;
};

/* Creates a stepper, with the initial values of the optimiser's state. is_lean: the step is for --memory low.
   clip: may have limits only if is_lean is false. */
bl_status stepper_create(struct stepper *out, bl_context *ctx, struct net *net, const struct rule *rule,
                         const struct loss_ops *loss, const struct optimizer *optimizer, bool is_lean,
                         struct clip_limits clip);
void stepper_release(struct stepper *s);
/* The optimiser's state of the parameters from `at` on. NULL: they are not trained. */
float *stepper_slot(const struct stepper *s, size_t slot, size_t at);
/* The optimiser's state of an array of a user's rule, by rule_array_number. */
float *stepper_array_slot(const struct stepper *s, size_t slot, size_t number);
/* Freezes or unfreezes block l from the next step on; s->frozen must exist. A frozen block's parameters and
   their optimiser state keep their bits, except that denormal numbers of the state become 0 (flush.h). */
void stepper_freeze(struct stepper *s, size_t l, bool is_frozen);
/* Sets *out to the optimiser that updates block l in step t with this rate. */
void stepper_optimizer(const struct stepper *s, size_t l, double rate, uint64_t t, struct optimizer *out);
/* Counts a finished step for the blocks that it did not train. */
void stepper_count(struct stepper *s);
/* Whether the instruction is left out because it is a gradient or an update of a frozen block. */
bool stepper_leaves_out(const struct stepper *s, const struct program *program,
                        const struct instruction *item);

/* Creates the buffer of gradients and the program of a buffered step, unless they exist. */
bl_status stepper_need_buffered(struct stepper *s);

/* Computes every block's output from workspace->x. */
void step_forward(const struct net *net, struct workspace *workspace);
/* Computes every delta and gradient from workspace->x and y without updates. program: a program of `rule`
   without updates; the rule may differ from the stepper's. scale: the factor of the error. to: the gradients,
   laid out like net->params; must be 0 for parameters that are not trained. Fails if a map of a user's rule
   fails. */
bl_status step_inspect(const struct stepper *s, const struct rule *rule, const struct program *program,
                       struct workspace *workspace, float scale, float *to);
/* The factor of the error for a batch of n examples: 1, or 1 / n. */
float step_scale(const struct stepper *s, size_t n);

/* Takes step number t = 1, 2, ... on the batch in the workspace. is_buffered: gradients are first stored in
   s->buffer. */
bl_status step_run(struct stepper *s, struct workspace *workspace, double rate, uint64_t t, bool is_buffered,
                   struct outcome *out);

/* Is called before and after each instruction of a traced step: the instruction's number in the order of
   program_lower, and the loss, summed over the examples, which is 0 before the instruction that computes
   it. */
struct step_tracer {
    void (*visit)(void *work, const struct program *program, size_t i, bool is_done, double loss);
    void *work;
};

/* Takes the same step with the same bits on the calling thread, one instruction after the other, each on the
   whole of its block. Gradients and updates are instructions of their own. workspace:
   WORKSPACE_KEEPS_ALL. */
bl_status step_trace(struct stepper *s, struct workspace *workspace, double rate, uint64_t t,
                     const struct step_tracer *tracer, struct outcome *out);

#endif
