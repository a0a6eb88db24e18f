/*
 * step.h - one training step: forward, error, teach, gradients, update. The only place where net, rule, loss and optimiser
 * meet.
 *
 * A finished tile of gradient goes to a sink: straight to the optimiser while the tile is in cache (fused), or to a buffer
 * that is applied afterwards (buffered), or it stays in the buffer (for inspection). Fused and buffered give the same bits.
 */
#ifndef BL_TRAIN_STEP_H
#define BL_TRAIN_STEP_H

#include "../losses/loss.h"
#include "../optim/optimizer.h"
#include "plan.h"
#include "step_clock.h"

#include <stdatomic.h>

/* Work that has nothing to do with the step and is done by one of its threads beside it. run NULL: none. */
struct aside {
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
    size_t
        learns_from; /* in net->params, the first that learns: a rule without signals leaves all but the last block */
    float *B_slots
        [OPTIMIZER_MAX_SLOTS]; /* of feedback that learns, one block's after the other's; NULL: none does */
    size_t *B_at;              /* where each block's begins */
    float *buffer;             /* gradients, likewise; NULL until a buffered sink is wanted */
    atomic_bool *taught;       /* of each block: a delta other than 0 was seen; NULL: nobody looks */
    struct plan plan;
    struct step_clock clock;
    struct aside aside; /* to be done during the next step */
};

struct outcome {
    double loss; /* summed over the examples */
    size_t wrong;
};

/* The first values of the optimiser's memory included. optimizer: parsed text. */
bl_status stepper_create(struct stepper *out, bl_context *ctx, struct net *net, const struct rule *rule,
                         const struct loss_ops *loss, const struct optimizer *optimizer);
void stepper_release(struct stepper *s);
/* The optimiser's memory of the parameters from `at` on. NULL: they do not learn. */
float *stepper_slot(const struct stepper *s, size_t slot, size_t at);
bl_status stepper_need_buffer(struct stepper *s);

/* Every block's output from lesson->x. */
void step_forward(const struct net *net, struct lesson *lesson);
/* e and the loss, from the scores and lesson->y. */
struct outcome step_error(const struct stepper *s, struct lesson *lesson);
/* Every delta, nothing updated. rule may be another than the stepper's. */
void step_teach(const struct net *net, const struct rule *rule, const struct plan *plan,
                struct lesson *lesson);
/* Every gradient into `to`, laid out like net->params. */
void step_gradients(const struct net *net, struct lesson *lesson, float *to);

/* The whole step number t = 1, 2, ... on the batch in the lesson. is_buffered: gradients go to s->buffer first. */
bl_status step_run(struct stepper *s, struct lesson *lesson, double rate, uint64_t t, bool is_buffered,
                   struct outcome *out);

#endif
