/*
 * feedback_at.h - the layer of a hidden block at whose output the signal of a direct rule enters.
 *
 *     end            the block's end, a number for each unit there: Nøkland 2016's conv net, after each pool
 *     before-pool    where the maps still have the size of the weighted output, a number for each unit there
 *     channels       the block's end, one number for each channel, the same all over its map
 *
 * In a block of dense layers the three are equal. Implementations differ in this, and so do their results.
 */
#ifndef BL_NET_FEEDBACK_AT_H
#define BL_NET_FEEDBACK_AT_H

#include "net.h"

enum feedback_at { FEEDBACK_AT_END, FEEDBACK_AT_BEFORE_POOL, FEEDBACK_AT_CHANNELS };

bl_status feedback_at_parse(bl_context *ctx, enum feedback_at *out, const char *text);
bl_status feedback_at_check_text(bl_context *ctx, const char *text);

/* Of net->layers, the one at whose output the signal of block l arrives. */
size_t feedback_at_layer(const struct net *net, size_t l, enum feedback_at feedback_at);
/* How many numbers the signal of block l has, for an example. */
size_t feedback_at_units(const struct net *net, size_t l, enum feedback_at feedback_at);
/* Which of these are a range's. */
struct range feedback_at_range(const struct net *net, size_t l, enum feedback_at feedback_at,
                               struct range range);

#endif
