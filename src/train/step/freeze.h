/*
 * freeze.h - the option freeze: blocks that do not learn in some epochs.
 *
 *     "none", or terms separated by commas: BLOCKS [from EPOCH] [until EPOCH]
 *
 * BLOCKS are numbers and ranges separated by spaces, as in "0 2-4". Epochs are counted from 1, and a term
 * includes the epochs that it names: "0 until 5" freezes block 0 in the epochs 1 to 5, "0 from 5" from the
 * beginning of epoch 5 on.
 *
 * In a frozen block the bits of everything that learns are unchanged: the parameters and their optimiser
 * state, and the block's learned feedback or arrays of a user's rule. For clip-norm its gradient is 0, and
 * max-norm does not change its weights. Its forward pass and its delta are computed as in other blocks, and
 * running statistics of batch norm are updated.
 */
#ifndef BL_TRAIN_FREEZE_H
#define BL_TRAIN_FREEZE_H

#include "../../base/status.h"

#include <stdbool.h>
#include <stddef.h>

/* The blocks first .. last in the epochs from .. until. */
struct freeze_span {
    size_t first, last;
    size_t from, until; /* until: FREEZE_NO_END if the term names no end */
};
#define FREEZE_NO_END ((size_t)-1)

struct freeze {
    bl_context *ctx;
    struct freeze_span *spans;
    size_t n;
};

/* The caller releases *out, also after a failure. BL_BAD_VALUE: the text does not have the form above. */
bl_status freeze_parse(bl_context *ctx, struct freeze *out, const char *text);
bl_status freeze_check_text(bl_context *ctx, const char *text);
void freeze_release(struct freeze *freeze);
/* Whether the block is frozen in that epoch, from 1. */
bool freeze_holds(const struct freeze *freeze, size_t block, size_t epoch);

#endif
