/*
 * optimizer.h - how a gradient becomes a change of weights. Element by element, so any tile can be stepped alone.
 */
#ifndef BL_OPTIM_OPTIMIZER_H
#define BL_OPTIM_OPTIMIZER_H

#include "../backend/backend.h"
#include "../base/text.h"

enum { OPTIMIZER_MAX_SLOTS = 2 };

struct optimizer; /* the parsed text */

struct optimizer_ops {
    const char *name, *usage;
    double default_rate;
    bool hides_scale; /* divides by the gradient's size, so the size of a teaching signal hardly matters */
    size_t n_slots;   /* floats kept for each weight */
    const char *slots[OPTIMIZER_MAX_SLOTS]; /* their names in a checkpoint */
    struct update (*step)(const struct optimizer *o, float decay);
};

struct optimizer {
    const struct optimizer_ops *ops;
    float momentum, rho, beta1, beta2, epsilon, decay, initial;
    bool nesterov;
    float rate;                     /* of the step under way: optimizer_begin */
    float correction1, correction2; /* adam's, likewise */
};

/* "sgd [momentum M] [nesterov] [decay D]", "rmsprop [rho R] [epsilon E] [initial V] [decay D]",
   "adam [beta1 B] [beta2 B] [epsilon E] [decay D]". decay: of weights, not biases, each step, not multiplied by the rate. */
bl_status optimizer_parse(bl_context *ctx, struct optimizer *out, const char *text);
bl_status optimizer_check_text(bl_context *ctx, const char *text);

/* Before the updates of step t = 1, 2, ... */
void optimizer_begin(struct optimizer *o, double rate, uint64_t t);
/* The step under way. */
struct update optimizer_step(const struct optimizer *o, bool decays);
size_t optimizer_slots(const struct optimizer *o); /* that it reads: sgd without momentum none */
/* slots: the pieces that belong to these n weights. */
void optimizer_update(const struct optimizer *o, const struct backend *backend, bool decays, float *w,
                      const float *g, float *const slots[], size_t n);

#endif
