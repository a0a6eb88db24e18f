/*
 * feedback_at.h - the layer of a hidden block at whose output the signal of a direct rule enters.
 *
 *     end            the block's end, one number for each unit there; in Nøkland 2016, after the pool
 *     before-pool    the last layer whose maps have the size of the weights' output, one number for each unit
 *     channels       the block's end, one number for each channel, used at every position of its map
 *
 * In a block of dense layers the three are equal. Published implementations differ in this choice, and their
 * results differ with it.
 */
#ifndef BL_NET_FEEDBACK_AT_H
#define BL_NET_FEEDBACK_AT_H

#include "net.h"

enum feedback_at { FEEDBACK_AT_END, FEEDBACK_AT_BEFORE_POOL, FEEDBACK_AT_CHANNELS };

bl_status feedback_at_parse(bl_context *ctx, enum feedback_at *out, const char *text);
bl_status feedback_at_check_text(bl_context *ctx, const char *text);

/* The index in net->layers of the layer at whose output the signal of block l enters. */
size_t feedback_at_layer(const struct net *net, size_t l, enum feedback_at feedback_at);
/* The number of values of the signal of block l for each example. */
size_t feedback_at_units(const struct net *net, size_t l, enum feedback_at feedback_at);
/* The columns of the signal of block l that belong to a range of channels. */
struct range feedback_at_range(const struct net *net, size_t l, enum feedback_at feedback_at,
                               struct range range);

#endif
