/*
 * inlet.h - the layer of a hidden block at whose output the signal of a direct rule enters.
 *
 *     end            the block's end, a number for each unit there: Nøkland 2016's conv net, after each pool
 *     before-pool    where the maps still have the size of the weighted output, a number for each unit there
 *     channels       the block's end, one number for each channel, the same all over its map
 *
 * In a block of dense layers the three are equal. Implementations differ in this, and so do their results.
 */
#ifndef BL_NET_INLET_H
#define BL_NET_INLET_H

#include "net.h"

enum inlet { INLET_END, INLET_BEFORE_POOL, INLET_CHANNELS };

bl_status inlet_parse(bl_context *ctx, enum inlet *out, const char *text);
bl_status inlet_check_text(bl_context *ctx, const char *text);

/* Of net->layers, the one at whose output the signal of block l arrives. */
size_t inlet_layer(const struct net *net, size_t l, enum inlet inlet);
/* How many numbers the signal of block l has, for an example. */
size_t inlet_units(const struct net *net, size_t l, enum inlet inlet);
/* Which of these are a part's. */
struct part inlet_part(const struct net *net, size_t l, enum inlet inlet, struct part part);

#endif
