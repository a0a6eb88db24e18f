/*
 * step.h - one training step: the program of its rule, run. The only place where net, rule, loss and
 * optimiser meet.
 *
 * A finished tile of gradient goes straight to the optimiser while the tile is in cache, or to a buffer that
 * is applied afterwards (buffered), or it stays in the buffer (inspection). Fused and buffered give the same
 * bits.
 */
#ifndef BL_TRAIN_STEP_H
#define BL_TRAIN_STEP_H

#include "../losses/loss.h"
#include "../optim/optimizer.h"
#include "../rules/rule.h"
#include "../rules/user_rule.h"
#include "clip.h"
#include "step_clock.h"

#include <stdatomic.h>

/* Work that has nothing to do with the step and is done by one of its threads beside it. run NULL: none. */
struct prefetch {
    void (*run)(void *work);
    void *work;
};

struct stepper {
    bl_context *ctx;
    struct net *net;
    const struct rule *rule;
    const struct loss_ops *loss;
    bool sums; /* reduction: sum over the batch, else mean */
    struct optimizer optimizer;
    float *slots[OPTIMIZER_MAX_SLOTS]; /* laid out like net->params from learns_from on (stepper_slot) */
    /* In net->params, the first that learns: a rule without signals leaves all but the last block */
    size_t learns_from;
    float *B_slots
        [OPTIMIZER_MAX_SLOTS]; /* of feedback that learns, one block's after the other's; NULL: none does */
    size_t *B_at;              /* where each block's begins */
    struct array_slots {
        float *floats[OPTIMIZER_MAX_SLOTS];
        size_t *
            /* Of each array of a user's rule, by rule_array_number: 1 more than where its floats begin; 0: it
               does not learn. NULL: none does */
            at;
    } array_slots;
    bool *frozen;              /* of each block: it does not learn in this epoch; NULL: every block does */
    struct clip clip;          /* of the gradients, before the optimiser sees them */
    float *buffer;             /* gradients, likewise; NULL until a buffered sink is wanted */
    atomic_bool *taught;       /* of each block: a delta other than 0 was seen; NULL: nobody looks */
    struct program *program;   /* of a step */
    struct program *buffered;  /* of a step that keeps its gradients; NULL until one is wanted */
    struct program *inspected; /* of gradients without a step */
    struct step_clock clock;
    struct prefetch prefetch; /* to be done during the next step */
};

struct outcome {
    double loss; /* summed over the examples */
    size_t wrong;
};

/* The first values of the optimiser's memory included. optimizer: parsed text. is_lean: outputs and
   derivatives are kept until their last reader alone. clip: with limits, only where is_lean is false. */
bl_status stepper_create(struct stepper *out, bl_context *ctx, struct net *net, const struct rule *rule,
                         const struct loss_ops *loss, const struct optimizer *optimizer, bool is_lean,
                         struct clip_limits clip);
void stepper_release(struct stepper *s);
/* The optimiser's memory of the parameters from `at` on. NULL: they do not learn. */
float *stepper_slot(const struct stepper *s, size_t slot, size_t at);
/* The same of an array of a user's rule, by rule_array_number. */
float *stepper_array_slot(const struct stepper *s, size_t slot, size_t number);
/* From the next step on, where s->frozen is there. What learns in a frozen block keeps its bits, with the
   optimiser's memory of it. */
void stepper_freeze(struct stepper *s, size_t l, bool is_frozen);
/* Whether the instruction, of a program that updates, is what learns in a frozen block: a gradient or an
   update. */
bool stepper_leaves_out(const struct stepper *s, const struct program *program,
                        const struct instruction *item);

/* Every block's output from workspace->x. */
void step_forward(const struct net *net, struct workspace *workspace);
/* Every delta and gradient from workspace->x and y, nothing updated. program: one that updates nothing, of
   `rule`, which may be another than the stepper's. scale: of the error. `to`, laid out like net->params,
   must hold 0 where nothing learns. */
void step_inspect(const struct stepper *s, const struct rule *rule, const struct program *program,
                  struct workspace *workspace, float scale, float *to);
/* Of the error of a batch of n: 1, or 1 / n. */
float step_scale(const struct stepper *s, size_t n);

/* The whole step number t = 1, 2, ... on the batch in the workspace. is_buffered: gradients go to
   s->buffer first. */
bl_status step_run(struct stepper *s, struct workspace *workspace, double rate, uint64_t t, bool is_buffered,
                   struct outcome *out);

#endif
