/*
 * inlet.c - the layer of a hidden block at whose output the signal of a direct rule enters.
 */
#include "inlet.h"

#include "../base/nearest.h"

#include <string.h>

static const char *name_at(size_t i)
{
    static const char *const names[] = {"end", "before-pool", "channels"}; /* in the order of enum inlet */
    return i < sizeof names / sizeof *names ? names[i] : NULL;
}

bl_status inlet_parse(bl_context *ctx, enum inlet *out, const char *text)
{
    static const struct vocabulary inlets = {name_at, NULL, NULL, 0};
    char advice[128];
    for (size_t i = 0; name_at(i); i++)
        if (strcmp(text, name_at(i)) == 0) {
            *out = (enum inlet)i;
            return BL_OK;
        }
    vocabulary_advise(&inlets, slice_of(text), advice, sizeof advice);
    BL_FAIL(ctx, BL_BAD_VALUE, "no inlet \"%s\"; %s", text, advice);
}

bl_status inlet_check_text(bl_context *ctx, const char *text)
{
    enum inlet ignored;
    return inlet_parse(ctx, &ignored, text);
}

size_t inlet_layer(const struct net *net, size_t l, enum inlet inlet)
{
    const struct block *block = &net->blocks[l];
    size_t i = block->first;
    if (inlet != INLET_BEFORE_POOL)
        return block->first + block->n_layers - 1;
    while (i + 1 < block->first + block->n_layers && net->layers[i + 1].units == net->layers[i].units)
        i++;
    return i;
}

size_t inlet_units(const struct net *net, size_t l, enum inlet inlet)
{
    return inlet == INLET_CHANNELS ? net->blocks[l].channels : net->layers[inlet_layer(net, l, inlet)].units;
}

struct part inlet_part(const struct net *net, size_t l, enum inlet inlet, struct part part)
{
    const size_t map = inlet_units(net, l, inlet) / net->blocks[l].channels;
    return (struct part){part.begin * map, part.end * map};
}
