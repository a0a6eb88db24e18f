/*
 * optimizer.h - the optimisers. Each updates weights element by element, so that any tile of weights can be
 * updated separately.
 */
#ifndef BL_OPTIM_OPTIMIZER_H
#define BL_OPTIM_OPTIMIZER_H

#include "../backend/backend.h"
#include "../base/text.h"

enum { OPTIMIZER_MAX_SLOTS = 2 };

struct optimizer; /* a parsed optimiser text */

struct optimizer_ops {
    const char *name, *usage;
    double default_rate;
    bool hides_scale; /* divides by the gradient's size, so the scale of a signal hardly matters */
    size_t n_slots;   /* the largest number of floats of state for each weight; see optimizer_slots */
    const char *slots[OPTIMIZER_MAX_SLOTS]; /* their names in a checkpoint */
    struct update (*step)(const struct optimizer *o, float decay);
};

struct optimizer {
    const struct optimizer_ops *ops;
    float momentum, rho, beta1, beta2, epsilon, decay, weight_decay, l2, initial;
    bool nesterov;
    float lambda;                   /* the decay of kp and dkp in each step; 0: none */
    float rate;                     /* of the current step, set by optimizer_begin */
    float shrinking;                /* the fraction by which each weight decays in the current step */
    float correction1, correction2; /* Adam's bias corrections in the current update */
};

/* "sgd [momentum M] [nesterov]", "rmsprop [rho R] [epsilon E] [initial V]", "adam [beta1 B] [beta2 B]
   [epsilon E]", each with [weight-decay X] [l2 X]:
       weight-decay X    w <- (1 - rate X) w - step                    as AdamW
       l2 X              the step is computed from gradient + X w      as weight_decay in PyTorch's SGD, Adam
   Files of version 0.1.0 may have `decay D`: w <- (1 - D) w - step, independent of the learning rate. They
   apply to matrices of weights and to learned feedback; biases and the scale and shift of norms are
   exempt. */
bl_status optimizer_parse(bl_context *ctx, struct optimizer *out, const char *text);
bl_status optimizer_check_text(bl_context *ctx, const char *text);
/* Refuses a weight-decay of 1 / rate or more, which would remove whole weights in one step. */
bl_status optimizer_check_rate(bl_context *ctx, const struct optimizer *o, double rate);

/* Prepares the t-th update of some weights, t = 1, 2, ..., with this learning rate; call it before them. */
void optimizer_begin(struct optimizer *o, double rate, uint64_t t);
/* The parameters of the current step, without l2, which is part of the gradient. */
struct update optimizer_step(const struct optimizer *o, bool decays);
/* The number of floats of state for each weight: 0 for sgd without momentum. */
size_t optimizer_slots(const struct optimizer *o);
/* slots: the optimiser state of these n weights, NULL where there is none. */
void optimizer_update(const struct optimizer *o, const struct backend *backend, bool decays, float *w,
                      const float *g, float *const slots[], size_t n);
/* Computes the change of the weights w, decay included, into `change`, and updates slots. The change is
   computed directly, because the difference of old and new weights would be mostly rounding error for small
   steps. */
void optimizer_suppose(const struct optimizer *o, const struct backend *backend, const float *w,
                       const float *g, float *const slots[], float *change, size_t n);

#endif
