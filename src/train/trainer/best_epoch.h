/*
 * best_epoch.h - the figures of the best epoch, whose weights are in best.safetensors: the epoch with the
 * lowest validation error or, for regression targets, the lowest validation loss.
 */
#ifndef BL_TRAIN_BEST_EPOCH_H
#define BL_TRAIN_BEST_EPOCH_H

#include "backless.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct best_epoch {
    /* False: there is no best epoch yet, or a checkpoint of version 0.1.0 has only its number. */
    bool is_known;
    bl_score train, val, test;
};

/* The figure by which epochs are compared: the error, or for regression targets the loss. */
double best_epoch_judged(const bl_score *score);
/* Whether an epoch with the figure `now` is the best so far. best: the best figure before, of epoch best_at
   (0: none). A figure that is not finite is never the best. */
bool best_epoch_is(double now, double best, size_t best_at);

/* The figures as a text for checkpoints, exact to the bit, which the caller frees with free; NULL: no
   memory. */
char *best_epoch_to_text(const struct best_epoch *best);
/* false: the text is not from best_epoch_to_text. */
bool best_epoch_from_text(struct best_epoch *out, const char *text);
/* Adds "best_val_error", "best_test_loss", ... to `to`; nothing if the figures are not known. */
void best_epoch_add(json_t *to, const struct best_epoch *best);

#endif
