/*
 * feedback_at.c - the layer of a hidden block at whose output the signal of a direct rule enters.
 */
#include "feedback_at.h"

#include "../base/nearest.h"

#include <string.h>

static const char *name_at(size_t i)
{
    static const char *const names[] = {"end", "before-pool",
                                        "channels"}; /* in the order of enum feedback_at */
    return i < sizeof names / sizeof *names ? names[i] : NULL;
}

bl_status feedback_at_parse(bl_context *ctx, enum feedback_at *out, const char *text)
{
    static const struct vocabulary positions = {name_at, NULL, NULL, 0};
    char advice[128];
    for (size_t i = 0; name_at(i); i++)
        if (strcmp(text, name_at(i)) == 0) {
            *out = (enum feedback_at)i;
            return BL_OK;
        }
    vocabulary_advise(&positions, slice_of(text), advice, sizeof advice);
    BL_FAIL(ctx, BL_BAD_VALUE, "no feedback position \"%s\"; %s", text, advice);
}

bl_status feedback_at_check_text(bl_context *ctx, const char *text)
{
    enum feedback_at ignored;
    return feedback_at_parse(ctx, &ignored, text);
}

size_t feedback_at_layer(const struct net *net, size_t l, enum feedback_at feedback_at)
{
    const struct block *block = &net->blocks[l];
    size_t i = block->first;
    if (feedback_at != FEEDBACK_AT_BEFORE_POOL)
        return block->first + block->n_layers - 1;
    while (i + 1 < block->first + block->n_layers && net->layers[i + 1].units == net->layers[i].units)
        i++;
    return i;
}

size_t feedback_at_units(const struct net *net, size_t l, enum feedback_at feedback_at)
{
    return feedback_at == FEEDBACK_AT_CHANNELS ? net->blocks[l].channels
                                               : net->layers[feedback_at_layer(net, l, feedback_at)].units;
}

struct range feedback_at_range(const struct net *net, size_t l, enum feedback_at feedback_at,
                               struct range range)
{
    const size_t map = feedback_at_units(net, l, feedback_at) / net->blocks[l].channels;
    return (struct range){range.begin * map, range.end * map};
}
