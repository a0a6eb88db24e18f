/*
 * freeze.h - the option freeze: blocks that do not learn in some epochs.
 *
 *     "none", or terms separated by commas: BLOCKS [from EPOCH] [until EPOCH]
 *
 * BLOCKS are numbers and ranges separated by spaces, as in "0 2-4". Epochs are counted from 1, and both that
 * a term names belong to it: "0 until 5" freezes block 0 in the epochs 1 to 5, "0 from 5" from the beginning
 * of epoch 5 on.
 *
 * What learns in a frozen block keeps its bits: the parameters with the optimiser's memory of them, and the
 * feedback or the arrays of the rule that learn for this block. Its gradient is 0 to clip-norm, and max-norm
 * leaves its weights alone. Its forward pass and its delta are those of any block; running statistics of
 * batch norm go on.
 */
#ifndef BL_TRAIN_FREEZE_H
#define BL_TRAIN_FREEZE_H

#include "../base/status.h"

#include <stdbool.h>
#include <stddef.h>

/* The blocks first .. last in the epochs from .. until. */
struct freeze_span {
    size_t first, last;
    size_t from, until; /* until: FREEZE_NO_END where the term names none */
};
#define FREEZE_NO_END ((size_t)-1)

struct freeze {
    bl_context *ctx;
    struct freeze_span *spans;
    size_t n;
};

/* *out is to be released, also after a failure. BL_BAD_VALUE: the text is none of the above. */
bl_status freeze_parse(bl_context *ctx, struct freeze *out, const char *text);
bl_status freeze_check_text(bl_context *ctx, const char *text);
void freeze_release(struct freeze *freeze);
/* Whether the block is frozen in that epoch, from 1. */
bool freeze_holds(const struct freeze *freeze, size_t block, size_t epoch);

#endif
