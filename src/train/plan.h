/*
 * plan.h - which work may run at once: a rule's order turned into stages of tasks.
 *
 * The tasks of one stage run in any order on any thread; a stage begins when the one before is done. A block is updated
 * as soon as its order allows: in the same task that teaches it (any order), or while the next block is being taught
 * (backward: its weights have passed the signal on by then; forward: likewise).
 */
#ifndef BL_TRAIN_PLAN_H
#define BL_TRAIN_PLAN_H

#include "../rules/rule.h"

struct task {
    size_t l;
    struct part part;
    size_t number;    /* of the part within its block */
    bool does_teach;  /* signal, then down to delta */
    bool does_update; /* gradient, then to the sink */
};

struct plan {
    bl_context *ctx;
    struct task *tasks;
    size_t *stage_end; /* tasks before this one belong to the stage */
    size_t n_tasks, n_stages;
};

bl_status plan_create(struct plan *out, bl_context *ctx, const struct net *net, const struct rule_ops *ops);
void plan_release(struct plan *plan);

#endif
