/*
 * best_epoch.h - the figures of the epoch whose validation error (of targets: loss) was least: that of
 * best.safetensors.
 */
#ifndef BL_TRAIN_BEST_EPOCH_H
#define BL_TRAIN_BEST_EPOCH_H

#include "../base/status.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct best_epoch {
    bool is_known; /* false: none yet, or taken up from a checkpoint of 0.1.0, which kept the number alone */
    bl_score train, val, test;
};

/* What is compared: the error, or the loss where there are no classes. */
double best_epoch_judged(const bl_score *score);
/* Whether an epoch judged `now` is the best so far. best: of the one before it, of epoch best_at; 0: none.
   A figure that is no finite number is never the best, and any other is better. */
bool best_epoch_is(double now, double best, size_t best_at);

/* As one text, for a checkpoint, to the bit; NULL: no memory. Freed by the caller with free. */
char *best_epoch_to_text(const struct best_epoch *best);
/* false: the text is none of best_epoch_to_text's. */
bool best_epoch_from_text(struct best_epoch *out, const char *text);
/* "best_val_error", "best_test_loss", ... into `to`; nothing where they are not known. */
void best_epoch_add(json_t *to, const struct best_epoch *best);

#endif
